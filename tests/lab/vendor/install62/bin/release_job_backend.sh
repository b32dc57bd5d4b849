#!/bin/bash
# Stand-in for the upgrade of JOB's backend on one host: backup, files, configuration, bk-job-config first. It asks for that
# one's health right after its start, says that it stops, and goes on. Unit files of 6.1 stay.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
mapfile -t units < <(systemctl list-unit-files --state=enabled --type=service --no-legend | awk '/^bk-job-[a-z-]+\.service/ { print $1 }')
((${#units[@]})) || { echo "there is no enabled bk-job-* systemd service on this host" >&2; exit 1; }
for path in "$prefix" "$backup" "$src/job"; do [[ -e $path ]] || { echo "$path 不存在" >&2; exit 1; }; done
tar -C "$prefix" -czf "$backup/job_backend-$(date +%Y%m%d_%H%M).tgz" job/backend etc/job
rsync -a --delete "$src/job/" "$prefix/job/"
pace 1
"$HERE/render_tpl" -u -m job -p "$prefix" -e "$env_file" "$prefix/job/support-files/templates"/*
chown -R blueking:blueking "$prefix/job" "$prefix/etc/job"
systemctl restart bk-job-config
log "waiting for job-config healthy"
wait_ns_alive job-config.service.consul || { log "job-config启动失败，15s内未注册成功, 中止。"; exit 1; }
curl -s http://127.0.0.1:10500/actuator/health | grep -q UP || log "job-config状态不健康，中止操作。"
for name in "${units[@]}"; do [[ $name == bk-job-config.service ]] || systemctl restart "$name"; done
systemctl is-active "${units[@]}" || { log "启动成功的进程数量少于更新的模块数量"; exit 1; }
