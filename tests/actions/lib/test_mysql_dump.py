"""MySQL's dump, from a real server by its real tools: it restores into an empty one, and broken it never counts."""

import os
import shutil
import subprocess
from collections.abc import Generator
from dataclasses import dataclass, replace
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from actions.backup import BackupMysql
from actions.lib.mysql_dump import READ
from probes.backup import DIRECTORY, PROBE, Backup
from probes.lib.rows import ROOT_HOME
from probes.mysql import PROBE as MYSQL
from probes.mysql import SCRIPT, LoginPath
from tests.probes.here import ask, brief, run, tool
from tests.support.broken_backups import WAYS
from tests.support.broken_backups import broken as way
from tests.support.mariadb import Server, servers
from tests.support.shell import perform

HOST = "10.0.0.1"
LOGIN = LoginPath(host=HOST, login_path="default-root")
SUPPORT = Path(__file__).parents[2] / "support"


@dataclass(frozen=True, slots=True)
class Here:
    home: Path
    server: Server

    @property
    def dumps(self) -> Path:
        return self.home / "dumps"

    def back_up(self, broken: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        command = BackupMysql(host=HOST, directory=str(self.dumps)).command()
        world = {
            "PATH": f"{SUPPORT / 'tools'}:{os.environ['PATH']}",
            "SEED": "1",
            "CLOCK": str(self.home / "clock"),
            "BREAK": broken,
            "LOGIN": str(self.server.login),
            "PID": str(self.server.home / "pid"),
        }
        return perform(command, self.home, env={**world, **env})

    def reads(self) -> Any:
        (reading,) = ask(PROBE, [Backup(host=HOST, what="mysql")], instead={DIRECTORY: str(self.records)})
        return brief(reading)

    @property
    def records(self) -> Path:
        return self.home / "var-lib/bkrec/backups"

    def files(self) -> set[str]:
        return {str(path.relative_to(self.home)) for path in self.dumps.rglob("*")}

    def dump(self) -> Path:
        (path,) = self.dumps.glob("bkrec-*/bk_mysql_alldata.sql")
        return path


@pytest.fixture(scope="module")
def pair() -> Generator[list[Server]]:
    with servers(2) as (full, empty):
        full.sql((SUPPORT / "databases.sql").read_text())
        full.restart()  # since then nothing was changed, and the server says so
        yield [full, empty]


@pytest.fixture
def here(tmp_path: Path, pair: list[Server]) -> Here:
    return Here(tmp_path, pair[0])


def contents(server: Server) -> str:
    """Everything there is, in words: definitions, rows by number and by checksum, routines, triggers, events, views."""
    own = "('information_schema', 'mysql', 'performance_schema', 'sys')"
    tables = "select table_schema, table_name, table_type from information_schema.tables where table_schema not in "
    bases = "select schema_name, default_character_set_name from information_schema.schemata where schema_name not in "
    asked = [f"{bases}{own} order by 1"]
    for line in server.sql(f"{tables}{own} order by 1, 2").splitlines():
        base, name, kind = line.split("\t")
        quoted = ".".join("`" + word.replace("`", "``") + "`" for word in (base, name))
        asked += [f"show create table {quoted}", f"select count(*) from {quoted}"]
        asked += [f"checksum table {quoted}"] if kind == "BASE TABLE" else [f"select * from {quoted} order by 1"]
    for what, columns in (
        ("routines", "routine_schema, routine_name, routine_type, routine_definition, definer"),
        ("triggers", "trigger_schema, trigger_name, action_statement, definer"),
        ("events", "event_schema, event_name, event_definition, definer, starts"),
    ):
        schema = columns.partition(",")[0]
        asked.append(f"select {columns} from information_schema.{what} where {schema} not in {own} order by 1, 2")
    return server.sql(";\n".join(asked))


def test_the_dump_restores_into_an_empty_server_by_the_commands_that_are_shown(here: Here, pair: list[Server]) -> None:
    full, empty = pair
    done = here.back_up()
    assert (done.returncode, here.reads()) == (0, "fresh"), done.stderr
    restored = restore(here, empty)
    assert restored.returncode == 0, restored.stderr
    assert contents(empty) == contents(full)
    empty.sql("alter table cmdb.cc_many drop column note; create table cmdb.of_6_2 as select 1 id; drop database lost")
    assert contents(empty) != contents(full)
    restored = restore(here, empty)
    assert restored.returncode == 0, restored.stderr
    assert contents(empty) == contents(full), "and over a server that was migrated"
    empty.empty()


def restore(here: Here, server: Server) -> subprocess.CompletedProcess[str]:
    action = BackupMysql(host=HOST, directory=str(here.dumps))
    text = "\n".join(action.restore_commands()).replace(DIRECTORY, str(here.records))
    env = {"PATH": f"{SUPPORT / 'tools'}:{os.environ['PATH']}", "LOGIN": str(server.login), "LC_ALL": "C"}
    return subprocess.run(["bash", "-c", text], env=env, capture_output=True, text=True, check=False)


def test_a_dump_that_was_changed_since_is_not_restored(here: Here, pair: list[Server]) -> None:
    assert here.back_up().returncode == 0
    with here.dump().open("a") as dump:
        dump.write("drop database cmdb;\n")
    assert restore(here, pair[1]).returncode != 0
    assert pair[1].databases() == []


TABLE, DATABASE, ROWS = WAYS[2], WAYS[3], WAYS[4]
BROKEN = [
    ("cut-stream", "cut stream", "the dump has no end"),
    ("cut-end", "cut stream", "the dump has no end"),
    ("garbage", "cut stream", "the dump has no end"),
    ("zero", "zero bytes", "the dump has no end"),
    ("missing-table", TABLE, "`cmdb`.`cc_lost` is not in the dump"),
    ("missing-view", TABLE, "`cmdb`.`cc_view` is not in the dump"),
    ("missing-routine", TABLE, "`bk iam`: 2 of 4 triggers, routines and events are in the dump"),
    ("missing-trigger", TABLE, "`bk iam`: 3 of 4 triggers, routines and events are in the dump"),
    ("missing-database", DATABASE, "`lost` is not in the dump"),
    ("half-rows", ROWS, "`cmdb`.`cc_many`: 2000 rows are in the dump, the server has 4000"),
    ("one-row", ROWS, "`cmdb`.`cc_many`: 3999 rows are in the dump, the server has 4000"),
]


@pytest.mark.parametrize(
    ("broken", "text"),
    [pytest.param(broken, text, id=broken, marks=way("mysql", name)) for broken, name, text in BROKEN],
)
def test_a_broken_dump_is_no_backup_and_says_what_it_lacks(here: Here, broken: str, text: str) -> None:
    done = here.back_up(broken)
    assert done.returncode != 0
    assert text in done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


def test_a_broken_dump_leaves_the_one_before_it_as_it_was(here: Here) -> None:
    assert here.back_up().returncode == 0
    before = here.files()
    assert here.back_up("missing-table").returncode != 0
    assert (here.files(), here.reads()) == (before, "fresh")


@way("mysql", "disk full")
def test_a_full_disk_breaks_the_dump_and_takes_it_away(here: Here) -> None:
    """The room was there when it was asked for; then somebody else filled it: ENOSPC of a real file system."""
    done = here.back_up(SMALL=str(here.dumps), FREE_KB="99999999")
    assert done.returncode != 0
    assert "Got errno 28 on write" in done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


def test_a_dump_without_room_is_not_begun(here: Here) -> None:
    done = here.back_up("garbage", FREE_KB="65000")
    assert done.returncode != 0
    assert "the dump of MySQL needs" in done.stderr
    assert here.files() == set()


@way("mysql", "server, tool or host dies")
def test_a_server_that_dies_in_the_middle_breaks_the_dump(here: Here) -> None:
    try:
        done = here.back_up("dies")
    finally:
        here.server.stop()
        here.server.start()
    assert done.returncode != 0
    assert "Lost connection" in done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


@way("mysql", "access denied to one table")
@pytest.mark.parametrize(
    ("grants", "text"),
    [
        ("grant select on cmdb.cc_many to 'few'@'localhost'", "lacks SELECT SHOW VIEW TRIGGER EVENT on *.*"),
        ("grant select, show view, event on *.* to 'few'@'localhost'", "lacks TRIGGER on *.*"),
    ],
    ids=["one-table-alone", "no-triggers"],
)
def test_who_may_not_see_every_table_dumps_none(here: Here, grants: str, text: str) -> None:
    """To such an account the server does not list the others: the dump would look whole."""
    here.server.sql(
        f"create or replace user 'few'@'localhost'; {grants};"
        "grant reload, replication client on *.* to 'few'@'localhost'"
    )
    done = here.back_up(LOGIN=str(here.server.write_login("few")))
    assert done.returncode != 0
    assert text in done.stderr
    assert (here.files(), here.reads()) == (set(), "absent")


@way("mysql", "created during the dump")
def test_what_changes_meanwhile_does_not_fail_a_dump_and_is_not_believed_to_be_in_it(here: Here) -> None:
    try:
        done = here.back_up("meanwhile")
        assert (done.returncode, here.reads()) == (0, "fresh"), done.stderr
        listed = (here.dump().parent / "contents").read_text()
        assert "`cmdb`.`cc_before_it`" in listed
        assert "table\t40\t`cmdb`.`cc_busy`" in listed
        for name in ("`cmdb`.`cc_after_it`", "`made`", "`cmdb`.`cc_dropped`"):
            assert name not in listed
    finally:
        here.server.sql(
            "drop table cmdb.cc_before_it; drop table cmdb.cc_after_it; drop database made; "
            "create table cmdb.cc_dropped (id int); delete from cmdb.cc_busy where id = 7 limit 1"
        )


@pytest.fixture
def busy(here: Here) -> Generator[Server]:
    yield here.server
    here.server.sql("use cmdb; delete from cc_busy; insert into cc_busy select seq from seq_1_to_40")


@pytest.mark.parametrize(
    ("broken", "fewer", "code"), [("busy-table", 10, 0), ("busy-table", 11, 1), ("empties", 30, 0)]
)
def test_a_table_in_use_may_lack_a_quarter_of_its_rows_but_no_more(
    here: Here, busy: Server, broken: str, fewer: int, code: int
) -> None:
    """Where it was seen to have as few as were dumped, that is what it had."""
    done = here.back_up(broken, FEWER=str(fewer))
    assert (done.returncode, here.reads()) == (code, "absent" if code else "fresh"), done.stderr
    assert ("`cmdb`.`cc_busy`: 29 rows are in the dump, the server has 40 or more" in done.stderr) == (code == 1)


MY_CNF = """\
[client]
socket=/nonexistent
[mysql]
xml
tee={tee}
[mysqldump]
no-data
"""


@pytest.mark.condition("my-cnf")
@pytest.mark.parametrize("alone", [True, False], ids=["ours", "and with those files"])
def test_what_roots_my_cnf_says_to_clients_reaches_no_dump_and_no_probe(here: Here, alone: bool) -> None:
    """The companion shows that it would."""
    home = here.home / "root"
    home.mkdir()
    (home / ".my.cnf").write_text(MY_CNF.format(tee=home / "tee").replace("socket=", "socket=" if alone else "#"))
    script = SCRIPT.removeprefix(ROOT_HOME)
    command = replace(MYSQL.command([LOGIN]), script=script if alone else script.replace("--no-defaults", ""))
    environment = {"HOME": str(home), "LOGIN": str(here.server.login)}
    output = run(command, tools=SUPPORT / "tools", env=environment)
    (reading,) = MYSQL.parse([LOGIN], output).values()
    works = brief(reading) == "works"
    dumped = here.back_up(HOME=str(home)) if alone else None
    assert (works, (home / "tee").exists(), dumped is None or dumped.returncode == 0) == (alone, not alone, True), (
        dumped
    )


def test_every_row_of_every_table_is_counted_in_the_dump(here: Here) -> None:
    assert here.back_up().returncode == 0
    listed = (here.dump().parent / "contents").read_text()
    for name, rows in (("`cc (odd) 'name'`", 2), ("`cc_odd_made`", 3), ("`cc_words`", 6), ("`cc_bytes`", 3)):
        assert f"table\t{rows}\t`cmdb`.{name}\n" in listed
    assert "table\t2\t`a``b-c'd\"e\\f`.`t``1`\n" in listed
    assert "table\t3\t`数据库`.`表`\n" in listed
    assert "database\t0\t`empty_one`\n" in listed
    assert "database\t4\t`bk iam`\n" in listed


@way("mysql", "a link instead")
def test_a_link_in_the_dump_s_place_is_no_backup(here: Here) -> None:
    assert here.back_up().returncode == 0
    dump = here.dump()
    dump.rename(dump.with_name("elsewhere"))
    dump.symlink_to("elsewhere")
    assert here.reads() == "broken"


def test_no_secret_is_on_a_command_line() -> None:
    action = BackupMysql(host=HOST, directory="/data/dbbak")
    assert all("pass" not in line.lower() for line in (*action.command().args, *action.restore_commands()))


def read(tmp_path: Path, call: str, *args: str, awk: str = "mawk") -> subprocess.CompletedProcess[str]:
    """Calls one of the functions that read a dump, by itself."""
    path = shutil.which(awk)
    if path is None:
        pytest.skip(f"{awk} is not installed")
    tools = tool(tmp_path / "tools", "awk", f'exec {path} "$@"')
    words = ["bash", "-c", f'set -euo pipefail\nhome=$1; shift\n{READ}\n{call} "$@"', "bash", str(tmp_path), *args]
    env = {"PATH": f"{tools}:{os.environ['PATH']}"}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


ROWS_OF = {
    "one-line": ("INSERT INTO `t` VALUES (1,2),(3,4);", 2),
    "spread": ("INSERT INTO `t` VALUES\n(1,'a'),\n(2,'b'),\n(3,'c');", 3),
    "columns": ("INSERT INTO `t` (`a`, `b (c)`) VALUES (1,2);\nINSERT INTO `t` (`a`,`b``(`) VALUES\n(3,4);", 2),
    "brackets-in-strings": ("INSERT INTO `t` VALUES (1,'(a'),(2,'b)('),(3,'VALUES (');", 3),
    "quotes-in-strings": (r"INSERT INTO `t` VALUES (1,'it\'s ('),(2,'\\'),(3,'(\\\'('),(4,'a''(b');", 4),
    "ends-in-strings": ("INSERT INTO `t` VALUES (1,';'),\n(2,'x;');\nINSERT INTO `t` VALUES (3,'y');", 3),
    "functions": ("INSERT INTO `t` VALUES (1,0x28),\n(2,NULL),\n(-3,'');", 3),
    "none": ("LOCK TABLES `t` WRITE;\nUNLOCK TABLES;", 0),
    "two-statements": ("INSERT INTO `t` VALUES (1);\nINSERT INTO `t` VALUES (2);\n-- (a)\nSET x = (1);", 2),
}


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize(("text", "rows"), ROWS_OF.values(), ids=ROWS_OF.keys())
def test_rows_are_counted_by_their_brackets_whatever_the_strings_hold(
    tmp_path: Path, awk: str, text: str, rows: int
) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text(f"USE `b`;\nCREATE TABLE `t` (\n  `id` int (11)\n);\n{text}\n-- Dump completed\n")
    done = read(tmp_path, "contents", str(dump), awk=awk)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["database\t0\t`b`", f"table\t{rows}\t`b`.`t`"]


MANY = r"""
USE `a``b`;
CREATE TABLE `t``1` (
);
INSERT INTO `t``1` VALUES (1);
CREATE TABLE IF NOT EXISTS `seen in /*!50001 VIEW` (
);
DELIMITER ;;
CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN
USE `not this`;
CREATE TABLE `nor this` (
INSERT INTO `t``1` VALUES (2),(3);
END ;;
DELIMITER ;
DELIMITER ;;
CREATE PROCEDURE y() SELECT 1 ;;
DELIMITER ;
/*!50001 VIEW `v` AS select 1 */;
USE `empty`;
USE `二`;
CREATE TABLE `表` (
);
INSERT INTO `表` VALUES
(1,'蓝(鲸'),
(2,'');
/*!50001 CREATE VIEW `no` AS SELECT 1 */;
"""


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_each_database_table_view_and_program_is_found_under_its_own_name(tmp_path: Path, awk: str) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text(MANY)
    assert sorted(read(tmp_path, "contents", str(dump), awk=awk).stdout.splitlines()) == [
        "database\t0\t`empty`",
        "database\t0\t`二`",
        "database\t2\t`a``b`",
        "table\t0\t`a``b`.`seen in /*!50001 VIEW`",
        "table\t1\t`a``b`.`t``1`",
        "table\t2\t`二`.`表`",
        "view\t0\t`a``b`.`v`",
    ]


LACKS: dict[str, tuple[list[str], list[str], list[str], list[str]]] = {
    "all-there": (["same 4 t"], ["same 4 t"], ["table 4 t"], []),
    "dropped-meanwhile": (["same 4 t"], [], [], []),
    "made-meanwhile": ([], ["same 4 t"], [], []),
    "lost": (["same 4 t"], ["same 4 t"], [], ["lost t is not in the dump"]),
    "rows-lost": (["same 4 t"], ["same 4 t"], ["table 3 t"], ["lost t: 3 rows are in the dump, the server has 4"]),
    "rows-too-many": (["same 4 t"], ["same 4 t"], ["table 5 t"], ["lost t: 5 rows are in the dump, the server has 4"]),
    "written-into": (["same 4 t"], ["changed 4 t"], ["table 3 t"], []),
    "written-into-lacks": (
        ["same 4 t"],
        ["changed 4 t"],
        ["table 2 t"],
        ["changed t: 2 rows are in the dump, the server has 4 or more"],
    ),
    "written-into-has-more": (["same 4 t"], ["changed 4 t"], ["table 9 t"], []),
    "another-number": (["same 8 t"], ["same 4 t"], ["table 3 t"], []),
    "fewest-before": (["same 4 t"], ["same 8 t"], ["table 3 t"], []),
    "fewest-again": (["same 8 t"], ["changed 8 t", "changed 4 t"], ["table 3 t"], []),
    "more-again": (["same 8 t"], ["changed 4 t", "changed 8 t"], ["table 3 t"], []),
    "empty": (["same 0 t"], ["same 0 t"], ["table 0 t"], []),
    "view": (["view 0 v"], ["view 0 v"], ["view 0 v"], []),
    "view-lost": (["view 0 v"], ["view 0 v"], [], ["lost v is not in the dump"]),
    "programs": (["database 3 b"], ["database 3 b"], ["database 3 b"], []),
    "programs-made": (["database 2 b"], ["database 3 b"], ["database 2 b"], []),
    "more-programs-in-the-dump": (["database 2 b"], ["database 2 b"], ["database 3 b"], []),
    "programs-lost": (
        ["database 3 b"],
        ["database 3 b"],
        ["database 2 b"],
        ["lost b: 2 of 3 triggers, routines and events are in the dump"],
    ),
    "tab-in-a-name": (["same 1 a\tb"], ["same 1 a\tb"], ["table 1 a\tb"], []),
    "another-tab": (["same 1 a\tb"], ["same 1 a\tb"], ["table 1 a\tc"], ["lost a\tb is not in the dump"]),
}


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize(("before", "after", "dumped", "lacks"), LACKS.values(), ids=LACKS.keys())
def test_only_what_the_server_had_before_and_after_can_lack(
    tmp_path: Path, awk: str, before: list[str], after: list[str], dumped: list[str], lacks: list[str]
) -> None:
    for name, lines in (("before", before), ("after", after), ("contents", dumped)):
        rows = ("\t".join(line.split(" ", 2)) for line in ["database 0 other", *lines])
        (tmp_path / name).write_text("".join(f"{row}\n" for row in rows))
    done = read(tmp_path, "lacking", awk=awk)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["\t".join(line.split(" ", 1)) for line in lacks]


CLIENT = r"""
asked=$(cat)
again() { n=$(cat "$1.n" 2> /dev/null || echo 0); echo "$((n + 1))" > "$1.n"; cat "$1.$n" 2> /dev/null || cat "$1"; }
cd "$ANSWERS"
case " $* " in *" --force "*) cat errors >&2; again counted; [ ! -s errors ]; exit ;; esac
case $asked in
    *user_privileges*) cat unseen ;;
    *"select 'database'"*) again listed ;;
    *table_type*) printf "%s\n" "$asked" > counting; echo "select 1;" ;;
    *"select schema_name"*) cat names ;;
    *data_length*) cat bytes ;;
    *@@log_bin*) cat binlog ;;
    *"now()"*) echo "2026-01-01 00:00:00" ;;
    "select count(*) from "*) printf "%s\n" "$asked" >> again; cat rows ;;
    *) echo "not understood: $asked" >&2; exit 1 ;;
esac
"""
DUMPER = r"""
case " $* " in *" --help "*) cat "$ANSWERS/help"; exit ;; esac
printf "%s\n" "$@" > "$ANSWERS/words"
cat "$ANSWERS/dump"
exit "$(cat "$ANSWERS/code")"
"""
WHOLE = """USE `b`;
CREATE TABLE `t` (
);
INSERT INTO `t` VALUES (1),(2),(3);
-- Dump completed
"""


@dataclass(frozen=True, slots=True)
class Canned:
    """A server of one table, whose answers are files: for what no real server can be made to say."""

    home: Path

    def says(self, **answers: str) -> "Canned":
        for name, text in answers.items():
            (self.home / "answers" / name.replace("__", ".")).write_text(text)
        return self

    def back_up(self, **env: str) -> subprocess.CompletedProcess[str]:
        command = BackupMysql(host=HOST, directory=str(self.home / "dumps")).command()
        world = {
            "PATH": f"{self.home / 'tools'}:{SUPPORT / 'tools'}:{os.environ['PATH']}",
            "SEED": "1",
            "CLOCK": str(self.home / "clock"),
            "ANSWERS": str(self.home / "answers"),
        }
        return perform(command, self.home, env={**world, **env})

    def files(self) -> set[str]:
        return {str(path.relative_to(self.home / "dumps")) for path in (self.home / "dumps").rglob("*")}

    def text(self, name: str) -> str:
        return (self.home / "answers" / name).read_text()


@pytest.fixture
def canned(tmp_path: Path) -> Canned:
    (tmp_path / "answers").mkdir()
    tool(tmp_path / "tools", "mysql", CLIENT)
    tool(tmp_path / "tools", "mysqldump", DUMPER)
    return Canned(tmp_path).says(
        unseen="",
        names="b\n",
        bytes="4096.0\n",
        binlog="0\n",
        help="",
        listed="database\t0\t`b`\n",
        counted="same\t3\t`b`.`t`\n",
        errors="",
        dump=WHOLE,
        code="0\n",
        rows="3\n",
    )


NAME = "bkrec-20260101000001"


def test_of_a_dump_itself_and_a_list_of_what_it_holds_stay_and_nobody_else_reads_them(canned: Canned) -> None:
    done = canned.back_up()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert canned.files() == {NAME, f"{NAME}/bk_mysql_alldata.sql", f"{NAME}/contents"}
    assert (canned.home / "dumps" / NAME / "bk_mysql_alldata.sql").read_text() == WHOLE
    modes = {path.stat().st_mode & 0o077 for path in (canned.home / "dumps").rglob("*")}
    assert modes == {0}
    assert "2026-01-01 00:00:00" in canned.text("counting"), "changed since before the dump"
    record = (canned.home / "var-lib/bkrec/backups/mysql").read_text().splitlines()
    assert f"digest={md5(WHOLE.encode()).hexdigest()}" in record


def test_what_a_killed_dump_left_goes_and_whole_ones_stay(canned: Canned) -> None:
    torn, whole = canned.home / "dumps/bkrec-20251231000000", canned.home / "dumps/bkrec-20251230000000"
    for path in (torn / "bk_mysql_alldata.sql.part", whole / "bk_mysql_alldata.sql"):
        path.parent.mkdir(parents=True)
        path.touch()
    assert canned.back_up().returncode == 0
    assert not torn.exists()
    assert (whole / "bk_mysql_alldata.sql").exists()


def test_a_server_that_lists_no_database_makes_no_backup(canned: Canned) -> None:
    done = canned.says(names="").back_up()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no database to back up: nothing was listed\n"
    assert canned.files() == set()


@pytest.mark.parametrize(("binlog", "wanted"), [("1\n", True), ("0\n", False)], ids=["on", "off"])
def test_the_place_in_the_binary_log_is_noted_where_there_is_one(canned: Canned, binlog: str, *, wanted: bool) -> None:
    assert canned.says(binlog=binlog).back_up().returncode == 0
    assert ("--master-data=2" in canned.text("words").splitlines()) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("  --set-gtid-purged[=name]\n", True), ("", False)], ids=["mysql", "mariadb"]
)
def test_a_dump_sets_no_gtid_where_its_tool_would(canned: Canned, text: str, *, wanted: bool) -> None:
    assert canned.says(help=text).back_up().returncode == 0
    assert ("--set-gtid-purged=OFF" in canned.text("words").splitlines()) == wanted


