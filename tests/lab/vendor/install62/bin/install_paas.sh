#!/bin/bash
# Stand-in for the 6.2 installation of one PaaS project as a container on the host's network, without a restart policy.
# A container that dies right after `docker run` (its port is held by an old process) is not noticed here.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
while (($#)); do
    case $1 in -e) env_file=$2 ;; -m) project=$2 ;; -s) src=$2 ;; -p) prefix=$2 ;; -b) LAN_IP=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
[[ -r $env_file ]] || { echo "ENV_FILE: ($env_file) 不存在或者未指定" >&2; exit 1; }
id -u blueking > /dev/null 2>&1 || { echo "<blueking> user has not been created" >&2; exit 1; }
version=$(cat "$src/open_paas/VERSION")
install -o blueking -g blueking -d "$prefix/logs/open_paas" "$prefix/open_paas" "$prefix/public/open_paas" "$prefix/etc"
rsync -a --delete --exclude=media "$src/open_paas/$project/" "$prefix/open_paas/$project/"
pace 0.1
grep -v '^#' "$env_file" | sed 's/^/; /' > "$prefix/etc/uwsgi-open_paas-$project.ini"
docker load --quiet < "$src/open_paas/support-files/images/bk-paas-$version.tar.gz"
pace 0.1
name=bk-paas-$project
if [[ -n $(docker ps -aq --filter "name=$name") ]]; then
    echo "container: $name already exists, stop and remove now"
    docker stop -t 2 "$name"
    docker rm "$name"
fi
[[ -f $src/open_paas/support-files/images/resource.tpl ]] && source "$src/open_paas/support-files/images/resource.tpl"
memory=${project}_mem cpu=${project}_cpu
docker run --detach --network=host --name "$name" --cpu-shares "${!cpu:-1024}" --memory "${!memory:-512}" \
    --volume "$prefix/open_paas:/data/bkce/open_paas" --volume "$prefix/logs/open_paas:/data/bkce/logs/open_paas" "$name:$version"
