"""MySQL through the vendor's login paths: logins, grants, registered apps and versions, pending SQL.

One `mysql` call per login path runs fixed queries under --force, and the answers are filtered afterwards, so no
name from outside is ever part of SQL. Each query begins with a row of its own, since an empty table and a query that
failed look alike otherwise. Tokens and values of variables are never selected.

What root's ~/.my.cnf or /etc/my.cnf says to a client (`xml`, `safe-updates`, `tee`) would change what is answered or
write a file: behind --no-defaults the login path alone is read, which has host, port, user and password
(bin/setup_mysql_loginpath.sh:93-105; MySQL 5.7, mysys/my_default.c, my_load_defaults). With it --print-defaults prints
nothing. Source: mysql(1), --login-path, --batch; bin/sql_migrate.sh:113-126 (marks in ~/.migrate by the file's name);
bin/grant_mysql_priv.sh:109 (what is granted); MySQL 5.7, grant tables: mysql.user, mysql.db, tables_priv, procs_priv.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar, Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.login_paths import LOGIN_PATHS
from probes.lib.rows import MISSING, ROOT_HOME, Row, groups_of, unescape
from probes.probe import Probe
from specs.reason import reason

Login = Literal["works", "denied"]
Grant = Literal["granted", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPath(Fact[Login]):
    """Absent where ~/.mylogin.cnf of root has no such path; Unknown where the server did not answer."""

    login_path: str
    kind: Literal["mysql.login-path"] = "mysql.login-path"


@dataclass(frozen=True, slots=True, kw_only=True)
class MysqlWritable(Fact[bool]):
    """False of a server that is read-only (`read_only`, as replicas are), whoever set it so."""

    login_path: str
    kind: Literal["mysql.writable"] = "mysql.writable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MysqlUser(Fact[Grant]):
    """May the user connect from every one of the hosts? From "%" is from everywhere, "10.0.0.%" from a network."""

    login_path: str
    user: str
    hosts: tuple[str, ...]
    kind: Literal["mysql.user"] = "mysql.user"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivilegesMissing(Fact[tuple[str, ...]]):
    """What the user may no longer do from one of these hosts: "iam@10.0.0.1 INSERT UPDATE"; () of a user without an
    account for them. It is what the account may do that the server takes for that host, not what the user's others may.

    The vendor grants ALL ON *.*. Of that, the eight are asked for with which products read, write and migrate their
    tables; a server lists ALL as single columns, so those are compared. Rights of one schema count like those of all:
    which schema is whose, an administrator decides. An account with none of the eight for all schemas is such an
    administrator's own: it lacks something only where it may read, write, change and delete in no schema. One with
    rights of single tables or routines, or with a role, is not judged."""

    login_path: str
    user: str
    hosts: tuple[str, ...]
    kind: Literal["mysql.privileges-missing"] = "mysql.privileges-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSql(Fact[tuple[str, ...]]):
    """Names of the *.sql in `directory` without a mark of that name in `marks`, sorted; Absent where there is none at
    all, or no `directory`: an empty directory does not show that anything was imported."""

    directory: str
    marks: str
    kind: Literal["mysql.pending-sql"] = "mysql.pending-sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRegistered(Fact[bool]):
    login_path: str
    code: str
    kind: Literal["mysql.app"] = "mysql.app"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasVariables(Fact[tuple[str, ...]]):
    """Names, sorted, of the environment variables that an app gets in all its environments; () where it has none."""

    login_path: str
    app_code: str
    kind: Literal["mysql.saas-variables"] = "mysql.saas-variables"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasVariable(Fact[bool]):
    """Whether one of them is there: an app may have others, which are its owner's business."""

    login_path: str
    app_code: str
    name: str
    kind: Literal["mysql.saas-variable"] = "mysql.saas-variable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductVersion(Fact[str]):
    """Row of bksuite_common.production_info: shown to users, yet no evidence of the installed version."""

    login_path: str
    code: str
    both_may_lack: ClassVar[bool] = True
    kind: Literal["mysql.product-version"] = "mysql.product-version"


RowFact = MysqlWritable | MysqlUser | AppRegistered | SaasVariables | SaasVariable | ProductVersion
TableFact = RowFact | PrivilegesMissing
ServerFact = LoginPath | TableFact
MysqlFact = ServerFact | PendingSql

