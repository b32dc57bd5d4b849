#!/bin/bash
# Stand-in for three Redis instances of a cluster on one host. Not re-runnable: a port that listens is an error.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
while (($#)); do
    case $1 in -n) name=$2 ;; -p) read -r -a list <<< "$2" ;; -a) password=$2 ;; -b) LAN_IP=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
bad=0
for port in "${list[@]}"; do
    if [[ -n $(ss -tnlH "src $LAN_IP:$port") ]]; then echo "$LAN_IP:$port 已经监听，请确认" >&2; bad=$((bad + 1)); fi
done
[[ -n $password ]] || { echo "未指定 redis_cluster 的密码字符串" >&2; bad=$((bad + 1)); }
((bad == 0)) || { echo "用法: install_redis_cluster.sh -n NAME -p 'PORTS' -a PASSWORD -b IP"; exit "$bad"; }
pace 1
for port in "${list[@]}"; do
    install -d "/etc/redis/$port" /var/log/redis
    install -m 755 -o redis -g redis -d "/var/lib/redis/$name-$port"
    printf '%s\n' "daemonize no" "port $port" "bind $LAN_IP" "cluster-announce-ip $LAN_IP" "logfile /var/log/redis/$name-$port.log" \
        "dir /var/lib/redis/$name-$port" "requirepass $password" "masterauth $password" "cluster-enabled yes" \
        "cluster-node-timeout 15000" "cluster-config-file nodes-$port.conf" "appendonly yes" > "/etc/redis/$port/redis_cluster.conf"
    chown redis:redis "/etc/redis/$port/redis_cluster.conf"
    cat > "/usr/lib/systemd/system/redis-cluster-$port.service" << UNIT
[Unit]
Description=Redis Cluster node $port
After=network-online.target
PartOf=blueking.target redis-cluster.target
[Service]
ExecStart=/usr/bin/redis-server /etc/redis/$port/redis_cluster.conf
WorkingDirectory=/var/lib/redis/$name-$port
Restart=always
RestartSec=3s
[Install]
WantedBy=blueking.target redis-cluster.target
UNIT
    systemctl daemon-reload
    echo "启动 redis-cluster-$port.service 实例"
    systemctl start "redis-cluster-$port.service"
    systemctl enable "redis-cluster-$port.service"
done
# no [Unit] header, and it wants itself: so the vendor wrote it
printf 'Description=Redis cluster\n\n[Install]\nWantedBy=multi-user.target redis-cluster.target\n' > /usr/lib/systemd/system/redis-cluster.target
systemctl daemon-reload
systemctl start redis-cluster.target
systemctl enable redis-cluster.target
