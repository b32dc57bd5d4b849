"""Post-upgrade work is recorded on its proof: what its tool says and what is there afterwards, not an exit status."""

import sys
from pathlib import Path
from typing import Any

import pytest

from actions.task import MIGRATED, RunPostUpgradeTask
from probes.command import Command
from probes.task import TaskDone
from specs.module import TaskName
from specs.reason import inline
from specs.text import LocalizedText
from tests.support.shell import perform

HOST = "10.0.0.1"
PYMYSQL = '''"""Stand-in for PyMySQL: a server that is a file of table names."""
import os
BOOK = os.environ["TABLES"]
class Cursor:
    def execute(self, query, *args):
        if query.startswith("create "):
            with open(BOOK, "a") as book: book.write(query.split()[1] + "\\n")
    def fetchall(self):
        return [(name,) for name in open(BOOK).read().split()] if os.path.exists(BOOK) else []
class Server:
    def cursor(self): return Cursor()
def connect(**words):
    with open(BOOK + ".servers", "a") as book: book.write(f"{words.get('host')} {words.get('port')}\\n")
    return Server()
'''
WHOLE = """import pymysql, sys
cursor = pymysql.connect().cursor()
if sys.argv[-1] == "migrate":
    cursor.execute("create subject_system_group")
    cursor.execute("create group_system_auth_type")
elif not cursor.fetchall():
    raise Exception("subject_system_group table not exists")
else:
    print("check completed, all data migrate completed")
"""
LIAR = f"print({MIGRATED!r})\n"
HALF = WHOLE.replace('    cursor.execute("create group_system_auth_type")\n', "")


def work(name: TaskName, *extra: str) -> Command:
    done = TaskDone(host=HOST, task=name, release="6.2.2")
    because = inline(LocalizedText(en="a reason", zh="理由"))
    return RunPostUpgradeTask(
        host=HOST, task=name, done=done, install="/x/install", home="/x/home", extra=extra, because=because
    ).command()


def run(where: Path, command: Command, name: str, **env: str) -> tuple[int, bool, str]:
    """Exit status, whether a record was left, and what was printed."""
    told = perform(command, where, env=env)
    record = where / "var-lib" / "bkrec" / "tasks" / f"{name}.done"
    return told.returncode, record.exists(), told.stdout + told.stderr


def migrate(where: Path, script: str, bkiam: str = "") -> tuple[int, bool, str]:
    """`bkiam`: the merged variables of IAM."""
    (where / "pymysql.py").write_text(PYMYSQL)
    (where / "migrate.py").write_text(script)
    command = work("iam-subjects", str(where / "migrate.py"), MIGRATED, sys.executable, HOST)
    (where / "bin/01-generate").mkdir(parents=True)
    (where / "bin/01-generate/dbadmin.env").write_text("BK_MYSQL_ADMIN_USER=root\nBK_MYSQL_ADMIN_PASSWORD=x\n")
    (where / "bin/04-final").mkdir(parents=True)
    (where / "bin/04-final/bkiam.env").write_text(bkiam)
    args = tuple(str(where) if word == "/x/install" else word for word in command.args)
    return run(
        where,
        Command(script=command.script, args=args),
        "iam-subjects",
        PYTHONPATH=str(where),
        TABLES=str(where / "tables"),
    )


@pytest.mark.condition("v7-iam-groups")
def test_a_migration_that_says_so_and_is_there_is_recorded(tmp_path: Path) -> None:
    status, recorded, _ = migrate(tmp_path, WHOLE)
    assert (status, recorded) == (0, True)


@pytest.mark.parametrize(
    ("bkiam", "server"),
    [
        ("", f"{HOST} 3306"),
        ("BK_IAM_MYSQL_HOST=mysql-default.service.consul\nBK_IAM_MYSQL_PORT=3306\n", f"{HOST} 3306"),
        ("BK_IAM_MYSQL_HOST=db.corp.example\nBK_IAM_MYSQL_PORT=3307\n", "db.corp.example 3307"),
        ("BK_IAM_MYSQL_HOST=mysql-iam.service.consul\nBK_IAM_MYSQL_PORT=3306\n", "mysql-iam.service.consul 3306"),
    ],
    ids=["not-merged", "blueking's-own", "the-site's-own", "a-second-one"],
)
def test_the_migration_goes_to_the_server_that_iam_uses(tmp_path: Path, bkiam: str, server: str) -> None:
    """Its own, where there are several: on another there is no bkiam."""
    tells = WHOLE.replace("pymysql.connect()", "pymysql.connect(host=sys.argv[2], port=int(sys.argv[4]))")
    rc, recorded, _ = migrate(tmp_path, tells, bkiam)
    assert (rc, recorded) == (0, True)
    assert set((tmp_path / "tables.servers").read_text().splitlines()) == {server}


