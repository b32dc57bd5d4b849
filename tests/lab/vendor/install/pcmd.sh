#!/bin/bash
# Stand-in for the vendor's parallel ssh: the script travels on stdin of a login shell, hosts answer only when done,
# exit 5 when a remote script's last command failed, 1 when there is no host at all.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/load_env.sh" > /dev/null
module='' hosts='' at_once=32
while getopts 'm:H:p:' option; do
    case $option in
        m) module=$OPTARG ;;
        H) hosts=$OPTARG ;;
        p) at_once=$OPTARG ;;
        *) echo "Usage: pcmd.sh {-m MODULE|-H ip,ip} [-p N] 'script'"; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
if [[ -n $module ]]; then
    [[ ${module^^} == ALL ]] && name=ALL_IP || name=BK_${module^^}_IP
    list=$name[@]
    targets=("${!list}")
else
    IFS=, read -r -a targets <<< "${hosts%,}"
fi
printf '%s\n' "${targets[@]}" > "${work:=$(mktemp)}"
trap 'rm -f "$work"' EXIT
if [[ ! -s $work || -z ${targets[*]} ]]; then
    printf 'Traceback (most recent call last):\n  File "pssh", line 118, in <module>\nValueError: min() arg is an empty sequence\n' >&2
    exit 1
fi
pssh -p "$at_once" -t 7200 -h "$work" -i -x -T -I << SCRIPT
source $SELF_DIR/load_env.sh
$@
SCRIPT
