"""The entrance: what decides how it listens is not written over, whatever the vendor's script puts."""

import subprocess
from pathlib import Path

import pytest

from actions.bkcli import InstallModule
from actions.nginx import PRESERVE_PORTS, SAVE_TEMPLATES, STAYS_ACCEPTED
from tests.sim.worlds import guide_cluster
from tests.support.shell import perform

CONSUL = """#!/bin/bash
# a key-value store of files
[ "$1" = kv ] || exit 2
file=$STORE/$(printf %s "$3" | tr / _)
case $2 in
get) [ ! -e "$STORE/silent" ] || { echo "Error querying Consul agent: Unexpected response code: 500" >&2; exit 1; }
    [ -e "$file" ] || { echo "Error! No key exists at: $3" >&2; exit 1; }; cat "$file" ;;
put) printf %s "${4-}" > "$file" ;;
esac
"""
VENDOR = """#!/usr/bin/env bash
# as bin/install_consul_template.sh:78-84 writes them
consul kv put bkcfg/global/bk_home /data/bkce
consul kv put bkcfg/global/bk_http_schema "$BK_HTTP_SCHEMA"
consul kv put bkcfg/ports/paas_http ${BK_PAAS_PUBLIC_ADDR##*:}
consul kv put bkcfg/ports/paas_https 443
consul kv put bkcfg/fqdn/paas "${BK_PAAS_PUBLIC_ADDR%%:*}"
"""
HTTP, HTTPS, SCHEME, NAME = (
    "bkcfg/ports/paas_http",
    "bkcfg/ports/paas_https",
    "bkcfg/global/bk_http_schema",
    "bkcfg/fqdn/paas",
)


def rendered(where: Path, before: dict[str, str], *, scheme: str, address: str) -> dict[str, str]:
    """The store after the vendor's script was run as the step runs it."""
    store, tools = where / "store", where / "bin"
    store.mkdir()
    tools.mkdir()
    for key, value in before.items():
        (store / key.replace("/", "_")).write_text(value)
    for name, text in (("consul", CONSUL), ("vendor.sh", VENDOR)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    env = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "STORE": str(store),
        "BK_HTTP_SCHEMA": scheme,
        "BK_PAAS_PUBLIC_ADDR": address,
    }
    script = f"set -eu\n{PRESERVE_PORTS}\nvendor.sh\n"
    subprocess.run(["/bin/bash", "-c", script], env=env, check=True, capture_output=True)
    return {key: (store / key.replace("/", "_")).read_text() for key in (HTTP, HTTPS, SCHEME, NAME)}


ON_HTTPS = {"scheme": "https", "address": "bk.corp.example:443"}


@pytest.mark.condition("v1-https")
def test_on_https_port_80_stays_and_never_becomes_443(tmp_path: Path) -> None:
    after = rendered(tmp_path, {HTTP: "80", HTTPS: "443", SCHEME: "https"}, **ON_HTTPS)
    assert (after[HTTP], after[HTTPS], after[SCHEME]) == ("80", "443", "https")
    assert after[NAME] == "bk.corp.example", "names are written as before"


@pytest.mark.condition("v1-https")
@pytest.mark.parametrize("before", [{}, {HTTP: "443", HTTPS: "443"}])
def test_where_both_ports_would_be_the_same_plain_http_gets_80(tmp_path: Path, before: dict[str, str]) -> None:
    """Nothing there yet; or what the vendor's script made of it once."""
    assert rendered(tmp_path, before, **ON_HTTPS)[HTTP] == "80"


def test_a_port_that_consul_does_not_say_is_not_written_over(tmp_path: Path) -> None:
    """While it elects a leader it answers with 500."""
    own = {HTTP: "8080", HTTPS: "8443", SCHEME: "https", "silent": ""}
    after = rendered(tmp_path, own, **ON_HTTPS)
    assert (after[HTTP], after[HTTPS], after[SCHEME]) == ("8080", "8443", "https")


def test_ports_and_scheme_of_ones_own_stay(tmp_path: Path) -> None:
    """TLS ends at a load balancer before it, and nginx listens on 8080 and 8443."""
    own = {HTTP: "8080", HTTPS: "8443", SCHEME: "http"}
    after = rendered(tmp_path, own, **ON_HTTPS)
    assert {key: after[key] for key in own} == own


def test_a_first_time_on_http_is_as_the_vendor_has_it(tmp_path: Path) -> None:
    after = rendered(tmp_path, {}, scheme="http", address="paas.bktencent.com:80")
    assert (after[HTTP], after[HTTPS], after[SCHEME]) == ("80", "443", "http")


