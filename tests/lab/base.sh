#!/usr/bin/env bash
# Build the lab's lowest layer once: a Debian with the open-source servers a BlueKing host runs.
#
#   usage: base.sh TARGET_DIR [bullseye|bookworm|trixie]
#
# Nothing of BlueKing is in here: what belongs to it lies in a layer of its own above this one (deploy.py), so that a
# change to the stand-ins never costs a new debootstrap. Packages come from wherever this machine's own apt takes them.
# Changing this file changes its hash, and with it the cache directory that lab.py looks for.
set -euo pipefail
target=$1 suite=${2:-bookworm}
# a builder's own language tooling must not leak into the image
unset PIP_FIND_LINKS PYTHONPATH LD_LIBRARY_PATH LD_PRELOAD
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk -v s="$suite" '$2 == s { print $1; exit }')
[[ -n $mirror ]] || mirror=$(apt-get indextargets --format '$(REPO_URI)' | awk '/debian\.org|\/debian\/?$/ { print; exit }')
[[ -n $mirror ]] || { echo "base.sh: this machine's apt names no Debian mirror" >&2; exit 1; }

early=systemd,systemd-sysv,dbus,openssh-server,openssh-client,iproute2,procps,jq,gawk,rsync,uuid-runtime,lsof,psmisc
early+=,net-tools,iputils-ping,curl,ca-certificates,python3,less,file,sudo,e2fsprogs,busybox-static,locales,bzip2
early+=,xz-utils,bsdextrautils,bsdutils,util-linux,hostname,pssh,openssl,patch,diffutils,expect,time,iptables,unzip,logrotate
debootstrap --variant=minbase --include="$early" "$suite" "$target" "$mirror"

# no service may start while packages are being put into the tree
printf '#!/bin/sh\nexit 101\n' > "$target/usr/sbin/policy-rc.d"
chmod +x "$target/usr/sbin/policy-rc.d"
printf 'deb %s %s main\n' "$mirror" "$suite" > "$target/etc/apt/sources.list"
cp /etc/resolv.conf "$target/etc/resolv.conf"
mount -t proc proc "$target/proc"
trap 'umount "$target/proc" 2>/dev/null || true' EXIT
# from Debian 13 on the client is a package of its own, as are the names mysql and mysqldump of MariaDB's
more=()
if [[ $suite == trixie ]]; then more=(docker-cli); fi
chroot "$target" apt-get update -q
chroot "$target" apt-get install -y -q --no-install-recommends \
    mariadb-server mariadb-client redis-server redis-tools etcd-server etcd-client docker.io bc python3-yaml python3-pymysql \
    nginx \
    "${more[@]}"
umount "$target/proc"
trap - EXIT
chroot "$target" apt-get clean
rm -rf "$target"/var/lib/apt/lists/*

# the distribution's own units, configuration and data make room for BlueKing's (mysql@default, redis@default, …)
rm -f "$target"/etc/init.d/{docker,mariadb,redis-server,etcd,nginx}
for unit in mariadb.service mariadb@.service mysql.service mysqld.service redis-server.service redis-server@.service redis.service \
    etcd.service docker.service docker.socket containerd.service nginx.service; do
    rm -f "$target/etc/systemd/system/$unit" "$target/usr/lib/systemd/system/$unit"
    find "$target/etc/systemd/system" -name "$unit" -delete
done
rm -rf "$target"/usr/lib/systemd/system/{mariadb,redis-server}*.d "$target"/usr/lib/systemd/system/mariadb@*
rm -rf "$target"/etc/nginx/sites-enabled
rm -rf "$target"/var/lib/mysql/* "$target"/var/lib/{docker,containerd} "$target"/etc/redis "$target"/etc/mysql/* "$target"/etc/containerd

# docker is a tool that `yum install` brings (vendor/host/usr/bin/yum); a host without it does not find it
mkdir "$target/usr/lib/bklab-docker"
mv "$target"/usr/bin/docker "$target"/usr/sbin/dockerd "$target/usr/lib/bklab-docker/"

# units that only cost boot time here
for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer \
    logrotate.timer systemd-logind.service console-getty.service cron.service getty.target systemd-update-utmp.service; do
    ln -sf /dev/null "$target/etc/systemd/system/$unit"
done
: > "$target/etc/resolv.conf"
: > "$target/etc/machine-id"

printf 'en_US.UTF-8 UTF-8\nzh_CN.UTF-8 UTF-8\n' > "$target/etc/locale.gen"
chroot "$target" locale-gen > /dev/null
ln -sf parallel-ssh "$target/usr/bin/pssh"
ln -sf parallel-rsync "$target/usr/bin/prsync"
rm -f "$target"/etc/ssh/ssh_host_* "$target/etc/motd"
rm -rf "$target"/etc/update-motd.d/*
sed -i '/pam_motd\|pam_mail\|pam_lastlog/d' "$target/etc/pam.d/sshd"
