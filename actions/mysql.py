"""MySQL for a new product: the login path on the controller and the grant of its user.

The guide forgets both, and `install bkauth` stops without them. The vendor's two scripts take the password as an
argument, where `ps` shows it; here it goes from the vendor's env file to the tool's prompt or input on the host.
Source: ce/install.sh:201-208, bin/setup_mysql_loginpath.sh, bin/grant_mysql_priv.sh; domain notes M2.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.env_shell import ADMIN, MYSQL_PORT, VALUE
from probes.command import Command
from probes.fact import AnyExpected
from probes.mysql import LoginPath, MysqlUser
from specs.reason import reason

LOGIN: LiteralString = (
    "set -eu\n"
    + ADMIN
    + MYSQL_PORT
    + """
BKREC_PASSWORD=$(admin "$1" BK_MYSQL_ADMIN_PASSWORD)
[ -n "$BKREC_PASSWORD" ] || { echo "no BK_MYSQL_ADMIN_PASSWORD in dbadmin.env below $1/bin" >&2; exit 1; }
user=$(admin "$1" BK_MYSQL_ADMIN_USER)
BKREC_PORT=$(mysql_port "$1/bin/04-final/paas.env" BK_PAAS_MYSQL_PORT)
BKREC_LOGIN=$2 BKREC_HOST=$3 BKREC_USER=${user:-root}
export BKREC_PASSWORD BKREC_LOGIN BKREC_HOST BKREC_PORT BKREC_USER
expect -n -N -c '
    set timeout 30
    log_user 0
    spawn mysql_config_editor set --skip-warn --login-path=$env(BKREC_LOGIN) --host=$env(BKREC_HOST) \\
        --user=$env(BKREC_USER) --port=$env(BKREC_PORT) --password
    expect {
        -nocase "password:" { send -- "$env(BKREC_PASSWORD)\\r" }
        timeout { exit 3 }
        eof { exit 4 }
    }
    expect eof
    exit [lindex [wait] 3]
'
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLoginPath(Action):
    """Store a login path for root on the controller, as `install mysql` of 6.2 would have."""

    install: str
    login_path: str
    server: str
    identity: ClassVar[tuple[str, ...]] = ("login_path",)
    kind: Literal["mysql.login-path"] = "mysql.login-path"
    login_shell: ClassVar[bool] = True
    needs_pty: ClassVar[bool] = True
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = LoginPath(host=self.host, login_path=self.login_path)
        return (fact.must_be("works", because=reason("login-path-set"), source="ce/install.sh:201-208"),)

    def command(self) -> Command:
        return Command(script=LOGIN, args=(self.install, self.login_path, self.server))


GRANT: LiteralString = (
    "set -eu\n"
    + VALUE
    + """
env=$1/bin/04-final/$2 key=$3 user=$4
shift 4
password=$(value "$env" "$key")
[ -n "$password" ] || { echo "no $key in $env" >&2; exit 1; }
case $user in *[!a-z0-9_]*) echo "not a user name: $user" >&2; exit 64;; esac
# sed, not awk: what a backslash in gsub's replacement means differs from awk to awk
quoted=$(printf '%s\\n' "$password" | sed "s/['\\\\]/\\\\\\\\&/g")
grants=
for host in "$@"; do
    case $host in *[!0-9.]*) echo "not an address: $host" >&2; exit 64;; esac
    grants="${grants}GRANT ALL ON *.* TO '$user'@'$host' IDENTIFIED BY '$quoted';
"
done
{
    echo "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '');"
    printf '%s' "$grants"
} | mysql --no-defaults --login-path=default-root
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantUser(Action):
    """Let a product's user in from every host, with the password of its own env file."""

    install: str
    login_path: str
    user: str
    env: str
    key: str
    hosts: tuple[str, ...]
    verified_on: str
    """The controller, where the grant is verified."""
    identity: ClassVar[tuple[str, ...]] = ("login_path", "user")
    kind: Literal["mysql.grant"] = "mysql.grant"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = MysqlUser(host=self.verified_on, login_path=self.login_path, user=self.user, hosts=self.hosts)
        return (fact.must_be("granted", because=reason("user-granted"), source="bin/grant_mysql_priv.sh"),)

    def command(self) -> Command:
        return Command(script=GRANT, args=(self.install, self.env, self.key, self.user, *self.hosts))
