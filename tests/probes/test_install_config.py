"""install.config on a host, with all that an editor may have left in it."""

from pathlib import Path

import pytest

from probes.install_config import PROBE, ModuleHosts
from tests.probes.here import HOST, SHELLS, ask, brief


@pytest.mark.parametrize("shell", SHELLS)
def test_several_files_are_read_at_once(tmp_path: Path, shell: str) -> None:
    (tmp_path / "one").write_text("10.0.0.2 iam,ssm\n10.0.0.1 iam\n# 0\tend")
    (tmp_path / "two").write_text("10.0.0.3 iam\n10.0.0.4 monitorv3(transfer)")
    (tmp_path / "empty").write_text("")
    (tmp_path / "broken").write_text("10.0.0.1 iam\r\n10.0.0.2 ssm,\n")
    asked = {
        ModuleHosts(host=HOST, path=f"{tmp_path}/one", module="iam"): ("10.0.0.2", "10.0.0.1"),
        ModuleHosts(host=HOST, path=f"{tmp_path}/two", module="iam"): ("10.0.0.3",),
        ModuleHosts(host=HOST, path=f"{tmp_path}/two", module="monitorv3"): ("10.0.0.4",),
        ModuleHosts(host=HOST, path=f"{tmp_path}/two", module="ssm"): "absent",
        ModuleHosts(host=HOST, path=f"{tmp_path}/empty", module="iam"): "absent",
        ModuleHosts(host=HOST, path=f"{tmp_path}/none", module="iam"): "absent",
        ModuleHosts(host=HOST, path=f"{tmp_path}/broken", module="iam"): "unknown: install-config-broken",
        ModuleHosts(host=HOST, path=str(tmp_path), module="iam"): "unknown: path-unreadable",
    }
    found = [brief(reading) for reading in ask(PROBE, list(asked), shell=shell)]
    assert dict(zip(asked, found, strict=True)) == asked


@pytest.mark.parametrize("name", ["$(touch pwned)", "a'b", "a\nb", "-v", "a=b", "0\tend"])
def test_hostile_names_are_only_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("10.0.0.1 iam\n")
    facts = [ModuleHosts(host=HOST, path=path, module="iam") for path in (f"{tmp_path}/{name}", name)]
    assert [brief(reading) for reading in ask(PROBE, facts)] == [("10.0.0.1",), "absent"]
