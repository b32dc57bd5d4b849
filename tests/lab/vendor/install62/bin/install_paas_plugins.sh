#!/bin/bash
# Stand-in for the log plugins of one host: programs come as rpms, units are enabled and none is started.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
source "$HERE/../load_env.sh" > /dev/null
product=$src/paas_plugins
[[ -d $product ]] || { echo "$product 不存在" >&2; exit 1; }
directories paas_plugins
kinds='django component uwsgi celery java'
[[ $project == paas ]] && kinds='paas_esb_api bkapigateway_esb_api bkapigateway_apigateway_api'
for part in log_agent log_parser log_alert; do rsync -aL "$product/$part" "$prefix/paas_plugins/"; done
pace 1
if rpm -ql filebeat > /dev/null; then rpm -e filebeat; fi
rpm -ivh "$product/support-files/pkgs/filebeat-5.2.0-x86_64.rpm"
unit bk-filebeat@ bk-filebeat.target "/usr/share/filebeat/bin/filebeat -c $prefix/paas_plugins/log_agent/conf/%i.yml"
target bk-filebeat.target
for kind in $kinds; do systemctl enable "bk-filebeat@$kind.service"; done
[[ $project == paas ]] || exit 0
if rpm -ql logstash > /dev/null; then rpm -e logstash; fi
rpm -ivh "$product/support-files/pkgs/logstash-7.16.1-x86_64.rpm"
target bk-logstash.target
for name in paas-app-log paas-log apigw-log; do
    unit "bk-logstash-$name" bk-logstash.target "/usr/share/logstash/bin/logstash -f $prefix/paas_plugins/log_parser/conf/$name.conf"
    systemctl enable "bk-logstash-$name.service"
done
if [[ $LAN_IP == "$BK_PAAS_IP0" ]]; then
    mkdir -p "$prefix/.envs/log_alert/bin"
    unit bk-paas-plugins-log-alert '' "$prefix/paas_plugins/log_alert/run"
    systemctl enable bk-paas-plugins-log-alert.service
fi
