"""How one thing that the oracle names is taken away from a host of the lab, and put back as it was.

By what a person or a failure would do there; nothing here knows how bkrec reads it. A file keeps its times, so that
putting it back is no change; a row of a database goes and comes as a dump of itself.
"""

from dataclasses import dataclass

from tests.lab.machine.place import HOSTS
from tests.oracle.things import Thing

ASIDE = "/root/taken-away"
SQL = "mysql --login-path=mysql-default"
RESTART = """for file in $(grep -ls '{tree}' /usr/lib/systemd/system/*.service | grep -v @); do
    systemctl try-restart "${{file##*/}}"
done"""
"""A VERSION that was put back is newer than the processes of its product, as after an installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    host: str
    """The lab's name of it: h1."""
    take: str
    back: str


def taking(thing: Thing, nginx: str) -> Taking:
    """`nginx`: the address of the entrance. Raises NotImplementedError for a kind that nobody has thought about."""
    take, back = _host(thing) or _controller(thing) or _unknown(thing)
    address = nginx if thing.kind == "page" else thing.host
    host = next(short for short, found in HOSTS.items() if found == address)
    return Taking(host=host, take=f"set -e\nmkdir -p {ASIDE}\n{take}", back=f"set -e\n{back}")


def _unknown(thing: Thing) -> tuple[str, str]:
    raise NotImplementedError(f"how is {thing} taken away?")


def _host(thing: Thing) -> tuple[str, str] | None:
    name = thing.name
    match thing.kind:
        case "unit" if name == "docker.service":
            return f"docker ps -q > {ASIDE}/up; systemctl stop docker.socket docker.service || systemctl stop {name}", (
                f"systemctl start {name}; docker start $(cat {ASIDE}/up)"
            )
        case "unit":
            return f"systemctl stop {name}", f"systemctl start {name}"
        case "boot":
            return f"systemctl disable {name}", f"systemctl enable {name}"
        case "gone-unit":
            file = f"/usr/lib/systemd/system/{name}"
            text = "[Service]\\nExecStart=/bin/sleep infinity\\n"
            return f"printf '{text}' > {file}; systemctl daemon-reload; systemctl start {name}", (
                f"systemctl stop {name}; rm {file}; systemctl daemon-reload"
            )
        case "container":
            return f"docker stop -t 1 {name}", f"docker start {name}"
        case "image":
            other = f"docker tag {thing.value} other:1.0; docker run -d --network=host --name {name} other:1.0"
            return f"docker stop -t 1 {name}; docker rename {name} {name}.aside; {other}", (
                f"docker rm -f {name}; docker rename {name}.aside {name}; docker start {name}"
            )
        case "restart":
            return f"docker update --restart=no {name}", f"docker update --restart={thing.value} {name}"
        case "saas":
            ids = f"docker ps -q --filter name=^{name}-"
            return f"{ids} > {ASIDE}/saas; docker stop -t 1 $(cat {ASIDE}/saas)", f"docker start $(cat {ASIDE}/saas)"
        case "docker":
            file = "/etc/docker/daemon.json"
            return _edited(file, """'s|"data-root": *"[^"]*"|"data-root": "/data/elsewhere"|'""")
        case "port" if thing.value.endswith(".service"):
            return _muted(thing.value)
        case "port":
            rule = f"INPUT -p tcp --dport {name} -j REJECT --reject-with tcp-reset"
            return f"iptables -I {rule}", f"iptables -D {rule}"
        case "redis":
            ask = (
                f"export REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /etc/redis/{name}/redis_cluster.conf)\n"
                f"ask='redis-cli -h {thing.host} -p {name} cluster'\n"
            )
            own = "slot=$($ask nodes | sed -n 's/.*myself.* \\([0-9]*\\)-[0-9]*$/\\1/p')"
            return f"{ask}{own}\necho $slot > {ASIDE}/slot\n$ask delslots $slot", (
                f"{ask}$ask addslots $(cat {ASIDE}/slot)"
            )
        case _:
            return _files(thing)


def _files(thing: Thing) -> tuple[str, str] | None:
    name = thing.name
    match thing.kind:
        case "version":
            take, back = _edited(f"/data/bkce/{name}/VERSION", "s/.*/0.0.1/")
            return take, f"{back}\n{RESTART.format(tree=f'/data/bkce/{name}/')}"
        case "release":
            return _edited(f"{name}/VERSION", "s/.*/6.1.2/")
        case "module":
            return _edited("/data/bkce/.installed_module", f"'/^{name}$/d'")
        case "file":
            return _moved(name)
        case "program":
            return _moved(f"/data/bkce/{name}")
        case "venv":
            return _moved(f"/data/bkce/.envs/{name}")
        case "script":
            return _moved(f"/data/install/{name}")
        case "src-directory":
            return _moved(f"/data/src/{name}")
        case "task":
            return _moved(f"/var/lib/bkrec/tasks/{name}.done")
        case "gone-venv":
            return f"mkdir /data/bkce/.envs/{name}", f"rmdir /data/bkce/.envs/{name}"
        case "setting":
            return _edited(name.partition(" ")[0], "'/gseV2/,/enabled/s/false/true/'")
        case "tree":
            return f"echo mine > {name}/notes.txt", f"rm {name}/notes.txt"
        case "consul":
            take, back = _moved(f"/etc/consul.d/service/{name}.json")
            return f"{take}; consul reload", f"{back}; consul reload"
        case "service":
            *_, service = name.split(".")
            file = f'$(grep -l \'"name": *"{service}"\' /etc/consul.d/service/*.json | head -n 1)'
            aside = f"file={file}; echo $file > {ASIDE}/service; cp -p $file {ASIDE}/copy"
            return f'{aside}; sed -i \'s/"port": *[0-9]*/"port": 1/; s/:[0-9]*"/:1"/\' $file; consul reload', (
                f"cp -p {ASIDE}/copy $(cat {ASIDE}/service); consul reload"
            )
        case "gone-consul":
            file = f"/etc/consul.d/service/{name}.json"
            text = f'{{"service": {{"name": "{name}", "port": 1}}}}'
            return f"echo '{text}' > {file}; consul reload", f"rm {file}; consul reload"
        case _:
            return None


