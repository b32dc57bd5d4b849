"""What a platform is, normalised, so that two clusters that were upgraded in different ways can be held together.

Read from outside and by plain commands. Secrets that were generated on the way are replaced by the names of their
variables, wherever they stand; dates in names, certificates and what only moves with time are left out.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import on

TREES = (
    "data/bkce", "data/install", "data/src", "etc/consul.d", "etc/consul-template", "etc/systemd/system",
    "etc/blueking", "etc/redis", "etc/etcd", "etc/docker", "usr/lib/systemd/system", "usr/local/openresty",
    "usr/local/bin", "root/.tag", "root/.migrate",
)  # fmt: skip
OMITTED = re.compile(
    r"data/bkce/(public|logs)/.*|.*/(__pycache__/.*|[^/]*\.(pyc|log|pid|sock))|.*/\.(bkrec|runbook)-(md5|products)"
    r"|data/install/\.bk_install\.step|data/install/bin/02-dynamic/.*"
)
KEYS = re.compile(
    r".*\.(pem|key|crt|csr|srl)|.*/cert/.*|.*_cert[^/]*\.(tgz|tar\.gz)|data/src/backup/.*\.tgz|etc/docker/key\.json"
)
"""Made anew each time, or packed with the time in it: that they are there is all that is compared."""
SECRET = re.compile(
    r"^(?:export )?([A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|KEY|CODE|SALT)[A-Z0-9_]*)=[\"']?([^\s\"']{6,})", re.M
)
UNITS = r"""
systemctl list-unit-files --no-legend --no-pager | awk '$1 ~ /\.service$|\.target$/ { print "enabled", $1, $2 }' | sort
systemctl list-units --all --no-legend --no-pager --plain | awk '$1 ~ /\.service$/ { print "state", $1, $3 }' | sort
if command -v docker >/dev/null; then
    ids=$(docker ps -aq)
    [ -z "$ids" ] || docker inspect --format \
        'container {{.Name}} {{.State.Status}} {{.Config.Image}} {{.HostConfig.RestartPolicy.Name}}' $ids | sort
    docker images --format 'image {{.Repository}}:{{.Tag}}' | sort -u
fi
"""
SHARED = r"""
curl -s 'http://127.0.0.1:8500/v1/kv/?recurse=true' | tr '{' '\n' |
    sed -n 's/.*"Key": *"\([^"]*\)".*"Value": *"\{0,1\}\([^",}]*\).*/kv \1 \2/p'
for table in 'open_paas.esb_app_account:app_code' 'open_paas.paas_app_envvars:app_code,mode,name' \
    'bksuite_common.production_info:code,version' 'mysql.user:user,host'; do
    mysql --no-defaults --login-path=mysql-default -NB -e "select '${table%:*}', ${table#*:} from ${table%:*}" | sort
done
mysql --no-defaults --login-path=mysql-default -NB -e "select 'saas', a.code, v.version from open_paas.paas_saas_app a
    join open_paas.paas_saas_app_version v on v.id = a.online_version_id" | sort
mysql --no-defaults --login-path=mysql-default -NB -e 'show databases' | sort
"""
PASSING = re.compile(
    r"state (user@|user-runtime|run-|session|systemd-|bkrec-|dbus|man-db|apt-|logrotate|e2scrub|fstrim|dpkg).*"
)


def state_of(lab: Lab) -> set[str]:
    secrets = _secrets(lab.place.root(CONTROLLER))
    found = {f"{host} {line}" for host in HOSTS for line in _files(lab.place.root(host), secrets)}
    for host in HOSTS:
        found |= {f"{host} {line}" for line in _lines(on(lab, host, UNITS), secrets) if not PASSING.fullmatch(line)}
    return found | {f"all {line}" for line in _lines(on(lab, CONTROLLER, SHARED), secrets)}


def _secrets(root: Path) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for layer in ("01-generate", "03-userdef"):
        for file in sorted((root / "data/install/bin" / layer).glob("*.env")):
            for name, value in SECRET.findall(file.read_text(encoding="utf-8", errors="replace")):
                found.setdefault(value.encode(), f"<{name}>".encode())
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _lines(text: str, secrets: dict[bytes, bytes]) -> Iterator[str]:
    return (_undated(line) for line in _plain(text.encode(), secrets).decode(errors="replace").splitlines())


def _files(root: Path, secrets: dict[bytes, bytes]) -> Iterator[str]:
    for tree in TREES:
        for path in sorted((root / tree).rglob("*")):
            name = path.relative_to(root).as_posix()
            if OMITTED.fullmatch(name):
                continue
            stat = path.lstat()
            about = f"{_undated(name)} {stat.st_mode:o} {stat.st_uid}:{stat.st_gid}"
            if path.is_symlink():
                yield f"{_undated(name)} -> {_undated(str(path.readlink()))}"
            elif path.is_file() and not KEYS.fullmatch(name):
                yield f"{about} {hashlib.md5(_plain(path.read_bytes(), secrets)).hexdigest()}"
            else:
                yield about


def _plain(data: bytes, secrets: dict[bytes, bytes]) -> bytes:
    for value, name in secrets.items():
        data = data.replace(value, name)
    return data


def _undated(text: str) -> str:
    text = re.sub(r"\.(bkrec|runbook)-retired", ".retired", text)
    return re.sub(r"20\d{6}_\d{4}|20\d{12}|-\d{10}\b", "DATE", text)