def test_each_database_is_a_word_of_its_own_whatever_it_is_called(canned: Canned) -> None:
    assert canned.says(names="b\na b\n*\n$x\n-y\n").back_up().returncode == 0
    words = canned.text("words").splitlines()
    assert words[words.index("--") + 1 :] == ["b", "a b", "*", "$x", "-y"]


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ("ERROR 1146 (42S02) at line 3: Table 'b.gone' doesn't exist\n", 0),
        ("ERROR 1049 (42000) at line 3: Unknown database 'gone'\n", 0),
        ("Warning: something\n", 0),
        ("ERROR 1142 (42000) at line 3: SELECT command denied\n", 1),
        ("ERROR 1146 (42S02): gone\nERROR 2013 (HY000): Lost connection\n", 1),
    ],
    ids=["table-dropped", "database-dropped", "warning", "denied", "lost"],
)
def test_only_what_was_dropped_meanwhile_need_not_be_counted(canned: Canned, errors: str, code: int) -> None:
    done = canned.says(errors=errors).back_up()
    assert done.returncode == code
    assert (done.stderr == errors.splitlines()[-1] + "\nthe rows could not be counted\n") == bool(code)
    assert bool(canned.files()) == (code == 0)


def test_a_tool_that_fails_makes_no_backup_though_its_dump_has_an_end(canned: Canned) -> None:
    assert canned.says(code="3\n").back_up().returncode != 0
    assert canned.files() == set()


