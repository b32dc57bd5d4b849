"""SaaS applications: which version is online, which one does the package hold, and do variables have their values?

`SaasPackaged` is the reference for the online version. Its first source is the package itself: the
file below official_saas that the vendor's own installer would take, the newest by time (ce/tools.sh:161-169), in a tree
of this release. Without such a file it is the release's data, and without that, the version online:
then no other is required. Only where /data/src is another release's it is Absent: the package is still to come.
The app's code is looked up in the answer, never part of SQL. Source: open_paas.paas_saas_app.

Values of variables are compared on the host, in the awk that reads the server's answer, and never leave it, not even as
a digest. The value to compare with is the one that the vendor's script would make: the last that its files assign, in
the order in which load_env.sh reads them, where a bare `KEY=` does not count and `KEY=''` does. Of a value that bash or
SQL would not take over letter by letter nothing is said. Source: load_env.sh:19-29; ce/saas_var.env;
ce/tools.sh:207-229; open_paas.paas_app_envvars.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.env_awk import ENV_AWK
from probes.lib.rows import ROOT_HOME, lines_of
from probes.path import normalise_version
from probes.probe import Probe
from specs.reason import reason
from specs.version_order import is_newer


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasOnline(Fact[str]):
    """The version deployed to production, normalised; Absent where none is."""

    login_path: str
    app: str
    kind: Literal["saas.online"] = "saas.online"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasPackaged(Fact[str]):
    login_path: str
    app: str
    src: str
    release: str
    default: str
    """The version of the release's data; "" where its sources disagree."""
    kind: Literal["saas.packaged"] = "saas.packaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasNewer(Fact[str]):
    """The version online, where it is newer than the package's (`specs/version_order.py`); else Absent, also while the
    package is still to come. Somebody updated it by the page, and its database with it."""

    login_path: str
    app: str
    src: str
    release: str
    default: str
    kind: Literal["saas.newer"] = "saas.newer"
    decides: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SaasValue(Fact[bool]):
    """Has the variable, in all environments of the app, the value that the vendor's script makes of the merged
    variables? Absent where the app has no such variable. The value may be a secret: only the answer is known."""

    login_path: str
    app: str
    name: str
    env: str
    """The directory of the vendor's env files: /data/install/bin."""
    made_of: str
    """A word, where at most one `${KEY}` stands for the value of that variable of the files."""
    kind: Literal["saas.value"] = "saas.value"


SaasFact = SaasOnline | SaasPackaged | SaasNewer | SaasValue
KEY = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")

VALUES_AWK: LiteralString = (
    ENV_AWK
    + r"""
function bare(path, key,  line, got, other) { # does it assign nothing but bare "KEY=", which load_env.sh drops?
  while ((got = (getline line < path)) > 0) if (line ~ "^[ \t]*" key "=[ \t\r]*[^ \t\r]") other = 1
  close(path)
  return got == 0 && !other
}
function last_value(key,  n, found, seen) { # sets WANT; returns why not
  for (n = 1; n <= FILES; n++) {
    if (!(n in STATE)) { STATE[n] = "r"; load(n, FILE[n]) }
    look(n, key)
    if (SEEN == "absent" || (SEEN == "value" && VALUE == "" && bare(FILE[n], key))) continue
    found = 1; seen = SEEN; WANT = VALUE
  }
  return !found ? "absent" : seen == "value" ? "" : seen
}
function wanted(made,  why, key, at) {
  WANT = AFTER = ""
  BEFORE = made
  if (at = index(made, "${")) {
    BEFORE = substr(made, 1, at - 1)
    made = substr(made, at + 2)
    key = substr(made, 1, index(made, "}") - 1)
    AFTER = substr(made, index(made, "}") + 1)
    if ((why = last_value(key)) != "") return why
  }
  if (WANT !~ "^[A-Za-z0-9_.,:/@%+={}-]*$") return "odd"
  WANT = BEFORE WANT AFTER
  return ""
}
function hex(s,  n, done) { for (n = 1; n <= length(s); n++) done = done CODE[substr(s, n, 1)]; return done }
BEGIN {
  prepare()
  for (n = 1; n < 128; n++) CODE[sprintf("%c", n)] = sprintf("%02X", n)
  FILES = split(ARGV[1], FILE, "\n")
  for (a = 2; a + 2 < ARGC; a += 3) WORD[ARGV[a], ARGV[a + 1]] = ARGV[a + 2]
  ARGC = 1
  FS = "\t"
}
$1 != "value" { print; next }
($2, $3) in WORD {
  why = wanted(WORD[$2, $3])
  print "value\t" $2 "\t" $3 "\t" (why != "" ? why : hex(WANT) == $4 ? "same" : "other")
}
"""
)

QUERY: LiteralString = r"""
[ "$(id -u)" = 0 ] || { echo 'only root has the login paths' >&2; exit 1; }
login=$1 bin=$2 keys=$3 trees=$4
shift 4
mentioning() { # KEYS…, in the order in which load_env.sh reads them
  for key do
    set -- "$@" -e "$key="
    shift
  done
  [ $# = 0 ] || grep -lsF "$@" -- "$bin"/01-generate/*.env "$bin"/02-dynamic/*.env "$bin"/03-userdef/*.env \
    "$bin"/04-final/*.env /etc/blueking/env/local.env
}
files=$(mentioning $keys)
tree() {
  version=
  [ -r "$1/VERSION" ] && IFS= read -r version <"$1/VERSION"
  printf 'tree\t%s\t%.100s\n' "$1" "$version"
  ls -t -- "$1/official_saas" 2>/dev/null | awk -v src="$1" '/^[A-Za-z0-9_]+_V[^\t]*\.tar\.gz$/ {
    print "file\t" src "\t" $0 }'
}
while [ "$trees" -gt 0 ]; do
  tree "$1"
  shift
  trees=$((trees - 1))
done
printf '%s\n' "select 'online', a.code, v.version from open_paas.paas_saas_app a
  join open_paas.paas_saas_app_version v on v.id = a.online_version_id; select 'asked';" \
  "select 'value', app_code, name, hex(value) from open_paas.paas_app_envvars where mode = 'all'; select 'valued';" |
  timeout 20 mysql --no-defaults --login-path="$login" --connect-timeout=5 --batch --skip-column-names 2>/dev/null |
  awk -- '"""

