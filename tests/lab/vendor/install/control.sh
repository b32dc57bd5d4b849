#!/bin/bash
# Stand-in for `bkcli start|stop|restart`: units and containers of a module, found by pattern on its hosts.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/tools.sh" > /dev/null
verb=$1
read -r group units containers < <(module_pattern "$2") || true
[[ -n ${group:-} ]] || group=$2
[[ ${units:-} == - ]] && units='^$'
[[ ${containers:-} == - ]] && containers=''
pace 0.5
pcmdrc "$group" "act $verb '$units' '$containers'"
