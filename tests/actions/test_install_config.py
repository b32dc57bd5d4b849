"""install.config: one token more, and not a byte else."""

from pathlib import Path

import pytest

from actions.install_config import PlaceModule
from specs.install_config import parse
from tests.support.shell import perform

CONFIG = "# 蓝鲸\n[basic]\n10.0.0.1 iam,gse\n\n10.0.0.2 nginx,paas\n10.0.0.1 redis\n10.0.0.3\n"


@pytest.mark.parametrize(
    ("hosts", "after"),
    [
        (("10.0.0.1",), CONFIG.replace("iam,gse\n", "iam,gse,auth\n")),
        (("10.0.0.1", "10.0.0.2"), CONFIG.replace("iam,gse\n", "iam,gse,auth\n").replace(",paas\n", ",paas,auth\n")),
        (("10.0.0.3",), CONFIG + "10.0.0.3 auth\n"),
    ],
    ids=["first-line-of-the-host", "two-hosts", "host-without-modules"],
)
def test_a_module_is_placed_and_every_other_byte_stays(tmp_path: Path, hosts: tuple[str, ...], after: str) -> None:
    config = tmp_path / "install.config"
    config.write_text(CONFIG)
    action = PlaceModule(host="10.0.0.1", config=str(config), module="auth", hosts=hosts)
    done = perform(action.command(), tmp_path)
    assert done.returncode == 0, done.stderr
    assert config.read_text() == after
    assert parse(after).hosts_of("auth") == hosts
