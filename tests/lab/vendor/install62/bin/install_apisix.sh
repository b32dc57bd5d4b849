#!/bin/bash
# Stand-in for apisix on a gateway host. It takes /usr/local/openresty: beside BlueKing's own openresty it would mix its
# libraries into that one, which is why the two may not share a host.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
home=$prefix/bk_apigateway/apisix
if [[ -d /usr/local/openresty ]]; then cp -a "$home"/openresty/*.so /usr/local/openresty/; else ln -s "$home/openresty" /usr/local/openresty; fi
install -o blueking -g blueking -d "$prefix/logs/bk_apigateway" "$prefix/logs/bk_apigateway/apisix" "$prefix/logs/bk_apigateway/apisix/logs"
cat > /usr/lib/systemd/system/apisix.service << UNIT
[Unit]
Description=apisix (stand-in)
After=network-online.target
[Service]
Type=forking
User=blueking
PIDFile=$prefix/logs/bk_apigateway/apisix/logs/nginx.pid
ExecStart=$home/apisix/apisix.sh start
ExecStop=$home/apisix/apisix.sh stop
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl is-enabled apisix.service > /dev/null 2>&1 || systemctl enable apisix.service
systemctl start apisix.service
