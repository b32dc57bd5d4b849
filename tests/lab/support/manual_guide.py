# ruff: noqa: E501 — commands as an operator pastes them
"""The upgrade guide as an operator pastes it, but for 7.17: section -> host, commands.

Used to see that the stand-in is faithful (run by hand on a pristine lab it must end in the state the guide promises),
and to leave a cluster half way.
`repair` is what the guide lacks (login path and grants of the new MySQL users).
"""

INSTALL_CONFIG = """\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana),monitorv3(ingester),apigw
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas,iam_search_engine
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana),auth,redis_cluster,etcd
"""
PAAS_UNITS = " ".join(f"bk-paas-{name}.service" for name in ("apigw", "console", "login", "appengine", "esb", "paas"))
PAAS_VENVS = " ".join(f"open_paas-{name}" for name in ("apigw", "appengine", "console", "esb", "login", "paas"))
GSE_UNITS = " ".join(f"bk-gse-{name}.service" for name in ("config", "alarm", "api", "btsvr", "dba", "procmgr"))
SUBJECTS = "-H ${BK_MYSQL_IP} -P 3306 -u ${BK_MYSQL_ADMIN_USER} -p ${BK_MYSQL_ADMIN_PASSWORD} -D bkiam"
UPGRADER = """/usr/bin/java -Dfile.encoding=utf8 -Djob.log.dir=$INSTALL_PATH/logs/job \\
    -Dconfig.file=$INSTALL_PATH/etc/job/upgrader/upgrader.properties \\
    -jar $INSTALL_PATH/job/backend/upgrader-$(cat $INSTALL_PATH/job/VERSION).jar 3.5.1 $(cat $INSTALL_PATH/job/VERSION)"""
EXCLUDES = '--exclude=".*" --exclude="install.config" --exclude="bin/0[1234]-*"'


def _retired(group: str, unit: str, virtualenv: str) -> str:
    return f"""
cd /data/install
./pcmd.sh -m {group} "systemctl disable --now {unit}"
./pcmd.sh -m {group} "rm -vf /usr/lib/systemd/system/{unit} && systemctl daemon-reload"
./pcmd.sh -m {group} "rmvirtualenv {virtualenv}"
"""


