#!/bin/bash
# Stand-in for the installation of bkauth: its first `bkauth sync` copies the application secrets out of open_paas.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
while (($#)); do
    case $1 in -e) env_file=$2 ;; -s) src=$2 ;; -p) prefix=$2 ;; -b) LAN_IP=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
source "$env_file"
install -o blueking -g blueking -d "$prefix/logs/bkauth" "$prefix/etc"
rsync -a "$src/bkauth" "$prefix/"
chown -R blueking:blueking "$prefix/bkauth"
pace 1
"$SELF_DIR/render_tpl" -u -m bkauth -p "$prefix" -e "$env_file" -E LAN_IP="$LAN_IP" "$src/bkauth/support-files/templates"/*
chown blueking:blueking "$prefix/etc/bkauth_config.yaml"
chmod 600 "$prefix/etc/bkauth_config.yaml"
cat > /usr/lib/systemd/system/bk-auth.service << UNIT
[Unit]
Description=Blueking Auth Server (stand-in)
After=network-online.target
PartOf=blueking.target
[Service]
User=blueking
ExecStart=$prefix/bkauth/bin/bkauth -c $prefix/etc/bkauth_config.yaml
Restart=always
RestartSec=3s
[Install]
WantedBy=multi-user.target blueking.target
UNIT
"$prefix/bkauth/bin/bkauth" sync -c "$prefix/etc/bkauth_config.yaml"
systemctl daemon-reload
if systemctl is-enabled bk-auth > /dev/null 2>&1; then systemctl start bk-auth; else systemctl enable --now bk-auth; fi
sleep 1
systemctl status bk-auth --no-pager
