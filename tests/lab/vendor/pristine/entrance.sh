#!/bin/bash
# Pristine state, on a host with openresty: 6.1's own templates, rendered. argument: nginx or nodeman
set -euo pipefail
export CTRL_DIR=/data/install LC_ALL=en_US.UTF-8
until curl -s -o /dev/null http://127.0.0.1:8500/v1/agent/services; do sleep 0.2; done
set +u
/data/install/bin/install_consul_template.sh -m "$1"
systemctl restart consul-template
