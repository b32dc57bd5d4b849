#!/bin/bash
# Stand-in for the API gateway on one host: files, two virtualenvs, migrations, one unit for its four services.
# The unit is started, not restarted: a second run leaves old processes on new files.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
[[ -d $src/bk_apigateway ]] || { echo "$src/bk_apigateway 不存在" >&2; exit 1; }
directories bk_apigateway
rsync -a --delete "$src/bk_apigateway/" "$prefix/bk_apigateway/"
for name in dashboard bk-esb; do
    emphasize "virtualenv apigw-$name"
    mkdir -p "$prefix/.envs/apigw-$name/bin"
    echo "version = 3.6.15" > "$prefix/.envs/apigw-$name/pyvenv.cfg"
    pace 1
    echo "apigw($name): on_migrate done"
done
printf 'certs=%s\nip=%s\n' "$cert" "$LAN_IP" > "$prefix/etc/supervisor-bk_apigateway.conf"
target bk-apigw.target
unit bk-apigw bk-apigw.target "$prefix/bk_apigateway/bin/supervisord -c $prefix/etc/supervisor-bk_apigateway.conf"
systemctl daemon-reload
systemctl enable bk-apigw.target bk-apigw
systemctl start bk-apigw.service
wait_ns_alive apigw-dashboard.service.consul || fail "apigw-dashboard.service.consul无法解析"
gateway bk-apigateway || echo "sync bk-apigateway failed"  # nobody looks
