#!/bin/sh
# What a BlueKing host shows to somebody who watches it: one line a thing, kind, name and value apart by tabs.
#
#   usage: sh watch.sh INSTALL HOME SRC CONTROLLER      as root on the host; CONTROLLER: yes on the controller, else no
#
# Reads only, and asks the host's own tools: systemctl, docker, ss, curl, mysql, redis-cli, etcdctl, files. Nothing of
# bkrec is asked or read here, but the notes that its tasks leave. Secrets: names of keys and files, never what they hold.
set -u
LC_ALL=C
export LC_ALL
install=$1 home=$2 src=$3 controller=$4
tell() { printf '%s\t%s\t%s\n' "$1" "$2" "$3"; }
have() { command -v "$1" > /dev/null 2>&1; }

units=$(systemctl list-units --type=service --state=active --plain --no-legend | awk '{ print $1 }')
for unit in $units; do
    tell unit "$unit" running
    if [ "$(systemctl is-enabled "$unit" 2> /dev/null)" = enabled ]; then tell boot "$unit" enabled; fi
done

names=/dev/null
if have docker && docker ps > /dev/null 2>&1; then
    names=$(mktemp)
    docker ps --no-trunc --format '{{.ID}} {{.Names}} {{.Image}}' > "$names"
    while read -r id name image; do
        case $name in
            bk-*)
                tell container "$name" running
                tell image "$name" "$image"
                tell restart "$name" "$(docker inspect --format '{{.HostConfig.RestartPolicy.Name}}' "$id")" ;;
            *) tell saas "${name%%-*}" running ;;
        esac
    done < "$names"
    root=$(docker info --format '{{.DockerRootDir}}')
    if grep -q "\"data-root\": *\"$root\"" /etc/docker/daemon.json; then tell docker data-root lasting; fi
fi

ss -Htlnp | while read -r _ _ _ address _ users; do
    pid=$(printf '%s\n' "$users" | sed -n 's/.*pid=\([0-9]*\).*/\1/p')
    group=$(cat "/proc/${pid:-none}/cgroup" 2> /dev/null)
    owner=$(printf '%s\n' "$group" | sed -n 's/.*\/\([^/]*\.service\).*/\1/p' | head -n 1)
    id=$(printf '%s\n' "$group" | sed -n 's/.*docker[/-]\([0-9a-f]\{64\}\).*/\1/p' | head -n 1)
    if [ "$id" ]; then owner=$(awk -v id="$id" '$1 == id { print $2 }' "$names"); fi
    tell port "${address##*:}" "${owner:-?}"
done | sort -u
if [ "$names" != /dev/null ]; then rm -f "$names"; fi

for file in "$home"/*/VERSION; do
    if [ -f "$file" ]; then tell version "$(basename "$(dirname "$file")")" "$(head -n 1 "$file")"; fi
done
if [ -f "$home/.installed_module" ]; then sort -u "$home/.installed_module" | while read -r line; do tell module "$line" noted; done; fi
for directory in "$home"/.envs/*; do
    if [ -d "$directory" ]; then tell venv "$(basename "$directory")" there; fi
done
for directory in "$home"/*/*; do
    if [ -d "$directory" ]; then
        case $directory in "$home"/cert/* | "$home"/logs/* | "$home"/public/* | "$home"/etc/*) continue ;; esac
        tell program "${directory#"$home"/}" there
    fi
done
for file in "$home"/etc/* "$home"/etc/*/* /etc/consul-template/templates/* /etc/consul-template/conf.d/* \
    /usr/local/openresty/nginx/conf/conf.d/* "$home"/cert/etcd/* /usr/local/bin/yq "$home/job/frontend/index.html" \
    "$home/bk_apigateway/dashboard-fe/static/runtime/runtime.js"; do
    if [ -f "$file" ]; then tell file "$file" there; fi
done
rendered=$home/etc/job/job-common/application.yml
if [ -f "$rendered" ]; then
    tell setting "$rendered gseV2" "$(awk '/gseV2:/ { on = 1 } on && /enabled:/ { print $2; exit }' "$rendered")"
fi

for file in /etc/consul.d/service/*.json; do
    if [ -s "$file" ]; then tell consul "$(basename "$file" .json)" written; fi
done
/usr/bin/python3 - << 'PROGRAM'
import json
import urllib.parse
import urllib.request


def consul(path):
    with urllib.request.urlopen("http://127.0.0.1:8500/v1" + path, timeout=5) as answer:
        return json.load(answer)


for own in sorted(consul("/agent/services").values(), key=lambda item: item["ID"]):
    rows = consul("/health/service/" + urllib.parse.quote(own["Service"]))
    states = {c["Status"] for r in rows if r["Service"]["ID"] == own["ID"] and r["Node"]["Address"] == own["Address"] for c in r["Checks"]}
    name = ".".join([*(own.get("Tags") or []), own["Service"]])
    print(f"service\t{name}\t{'passing' if states <= {'passing'} else 'critical'}")
    print(f"served\t{name}\t{own['Port']}")
PROGRAM

for conf in /etc/redis/[0-9]*/redis_cluster.conf; do
    if [ -f "$conf" ]; then
        port=$(basename "$(dirname "$conf")")
        REDISCLI_AUTH=$(sed -n 's/^requirepass //p' "$conf" | tr -d '"')
        export REDISCLI_AUTH
        address=$(sed -n 's/^bind \([0-9.]*\).*/\1/p' "$conf")
        tell redis "$port" "$(redis-cli -h "${address:-127.0.0.1}" -p "$port" cluster info 2> /dev/null | tr -d '\r' | sed -n 's/^cluster_state://p')"
        unset REDISCLI_AUTH
    fi
