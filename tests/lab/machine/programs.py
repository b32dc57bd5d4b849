# ruff: noqa: E501 — texts of small programs, and a table that reads best one line per thing
"""The programs of products, tiny stand-ins of which lie in the packages and below /data/bkce.

A server answers health questions on its port; GSE's wait for a port that its predecessor still holds, as the real ones
do; what runs in a container is called by the guide and by scripts, and says what it was called with.
"""

from .place import HERE
from .release import UNITS_61, Unit

SERVER = """\
#!/bin/busybox sh
# Stand-in for {name}: answers health questions on port {port}, and does nothing else.
exec /bin/busybox httpd -f -p {port} -h /usr/local/lib/bklab/{www}
"""
EDITABLE = """\
#!/usr/bin/python3 -BI
# Stand-in for {name}: answers health questions on port {port}; its admin notes whether the BlueKing business may be
# edited, for six hours, and its api says so.
import functools, http.server, json, pathlib, time

STATE = pathlib.Path("/var/lib/bklab/cmdb-editable")
CONFIG = "/system/user_config/blueking_modify/"


class Cmdb(http.server.SimpleHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if {port} == 9000 and CONFIG in self.path:
            STATE.parent.mkdir(exist_ok=True)
            STATE.write_text("%d" % (time.time() + 21600 if self.path.endswith("/true") else 0))
            return self.say("modify system user config success")
        if {port} == 9001 and self.path.endswith("/system/config/user_config/blueking_modify"):
            return self.say(STATE.exists() and int(STATE.read_text() or 0) > time.time())
        return self.send_error(404)

    def say(self, data):
        told = json.dumps({{"result": True, "bk_error_code": 0, "bk_error_msg": "success", "data": data}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", {port}), functools.partial(Cmdb, directory="/usr/local/lib/bklab/{www}")).serve_forever()
"""
PATIENT = """\
#!/bin/busybox sh
# Stand-in for {name}: answers on port {port} as soon as nobody else does.
while :; do /bin/busybox httpd -f -p {port} -h /usr/local/lib/bklab/{www} 2>/dev/null; /bin/busybox sleep 1; done
"""
WORD = """\
#!/bin/busybox sh
# Stand-in for {name}: reads one request of its own protocol, and replies what its file says.
[ "$1" != reply ] || {{ /bin/busybox head -c {size} > /dev/null; exec /bin/busybox cat /usr/local/lib/bklab/replies/{name}; }}
exec /bin/busybox nc -ll -p {port} -e "$0" reply
"""
MANAGED = """\
#!/bin/busybox sh
# Stand-in for {name}: listens on port {port}; its management on 15672 lists the nodes.
/bin/busybox httpd -p 15672 -h /usr/local/lib/bklab/www-{name}
exec /bin/busybox httpd -f -p {port} -h /usr/local/lib/bklab/www-{name}
"""
IDLE = "#!/bin/busybox sh\n# Stand-in for {name}, which listens on no port.\nexec /bin/busybox tail -f /dev/null\n"
KEPT = ("cmdb", "job", "bkiam", "bkssm", "license", "paas_agent")
"""Products whose units 6.2 takes over from 6.1 as they are."""

