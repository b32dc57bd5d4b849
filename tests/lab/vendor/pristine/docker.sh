#!/bin/bash
# Pristine state, on a SaaS host: a container for each SaaS that 6.1 has online; and, where the internet cannot be reached
# later, the image that 6.2's `install gse` pulls.
# arguments: code=version of each SaaS
set -euo pipefail
docker load -q < /data/lab/saas.tar.gz
for pair in "$@"; do
    docker run -d --network=host --name "${pair%%=*}-1696118400" --label "version=${pair#*=}" python36e:1.0 < /dev/null > /dev/null
done
rm -f /data/lab/saas.tar.gz