done
if systemctl is-active --quiet etcd.service && have etcdctl; then
    ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --insecure-skip-tls-verify --cert="$home/cert/etcd/etcd0.pem" \
        --key="$home/cert/etcd/etcd0-key.pem" endpoint health > /dev/null 2>&1 && tell etcd 2379 answers
fi

tree=$(cd "$install" && find . -type f ! -path './.*' ! -path './bin/02-dynamic/*' ! -name '*.pyc' -exec md5sum {} + | sort -k 2 | md5sum | cut -d ' ' -f 1)
tell tree "$install" "$tree"
for file in /var/lib/bkrec/tasks/*.done; do
    case $(basename "$file" .done) in
        '*' | gse-agents | job-smoke-test) continue ;; # none; or of the way there, not of the end
        *) tell task "$(basename "$file" .done)" done ;;
    esac
done
if [ "$controller" != yes ]; then exit 0; fi

tell release "$src" "$(head -n 1 "$src/VERSION")"
for file in "$src"/*/support-files/sql/*.sql "$src"/*/support-files/sql/*/*.sql "$src"/*/support-files/bkiam/*.json; do
    if [ -f "$file" ]; then tell packaged "${file#"$src"/}" there; fi
done
for file in "$src"/*/VERSION; do tell package "$(basename "$(dirname "$file")")" "$(head -n 1 "$file")"; done
for directory in cert backup; do if [ -d "$src/$directory" ]; then tell src-directory "$directory" there; fi; done
(cd "$install" && ls -d -- * bin/*) | while read -r name; do if [ -f "$install/$name" ]; then tell script "$name" there; fi; done
for file in "$install"/bin/default/*.env; do tell script "bin/default/$(basename "$file")" there; done
for file in "$install"/bin/0[134]-*/*.env; do
    awk -v file="${file#"$install"/bin/}" '/^[A-Za-z_0-9]+=/ {
        key = $0; sub(/=.*/, "", key); value = $0; sub(/^[^=]*=/, "", value); gsub(/^["'"'"']|["'"'"']$/, "", value)
        shown = value == "" ? "empty" : key ~ /_RUN_MODE$|_AGENT_VERSION$|^BK_SSM_(HOST|PORT)$|_HOST0$/ ? value : "filled"
        last[file " " key] = shown }
        END { for (name in last) print "env\t" name "\t" last[name] }' "$file"
done | sort
for file in "$install"/bin/default/bkmonitorv3.env "$install"/bin/default/bklog.env; do
    for key in BK_SSM_HOST BK_SSM_PORT; do
        if grep -q "^$key=" "$file"; then tell env "default/$(basename "$file") $key" filled; fi
    done
done
for file in "${HOME:-/root}"/.tag/*; do if [ -f "$file" ]; then tell tag "$(basename "$file" .env)" kept; fi; done
for file in "${HOME:-/root}"/.migrate/*; do if [ -f "$file" ]; then tell migrated "$(basename "$file")" noted; fi; done
mysql_config_editor print --all 2> /dev/null | sed -n 's/^\[\(.*\)\]$/\1/p' | while read -r path; do
    if mysql --login-path="$path" -Nse 'select 1' > /dev/null 2>&1 < /dev/null; then tell login "$path" works; fi
done
ask() { mysql --login-path=mysql-default --batch --skip-column-names -e "$1" 2> /dev/null < /dev/null; }
ask 'show databases' | grep -v '_schema$\|^mysql$\|^sys$\|^test$' | while read -r name; do tell database "$name" there; done
ask "select concat(user, '@', host) from mysql.user where host like '10.%' or host like '%\\\\%%' order by 1" |
    while read -r name; do tell account "$name" granted; done
ask 'select code, version from bksuite_common.production_info order by 1' | while read -r code version; do tell product "$code" "$version"; done
ask 'select distinct app_code from open_paas.esb_app_account order by 1' | while read -r code; do tell app "$code" registered; done
ask "select app_code, name from open_paas.paas_app_envvars where mode = 'all' order by 1, 2" | while read -r code name; do tell variable "$code $name" there; done
ask "select g.name, s.name from bk_apigateway.core_release r join bk_apigateway.core_api g on g.id = r.api_id
    join bk_apigateway.core_stage s on s.id = r.stage_id where g.status = 1 and s.status = 1 order by 1, 2" |
    while read -r name stage; do tell gateway "$name $stage" released; done
ask 'select a.code, v.version from open_paas.paas_saas_app a join open_paas.paas_saas_app_version v on v.id = a.online_version_id
    order by 1' | while read -r code version; do
    tell online "$code" "$version"
    tell page "$code" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://paas.service.consul/o/$code/")"
done
for part in bkcfg release; do
    curl -s -m 5 "http://127.0.0.1:8500/v1/kv/$part?keys" | tr -d '[]" ' | tr , '\n'
    echo
done | sort -u | while read -r key; do if [ "$key" ]; then tell kv "$key" set; fi; done
awk '{ print "config\t" NR "\t" $0 }' "$install/install.config"