STEPS: dict[str, tuple[str, str]] = {
    "4": ("h1", "mkdir -p /data/tmp\ncd /data\ntar xf bkce-src-6.2.2.tgz -C /data/tmp"),
    "5.1": (
        "h3",
        """
source /data/install/utils.fc
mkdir -p /data/dbbak
cd /data/dbbak
dblist=$(mysql --login-path=default-root -Nse "show databases" | grep -Ewv 'information_schema|mysql|test|db_infobase|performance_schema|sys' | xargs echo)
mysqldump --login-path=default-root --single-transaction --master-data=2 -R -E -q -e -B $dblist > bk_mysql_alldata.sql
grep 'CREATE DATABASE' bk_mysql_alldata.sql
""",
    ),
    "5.2": (
        "h2",
        """
source /data/install/utils.fc
mkdir -p /data/mongodb_bak
mongodump --host $BK_MONGODB_IP -u $BK_MONGODB_ADMIN_USER -p $BK_MONGODB_ADMIN_PASSWORD --oplog --gzip --out /data/mongodb_bak
""",
    ),
    "5.3": ("h1", "cp -a -r /data/install /data/install_$(date +%Y%m%d%H%M)\nmv /data/src /data/src.bak"),
    "6.1": (
        "h1",
        f"""
mv /data/tmp/src /data/
rsync -az --delete {EXCLUDES} /data/tmp/install/ /data/install/
cd /data/src/; for f in *gz; do tar xf $f; done
cp -a /data/src.bak/cert /data/src/
cp -a /data/src.bak/backup /data/src/
""",
    ),
    "6.2": ("h1", f"cat > /data/install/install.config << 'CONFIG'\n{INSTALL_CONFIG}CONFIG"),
    "6.3": (
        "h1",
        """
source /data/install/utils.fc
cd /data/install
./bin/generate_blueking_generate_envvars.sh dbadmin >> bin/01-generate/dbadmin.env
{
    echo
    echo BK_GSE_REDIS_PASSWORD=$(awk -F= '/BK_REDIS_CLUSTER_ADMIN_PASSWORD/{print $2}' bin/01-generate/dbadmin.env)
    echo BK_GSE_ZK_TOKEN=$BK_GSE_ZK_AUTH
} >> bin/03-userdef/gse.env
{
    echo
    echo BK_JOB_RUN_MODE=stable
    echo BK_JOB_MONGODB_URI=$BK_JOB_LOGSVR_MONGODB_URI
    echo BK_JOB_RABBITMQ_PASSWORD=$BK_JOB_EXECUTE_RABBITMQ_PASSWORD
    echo BK_JOB_MYSQL_PASSWORD=$BK_JOB_EXECUTE_MYSQL_PASSWORD
    echo BK_JOB_REDIS_PASSWORD=$BK_JOB_EXECUTE_REDIS_PASSWORD
    echo BK_JOB_CRONTAB_SERVER_HOST0=$BK_JOB_IP
} >> bin/03-userdef/job.env
sed -i -e "\\#BK_JOB_API_PUBLIC_URL#s#=.*#=\\"$BK_JOB_PUBLIC_URL\\"#" -e "\\#BK_JOB_API_PUBLIC_ADDR#s#=.*#=\\"$BK_JOB_PUBLIC_ADDR\\"#" bin/03-userdef/global.env
for m in gse cmdb bknodeman; do printf '\\nBK_GSE_AGENT_VERSION=v1\\n' >> bin/03-userdef/$m.env; done
""",
    ),
    "6.4": (
        "h1",
        """
cd /data/install
for m in bkmonitorv3 bklog; do printf '\\nBK_SSM_HOST=\\nBK_SSM_PORT=\\n' >> bin/default/$m.env; done
printf 'BK_MONITOR_RUN_MODE=stable\\n' >> bin/03-userdef/bkmonitorv3.env
for m in bkmonitorv3 bklog; do printf '\\nBK_SSM_HOST=bkssm.service.consul\\nBK_SSM_PORT=5000\\n' >> bin/03-userdef/$m.env; done
""",
    ),
    "6.5": ("h1", "cd /data/install\n./bkcli install bkenv\n./bkcli sync common"),
    "7.1 stop": ("h1", f'cd /data/install\n./pcmd.sh -m paas "systemctl disable --now {PAAS_UNITS}"'),
    "7.1 remove": (
        "h1",
        f"""
cd /data/install
./pcmd.sh -m paas "cd /usr/lib/systemd/system && rm -vf {PAAS_UNITS} && systemctl daemon-reload"
./pcmd.sh -m paas "rmvirtualenv {PAAS_VENVS}"
""",
    ),
    "7.1 install": ("h1", "cd /data/install\n./bkcli sync paas && ./bkcli install paas"),
    "7.1 variables": ("h1", "cd /data/install\nsource tools.sh\nadd_saas_environment"),
    "7.2": (
        "h1",
        """
cd /data/install
source /data/install/utils.fc
./pcmd.sh -m nginx "rsync -av --delete /data/install/support-files/templates/nginx/*.conf /etc/consul-template/templates"
./pcmd.sh -m nginx "systemctl reload consul-template.service"
./pcmd.sh -m nginx "${CTRL_DIR}/bin/release_job_frontend.sh -p ${INSTALL_PATH} -B ${BK_PKG_SRC_PATH}/backup -s ${BK_PKG_SRC_PATH}/ -i $BK_JOB_API_PUBLIC_URL"
""",
    ),
    "repair": (
        "h1",
        """
source /data/install/utils.fc
cd /data/install
for n in mysql-auth mysql-apigw; do
    script -qec "./bin/setup_mysql_loginpath.sh -n $n -h $BK_MYSQL_IP0 -u root -p '$BK_MYSQL_ADMIN_PASSWORD'" /dev/null
done
./pcmd.sh -H $BK_MYSQL_IP0 "/data/install/bin/grant_mysql_priv.sh -n default-root -u bkauth -p '$BK_AUTH_MYSQL_PASSWORD' -H $ALL_IP_COMMA"
""",
    ),
    "7.3": ("h1", "cd /data/install\n./bkcli sync bkauth && ./bkcli install bkauth && ./bkcli start bkauth"),
    "7.4": ("h1", "cd /data/install\n./bk_install apigw"),
    "7.5": (
        "h1",
        "cd /data/install\n./bkcli sync paas_plugins\n./bkcli install paas_plugins\n./bkcli restart paas_plugins || :",
    ),
    "7.6 upgrade": ("h1", "cd /data/install\n./bkcli upgrade bkiam\n./bkcli install saas-o bk_iam"),
    "7.6 migrate": (
        "h1",
        f"""
source /data/install/utils.fc
/opt/py36/bin/pip3 install PyMySQL
/opt/py36/bin/python3 /data/migrate_subject_system_group.py {SUBJECTS} migrate
/opt/py36/bin/python3 /data/migrate_subject_system_group.py {SUBJECTS} check
""",
    ),
    "7.7 stop": ("h1", _retired("usermgr", "bk-usermgr.service", "usermgr-api")),
    "7.7 update": (
        "h1",
        "cd /data/install\n./bkcli install saas-o bk_user_manage\n./bkcli sync usermgr\n./bkcli install usermgr",
    ),
    "7.8.1": ("h1", "cd /data/install\n./bkcli install redis_cluster"),
    "7.8.2": ("h1", "cd /data/install\n./bkcli sync gse\n./bkcli install gse\n./bkcli restart gse"),
    "7.8.3": (
        "h1",
        f"""
cd /data/install
./pcmd.sh -m gse "systemctl disable --now {GSE_UNITS}"
./pcmd.sh -m gse "cd /usr/lib/systemd/system && rm -vf {GSE_UNITS} && systemctl daemon-reload"
""",
    ),
    "7.9": ("h1", "cd /data/install\n./bkcli upgrade cmdb"),
    "7.10.1": (
        "h1",
        """
cd /data/install
source /data/install/utils.fc
./pcmd.sh -m all "rsync -a ${CTRL_DIR}/bin/yq /usr/local/bin/ && chmod +x /usr/local/bin/yq"
yq -i '.job.features.gseV2.enabled = false' '/data/src/job/support-files/templates/#etc#job#job-common#application.yml'
""",
    ),
    "7.10.2": ("h1", "cd /data/install\n./bkcli upgrade job"),
    "7.10.3": ("h3", f"source /data/install/utils.fc\n{UPGRADER} BEFORE_UPDATE_JOB\n{UPGRADER} AFTER_UPDATE_JOB"),
    "7.11 stop": ("h1", _retired("nodeman", "bk-nodeman.service", "bknodeman-nodeman")),
    "7.11 update": (
        "h1",
        "cd /data/install\n./bkcli install saas-o bk_nodeman\n./bkcli sync nodeman\n./bkcli install nodeman",
    ),
    "7.12": ("h1", "cd /data/install\n./bkcli initdata nodeman"),
    "7.13": ("h1", "cd /data/install\n./bk_install saas-o bk_sops"),
    "7.14": ("h1", "cd /data/install\n./bk_install saas-o bk_itsm"),
    "7.15 stop": ("h1", _retired("monitorv3", "bk-monitor.service", "bkmonitorv3-monitor")),
    "7.15 update": (
        "h1",
        """
cd /data/install
./bkcli install saas-o bk_monitorv3
./bkcli stop bkmonitorv3
./bkcli sync bkmonitorv3
./bkcli install bkmonitorv3
""",
    ),
    "7.15 after": (
        "h1",
        """
docker exec bk-monitor ./bin/manage.sh init_space_data
docker cp /data/bkce/bkmonitorv3/support-files bk-monitor:/data/bkce/bkmonitorv3/monitor/support-files
docker exec bk-monitor ./bin/api_manage.sh iam_upgrade_action_v2
""",
    ),
    "7.16 stop": ("h1", _retired("log", "bk-log-api.service", "bklog-api")),
    "7.16 update": (
        "h1",
        """
cd /data/install
./bkcli stop bklog
./bkcli install saas-o bk_log_search
./bkcli sync bklog
./bkcli install bklog
""",
    ),
    "7.16 after": (
        "h3",
        """
docker exec bk-log-api mkdir -p /data/bkce/bklog/api/support-files/iam
docker cp /data/bkce/bklog/support-files/iam/ bk-log-api:/data/bkce/bklog/api/support-files
docker exec bk-log-api bash -lc "source bin/environ.sh; /cache/.bk/env/bin/python3 manage.py iam_upgrade_action_v2"
""",
    ),
    "7.18": ("h1", "source /data/install/tools.sh\n_update_common_info"),
}


def up_to(section: str) -> tuple[str, ...]:
    """All sections to this one, as an operator works through the guide."""
    names = tuple(STEPS)
    return names[: names.index(section) + 1]
