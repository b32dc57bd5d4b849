#!/bin/bash
# Stand-in: what consul-template renders for the entrance (-m nginx) or node management (-m nodeman): keys in consul,
# templates, and an entry below conf.d for each. Only this script ever writes the keys and the entries.
set -e
HERE=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$HERE/../load_env.sh" > /dev/null
[[ $1 == -m ]] || { echo "用法: install_consul_template.sh -m MODULE" >&2; exit 1; }
templates=$HERE/../support-files/templates/nginx
mkdir -p /etc/consul-template/{templates,conf.d} /usr/local/openresty/nginx/conf/conf.d
domain () { awk -F'[:/]' '{ print $4 }' <<< "$1"; }

entry () {  # NAME SOURCE: as the vendor's, only the command of paas.conf may fail, and takes consul-template with it
    local reload="/usr/local/openresty/nginx/sbin/nginx -t && systemctl reload openresty"
    [[ $1 == paas ]] || reload+=" || true"
    printf 'template {\n  source = "/etc/consul-template/templates/%s"\n  destination = "/usr/local/openresty/nginx/conf/conf.d/%s.conf"\n  command = "%s"\n}\n' \
        "$2" "$1" "$reload" > "/etc/consul-template/conf.d/$1.conf"
}

case $2 in
    nginx)
        consul kv put bkcfg/global/bk_home "$BK_HOME"
        consul kv put bkcfg/global/bk_http_schema "${BK_HTTP_SCHEMA:-http}"
        consul kv put bkcfg/ports/paas_http "${BK_PAAS_PUBLIC_ADDR##*:}"
        consul kv put bkcfg/ports/paas_https 443
        consul kv put bkcfg/domain/paas "${BK_PAAS_PRIVATE_ADDR%%:*}"
        consul kv put bkcfg/ports/job_gateway_http "${BK_JOB_GATEWAY_SERVER_HTTP_PORT:-10503}"
        consul kv put bkcfg/fqdn/nodeman "$(domain "$BK_NODEMAN_PUBLIC_DOWNLOAD_URL")"
        consul kv put bkcfg/fqdn/paas "${BK_PAAS_PUBLIC_ADDR%%:*}"
        consul kv put bkcfg/fqdn/cmdb "${BK_CMDB_PUBLIC_ADDR%%:*}"
        consul kv put bkcfg/fqdn/job "$(domain "$BK_JOB_PUBLIC_URL")"
        consul kv put bkcfg/fqdn/jobapi "$(domain "$BK_JOB_API_PUBLIC_URL")"
        rsync -a "$templates"/*.conf /etc/consul-template/templates/
        for name in paas cmdb job; do entry $name $name.conf; done
        if [[ -f $templates/apigw.conf ]]; then  # 6.2
            rsync -a "$templates/app_upstream.conf.tpl" /etc/consul-template/templates/
            consul kv put bkcfg/fqdn/bkapi "$(domain "$BK_APIGW_API_PUBLIC_URL")"
            consul kv put bkcfg/fqdn/apigw "$(domain "$BK_APIGW_PUBLIC_URL")"
            entry apigw apigw.conf
            entry app_upstream app_upstream.conf.tpl
        fi ;;
    nodeman)
        consul kv put bkcfg/fqdn/nodeman "$(domain "$BK_NODEMAN_PUBLIC_DOWNLOAD_URL")"
        rsync -a "$templates/nodeman.conf" /etc/consul-template/templates/
        entry nodeman nodeman.conf ;;
    *) exit 0 ;;
esac
