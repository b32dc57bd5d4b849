"""The run that converges seals the platform; a reboot breaks no seal, eight edits are named, one is accepted."""

from pathlib import Path

import pytest

from tests.lab.support.operator import fresh, on
from tests.lab.support.upgraded import CONVERGED, Rebooted, Upgraded

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

H1, H2, H3 = "@10.0.0.1", "@10.0.0.2", "@10.0.0.3"
UNITS = "/etc/systemd/system"
EDITS = {
    f"seal.file units {UNITS}/bk-auth.service.d/override.conf {H3}": (
        "h3",
        f"mkdir -p {UNITS}/bk-auth.service.d; printf '[Service]\\nNice=5\\n' > {UNITS}/bk-auth.service.d/override.conf",
    ),
    f"seal.file units /usr/lib/systemd/system/kafka.service {H3}": (
        "h3",
        "echo '# mine' >> /usr/lib/systemd/system/kafka.service",
    ),
    f"seal.file configuration /data/bkce/etc/uwsgi-open_paas-esb.ini {H2}": (
        "h2",
        "sed -i '1s/^/# mine\\n/' /data/bkce/etc/uwsgi-open_paas-esb.ini",
    ),
    f"seal.file configuration /etc/mysql/default.my.cnf {H3}": ("h3", "chmod 0600 /etc/mysql/default.my.cnf"),
    f"seal.file programs /data/bkce/job/backend/bin/gateway {H3}": (
        "h3",
        "cat /bin/true > /data/bkce/job/backend/bin/gateway",
    ),
    f"seal.file ingress /usr/local/openresty/nginx/conf/bk.ssl {H2}": (
        "h2",
        "rm /usr/local/openresty/nginx/conf/bk.ssl",
    ),
    f"seal.file services /etc/consul.d/mine.json {H1}": ("h1", "echo '{}' > /etc/consul.d/mine.json"),
    f"seal.file system /etc/security/limits.conf {H1}": (
        "h1",
        "echo '# mine' >> /etc/security/limits.conf",
    ),
}


def test_the_run_that_converged_sealed_every_host_with_digests_alone(upgraded: Upgraded) -> None:
    for host in ("h1", "h2", "h3"):
        manifest = upgraded.desk.lab.place.root(host) / "var/lib/bkrec/seal/manifest"
        text = manifest.read_text(encoding="utf-8")
        assert manifest.stat().st_mode & 0o777 == 0o600
        assert text.startswith("bkrec-seal 1 6.2.2 ")
        assert "CANARY" not in text


def test_a_reboot_breaks_no_seal_and_each_edit_is_named_until_it_is_accepted(
    rebooted: Rebooted, upgraded: Upgraded, tmp_path: Path
) -> None:
    assert not [fact for fact in rebooted.drifted if fact.startswith("seal.")]
    desk = fresh(upgraded.desk.lab, tmp_path / "desk", CONVERGED, whole=True)
    assert desk.drifted() == set()
    on(desk.lab, "h1", "/data/install/bkcli status bkssm > /dev/null 2>&1", expect=None)
    for host, script in EDITS.values():
        on(desk.lab, host, script)
    assert desk.drifted() == set(EDITS)
    changed = {drift["fact"]: drift["reading"] for drift in desk.check()["drift"]}
    words = {fact: reading["value"] for fact, reading in changed.items()}
    assert set(words.values()) == {"content", "new", "gone", "mode"}
    meant = next(iter(EDITS))
    refused = desk.bkrec("seal", "accept", meant)
    assert refused.code == 64
    desk.bkrec("seal", "accept", meant, "--why", "less important than mysql").must(0)
    assert desk.drifted() == set(EDITS) - {meant}
    history = desk.bkrec("seal", "history").must(0).out
    assert "accept" in history
    assert "why: less important than mysql" in history
    on(desk.lab, "h3", "systemctl stop bk-auth.service")
    applied = desk.bkrec("apply", "--yes", "-o", "json").must(3)
    assert "step-done" in {event.get("event") for event in applied.events}, "so the seal was renewed for its work"
    assert desk.drifted() == set(EDITS) - {meant}, "an apply seals no edit"
