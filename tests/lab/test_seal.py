"""The run that converges seals the platform; a reboot breaks no seal, eight edits are named, one is accepted."""

from pathlib import Path

import pytest

from tests.lab.support.operator import fresh, guide, on
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


FILE = "/data/bkce/etc/bkauth_config.yaml"
RENDERED = f"seal.rendered bkauth {FILE} {H3}"
WRITTEN = (
    "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /var/log -o -path /var/lib -o -path '*/logs' "
    "-o -path '*/public' \\) -prune -o -type f -printf '%p %i %C@\\n' | sort; find /var/lib/bkrec -type f ! -path "
    "'*/seal/*' -printf '%p %i %C@\\n' | sort; cat /proc/1/mountinfo; ls -A /tmp"
)


def test_what_the_vendor_would_render_is_compared_before_a_seal_is_taken(
    rebooted: Rebooted, upgraded: Upgraded, tmp_path: Path
) -> None:
    """On the host itself: the vendor's call in its own namespaces. What it writes exactly has it as a hint later."""
    desk = fresh(upgraded.desk.lab, tmp_path / "desk", CONVERGED, whole=True)
    manifest = "/var/lib/bkrec/seal/manifest"
    on(desk.lab, "h3", f"grep -q '^@rendered.bkauth.{FILE}$' {manifest}")
    on(desk.lab, "h3", f"echo 'debug: true' >> {FILE}")
    assert desk.drifted() == {f"seal.file configuration {FILE} {H3}"}
    (shown,) = [warning for warning in desk.check()["warnings"] if warning["code"] == "seal-broken-rendered"]
    assert "`cd /data/install && ./bkcli render bkauth`" in shown["hint"]["en"]
    guide(desk.lab, "h1", "cd /data/install && ./bkcli render bkauth")
    assert desk.drifted() == set(), "it has written what was sealed"

    on(desk.lab, "h3", f"rm {manifest}; echo 'debug: true' >> {FILE}")
    before = on(desk.lab, "h3", WRITTEN)
    refused = desk.bkrec("seal")
    assert refused.code == 5
    assert RENDERED in refused.out
    assert on(desk.lab, "h3", WRITTEN) == before
    assert desk.bkrec("check").code == 0, "not sealed, and converged all the same"
    desk.bkrec("seal", "accept", RENDERED, "--why", "debugging, ticket 4711").must(0)
    on(desk.lab, "h3", f"sed -i 's/true/false/' {FILE}")
    assert desk.bkrec("seal").code == 5, "another edit than the one accepted"
    on(desk.lab, "h3", f"sed -i 's/false/true/' {FILE}")
    desk.bkrec("seal").must(0)
    assert desk.drifted() == set()
    assert f"rendered bkauth {FILE}" in desk.bkrec("seal", "history").must(0).out

    on(desk.lab, "h3", f"rm -r {manifest} /data/src/bkauth")
    sealed = desk.bkrec("seal").must(0)
    assert "seal-not-compared" in sealed.err