def _controller(thing: Thing) -> tuple[str, str] | None:
    name = thing.name
    first, _, second = name.partition(" ")
    match thing.kind:
        case "env":
            return _edited(f"/data/install/bin/{first}", f"'/^{second}=/d'")
        case "placed":
            return _edited("/data/install/install.config", f"-e 's/ {name},/ /' -e 's/,{name},/,/' -e 's/,{name}$//'")
        case "tag":
            file = f"/root/.tag/{name}"
            take, back = _moved(f"$(ls -d {file} {file}.env 2> /dev/null || :)")
            return f"chattr -i {file}* || :; {take}", back
        case "migrated":
            take, back = _moved(f"/root/.migrate/{name}")
            return f"{{ chattr -i /root/.migrate/{name} || :; }}; {take}", back
        case "login":
            return f"cp -p /root/.mylogin.cnf {ASIDE}/login; mysql_config_editor remove --login-path={name}", (
                f"cp -p {ASIDE}/login /root/.mylogin.cnf"
            )
        case "account":
            user, _, host = name.partition("@")
            return f"{SQL} -e \"RENAME USER '{user}'@'{host}' TO '{user}_'@'{host}'\"", (
                f"{SQL} -e \"RENAME USER '{user}_'@'{host}' TO '{user}'@'{host}'\""
            )
        case "database":
            dump = f"mysqldump --login-path=mysql-default --databases {name} > {ASIDE}/database.sql"
            return f"{dump}; {SQL} -e 'DROP DATABASE {name}'", f"{SQL} < {ASIDE}/database.sql"
        case "product":
            return _row("bksuite_common production_info", f"code = '{name}'")
        case "app":
            return _row("open_paas esb_app_account", f"app_code = '{name}'")
        case "variable":
            return _row("open_paas paas_app_envvars", f"app_code = '{first}' AND name = '{second}'")
        case "gateway":
            released = f"UPDATE bk_apigateway.core_api SET status = {{}} WHERE name = '{first}'"
            return f'{SQL} -e "{released.format(0)}"', f'{SQL} -e "{released.format(1)}"'
        case "online":
            where = f"code = '{name}'"
            change = f"UPDATE open_paas.paas_saas_app SET online_version_id = NULL WHERE {where}"
            return _row("open_paas paas_saas_app", where, change)
        case "kv":
            return (
                f"consul kv get {name} > {ASIDE}/kv; consul kv delete {name}",
                f'consul kv put {name} "$(cat {ASIDE}/kv)"',
            )
        case "page":
            return "systemctl stop openresty.service", "systemctl start openresty.service"
        case _:
            return None


def _muted(unit: str) -> tuple[str, str]:
    """The unit goes on as a program that listens nowhere; long enough for it to count as running."""
    place = f"/run/systemd/system/{unit}.d"
    text = "[Service]\\nExecStart=\\nExecStart=/bin/sleep infinity\\n"
    restart = f"systemctl daemon-reload; systemctl restart --no-block {unit}"
    return f"mkdir -p {place}; printf '{text}' > {place}/muted.conf; {restart}; sleep 7", f"rm -r {place}; {restart}"


def _edited(file: str, sed: str) -> tuple[str, str]:
    return (
        f"cp -p {file} {ASIDE}/edited; sed -i {sed} {file}; ! cmp -s {file} {ASIDE}/edited",
        f"cp -p {ASIDE}/edited {file}",
    )


def _moved(path: str) -> tuple[str, str]:
    """Its name is noted too: what is moved may be found by a pattern."""
    return f"path={path}; echo $path > {ASIDE}/path; mv $path {ASIDE}/moved", f"mv {ASIDE}/moved $(cat {ASIDE}/path)"


def _row(table: str, where: str, change: str = "") -> tuple[str, str]:
    """TABLE is database and table; without a change the row is deleted."""
    dump = (
        f'mysqldump --login-path=mysql-default --replace --no-create-info --complete-insert --where="{where}" {table}'
    )
    change = change or f"DELETE FROM {table.replace(' ', '.')} WHERE {where}"
    return f'{dump} > {ASIDE}/row.sql; {SQL} -e "{change}"', f"{SQL} {table.partition(' ')[0]} < {ASIDE}/row.sql"
