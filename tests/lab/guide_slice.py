# ruff: noqa: E501 — commands as an operator pastes them
"""The slice of the upgrade guide that bkrec does first, as an operator pastes it: section -> host, commands.

Used to see that the stand-in is faithful: run by hand on a pristine lab it must end in the state the guide promises.
`repair` is what the guide lacks (login path and grants of the new MySQL users).
"""

INSTALL_CONFIG = """\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana),monitorv3(ingester),apigw
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas,iam_search_engine
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana),auth,redis_cluster,etcd
"""
PAAS_UNITS = " ".join(f"bk-paas-{name}.service" for name in ("apigw", "console", "login", "appengine", "esb", "paas"))
PAAS_VENVS = " ".join(f"open_paas-{name}" for name in ("apigw", "appengine", "console", "esb", "login", "paas"))
EXCLUDES = '--exclude=".*" --exclude="install.config" --exclude="bin/0[1234]-*"'

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
    "7.8.1": ("h1", "cd /data/install\n./bkcli install redis_cluster"),
}