QUERIES = ("user", "app", "var", "version", "state", "global", "schema", "table", "routine", "role", "role8")
NOT_EVERYWHERE = ("role", "role8")
"""Tables of MariaDB and of MySQL 8: where there is none of the name, there are no such roles."""
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "INDEX", "ALTER")
"""In the order in which the query joins their columns."""
OF_ROWS = frozenset(PRIVILEGES[:4])
Account = tuple[str, frozenset[str]]
"""Of one user: host or pattern, and what it is granted."""

QUERY: LiteralString = r"""server() { # never more than the rows of our own queries, and the numbers of errors
  command -v mysql >/dev/null 2>&1 || { printf '%s\tno-client\n' "$i"; return; }
  known "$1"
  case $? in
    1) printf '%s\tno-path\n' "$i"; return ;;
    2) printf '%s\tcannot-tell\n' "$i"; return ;;
  esac
  granted="concat(select_priv, insert_priv, update_priv, delete_priv, create_priv, drop_priv, index_priv, alter_priv)"
  printf '%s\n' \
    "select 'on';" \
    "select 'user', '', '' union all select 'user', user, host from mysql.user;" \
    "select 'app', '', '' union all select 'app', app_code, '' from open_paas.esb_app_account;" \
    "select 'var', '', '' union all select 'var', app_code, name from open_paas.paas_app_envvars where mode = 'all';" \
    "select 'version', '', '' union all select 'version', code, version from bksuite_common.production_info;" \
    "select 'state', '', '' union all select 'state', 'read_only', @@global.read_only;" \
    "select 'global', '', '' union all select 'global', concat(user, '@', host), $granted from mysql.user;" \
    "select 'schema', '', '' union all select 'schema', concat(user, '@', host), $granted from mysql.db;" \
    "select 'table', '', '' union all select 'table', concat(user, '@', host), '' from mysql.tables_priv;" \
    "select 'routine', '', '' union all select 'routine', concat(user, '@', host), '' from mysql.procs_priv;" \
    "select 'role', '', '' union all select 'role', concat(user, '@', host), '' from mysql.roles_mapping;" \
    "select 'role8', '', '' union all select 'role8', concat(to_user, '@', to_host), '' from mysql.role_edges;" \
    "select 'off';" |
    timeout 20 mysql --no-defaults --login-path="$1" --connect-timeout=5 --force --batch --skip-column-names 2>&1 |
    awk -v i="$i" '
      /^(on$|off$|(user|app|var|version|state|global|schema|table|routine|role8?)\t)/ { print i "\trow\t" $0 }
      /^ERROR [0-9]+ / { match($0, /at line [0-9]+/); print i "\terror\t" $2 "\t" substr($0, RSTART + 8, RLENGTH - 8) }
      END { print i "\tend" }'
}
pending() {
  [ -d "$1" ] || { if missing "$1"; then printf '%s\tabsent\n' "$i"; else printf '%s\tunreadable\n' "$i"; fi; return; }
  [ -r "$1" ] && [ -x "$1" ] || { printf '%s\tunreadable\n' "$i"; return; }
  set -- "$1" "$2" absent
  for file in "$1"/*.sql; do
    [ ! -f "$file" ] || set -- "$1" "$2" end
    [ -f "$file" ] && [ ! -e "$2/${file##*/}" ] || continue
    case ${file##*/} in
      *[![:graph:]]*) printf '%s\todd-name\n' "$i" ;;
      *) printf '%s\tpending\t%s\n' "$i" "${file##*/}" ;;
    esac
  done
  printf '%s\t%s\n' "$i" "$3"
}
[ "$(id -u)" = 0 ] || { echo 'only root has the login paths' >&2; exit 1; }
i=0
while [ $# -gt 0 ]; do
  case $1 in
    server) server "$2"; shift 2 ;;
    pending) pending "$2" "$3"; shift 3 ;;
  esac
  i=$((i + 1))
done
"""

SCRIPT = ROOT_HOME + MISSING + LOGIN_PATHS + QUERY


def command(facts: Sequence[MysqlFact]) -> Command:
    queries = _queries(facts)
    return Command(script=SCRIPT, args=tuple(word for request in queries for word in request), timeout_s=60.0)


def _queries(facts: Sequence[MysqlFact]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(_request(fact) for fact in facts))


