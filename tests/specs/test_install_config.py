"""install.config is read as the release's own parser reads it: same hosts.env, same complaints."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.install_config import HostLayout, parse

CASES = sorted((Path(__file__).parents[1] / "contracts" / "install_config_parser").glob("*.toml"))
NAME = "bin/bk-install-config-parser.awk"
STAND_IN = Path(__file__).parents[1] / "lab/vendor/install" / NAME
RELEASES = [Path(tree) / NAME for tree in os.environ.get("BKREC_VENDOR", "").split(":") if tree]
PARSERS = [pytest.param(STAND_IN, id="the-labs"), *(pytest.param(path, id=str(path)) for path in RELEASES)]
"""gawk is the judge: of the lab's parser always, of the release's own too where its tree is named."""


def hosts_env(layout: HostLayout) -> list[str]:
    """What the release's parser would print for it."""
    modules = sorted({module for _, owned in layout.hosts for module, _ in owned})
    names = {f"{module}@{project}" if project else module for _, owned in layout.hosts for module, project in owned}
    ips = layout.addresses()
    lines = [f"ALL_IP=({' '.join(ips)})", f"ALL_IP_COMMA='{','.join(ips)}'"]
    lines += [f"ALL_MODULE=({' '.join(modules)})", f"ALL_NAME=({' '.join(sorted(names))})"]
    for module in modules:
        projects = {project for _, owned in layout.hosts for each, project in owned if each == module}
        for project in sorted({"", *projects}):
            name = f"{module}_{project}" if project else module
            lines += _variables(re.sub(r"\W", "_", name), layout.hosts_of(module, project))
    return lines


def _variables(name: str, ips: tuple[str, ...]) -> list[str]:
    prefix = f"BK_{name.upper()}_IP"
    numbered = [f"{prefix}{number}='{ip}'" for number, ip in enumerate(ips)]
    return [f"{prefix}=({' '.join(ips)})", f"{prefix}_COMMA='{','.join(ips)}'", *numbered]


def complaints(layout: HostLayout) -> str:
    told = (f"ERROR: invalid format: install.config:{e.line}:Field{e.field}: {e.token}\n" for e in layout.errors)
    return "".join(told)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_says_what_the_release_s_parser_said(path: Path) -> None:
    case: dict[str, Any] = tomllib.loads(path.read_text())
    layout = parse(case["text"])
    assert hosts_env(layout) == case["answer"]
    assert complaints(layout) == case["errors"]
    assert case["status"] == (1 if layout.errors else 0)


def test_there_are_enough_recorded_answers() -> None:
    assert len(CASES) >= 50


@given(st.text())
def test_any_text_is_a_layout(text: str) -> None:
    layout = parse(text)
    assert len(set(layout.addresses())) == len(layout.addresses())
    assert all(owned for _, owned in layout.hosts)


def test_a_host_that_has_only_a_project_has_the_module() -> None:
    layout = parse("10.0.0.1 monitorv3(monitor)\n10.0.0.2 monitorv3(transfer),iam\n")
    assert layout.hosts_of("monitorv3") == ("10.0.0.1", "10.0.0.2")
    assert layout.hosts_of("monitorv3", "transfer") == ("10.0.0.2",)
    assert layout.hosts_of("ssm") == ()
    assert layout.modules_of("10.0.0.2") == (("monitorv3", "transfer"), ("iam", ""))
    assert layout.modules_of("10.0.0.9") == ()


TOKENS = st.sampled_from(
    ["iam", "ssm", "zk(config)", "log(api)", "a-b", "A", "a(b-c)", "a(", "#", "", "\r", "模", "a_1", "1"]
)
LINES = st.tuples(
    st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.30", "9.9.9", "#10.0.0.1", " 10.0.0.1", "[x]", "::1", ""]),
    st.lists(st.tuples(st.sampled_from([" ", ",", "\t", ", "]), TOKENS), max_size=5),
).map(lambda line: line[0] + "".join(a + b for a, b in line[1]))


def parsed(parser: Path, text: str, path: Path) -> tuple[list[str], str]:
    """hosts.env and complaints, as gawk prints them."""
    (path / "install.config").write_text(text, newline="")
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "CTRL_DIR": "/nonexistent"}
    words = [os.environ.get("BKREC_GAWK", "gawk"), "-f", str(parser), "install.config"]
    told = subprocess.run(words, cwd=path, env=env, capture_output=True, check=False)
    return told.stdout.decode().split("\n")[:-1], told.stderr.decode()


def compare(parser: Path, path: Path, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(text=st.lists(LINES, max_size=6).map("\n".join))
    def each(text: str) -> None:
        layout = parse(text)
        assert (hosts_env(layout), complaints(layout)) == parsed(parser, text, path)

    each()


@pytest.mark.parametrize("parser", PARSERS)
def test_random_texts_are_read_as_gawk_reads_them(parser: Path, tmp_path: Path) -> None:
    compare(parser, tmp_path, 200)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("parser", PARSERS)
def test_thousands_of_random_texts_are_read_as_gawk_reads_them(parser: Path, tmp_path: Path) -> None:
    compare(parser, tmp_path, 5000)
