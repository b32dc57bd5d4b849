#!/bin/bash
# Pristine state, on a SaaS host: one container for each image that was left in /data/lab/saas.tar.gz.
set -euo pipefail
docker load -q < /data/lab/saas.tar.gz | sed 's/^Loaded image: //' | while read -r image; do
    docker run -d --network=host --name "${image%%:*}-1696118400" "$image" < /dev/null > /dev/null
done
rm -f /data/lab/saas.tar.gz
