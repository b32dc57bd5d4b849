"""Clusters whose MySQL is not the one that BlueKing's scripts set up, on real parts: MariaDB, and what logs in to it.

    BKREC_LAB=shapes pytest -m campaign -s tests/lab/test_databases.py

A server of the site's own, at an address that is no host's and on another port, without a name in consul: bkrec cannot
dump it and asks; bkauth, which copies rows with its own login, is installed only if 6.2's new variables lead there. And
a second MySQL host in install.config, passwords of administrators changed later: both servers are dumped.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, fresh, guide, measured, on

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

SERVER, PORT = "10.0.0.9", "3307"
DEVICE = "device=$(ip -o -4 address | awk '$4 ~ /^10.0.0.3.24/ { print $2; exit }')"
MOVED = f"""
set -e
{DEVICE}
ip address replace {SERVER}/24 dev "$device"
sed -i 's/^\\[mysqld\\]$/[mysqld]\\nport={PORT}/' /etc/mysql/default.my.cnf
systemctl restart mysql@default
rm /etc/consul.d/service/mysql-default.json
consul reload
"""
"""The database administrator's side: another address, another port, and BlueKing's consul does not know it."""

DECLARED = f"""
set -e
cd /data/install
sed -i -E 's/([ ,])mysql,/\\1/' install.config
! grep -q mysql install.config
for file in bin/default/*.env; do
    own=bin/03-userdef/${{file##*/}}
    sed -n -E 's/^(BK_[A-Z0-9_]+_MYSQL_HOST)=.+/\\1={SERVER}/p' "$file" >> $own
    sed -n -E 's/^(BK_[A-Z0-9_]+_MYSQL_PORT)=.+/\\1={PORT}/p' "$file" >> $own
done
printf 'BK_AUTH_MYSQL_PASSWORD=CANARYauth\\n' >> bin/03-userdef/bkauth.env
printf 'BK_APIGW_MYSQL_PASSWORD=CANARYapigw\\n' >> bin/03-userdef/bkapigw.env
./bkcli install bkenv > /dev/null 2>&1
./bkcli sync common > /dev/null
sed -i 's/^host = .*/host = {SERVER}/; s/^port = .*/port = {PORT}/' ~/.mylogin.cnf
mysql --login-path=mysql-paas -N -e 'select @@port' | grep -qx {PORT}
"""
"""The operator's: in 03-userdef of each product, the passwords of the two users to come among them."""

GRANTED = f"""
for pair in bkauth:CANARYauth apigw:CANARYapigw; do
    for host in 10.0.0.1 10.0.0.2 10.0.0.3 {SERVER}; do
        echo "GRANT ALL ON *.* TO '${{pair%%:*}}'@'$host' IDENTIFIED BY '${{pair##*:}}';"
    done
done | mysql --login-path=default-root
"""
"""From the server's own address too: in the lab it lies on a host of the cluster, which then speaks from there."""

TABLES = """
mysql --login-path=mysql-default -N -e "
    select table_schema, table_name from information_schema.tables
    where table_schema like 'bk%' or table_schema = 'open_paas' order by 1, 2"
"""


@pytest.fixture
def elsewhere(lab: Lab) -> Iterator[None]:
    """A reset does not take the address away: it belongs to the network, not to the host's files."""
    yield
    on(lab, "h3", f'{DEVICE}\nip address del {SERVER}/24 dev "$device"', None)


@pytest.mark.usefixtures("elsewhere")
def test_mysql_of_ones_own_is_found_asked_about_and_used_by_what_is_new(lab: Lab, tmp_path: Path) -> None:
    desk: Desk = fresh(lab, tmp_path / "desk", whole=True)
    on(lab, "h3", MOVED)
    guide(lab, "h1", DECLARED)
    own = "cat /data/install/bin/03-userdef/{paas,job,bkiam}.env | grep -E 'MYSQL_(HOST|PORT)='; cat ~/.mylogin.cnf"
    before, tables = on(lab, "h1", own), on(lab, "h1", TABLES)

    without_users = desk.bkrec("plan", "-o", "json").out
    assert "grant-elsewhere" in without_users
    assert "BK_AUTH_MYSQL_PASSWORD" in without_users
    approved = ("apply", "--yes", "--approve", "databases-dumped", "-o", "json")
    refused, written = wrote(lab, lambda: desk.bkrec(*approved))
    assert (refused.must(5).code, written) == (5, [])
    assert "grant-elsewhere" in refused.out
    on(lab, "h3", GRANTED)

    asked = desk.bkrec("apply", "--yes", "-o", "json").must(5)
    assert "preflight-databases" in asked.out
    assert f"mysql {SERVER}" in asked.out
    with measured("apply, MySQL outside install.config"):
        desk.bkrec(*approved, timeout_s=1200).must(0)
    assert desk.bkrec("check", "-o", "json").must(0).document["verdict"] == "converged"

    merged = on(lab, "h1", "grep -hE '_MYSQL_(HOST|PORT)=' /data/install/bin/04-final/{bkauth,bkapigw,job}.env").split()
    for key in ("BK_AUTH_MYSQL", "BK_APIGW_MYSQL", "BK_JOB_MYSQL", "BK_PAAS_MYSQL"):
        assert {f"{key}_HOST={SERVER}", f"{key}_PORT={PORT}"} <= set(merged), key
    after = on(lab, "h1", own)
    assert all(line in after.splitlines() for line in before.splitlines())
    assert set(tables.splitlines()) <= set(on(lab, "h1", TABLES).splitlines())
    assert on(lab, "h3", "ls -A /data/dbbak 2> /dev/null || :") == ""


