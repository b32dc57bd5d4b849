#!/bin/bash
# Stand-in for the vendor's transfer: rsync's quick check (equal size and time means equal), the controller left out.
# usage: sync.sh MODULE SOURCE DESTINATION
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/functions"
source "$SELF_DIR/load_env.sh"
module=${1^^}
[[ $module == ALL ]] && name=ALL_IP || name=BK_${module}_IP
list=$name[@]
if [[ -z ${!list} ]]; then
    echo "${module,,} ip count is 0, please check spelling or install.config file"
    exit 1
fi
mapfile -t targets < <(printf '%s\n' "${!list}" | grep -vwF "$LAN_IP")
if ((${#targets[@]} == 0)); then
    echo "${module,,} ip contains only controller ip, ignore sync."
    exit 0
fi
pace 0.3
logs=$(mktemp -d)
prsync -a -v -z ${PRSYNC_EXTRA_OPTS:+-x "$PRSYNC_EXTRA_OPTS"} -e "$logs/stderr" -o "$logs/stdout" -h <(printf '%s\n' "${targets[@]}") "$2" "$3"
rc=$?
((rc == 0)) || tail -n 7 "$logs"/stderr/* "$logs"/stdout/* 2>/dev/null
rm -rf "$logs"
exit $rc