@pytest.mark.condition("v7-iam-groups")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("", "no migration script", id="an empty one"),
        pytest.param("import sys\n", "it did not say", id="a foreign one that does nothing and exits 0"),
        pytest.param(WHOLE[: WHOLE.index("elif")], "it did not say", id="one cut behind its migration"),
        pytest.param(LIAR, "bkiam lacks", id="one that only says so"),
        pytest.param(HALF, "bkiam lacks", id="one that makes one table of two"),
        pytest.param("<html>404</html>\n", "it failed", id="a page of an error"),
    ],
)
def test_any_other_fails_and_leaves_no_record(tmp_path: Path, script: str, words: str) -> None:
    status, recorded, output = migrate(tmp_path, script)
    assert (status != 0, recorded) == (True, False)
    assert words in output


FINISHED = "echo 'INFO All 2 upgradeTasks finished successfully'"
UPGRADES: dict[str, tuple[str, bool]] = {
    "all its tasks": (FINISHED, True),
    "nothing to do": ("echo 'INFO No matched upgradeTasks need to run'", True),
    "a configuration it cannot read, exit 0": ("echo 'WARN Cannot read configFile from path:x, exit'", False),
    "some of its tasks, exit 0": ("echo '1 of 2 upgradeTasks finished successfully, others not run yet'", False),
    "no word, exit 0": (":", False),
    "the sentence, and a status of its own": (f"{FINISHED}; exit 3", False),
    "the sentence, and a task that failed": (f"echo 'UpgradeTask [a] failed'; {FINISHED}", False),
}


@pytest.mark.condition("v8-upgrader")
@pytest.mark.parametrize("case", UPGRADES)
def test_the_upgrader_of_job_is_believed_by_its_sentence(tmp_path: Path, case: str) -> None:
    output_text, good = UPGRADES[case]
    status, recorded = upgrade(tmp_path, output_text)
    assert (status == 0, recorded) == (good, good)


def upgrade(where: Path, output_text: str) -> tuple[int, bool]:
    program(where / "tools" / "java", output_text)
    (where / "job").mkdir()
    (where / "job" / "VERSION").write_text("3.8.1\n")
    command = work("job-upgrader-after")
    note = "mkdir -p /var/lib/bkrec/tasks; echo 3.5.1 > /var/lib/bkrec/tasks/job-upgrader-after\n"
    script: Any = note + command.script.replace("/usr/bin/java", "java")
    args = tuple(str(where) if word == "/x/home" else word for word in command.args)
    path = f"{where / 'tools'}:/usr/sbin:/usr/bin:/sbin:/bin"
    status, recorded, _ = run(where, Command(script=script, args=args), "job-upgrader-after", PATH=path)
    return status, recorded


@pytest.mark.parametrize("name", ["monitor-space-data", "monitor-iam-actions", "log-iam-actions"])
@pytest.mark.parametrize("says", [True, False])
def test_what_runs_in_a_container_is_believed_by_its_sentence(tmp_path: Path, name: Any, says: bool) -> None:
    sentence = (
        "init space data successfully"
        if name == "monitor-space-data"
        else "Congratulations! IAM upgrade successfully!!!"
    )
    program(tmp_path / "tools" / "docker", f'case "$*" in *manage*) echo "{sentence if says else "Sorry"}" ;; esac')
    path = f"{tmp_path / 'tools'}:/usr/sbin:/usr/bin:/sbin:/bin"
    status, recorded, _ = run(tmp_path, work(name), name, PATH=path)
    assert (status == 0, recorded) == (says, says)


def program(path: Path, script: str) -> None:
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n# stand-in of the test\n{script}\n")
    path.chmod(0o755)
