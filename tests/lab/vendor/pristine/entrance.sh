#!/bin/bash
# Pristine state, on a host with openresty: configured as install_openresty.sh does, and 6.1's own templates, rendered.
# argument: nginx or nodeman
set -euo pipefail
export CTRL_DIR=/data/install LC_ALL=en_US.UTF-8
until curl -s -o /dev/null http://127.0.0.1:8500/v1/agent/services; do sleep 0.2; done
set +u
install -m 755 -o blueking -g blueking -d /data/bkce/logs/nginx
mkdir -p /usr/local/openresty/nginx/conf/conf.d
for file in nginx.conf bk.ssl; do
    sed 's,{{ key "bkcfg/global/bk_home" }},/data/bkce,' /data/install/support-files/templates/nginx/$file > /usr/local/openresty/nginx/conf/$file
done
/data/install/bin/install_consul_template.sh -m "$1"
systemctl restart consul-template
systemctl reset-failed openresty || :
systemctl restart openresty
