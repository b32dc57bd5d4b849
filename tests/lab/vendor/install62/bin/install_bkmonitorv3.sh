#!/bin/bash
# Stand-in for one project of the monitor: `monitor` is a container, the others are units, which are started, not
# restarted. The container's environment stays in a file below /tmp, with all its secrets; that it runs, nobody looks.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
[[ -d $src/bkmonitorv3/$project ]] || { echo "$src/bkmonitorv3/$project 不存在" >&2; exit 1; }
directories bkmonitorv3
rsync -a --delete "$src/bkmonitorv3/" "$prefix/bkmonitorv3/"
pace 1
if [[ $project == monitor ]]; then
    left=$(mktemp /tmp/install-monitor-XXXXX)
    cat "$env_file" > "$left"
    wait_ns_alive influxdb-proxy.bkmonitorv3.service.consul || fail "influxdb-proxy.bkmonitorv3.service.consul 无法解析"
    version=$(< "$src/bkmonitorv3/VERSION")
    docker load --quiet < "$src/bkmonitorv3/support-files/images/bk-monitor-$version.tar.gz"
    docker run --rm --network=host --volume "$prefix/bkmonitorv3:/data/bkce/bkmonitorv3" --entrypoint ./runmigrate.sh "bk-monitor:$version"
    container bk-monitor bkmonitorv3 monitor bk-monitor
    exit 0
fi
units_of "monitorv3-$project" > /dev/null
systemctl daemon-reload
systemctl start "bk-$project"
systemctl is-enabled "bk-$project" > /dev/null 2>&1 || systemctl enable "bk-$project"