CALLED = """\
#!/bin/sh
# stand-in, runs in the container: says what it was called with
echo "lab: $0 $*"
"""
SPACES = """\
#!/bin/sh
# stand-in, runs in the container: says what it was called with, and of the spaces that they were made
echo "lab: $0 $*"
[ "$1" != init_space_data ] || echo "init space data successfully"
"""
ACTIONS = """\
#!/bin/sh
# stand-in for the IAM upgrade: without the files that were to be copied in it says sorry; it exits 0 either way
echo "lab: $0 $*"
if ls support-files/iam/* > /dev/null 2>&1; then echo "Congratulations! IAM upgrade successfully!!!"
else echo "Sorry, maybe something wrong, please check"; fi
"""
SUPERVISOR = """\
#!/bin/bash
# Stand-in for supervisord with the gateway's four services: one that ends is started again, and each on its own. The
# operator answers only once it has reached etcd, over TLS with the certificates of this host.
source "$2"
serve () { while :; do busybox httpd -f -p "$1" -h /usr/local/lib/bklab/www; sleep 1; done; }
etcd () { etcdctl --endpoints=https://etcd.service.consul:2379 --cacert="$certs/etcd-ca.pem" --cert="$certs/etcd0.pem" \\
    --key="$certs/etcd0-key.pem" --command-timeout=3s get --keys-only bk > /dev/null; }
operator () { until etcd; do sleep 0.5; done; serve 6004; }
export ETCDCTL_API=3
serve 6000 & serve 6010 & serve 6013 & operator &
wait
"""
APISIX = """\
#!/bin/bash
# Stand-in for apisix: a daemon of its own on port 6006.
pid=${0%%/bk_apigateway/*}/logs/bk_apigateway/apisix/logs/nginx.pid
case $1 in
    start)
        setsid busybox httpd -f -p 6006 -h /usr/local/lib/bklab/www < /dev/null > /dev/null 2>&1 &
        echo $! > "$pid" ;;
    stop) kill "$(cat "$pid")" ;;
esac
"""
ALERT = IDLE.format(name="log_alert")
ETCD = "#!/bin/sh\n# stand-in: the lab's package stays small, the server is Debian's\nexec /usr/bin/{name} \"$@\"\n"
UPGRADER = "job.manage.server.address=__BK_JOB_CRONTAB_SERVER_HOST0__:10505\n"
JOB_TEMPLATES = "job/support-files/templates/#etc#job#"
GSE_TEMPLATE = '{"zk": "__BK_GSE_ZK_TOKEN__", "redis": "__BK_GSE_REDIS_PASSWORD__", "ip": "__LAN_IP__"}\n'
AUTH_TEMPLATE = """\
mysql_host: __BK_AUTH_MYSQL_HOST__
mysql_port: __BK_AUTH_MYSQL_PORT__
mysql_user: __BK_AUTH_MYSQL_USER__
mysql_password: __BK_AUTH_MYSQL_PASSWORD__
port: __BK_AUTH_PORT__
"""
FILES_OF_BOTH = {
    "job/frontend/index.html": "<html><!-- stand-in --><script>BK_JOB_API={{JOB_API_URL}}</script></html>\n"
}
FILES_622: dict[str, str] = {  # path below /data/src -> text; beginning with #! it is a program
    "bk_apigateway/bin/supervisord": SUPERVISOR,
    "bk_apigateway/apisix/apisix/apisix.sh": APISIX,
    "bk_apigateway/apisix/openresty/lab.so": "stand-in\n",
    "bk_apigateway/dashboard-fe/index.html": "<html><!-- stand-in --></html>\n",
    "bk_apigateway/support-files/templates/dashboard-fe#static#runtime#runtime.js": "window.API='__BK_APIGW_PUBLIC_ADDR__';\n",
    "bkmonitorv3/monitor/runmigrate.sh": CALLED,
    "bkmonitorv3/monitor/bin/manage.sh": SPACES,
    "bkmonitorv3/monitor/bin/api_manage.sh": ACTIONS,
    "bkmonitorv3/support-files/iam/0001_monitor.json": "{}\n",
    "bklog/api/bin/environ.sh": "export BK_ENV=production\n",
    "bklog/api/manage.py": "# stand-in\n",
    "bklog/support-files/iam/0001_log.json": "{}\n",
    "bknodeman/nodeman/bin/environ.sh": "export BK_ENV=production\n",
    "bknodeman/nodeman/bin/manage.sh": CALLED,
    "bknodeman/nodeman/manage.py": "# stand-in\n",
    "bknodeman/nodeman/official_plugin/gse_agent/.keep": "",
    "bknodeman/nodeman/official_plugin/gse_proxy/.keep": "",
    "etcd-v3.5.4-linux-amd64/etcd": ETCD.format(name="etcd"),
    "etcd-v3.5.4-linux-amd64/etcdctl": ETCD.format(name="etcdctl"),
    "etcd-v3.5.4-linux-amd64/etcdutl": ETCD.format(name="etcdctl"),
    "bkauth/support-files/templates/#etc#bkauth_config.yaml": AUTH_TEMPLATE,
    "gse/support-files/templates/#etc#gse#gse_data.conf": GSE_TEMPLATE,
    "job/backend/upgrader-3.8.1-beta.5.jar": "stand-in\n",
    f"{JOB_TEMPLATES}job-common#application.yml": "job:\n  web:\n    domain: __BK_DOMAIN__\n  features:\n    gseV2:\n      enabled: true\n",
    f"{JOB_TEMPLATES}upgrader#upgrader.properties": UPGRADER,
    "paas_plugins/log_agent/conf/.keep": "",
    "paas_plugins/log_parser/conf/.keep": "",
    "paas_plugins/log_alert/run": ALERT,
    "paas_plugins/support-files/pkgs/filebeat-5.2.0-x86_64.rpm": "stand-in\n",
    "paas_plugins/support-files/pkgs/logstash-7.16.1-x86_64.rpm": "stand-in\n",
}  # fmt: skip