@pytest.mark.condition("v18-templates")
def test_a_template_that_the_site_changed_is_saved_before_it_is_replaced_and_each_version_once(tmp_path: Path) -> None:
    new, live, saved = (tmp_path / name for name in ("new", "live", "saved"))
    new.mkdir()
    live.mkdir()
    for name in ("paas.conf", "job.conf", "apigw.conf"):
        (new / name).write_text("of the release\n")
    (live / "job.conf").write_text("of the release\n")
    script = f'set -eu\n{SAVE_TEMPLATES}\nsave_templates "$@"\n'
    for text in ("own\n", "own\n", "own, later\n"):
        (live / "paas.conf").write_text(text)
        words = ["/bin/bash", "-c", script, "bkrec", str(new), str(live), str(saved)]
        subprocess.run(words, check=True, capture_output=True)
    assert sorted(path.read_text() for path in saved.iterdir()) == ["own\n", "own, later\n"]
    assert {path.name.partition(".conf.")[0] for path in saved.iterdir()} == {"paas"}
    assert saved.stat().st_mode & 0o777 == 0o700


BKCLI = """#!/bin/bash
# as `bkcli install nginx` does on the host with the entrance
vendor.sh
[ -z "${DIES:-}" ] || kill -9 $PPID
exit 3
"""
KEYS = (SCHEME, HTTP, HTTPS)


def installed(where: Path, *, dies: bool = False) -> tuple[int, str, dict[str, str]]:
    """`bkcli install nginx` on https, as the step runs it: its status, what was called on the host, and the store."""
    for name, text in (("consul", CONSUL), ("vendor.sh", VENDOR), ("bkcli", BKCLI), ("pcmd.sh", PCMD)):
        (where / name).write_text(text)
        (where / name).chmod(0o755)
    store = where / "store"
    if not store.exists():
        store.mkdir()
        for key, value in ((HTTP, "80"), (HTTPS, "443"), (SCHEME, "https")):
            (store / key.replace("/", "_")).write_text(value)
    action = InstallModule(
        host="10.0.0.1", install=str(where), module="nginx", effects=(), requirements=(), preserved_keys=KEYS
    )
    env = {
        "PATH": f"{where}:/usr/bin:/bin",
        "STORE": str(store),
        "BK_HTTP_SCHEMA": "https",
        "BK_PAAS_PUBLIC_ADDR": "bk.corp.example:443",
        "DIES": "yes" if dies else "",
        "SEED": "yes",
    }
    done = perform(action.command(), where, env=env)
    called = (where / "called").read_text() if (where / "called").exists() else ""
    return done.returncode, called, {key: (store / key.replace("/", "_")).read_text() for key in (*KEYS, NAME)}


PCMD = '#!/bin/bash\necho "$*" >> "${0%/*}/called"\n'


def test_an_installation_of_the_entrance_leaves_its_ports_as_they_were(tmp_path: Path) -> None:
    """And its own status: what the keys were is no reason to call it well."""
    status, called, after = installed(tmp_path)
    assert (status, after[HTTP], after[SCHEME]) == (3, "80", "https")
    assert after[NAME] == "bk.corp.example"
    assert called == "-m nginx systemctl restart consul-template.service\n"


def test_one_that_was_cut_off_is_put_right_by_the_next(tmp_path: Path) -> None:
    _, called, broken = installed(tmp_path, dies=True)
    assert (called, broken[HTTP]) == ("", "443")
    assert installed(tmp_path)[2][HTTP] == "80"


def test_the_vendors_call_alone_would_have_changed_them(tmp_path: Path) -> None:
    """The companion: without the keys' names the same call is the vendor's."""
    action = InstallModule(host="10.0.0.1", install=str(tmp_path), module="nginx", effects=(), requirements=())
    assert action.command().args == (str(tmp_path), "install", "nginx")
    assert "save_keys" not in action.command().script


def test_the_release_names_the_keys_of_the_entrance() -> None:
    assert set(guide_cluster().release.module("nginx").preserved_keys) == set(KEYS)


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [
        pytest.param("ok ok ok", True, id="at once"),
        pytest.param("no no ok ok ok", True, id="half rendered at first"),
        pytest.param("ok ok no no", False, id="the old one still there, then one that is refused"),
    ],
)
def test_what_was_rendered_is_accepted_once_it_is_there(tmp_path: Path, answers: str, accepted: bool) -> None:
    """The last answer is that of every later question. One look at once would have seen the old configuration."""
    script = f"""
    set -eu
    {STAYS_ACCEPTED}
    left='{answers}'
    accepted() {{
        answer=${{left%% *}}
        case $left in *' '*) left=${{left#* }} ;; esac
        [ "$answer" = ok ]
    }}
    stays_accepted 0
    """
    done = subprocess.run(["/bin/bash", "-c", script], check=False, capture_output=True, timeout=20)
    assert (done.returncode == 0, done.stderr) == (accepted, b"")
