#!/bin/bash
# Pristine state, on the MySQL host: MariaDB as mysql@default with the databases and users of 6.1.
set -euo pipefail
export CTRL_DIR=/data/install
cd $CTRL_DIR
source ./load_env.sh
data=/data/bkce/public/mysql/default
install -d -o mysql -g mysql "$data" /etc/mysql /var/log/mysql
cat > /etc/mysql/default.my.cnf << CONF
[mysqld]
datadir=$data
socket=/run/mysqld/mysqld.sock
pid-file=/run/mysqld/mysqld.pid
bind-address=0.0.0.0
skip-name-resolve
log-bin=$data/binlog
server-id=1
character-set-server=utf8mb4
innodb_log_file_size=8M
innodb_buffer_pool_size=64M
performance_schema=OFF
CONF
mariadb-install-db --defaults-file=/etc/mysql/default.my.cnf --user=mysql --auth-root-authentication-method=normal --skip-test-db > /dev/null
systemctl enable --now mysql@default
until mariadb-admin --no-defaults -uroot -S /run/mysqld/mysqld.sock ping > /dev/null 2>&1; do sleep 0.2; done
sql () { mariadb --no-defaults -uroot -S /run/mysqld/mysqld.sock; }
grant () { echo "GRANT ALL ON *.* TO '$1'@'$2' IDENTIFIED BY '$3' WITH GRANT OPTION;"; }
{
    for host in 10.0.0.1 10.0.0.2 10.0.0.3; do
        grant root $host "$BK_MYSQL_ADMIN_PASSWORD"
        grant paas $host "$BK_PAAS_MYSQL_PASSWORD"
        grant bk_iam $host "$BK_IAM_MYSQL_PASSWORD"
        grant bk_ssm $host "$BK_SSM_MYSQL_PASSWORD"
        grant usermgr $host "$BK_USERMGR_MYSQL_PASSWORD"
        grant nodeman $host "$BK_NODEMAN_MYSQL_PASSWORD"
        grant monitor $host "$BK_MONITOR_MYSQL_PASSWORD"
        grant bklog $host "$BK_BKLOG_MYSQL_PASSWORD"
        grant job $host "$BK_JOB_MANAGE_MYSQL_PASSWORD"
    done
    grant root localhost "$BK_MYSQL_ADMIN_PASSWORD"
    echo "DELETE FROM mysql.global_priv WHERE User = ''; FLUSH PRIVILEGES;"
} | sql
umask 077
printf '[default-root]\nuser = root\nsocket = /run/mysqld/mysqld.sock\npassword = %s\n' "$BK_MYSQL_ADMIN_PASSWORD" > ~/.mylogin.cnf
mysql --login-path=default-root < /data/lab/pristine/open_paas.sql