def _request(fact: MysqlFact) -> tuple[str, ...]:
    if isinstance(fact, PendingSql):
        return ("pending", fact.directory, fact.marks)
    return ("server", fact.login_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """Answer of one login path. `tables` lacks a query that failed; `errors` has its error number. One that was being
    answered when the client was stopped is in neither: it prints in blocks, and in the middle of a row."""

    tables: Mapping[str, tuple[tuple[str, str], ...]]
    errors: Mapping[str, str]

    def error(self, name: str) -> str:
        """Raises ValueError where it did not fail, and was not answered either."""
        if name not in self.errors:
            raise ValueError(STOPPED)
        return self.errors[name]


def parse(facts: Sequence[MysqlFact], output: Output) -> Readings:
    queries = _queries(facts)
    groups = groups_of(output, count=len(queries))
    rows = {request: groups[index] for index, request in enumerate(queries)}
    return {fact: _read(fact, rows[_request(fact)]) for fact in facts}


def _read(fact: MysqlFact, rows: Sequence[Row]) -> AnyReading:
    if isinstance(fact, PendingSql):
        return _pending(fact, rows)
    match rows:
        case [("no-client",)]:
            return Unknown(reason("tool-missing", tool="mysql"))
        case [("no-path",)]:
            absent = isinstance(fact, LoginPath)
            return Absent() if absent else Unknown(reason("mysql-no-login-path", login_path=fact.login_path))
        case [("cannot-tell",)]:
            return Unknown(reason("mysql-login-path-unread", login_path=fact.login_path))
        case [*rows, ("end",)]:
            return _connected(fact, rows)
        case _:
            raise ValueError("the answer of mysql is cut")


def _pending(fact: PendingSql, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=fact.directory))
        case [*names, ("end",)] if ("odd-name",) in names:
            return Unknown(reason("path-name-unsupported", path=fact.directory))
        case [*names, ("end",)] if all(row[0] == "pending" and len(row) == 2 for row in names):
            return Known(tuple(sorted(row[1] for row in names)))
        case _:
            raise ValueError("the list of SQL files is not understood")


STOPPED = "mysql was stopped before its last query"
DENIED = frozenset({"1044", "1045", "1130", "1698", "1862"})
"""Access denied, to the database or at all; host not allowed; socket users only; password expired."""


def _connected(fact: ServerFact, answer: Sequence[Row]) -> AnyReading:
    errors = {row[2]: row[1] for row in answer if len(row) == 3 and row[0] == "error"}
    if ("row", "on") not in answer:
        number = next(iter(errors.values()), "?")
        return _refused(fact, number)
    if isinstance(fact, LoginPath):
        return Known("works")
    if ("row", "off") not in answer and not errors:
        raise ValueError(STOPPED)
    failed = {name: errors[str(line)] for line, name in enumerate(QUERIES, start=2) if str(line) in errors}
    ended = ("row", "off") in answer or str(len(QUERIES) + 2) in errors
    cut = "" if ended else next(row[1] for row in reversed(answer) if row[0] == "row")
    whole = (name for name in QUERIES if ("row", name, "", "") in answer and name not in failed and name != cut)
    tables = {name: _table(name, answer) for name in whole}
    return _lookup(fact, _Server(tables=tables, errors=failed))


def _refused(fact: ServerFact, number: str) -> AnyReading:
    if number not in DENIED:
        return Unknown(reason("mysql-unreachable", login_path=fact.login_path, error=number))
    if isinstance(fact, LoginPath):
        return Known("denied")
    return Unknown(reason("mysql-denied", login_path=fact.login_path, error=number))


