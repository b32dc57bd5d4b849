"""The scripts of guide 7.17: one line of a file edited, a secret that `ps` never sees, a copy that is whole or none."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from actions.backup import BackupCmdb
from actions.cmdb import BuildTopology, DeleteTemplates, LockTopologyEditing, SetJobModules
from probes import cmdb
from probes.command import Command
from tests.probes.here import tool
from tests.support.shell import perform

HOST, SECRET = "10.0.0.1", "c4nary-0f-paas"
EIGHT = ("job-config", "job-crontab", "job-execute", "job-gateway", "job-logsvr", "job-manage", "job-backup", "job-x")
LITE = """\
class Message(object):
    real_module_dict = {
        'cmdb' : ["cmdb-admin"], # job stays "job": [1]
        # JOB in its lite form
        "job": ["job-gateway", "job-assemble"],
        "nodeman": ["nodeman-api"]
    }
    other = {"my_job": ["a"]}
"""
ENV = f"BK_PAAS_APP_CODE=\"bk_paas\"\nBK_PAAS_APP_SECRET='{SECRET}'\nBK_PAAS_PRIVATE_ADDR=paas.service.consul:80\n"


@pytest.fixture
def install(tmp_path: Path) -> Path:
    root = tmp_path / "install"
    (root / "bin/04-final").mkdir(parents=True)
    (root / "bin/04-final/paas.env").write_text(ENV)
    return root


@pytest.mark.parametrize("before", ['"job": ["job-gateway", "job-assemble"],', "'job' :['a'],", '"job": [],'], ids=repr)
def test_the_line_of_job_is_replaced_and_nothing_else(tmp_path: Path, install: Path, before: str) -> None:
    script = install / "bin/create_blueking_set.py"
    text = LITE.replace('"job": ["job-gateway", "job-assemble"],', before)
    script.write_text(text)
    script.chmod(0o755)
    action = SetJobModules(host=HOST, install=str(install), modules=EIGHT)
    for _ in range(2):
        assert perform(action.command(), tmp_path).returncode == 0
        told = script.read_text().splitlines()
        (line,) = [one for one in told if one not in text.splitlines()]
        assert line.strip().partition("[")[2] == ",".join(f'"{name}"' for name in EIGHT) + "],"
        assert len(told) == len(text.splitlines())
    assert script.stat().st_mode & 0o777 == 0o755


@pytest.mark.condition("other-ports")
@pytest.mark.parametrize(("line", "port"), [("BK_CMDB_ADMIN_PORT=19000", "19000"), ("", "9000")], ids=["moved", "not"])
def test_cmdb_is_asked_at_the_port_that_its_env_file_names(tmp_path: Path, install: Path, line: str, port: str) -> None:
    (install / "bin/04-final/cmdb.env").write_text(f"{line}\n")
    tool(tmp_path / "tools", "curl", 'for url do :; done; echo "$url"')
    command = LockTopologyEditing(host=HOST, install=str(install), cmdb="10.0.0.3").command()
    told = perform(command, tmp_path, env={"PATH": f"{tmp_path}/tools:{os.environ['PATH']}"})
    assert told.stdout.startswith(f"http://10.0.0.3:{port}/migrate/")


def _elsewhere(command: Command, tmp_path: Path) -> Command:
    """With this machine's Python and a log of the test's own in the place of the vendor's."""
    script = command.script.replace("/opt/py36/bin/python", sys.executable).replace("/tmp/create", f"{tmp_path}/create")
    return replace(command, script=script)


SAYS = """
import json, pathlib, sys
own = pathlib.Path("/proc/self/cmdline").read_bytes().decode().split("\\0")
pathlib.Path(sys.argv[0]).with_suffix(".said").write_text(json.dumps([sys.argv[1:], own]))
"""


