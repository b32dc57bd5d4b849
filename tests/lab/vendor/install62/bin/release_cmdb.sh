#!/bin/bash
# Stand-in for CMDB's upgrade on one host: backup, files, admin first; migrations once per version, as a key in consul says;
# then the rest. Units that are not enabled are left out.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
mapfile -t units < <(systemctl list-unit-files --state=enabled --type=service --no-legend | awk '/^bk-cmdb-[a-z]+\.service/ { print $1 }')
((${#units[@]})) || { echo "there is no enabled bk-cmdb-* systemd service on this host" >&2; exit 1; }
for path in "$prefix" "$backup" "$src/cmdb"; do [[ -e $path ]] || { echo "$path 不存在" >&2; exit 1; }; done
tar -C "$prefix" -czf "$backup/cmdb_$(date +%Y%m%d_%H%M).tgz" cmdb
rsync -a --delete --exclude=server/conf "$src/cmdb/" "$prefix/cmdb/"
pace 1
systemctl restart bk-cmdb-admin
version=$(< "$src/cmdb/VERSION")
if ! consul kv get "release/cmdb/$version" > /dev/null 2>&1; then
    wait_ns_alive cmdb-admin.service.consul || { echo "migration failed." >&2; exit 1; }
    pace 2
    consul kv put "release/cmdb/$version" 1
fi
for name in "${units[@]}"; do [[ $name == bk-cmdb-admin.service ]] || systemctl restart "$name"; done
systemctl is-active "${units[@]}" || { log "启动成功的进程数量少于更新的模块数量"; exit 1; }
