"""Databases: which servers the merged variables name, in every way that they are written; and no secret of theirs."""

from pathlib import Path

import pytest

from probes.database import PROBE, DatabaseElsewhere, DatabaseServers
from probes.fact import Absent, Known, Unknown
from tests.probes.here import AWKS, HOST, ask, run

HOSTS = ("10.0.0.1", "10.0.0.2")
LINES = {
    "consul": ("BK_PAAS_MYSQL_HOST=mysql-default.service.consul", ("mysql mysql-default.service.consul",)),
    "quoted": ("BK_PAAS_MYSQL_HOST='db.example'", ("mysql db.example",)),
    "exported": ('export BK_PAAS_MYSQL_HOST="10.9.9.9"', ("mysql 10.9.9.9",)),
    "with-a-port": ("BK_GSE_MONGODB_HOST=10.9.9.9:27017", ("mongodb 10.9.9.9",)),
    "several": (r"BK_CMDB_MONGODB_HOST=10.9.9.8\,10.9.9.9", ("mongodb 10.9.9.8", "mongodb 10.9.9.9")),
    "uri": (
        r"BK_JOB_MONGODB_URI=mongodb://joblog:canary@db1:27017\,db2:27017/joblog\?replicaSet=rs0",
        ("mongodb db1", "mongodb db2"),
    ),
    "at-in-the-password": ("BK_JOB_MONGODB_URI=mongodb://joblog:can@ry@db1:27017/joblog", ("mongodb db1",)),
    "nobody-logs-in": ("BK_JOB_MONGODB_URI=mongodb://db1/joblog", ("mongodb db1",)),
    "empty": ("BK_PAAS_MYSQL_HOST=''", ()),
    "a-comment": ("# BK_PAAS_MYSQL_HOST=db.example", ()),
    "not-a-host": ("BK_PAAS_MYSQL_PASSWORD=db.example", ()),
}


@pytest.fixture
def final(tmp_path: Path) -> Path:
    (tmp_path / "04-final").mkdir()
    return tmp_path / "04-final"


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("name", LINES)
def test_each_way_of_writing_it_is_read(final: Path, tmp_path: Path, awk: str, name: str) -> None:
    line, servers = LINES[name]
    (tmp_path / "awk").symlink_to(awk)
    (final / "paas.env").write_text(f"A=1\n{line}\n", encoding="utf-8")
    fact = DatabaseServers(host=HOST, directory=str(final))
    assert ask(PROBE, [fact], tools=tmp_path) == [Known(servers)]
    output = run(PROBE.command([fact]), tools=tmp_path)
    assert "canary" not in output.stdout
    assert "ry@" not in output.stdout


def test_a_value_that_is_no_name_is_unknown_and_not_shown(final: Path) -> None:
    (final / "paas.env").write_text("BK_PAAS_MYSQL_HOST=$(hostname)canary\n", encoding="utf-8")
    fact = DatabaseServers(host=HOST, directory=str(final))
    (reading,) = ask(PROBE, [fact])
    assert isinstance(reading, Unknown)
    assert "BK_PAAS_MYSQL_HOST" in str(reading)
    assert "canary" not in run(PROBE.command([fact])).stdout


def test_without_merged_variables_there_is_nothing_to_read(tmp_path: Path) -> None:
    fact = DatabaseServers(host=HOST, directory=str(tmp_path / "04-final"))
    assert ask(PROBE, [fact]) == [Absent()]


@pytest.mark.parametrize(
    ("line", "served", "elsewhere"),
    [
        ("BK_PAAS_MYSQL_HOST=mysql-default.service.consul", ("mysql", "mongodb"), ()),
        ("BK_PAAS_MYSQL_HOST=mysql-default.service.consul", ("mongodb",), ("mysql mysql-default.service.consul",)),
        ("BK_PAAS_MYSQL_HOST=10.0.0.2", ("mongodb",), ()),
        ("BK_PAAS_MYSQL_HOST=127.0.0.1", ("mysql", "mongodb"), ()),
        ("BK_PAAS_MYSQL_HOST=127.0.0.1", ("mongodb",), ("mysql 127.0.0.1",)),
        ("BK_PAAS_MYSQL_HOST=10.9.9.9", ("mysql", "mongodb"), ("mysql 10.9.9.9",)),
        ("A=1", ("mysql",), ("mongodb ?",)),
        ("A=1", (), ("mongodb ?", "mysql ?")),
    ],
    ids=["ours", "in-consul-only", "a-host-besides", "here", "here-of-whom", "theirs", "mongodb-unsaid", "unsaid"],
)
def test_what_is_no_host_of_the_cluster_is_named(
    final: Path, line: str, served: tuple[str, ...], elsewhere: tuple[str, ...]
) -> None:
    (final / "paas.env").write_text(f"{line}\n", encoding="utf-8")
    fact = DatabaseElsewhere(host=HOST, directory=str(final), hosts=HOSTS, served=served)
    (reading,) = ask(PROBE, [fact])
    assert reading in (Known(elsewhere), Known(elsewhere[::-1]))