SECOND = """
set -e
data=/data/bkce/public/mysql/default
install -d -o mysql -g mysql "$data" /etc/mysql /var/log/mysql
sed 's#^server-id=.*#server-id=2#' > /etc/mysql/default.my.cnf
mariadb-install-db --defaults-file=/etc/mysql/default.my.cnf --user=mysql --auth-root-authentication-method=normal \
    --skip-test-db > /dev/null
systemctl enable --now mysql@default
until mariadb-admin --no-defaults -uroot -S /run/mysqld/mysqld.sock ping > /dev/null 2>&1; do sleep 0.2; done
mariadb --no-defaults -uroot -S /run/mysqld/mysqld.sock -e "
    CREATE DATABASE reports; CREATE TABLE reports.days (id INT PRIMARY KEY); INSERT INTO reports.days VALUES (7);
    ALTER USER root@localhost IDENTIFIED BY 'CANARYsecond'"
umask 077
cat >> ~/.mylogin.cnf << 'END'
[default-root]
user = root
socket = /run/mysqld/mysqld.sock
password = CANARYsecond

END
"""
LISTED = """
set -e
cd /data/install
sed -i -E 's/^10\\.0\\.0\\.1 /10.0.0.1 mysql,/' install.config
{ grep '^10.0.0.3 ' install.config; grep -v '^10.0.0.3 ' install.config; } > install.config.new
mv install.config.new install.config
./bkcli sync common > /dev/null
"""
"""Behind the host whose server has the products' databases: the vendor's scripts take the first that is listed."""
CHANGED = """
set -e
cd /data/install
source bin/01-generate/dbadmin.env
new=CANARYchanged
for host in localhost 10.0.0.1 10.0.0.2 10.0.0.3; do echo "ALTER USER root@'$host' IDENTIFIED BY '$new';"; done |
    ssh 10.0.0.3 mysql --login-path=default-root
sed -i "s/^password = $BK_MYSQL_ADMIN_PASSWORD$/password = $new/" ~/.mylogin.cnf
ssh 10.0.0.3 sed -i "'s/^password = .*/password = $new/'" /root/.mylogin.cnf
sed -i "s/^requirepass .*/requirepass $new/" /etc/redis/default.conf
systemctl restart redis@default
printf 'BK_MYSQL_ADMIN_PASSWORD=%s\\nBK_REDIS_ADMIN_PASSWORD=%s\\n' $new $new >> bin/03-userdef/dbadmin.env
mysql --login-path=mysql-paas -e 'select 1' > /dev/null
"""
"""As an administrator does it, and declares it where load_env.sh reads last."""


@pytest.mark.condition("v18-passwords")
def test_two_mysql_hosts_are_both_dumped_and_changed_passwords_are_used(lab: Lab, tmp_path: Path) -> None:
    desk: Desk = fresh(lab, tmp_path / "desk", whole=True)
    guide(lab, "h1", CHANGED)
    config = on(lab, "h3", "cat /etc/mysql/default.my.cnf")
    assert lab.ssh("h1", f"bash -c {_quoted(SECOND)}", stdin=config.encode()).returncode == 0
    guide(lab, "h1", LISTED)
    rows = "mysql --login-path=default-root -N -e 'select * from reports.days'"
    own = f"cat /data/install/bin/03-userdef/dbadmin.env; {rows}"
    before = on(lab, "h1", own)
    with measured("apply, two MySQL hosts"):
        desk.bkrec("apply", "--yes", "-o", "json", timeout_s=1200).must(0)
    assert desk.bkrec("check", "-o", "json").must(0).document["verdict"] == "converged"
    assert on(lab, "h1", own) == before
    for host, database in (("h1", "reports"), ("h3", "open_paas")):
        on(lab, host, f"grep -aq 'CREATE DATABASE.*{database}' /data/dbbak/bkrec-*/bk_mysql_alldata.sql")


def _quoted(script: str) -> str:
    return "'" + script.replace("'", "'\\''") + "'"
