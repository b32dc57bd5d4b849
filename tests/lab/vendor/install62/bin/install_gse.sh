#!/bin/bash
# Stand-in for GSE 2.x on one host. rsync --delete takes the programs of 1.0 away under the processes that still run.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
[[ -d $src/gse && -n $LAN_IP ]] || { echo "$src/gse 不存在，或未指定 -b" >&2; exit 1; }
directories gse
rsync -a --delete --exclude='agent_*' --exclude=proxy "$src/gse/" "$prefix/gse/"
pace 1
"$HERE/render_tpl" -u -m gse -p "$prefix" -e "$env_file" -E LAN_IP="$LAN_IP" "$src/gse/support-files/templates"/*
target bk-gse.target
mapfile -t units < <(units_of gse)
systemctl daemon-reload
systemctl enable bk-gse.target
for name in "${units[@]}"; do systemctl is-enabled "$name" > /dev/null 2>&1 || systemctl -q enable "$name"; done