SCRIPT = (
    ROOT_HOME
    + QUERY
    + VALUES_AWK
    + """' "$files" "$@"
echo end
"""
)


def command(facts: Sequence[SaasFact]) -> Command:
    values, trees = _values(facts), _trees(facts)
    words = (word for fact in values for word in (fact.app, fact.name, fact.made_of))
    keys = " ".join(dict.fromkeys(key for fact in values for key in KEY.findall(fact.made_of)))
    env = next((fact.env for fact in values), "")
    args = (_login(facts), env, keys, str(len(trees)), *trees, *words)
    return Command(script=SCRIPT, args=args, timeout_s=40.0)


def _login(facts: Sequence[SaasFact]) -> str:
    """All apps are in one database; the first login path that is named reads them."""
    return next((fact.login_path for fact in facts), "")


def _trees(facts: Sequence[SaasFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.src for fact in facts if isinstance(fact, SaasPackaged | SaasNewer)))


def _values(facts: Sequence[SaasFact]) -> tuple[SaasValue, ...]:
    """All are of one directory; a variable is asked about once."""
    of_variable = {(fact.app, fact.name): fact for fact in facts if isinstance(fact, SaasValue)}
    return tuple(of_variable.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    complete: bool
    valued: bool
    online: Mapping[str, str]
    values: Mapping[tuple[str, str], str]
    trees: Mapping[str, str]
    files: Mapping[tuple[str, str], str]


def parse(facts: Sequence[SaasFact], output: Output) -> Readings:
    lines = lines_of(output)
    if not lines or lines[-1] != "end":
        raise ValueError("the answer about SaaS has no end")
    answer = _answer([tuple(line.split("\t")) for line in lines[:-1]])
    return {fact: _read(fact, answer) for fact in facts}


def _answer(rows: Sequence[tuple[str, ...]]) -> _Answer:
    online: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    trees: dict[str, str] = {}
    files: dict[tuple[str, str], str] = {}
    for row in rows:
        match row:
            case ("online", code, version):
                online[code] = normalise_version(version)
            case ("tree", src, version):
                trees[src] = normalise_version(version)
            case ("file", src, name):
                code, _, rest = name.removesuffix(".tar.gz").partition("_V")
                files.setdefault((src, code), normalise_version(rest))
            case ("value", code, name, word):
                values[code, name] = word
            case ("asked",) | ("valued",):
                pass
            case _:
                raise ValueError("a line about SaaS is not understood")
    return _Answer(
        complete=("asked",) in rows,
        valued=("valued",) in rows,
        online=online,
        values=values,
        trees=trees,
        files=files,
    )


def _read(fact: SaasFact, answer: _Answer) -> AnyReading:
    match fact:
        case SaasValue():
            return _value(fact, answer)
        case SaasPackaged():
            return _packaged(fact, answer)
        case SaasNewer():
            return _newer(fact, answer)
        case SaasOnline():
            return _online(fact, answer)


def _value(fact: SaasValue, answer: _Answer) -> Reading[bool]:
    match answer.values.get((fact.app, fact.name)):
        case ("same" | "other") as word:
            return Known(word == "same")
        case None if answer.valued:
            return Absent()
        case None:
            return Unknown(reason("saas-not-asked", login_path=fact.login_path))
        case "absent" | "odd" | "expansion" | "unreadable":
            return Unknown(reason("variable-unread", key=_key(fact), file=f"{fact.env}/04-final"))
        case _:
            raise ValueError("a line about a variable of a SaaS is not understood")


def _key(fact: SaasValue) -> str:
    return next(iter(KEY.findall(fact.made_of)), fact.name)


def _newer(fact: SaasNewer, answer: _Answer) -> Reading[str]:
    online, packaged = _online(fact, answer), _packaged(fact, answer)
    if not isinstance(online, Known):
        return online
    return online if isinstance(packaged, Known) and is_newer(online.value, packaged.value) else Absent()


def _online(fact: SaasOnline | SaasPackaged | SaasNewer, answer: _Answer) -> Reading[str]:
    if not answer.complete:
        return Unknown(reason("saas-not-asked", login_path=fact.login_path))
    return Known(answer.online[fact.app]) if fact.app in answer.online else Absent()


def _packaged(fact: SaasPackaged | SaasNewer, answer: _Answer) -> Reading[str]:
    if fact.src not in answer.trees:
        raise ValueError("nothing was told about the tree")
    tree = answer.trees[fact.src]
    if tree == fact.release and (fact.src, fact.app) in answer.files:
        return Known(answer.files[fact.src, fact.app])
    if fact.default:
        return Known(normalise_version(fact.default))
    if tree and tree != fact.release:
        return Absent()
    if not answer.complete:
        return Unknown(reason("saas-not-asked", login_path=fact.login_path))
    return Known(answer.online[fact.app]) if fact.app in answer.online else Absent()


FACTS: tuple[type[AnyFact], ...] = (SaasOnline, SaasPackaged, SaasNewer, SaasValue)
PROBE = Probe(family="saas", facts=FACTS, command=command, parse=parse)
