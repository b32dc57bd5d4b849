#!/bin/bash
# Pristine state, on the controller: login paths, 6.1's migrations with their marks, versions, SaaS rows.
# arguments: code=version of each SaaS
set -euo pipefail
export CTRL_DIR=/data/install INSTALL_PATH=/data/bkce BK_PKG_SRC_PATH=/data/src LC_ALL=en_US.UTF-8
cd $CTRL_DIR
echo 0 > /etc/bklab-pace
set +u
source ./tools.sh > /dev/null
set -u
umask 077
for name in default paas iam usermgr nodeman monitor ssm job fta log lesscode; do
    printf '[mysql-%s]\nuser = root\nhost = %s\nport = 3306\npassword = %s\n\n' $name "$BK_MYSQL_IP0" "$BK_MYSQL_ADMIN_PASSWORD"
done > ~/.mylogin.cnf
umask 022
for module in paas iam ssm usermgr nodeman job log; do migrate_sql $module; done
./bin/sql_migrate.sh -n mysql-monitor $BK_PKG_SRC_PATH/bkmonitorv3/support-files/sql/*.sql
./bin/bkiam_migrate.sh $BK_PKG_SRC_PATH/*/support-files/bkiam/*.json
add_or_update_appcode bk_paas "$BK_PAAS_APP_SECRET"
add_or_update_appcode bk_console "$BK_PAAS_APP_SECRET"
add_or_update_appcode bk_cmdb "$BK_CMDB_APP_SECRET"
add_or_update_appcode bk_job "$BK_JOB_APP_SECRET"
add_or_update_appcode bk_gse "$BK_GSE_APP_SECRET"
add_or_update_appcode bk_usermgr "$BK_USERMGR_APP_SECRET"
for pair in "$@"; do
    code=${pair%%=*} version=${pair#*=} secret=$(rndpw 36)
    mysql --login-path=mysql-paas open_paas -e "
        INSERT INTO paas_app (name, code, auth_token) VALUES ('$code', '$code', '$secret');
        INSERT INTO paas_saas_app (code, name, app_id) VALUES ('$code', '$code', LAST_INSERT_ID());
        SET @app = LAST_INSERT_ID();
        INSERT INTO paas_saas_app_version (version, saas_app_id, updated_at) VALUES ('$version', @app, NOW());
        UPDATE paas_saas_app SET current_version_id = LAST_INSERT_ID(), online_version_id = LAST_INSERT_ID() WHERE id = @app"
done
add_saas_environment
_update_common_info
cat > .bk_install.step << STEPS
sync common
install bkiam
sync redis
install redis
STEPS
rm -f /etc/bklab-pace /tmp/bkc.log