def test_the_dump_is_on_disk_before_it_takes_its_name(canned: Canned) -> None:
    for name in ("sync", "mv"):
        tool(canned.home / "tools", name, f'echo {name} "$*" >> "$ANSWERS/calls"\nexec /bin/{name} "$@"')
    tool(canned.home / "tools", "sync", 'echo sync >> "$ANSWERS/calls"')
    assert canned.back_up().returncode == 0
    dump = canned.home / "dumps" / NAME / "bk_mysql_alldata.sql"
    assert canned.text("calls").splitlines()[:2] == ["sync", f"mv -T -- {dump}.part {dump}"]


def test_a_table_in_use_is_counted_again_until_it_was_as_small_as_in_the_dump(canned: Canned) -> None:
    tool(canned.home / "tools", "sleep", ":")
    canned.says(counted="changed\t9\t`b`.`t`\n", rows="3\n")
    done = canned.back_up()
    assert (done.returncode, done.stderr) == (0, "")
    assert canned.text("again") == "select count(*) from `b`.`t`;\n"


def test_a_table_in_use_that_never_was_so_small_is_counted_three_times_and_then_lacks_rows(canned: Canned) -> None:
    tool(canned.home / "tools", "sleep", 'echo "$*" >> "$ANSWERS/pauses"')
    canned.says(counted="changed\t9\t`b`.`t`\n", rows="8\n")
    done = canned.back_up()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "`b`.`t`: 3 rows are in the dump, the server has 8 or more\n"
    assert canned.text("again") == "select count(*) from `b`.`t`;\n" * 3
    assert canned.text("pauses") == "1\n" * 3
    assert canned.files() == set()


