#!/bin/bash
# Pristine state, on the controller: secrets and layered environment, made by the 6.1 stand-in's own `install bkenv`.
set -euo pipefail
export CTRL_DIR=/data/install INSTALL_PATH=/data/bkce BK_PKG_SRC_PATH=/data/src LC_ALL=en_US.UTF-8
cd $CTRL_DIR
./bkcli install bkenv > /dev/null 2>&1
./bkcli sync common > /dev/null
./bkcli update bkenv > /dev/null
./bkcli sync cert > /dev/null
source ./load_env.sh
install -d -o redis -g redis /etc/redis /var/lib/redis /data/bkce/public/redis
cat > /etc/redis/default.conf << CONF
bind $LAN_IP 127.0.0.1
port 6379
dir /data/bkce/public/redis
requirepass $BK_REDIS_ADMIN_PASSWORD
CONF
chown redis:redis /etc/redis/default.conf
chmod 640 /etc/redis/default.conf
systemctl reset-failed redis@default || true
systemctl start redis@default
echo "$BK_MONGODB_ADMIN_USER:$BK_MONGODB_ADMIN_PASSWORD" | ssh h2 'umask 077; cat > /etc/mongod.users'
