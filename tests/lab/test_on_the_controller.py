"""bkrec on the controller itself, from the bundle: `--controller local` reads and changes it without SSH to itself.

    pytest -m campaign -s tests/lab/test_on_the_controller.py

The other hosts are reached with the controller's own root key, as BlueKing set it up.
"""

import json
import re
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.bare import bundle
from tests.lab.support.operator import Desk, fresh, of_the_cluster, on, same_from_both, until

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def desk(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = fresh(lab, tmp_path_factory.mktemp("controller") / "desk", whole=True)
    archive = bundle("x86_64")
    name = archive.name.removesuffix(".tar.gz")
    lab.ssh("h1", "tar -xzf - -C /opt", stdin=archive.read_bytes())
    on(lab, "h1", f"ln -sf /opt/{name}/bkrec /usr/local/bin/bkrec")
    on(lab, "h1", "cd /root && bkrec init --controller local")
    on(lab, "h1", rf"""sed -i 's/^path = .*tgz"$/&\nmd5 = "{lab.package_md5}"/' /root/cluster.toml""")
    text = on(lab, "h1", "cat /root/cluster.toml").replace('connect = "local"\n', "")
    access = f'via = "direct"\nidentity = "{lab.place.key}"\nknown_hosts = "{lab.place.known_hosts}"'
    desk.cluster.write_text(text.replace('via = "direct"', access), encoding="utf-8")
    return desk


def here(desk: Desk, *args: str, expect: int) -> str:
    """bkrec on the controller."""
    return on(desk.lab, "h1", f"cd /root && bkrec {' '.join(args)}", expect)


def test_the_address_is_the_one_that_the_vendor_wrote_down(desk: Desk) -> None:
    text = on(desk.lab, "h1", "cat /root/cluster.toml")
    assert 'connect = "local"' in text
    assert 'address = "10.0.0.1"' in text


def test_check_says_the_same_as_over_ssh(desk: Desk) -> None:
    said = same_from_both(
        lambda: of_the_cluster(desk.bkrec("check", "-o", "json").must(2).document),
        lambda: of_the_cluster(json.loads(here(desk, "check", "-o", "json", expect=2))),
    )
    assert len(said["drift"]) > 100


def test_diff_and_plan_say_the_same_as_over_ssh(desk: Desk) -> None:
    def ids(plan: dict[str, Any]) -> list[str]:
        return [step["id"] for step in plan["steps"]]

    same_from_both(
        lambda: ids(desk.bkrec("plan", "-o", "json").must(2).document),
        lambda: ids(json.loads(here(desk, "plan", "-o", "json", expect=2))),
    )
    same_from_both(
        lambda: desk.bkrec("diff").must(2).out.splitlines()[-1], lambda: here(desk, "diff", expect=2).splitlines()[-1]
    )


def test_no_connection_goes_to_the_controller_itself(desk: Desk) -> None:
    on(desk.lab, "h1", "journalctl --rotate --vacuum-time=1s > /dev/null 2>&1")
    here(desk, "check", expect=2)
    logins = on(desk.lab, "h1", "journalctl --no-pager -t sshd -o cat")
    assert not re.search(r"Accepted .* from (10\.0\.0\.1|127\.0\.0\.1|::1) ", logins)
    others = on(desk.lab, "h2", "journalctl --no-pager -t sshd -o cat")
    assert re.search(r"Accepted publickey for root from 10\.0\.0\.1 ", others)


def test_apply_converges(desk: Desk) -> None:
    said = here(desk, "apply", "--yes", expect=0)
    print(said[-1500:])
    until(lambda: desk.bkrec("check").code == 0, 60, "check over SSH agrees")
    here(desk, "check", expect=0)
    assert "bkrec" not in on(desk.lab, "h1", "tr '\\0' '\\n' < /proc/1/environ")
