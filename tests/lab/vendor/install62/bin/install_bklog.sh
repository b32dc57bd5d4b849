#!/bin/bash
# Stand-in for one project of the log platform: `api` is a container, `grafana` a unit that is started only where it is not
# enabled yet; after the guide's `stop bklog` it therefore stays dead.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
directories bklog
rsync -a --delete "$src/bklog/" "$prefix/bklog/"
target bk-log.target
pace 1
case $project in
    api) container bk-log-api bklog api bk-log-api ;;
    grafana)
        units_of log-grafana > /dev/null
        systemctl daemon-reload
        systemctl is-enabled bk-log-grafana > /dev/null 2>&1 || systemctl enable --now bk-log-grafana ;;
    *) echo "不支持的模块: $project" >&2; exit 1 ;;
esac
systemctl enable bk-log.target