def test_the_vendors_script_gets_its_secret_and_nobody_sees_it(tmp_path: Path, install: Path) -> None:
    (install / "bin/create_blueking_set.py").write_text(SAYS)
    action = DeleteTemplates(host=HOST, install=str(install), sets=(), templates=(), strays=())
    done = perform(_elsewhere(action.command(), tmp_path), tmp_path)
    assert done.returncode == 0, done.stderr
    given, shown = json.loads((install / "bin/create_blueking_set.said").read_text())
    assert given == ["-c", "bk_paas", "-t", SECRET, "--delete"]
    assert not any(SECRET in word for word in shown)
    assert SECRET not in done.stdout + done.stderr
    assert (tmp_path / "create_blueking_set.log").stat().st_mode & 0o777 == 0o600


def test_without_the_application_nothing_is_called(tmp_path: Path, install: Path) -> None:
    (install / "bin/create_blueking_set.py").write_text(SAYS)
    (install / "bin/04-final/paas.env").write_text("BK_PAAS_APP_CODE=bk_paas\n")
    action = DeleteTemplates(host=HOST, install=str(install), sets=(), templates=(), strays=())
    assert perform(_elsewhere(action.command(), tmp_path), tmp_path).returncode != 0
    assert not (install / "bin/create_blueking_set.said").exists()


def test_a_log_that_everybody_may_read_is_closed_before_the_vendor_writes_to_it(tmp_path: Path, install: Path) -> None:
    log = tmp_path / "create_blueking_set.log"
    log.write_text("old\n")
    log.chmod(0o644)
    (install / "bkcli").write_text('#!/bin/sh\nstat -c %a "$LOG" > mode; echo "$*" > called\n')
    (install / "bkcli").chmod(0o755)
    action = BuildTopology(host=HOST, install=str(install), effects=())
    perform(_elsewhere(action.command(), tmp_path), tmp_path, env={"LOG": str(log)})
    assert ((install / "mode").read_text(), (install / "called").read_text()) == ("600\n", "initdata topo\n")
    assert log.read_text() == "old\n"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ('{"result": true, "data": []}\\n200', True),
        ('{"result":true,"data":[]}\\n200', True),
        ('{"result": false, "message": "no"}\\n200', False),
        ("<html>\\n502", False),
    ],
    ids=["answered", "without-blanks", "refused", "a-page"],
)
def test_a_copy_is_whole_or_none(
    tmp_path: Path, install: Path, monkeypatch: pytest.MonkeyPatch, answer: str, kept: bool
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    tool(tools, "curl", f"cat > /dev/null; printf '{answer}'")
    tool(tools, "sync", f"ls /var/lib/bkrec/cmdb > {tmp_path}/synced")
    done = perform(BackupCmdb(host=HOST, install=str(install)).command(), tmp_path)
    state = tmp_path / "var-lib/bkrec"
    copies = list((state / "cmdb").iterdir())
    assert (done.returncode == 0, len(copies), (state / "backups/cmdb").exists()) == (kept, int(kept), kept)
    if kept:
        assert len(copies[0].read_text().splitlines()) == len(cmdb.everything(str(install)))
        assert copies[0].stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "synced").read_text() == f"{copies[0].name}.part\n", "on disk before it takes its name"
        assert f"kept in /var/lib/bkrec/cmdb/{copies[0].name}" in done.stdout
    else:
        assert done.stderr == f"CMDB answered 0 of {len(cmdb.everything(str(install)))} questions\n"


def test_a_copy_that_does_not_reach_the_disk_is_none(
    tmp_path: Path, install: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    tool(tools, "curl", """cat > /dev/null; printf '{"result": true, "data": []}\\n200'""")
    tool(tools, "sync", "exit 1")
    assert perform(BackupCmdb(host=HOST, install=str(install)).command(), tmp_path).returncode == 1
    state = tmp_path / "var-lib/bkrec"
    assert (list((state / "cmdb").iterdir()), (state / "backups/cmdb").exists()) == ([], False)
