#!/bin/bash
# Stand-in for the vendor's docker installation: rewrites daemon.json with its own data-root, and `enable --now` leaves a
# running dockerd as it was. On a host that ran docker for SaaS the next restart then loses every container.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
source "$SELF_DIR/../load_env.sh" > /dev/null
rpm -q install docker-ce-18.09.9 || yum install docker-ce-18.09.9 -y
mkdir -p /etc/docker "$BK_HOME/public/docker"
cat > /etc/docker/daemon.json << JSON
{"data-root": "$BK_HOME/public/docker", "exec-opts": ["native.cgroupdriver=cgroupfs"], "bridge": "none", "iptables": false,
 "ip-forward": true, "live-restore": true, "log-driver": "json-file", "log-opts": {"max-size": "501m", "max-file": "5"},
 "storage-driver": "overlay2"}
JSON
pace 0.5
systemctl enable --now docker