@pytest.mark.parametrize("name", ["a", "v", "zz"])
def test_what_is_lost_stays_lost_whatever_is_counted_again(canned: Canned, name: str) -> None:
    tool(canned.home / "tools", "sleep", ":")
    canned.says(counted=f"changed\t9\t`b`.`t`\nsame\t1\t`b`.`{name}`\n", rows="3\n")
    done = canned.back_up()
    assert done.returncode == 1
    assert f"`b`.`{name}` is not in the dump\n" in done.stderr
    assert canned.files() == set()


def test_a_table_that_nobody_wrote_into_is_not_counted_again(canned: Canned) -> None:
    done = canned.says(counted="same\t4\t`b`.`t`\n").back_up()
    assert (done.returncode, done.stderr) == (1, "`b`.`t`: 3 rows are in the dump, the server has 4\n")
    assert not (canned.home / "answers/again").exists()


def test_what_was_listed_after_the_dump_counts_too(canned: Canned) -> None:
    canned.says(counted__0="same\t4\t`b`.`t`\n", counted__1="same\t3\t`b`.`t`\n")
    assert canned.back_up().returncode == 0, "four before, three after and in the dump"
    done = canned.says(listed__2="database\t1\t`b`\n", listed__3="database\t1\t`b`\n").back_up()
    assert "0 of 1 triggers, routines and events are in the dump" in done.stderr


@pytest.mark.parametrize(("size", "free", "code"), [("1048576.0", "66560", 0), ("1048576.0", "66559", 1)])
def test_a_dump_is_given_room_for_its_data_and_some_more(canned: Canned, size: str, free: str, code: int) -> None:
    done = canned.says(bytes=f"{size}\n").back_up(FREE_KB=free)
    assert done.returncode == code
    assert ("the dump of MySQL needs 65 MB" in done.stderr) == bool(code)


def test_an_account_that_does_not_see_everything_is_told_what_it_lacks(canned: Canned) -> None:
    done = canned.says(unseen="TRIGGER\nEVENT\n").back_up()
    told = "the login path default-root does not see every table: it lacks TRIGGER EVENT on *.*\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert canned.files() == set()


@pytest.mark.parametrize("name", ["unseen", "names", "bytes", "binlog", "listed"])
def test_a_server_that_does_not_answer_makes_no_backup(canned: Canned, name: str) -> None:
    (canned.home / "answers" / name).unlink()
    assert canned.back_up().returncode != 0
    assert canned.files() == set()