REQUESTS = {"zookeeper": 4, "mongod": 55, "kafka": 23}
"""What bkrec, or a monitor, asks each of them, in bytes: `srvr`, isMaster, Metadata."""
PAGES = {  # below www-NAME: what a health check of the service is answered
    "elasticsearch/_cluster/health": '{"cluster_name":"bkee-es","status":"yellow","number_of_nodes":1}\n',
    "influxdb/ping": "",
    "rabbitmq-server/api/nodes": '[{"name":"rabbit@h2","running":true,"mem_alarm":false,"disk_free_alarm":false}]\n',
}


def _mongod(*, primary: bool) -> bytes:
    """OP_MSG with isMaster's document: a replica set of this one, which leads or does not know who does."""
    flags = b"".join(
        b"\x08" + name + b"\0" + bytes([value]) for name, value in ((b"ismaster", primary), (b"secondary", not primary))
    )
    fields = b"\x02setName\0\4\0\0\0rs0\0" + flags + b"\x01ok\0\0\0\0\0\0\0\xf0\x3f"
    document = (len(fields) + 5).to_bytes(4, "little") + fields + b"\0"
    return (len(document) + 21).to_bytes(4, "little") + b"\1\0\0\0\1\0\0\0\xdd\7\0\0\0\0\0\0\0" + document


def _kafka(controller: bytes) -> bytes:
    """Metadata v1: one broker without a rack, the controller, no topics."""
    body = b"\0\0\0\1\0\0\0\1\0\0\0\0\0\x0810.0.0.3\0\0\x23\x84\xff\xff" + controller + b"\0\0\0\0"
    return len(body).to_bytes(4, "big") + body


REPLIES = {
    "zookeeper": b"Zookeeper version: 3.4.14 (stand-in)\nMode: standalone\nNode count: 5\n",
    "mongod": _mongod(primary=True),
    "mongod.alone": _mongod(primary=False),
    "kafka": _kafka(b"\0\0\0\0"),
    "kafka.alone": _kafka(b"\xff\xff\xff\xff"),
}


def program(unit: Unit) -> str:
    if unit.name in REQUESTS:
        return WORD.format(name=unit.name, port=unit.port, size=REQUESTS[unit.name])
    if unit.name == "rabbitmq-server":
        return MANAGED.format(name=unit.name, port=unit.port)
    if f"{unit.name}/" in "".join(PAGES):
        return SERVER.format(name=unit.name, port=unit.port, www=f"www-{unit.name}")
    text = IDLE if not unit.port else PATIENT if unit.name.startswith("bk-gse-") else SERVER
    text = EDITABLE if unit.name in ("bk-cmdb-admin", "bk-cmdb-api") else text
    # PaaS alone has a slash at the end of its health address
    return text.format(name=unit.name, port=unit.port, www="www-paas" if unit.name.startswith("bk-paas-") else "www")


def of_release(*, new: bool) -> list[Unit]:
    """Units whose programs a release's package brings."""
    if not new:
        return UNITS_61
    return [*(unit for unit in UNITS_61 if unit.binary.split("/")[0] in KEPT), *_installed_by_62()]


def _installed_by_62() -> list[Unit]:
    table = (HERE / "vendor/install62/module_services.conf").read_text(encoding="utf-8")
    rows = (line.split() for line in table.splitlines())
    return [Unit(host="", name=name, binary=file, port=int(port)) for _, name, file, port, _ in rows]
