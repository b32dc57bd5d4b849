#!/bin/bash
# Stand-in for the installation of etcd on one host; the server is Debian's, with TLS for clients and peers.
# The vendor's test for the data directory is upside down, too: it is made only where it exists.
# usage: ETCD_CERT_PATH=… ETCD_DATA_DIR=… install_etcd.sh IP…
set -e
HERE=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$HERE/../functions"
check_lanip
(($# % 2 == 1)) || { echo "etcd 节点数必须为奇数" >&2; exit 1; }
ips=("$@")
for i in "${!ips[@]}"; do
    [[ ${ips[i]} == "$LAN_IP" ]] && name=etcd$i
    peers+=${peers:+,}etcd$i=https://${ips[i]}:2380
done
mkdir -p /etc/sysconfig
[[ -d $ETCD_DATA_DIR ]] && mkdir -p "$ETCD_DATA_DIR"
cat > /etc/sysconfig/etcd-ssl << ENV
ETCD_CLIENT_CERT_AUTH=true
ETCD_TRUSTED_CA_FILE=$ETCD_CERT_PATH/etcd-ca.pem
ETCD_CERT_FILE=$ETCD_CERT_PATH/$name.pem
ETCD_KEY_FILE=$ETCD_CERT_PATH/$name-key.pem
ETCD_PEER_CLIENT_CERT_AUTH=true
ETCD_PEER_TRUSTED_CA_FILE=$ETCD_CERT_PATH/etcd-ca.pem
ETCD_PEER_CERT_FILE=$ETCD_CERT_PATH/$name.pem
ETCD_PEER_KEY_FILE=$ETCD_CERT_PATH/$name-key.pem
ENV
cat > /etc/systemd/system/etcd.service << UNIT
[Unit]
Description=etcd
After=network-online.target
[Service]
Type=notify
Restart=always
RestartSec=5s
TimeoutStartSec=0
EnvironmentFile=-/etc/sysconfig/etcd-ssl
ExecStart=/usr/local/bin/etcd --name $name --data-dir $ETCD_DATA_DIR --auto-compaction-retention 1 \\
    --listen-client-urls https://$LAN_IP:2379,https://127.0.0.1:2379 --advertise-client-urls https://$LAN_IP:2379 \\
    --listen-peer-urls https://$LAN_IP:2380 --initial-advertise-peer-urls https://$LAN_IP:2380 \\
    --initial-cluster $peers --initial-cluster-state new --initial-cluster-token bk_etcd
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable etcd.service
systemctl start etcd.service
