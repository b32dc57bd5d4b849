#!/bin/bash
# Stand-in for `bkcli sync`: which directory of /data/src goes to which hosts.
set -euo pipefail
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/functions"
source "$SELF_DIR/load_env.sh"
SRC=$BK_PKG_SRC_PATH
[[ -d $SRC/cert ]] || { echo "$SRC is not as expected. no $SRC/cert/ found"; exit 1; }
[[ -f $CTRL_DIR/install.config ]] || { echo "$CTRL_DIR is not as expected. no $CTRL_DIR/install.config found"; exit 1; }
export PRSYNC_EXTRA_OPTS=--delete

ship () {  # MODULE PATH_UNDER_SRC...
    local module=$1 path
    shift
    for path in "$@"; do
        emphasize "sync $SRC/$path to module: $module"
        if [[ -d $SRC/$path ]]; then "$SELF_DIR/sync.sh" "$module" "$SRC/$path/" "$SRC/$path/"; else "$SELF_DIR/sync.sh" "$module" "$SRC/$path" "$SRC/"; fi
    done
}

case ${1:-} in
    paas | open_paas) ship paas open_paas ;;
    bkiam | iam) ship iam bkiam open_paas ;;
    bkssm | ssm) ship ssm bkssm ;;
    bkauth | auth) ship auth bkauth ;;
    iam_search_engine | bkiam_search_engine) ship iam_search_engine bkiam_search_engine ;;
    license | cmdb | gse | usermgr) ship "$1" "$1" ;;
    job) ship job job; ship nginx job; ship job java8.tgz ;;
    nodeman | bknodeman) ship nodeman bknodeman ;;
    bkmonitorv3 | monitorv3) ship monitorv3 bkmonitorv3 ;;
    bklog | log) ship log bklog ;;
    apigw | bkapigw) ship apigw bk_apigateway; ship nginx bk_apigateway ;;
    etcd) ship etcd etcd-v3.5.4-linux-amd64 ;;
    appo | appt) ship "$1" paas_agent image ;;
    paas_plugins)
        ship paas paas_plugins java8.tgz
        for group in appo appt; do ship $group paas_plugins; done ;;
    common)
        emphasize "sync $CTRL_DIR/ to module: all"
        "$CTRL_DIR/pcmd.sh" -H "$ALL_IP_COMMA" "mkdir -p $CTRL_DIR" > /dev/null 2>&1 || pssh -h <(printf '%s\n' "${ALL_IP[@]}") "mkdir -p $CTRL_DIR" > /dev/null
        "$SELF_DIR/sync.sh" all "$CTRL_DIR/" "$CTRL_DIR/" ;;
    cert) "$SELF_DIR/sync.sh" all "$SRC/cert/" "$SRC/cert/" ;;
    *) err "$1 暂不支持"; exit 1 ;;
esac
