"""Room for backups, measured by what there is to back up."""

from pathlib import Path

import pytest

from probes.room import PROBE, BackupRoom
from tests.probes.here import AWKS, HOST, SHELLS, ask, brief, tool

DF = "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/sda1 99 1 %s 1%% /\\n' {kb}"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("free", "read"),
    [(65536 + 5_000_000, "enough"), (65536 + 4_999_999, "4947 MB > 4946 MB"), (-9, "4947 MB > 0 MB")],
    ids=["just-enough", "a-kilobyte-short", "past-the-reserve"],
)
def test_what_the_server_counts_has_to_fit(tmp_path: Path, shell: str, free: int, read: str) -> None:
    tools = tool(tmp_path / "tools", "df", DF.format(kb=free))
    tool(tools, "mysql", 'case $(cat) in *"sum(data_length + index_length)"*) echo 5000000 ;; esac')
    fact = BackupRoom(host=HOST, what="mysql", path="/data/dbbak", source="default-root")
    (reading,) = ask(PROBE, [fact], tools=tools, shell=shell)
    assert brief(reading) == read


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("written", ["dbPath: {}", '  dbPath: "{}"', "\tdbPath:   '{}'  # here"])
def test_mongodb_takes_what_its_directory_takes(tmp_path: Path, awk: str, written: str) -> None:
    data, conf = tmp_path / "data", tmp_path / "mongod.conf"
    data.mkdir()
    (data / "collection-0").write_bytes(b"x" * 3_000_000)
    conf.write_text(f"storage:\n{written.format(data)}\n# dbPath: /none\n")
    tools = tool(tmp_path / "tools", "df", DF.format(kb=65536))
    (tools / "awk").symlink_to(awk)
    fact = BackupRoom(host=HOST, what="mongodb", path="/", source=str(conf))
    (reading,) = ask(PROBE, [fact], tools=tools)
    assert brief(reading).endswith(" MB > 64 MB")


def test_what_could_not_be_measured_is_unknown_and_not_enough(tmp_path: Path) -> None:
    tools = tool(tmp_path / "tools", "mysql", "exit 1")
    facts = [
        BackupRoom(host=HOST, what="mysql", path="/", source="default-root"),
        BackupRoom(host=HOST, what="install", path="/", source=f"{tmp_path}/none"),
        BackupRoom(host=HOST, what="install", path="none", source=str(tmp_path)),
    ]
    read = [brief(reading) for reading in ask(PROBE, facts, tools=tools)]
    assert read == ["unknown: space-not-measured", "unknown: space-not-measured", "unknown: path-unreadable"]


def test_where_the_data_lies_elsewhere_the_margin_is_asked_for(tmp_path: Path) -> None:
    """An external MongoDB: its size is not known here, and the action's own dump says when the disk is full."""
    tools = tool(tmp_path / "tools", "df", DF.format(kb=65535))
    fact = BackupRoom(host=HOST, what="mongodb", path="/", source=f"{tmp_path}/none.conf")
    (reading,) = ask(PROBE, [fact], tools=tools)
    assert brief(reading) == "64 MB > 63 MB"