def _table(name: str, answer: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    rows = (row[2:] for row in answer if row[:2] == ("row", name) and row[2:] != ("", ""))
    return tuple((unescape(first), unescape(second)) for first, second in rows)


def _lookup(fact: TableFact, server: _Server) -> AnyReading:
    if isinstance(fact, PrivilegesMissing):
        return _privileges_missing(fact, server)
    name = _query(fact)
    if name not in server.tables:
        return _no_table(fact, server.error(name))
    table = server.tables[name]
    match fact:
        case MysqlWritable():
            return Known(dict(table)["read_only"] in ("0", "OFF"))
        case MysqlUser():
            allowed = [host for user, host in table if user == fact.user]
            everywhere = allowed and all(any(_covers(pattern, host) for pattern in allowed) for host in fact.hosts)
            return Known("granted" if everywhere else "missing")
        case AppRegistered():
            return Known(True) if (fact.code, "") in table else Absent()
        case SaasVariables():
            return Known(tuple(sorted({variable for code, variable in table if code == fact.app_code})))
        case SaasVariable():
            return Known(True) if (fact.app_code, fact.name) in table else Absent()
        case ProductVersion():
            rows = dict(table).get(fact.code)
            return Absent() if rows is None else Known(rows)


def _privileges_missing(fact: PrivilegesMissing, server: _Server) -> AnyReading:
    for name in QUERIES[QUERIES.index("global") :]:
        if name not in server.tables and not (name in NOT_EVERYWHERE and server.error(name) == "1146"):
            return Unknown(reason("mysql-query-failed", login_path=fact.login_path, error=server.error(name)))
    every, schemas = (_accounts(fact.user, server.tables[name]) for name in ("global", "schema"))
    parts = {host for name in ("table", "routine") for host, _ in _accounts(fact.user, server.tables[name])}
    roles = {host for name in NOT_EVERYWHERE for host, _ in _accounts(fact.user, server.tables.get(name, ()))}
    missing: dict[str, None] = {}
    for host in fact.hosts:
        below = [granted for pattern, granted in schemas if _covers(pattern, host)]
        if not any(_covers(pattern, host) for pattern in parts):
            for account, granted in _logged_in_as(host, every):
                if account not in roles and (lacks := _lacks(granted, below)):
                    missing[f"{fact.user}@{account} {' '.join(lacks)}"] = None
    return Known(tuple(missing))


def _logged_in_as(host: str, accounts: Sequence[Account]) -> list[Account]:
    """The account that the server takes for this host, whatever the others are granted: the nearest, as it sorts them
    (MySQL 5.7, access control, stage 1): an address before a pattern, a pattern by the place of its first wildcard.
    Several where either may be taken."""
    exact = [account for account in accounts if account[0] == host]
    covering = exact or [account for account in accounts if _covers(account[0], host)]
    nearest = max((_nearness(pattern) for pattern, _ in covering), default=0)
    return [account for account in covering if _nearness(account[0]) == nearest]


def _nearness(pattern: str) -> int:
    wildcard = re.search("[%_]", pattern)
    return 128 if wildcard is None else wildcard.start()


def _accounts(user: str, table: Sequence[tuple[str, str]]) -> list[Account]:
    split = ((account.rpartition("@"), granted) for account, granted in table)
    return [
        (host, frozenset(name for name, word in zip(PRIVILEGES, granted, strict=False) if word == "Y"))
        for (owner, _, host), granted in split
        if owner == user
    ]


def _lacks(every: frozenset[str], schemas: Sequence[frozenset[str]]) -> tuple[str, ...]:
    if every:
        lacks = frozenset(PRIVILEGES) - every.union(*schemas)
    else:
        lacks = min((OF_ROWS - granted for granted in schemas), key=len, default=OF_ROWS)
    return tuple(name for name in PRIVILEGES if name in lacks)


def _covers(pattern: str, host: str) -> bool:
    """As MySQL compares the host of an account with an address: "%" and "_" stand for any text and any character,
    "10.0.0.0/255.255.255.0" for a network."""
    network, _, mask = pattern.partition("/")
    if mask:
        try:
            address, allowed, bits = (int(IPv4Address(text)) for text in (host, network, mask))
        except ValueError:
            return False
        return bits != 0 and address & bits == allowed
    as_text = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(as_text, host, re.IGNORECASE) is not None


def _query(fact: RowFact) -> str:
    match fact:
        case MysqlWritable():
            return "state"
        case MysqlUser():
            return "user"
        case AppRegistered():
            return "app"
        case SaasVariables() | SaasVariable():
            return "var"
        case ProductVersion():
            return "version"


def _no_table(fact: RowFact, number: str) -> Reading[tuple[str, ...]]:
    """A missing database (1049) or table (1146) is empty; any other error is Unknown."""
    if number in ("1049", "1146") and not isinstance(fact, MysqlUser | MysqlWritable):
        return Known(()) if isinstance(fact, SaasVariables) else Absent()
    return Unknown(reason("mysql-query-failed", login_path=fact.login_path, error=number))


FACTS: tuple[type[AnyFact], ...] = (
    LoginPath,
    MysqlWritable,
    MysqlUser,
    PrivilegesMissing,
    PendingSql,
    AppRegistered,
    SaasVariables,
    SaasVariable,
    ProductVersion,
)
PROBE = Probe(family="mysql", facts=FACTS, command=command, parse=parse)
