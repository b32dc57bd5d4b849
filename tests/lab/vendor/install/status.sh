#!/bin/bash
# Stand-in for `bkcli status`: prints a table and exits 0, whatever the services are.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/tools.sh" > /dev/null
read -r group units containers < <(module_pattern "$1")
if [[ -z $group ]]; then
    err "当前不支持 $1 的状态查询"
    exit 1
fi
[[ $units == - ]] || "$CTRL_DIR/pcmd.sh" -m "$group" "$CTRL_DIR/bin/bks.sh '$units'"
[[ $containers == - ]] || "$CTRL_DIR/pcmd.sh" -m "$group" "$CTRL_DIR/bin/check_containers_status.sh '$containers'"
