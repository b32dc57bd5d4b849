"""No secret in anything that `plan`, `apply` and their reports leave behind: commands print them, and files keep none.

The secret is random; the lines that hold it are such as the vendor's scripts print. `test_reads_only.py` (commands)
does the same for what probes read.
"""

from pathlib import Path
from secrets import token_hex

import pytest

from reconciler.cli.main import run
from specs import redact
from tests.sim.campaign import LOGGED
from tests.support.cluster_world import ClusterWorld, connect, drifted

CALLS = (
    ("plan", "--out", "plan.json", "--report", "text=plan.txt"),
    ("apply", "--yes", "--report", "json=apply.json", "--report", "text=apply.txt"),
    ("apply", "--yes", "-o", "json"),
    ("history", "-o", "json"),
    ("--lang", "zh", "check", "--report", "junit=check.xml"),
)


def _artefacts(
    monkeypatch: pytest.MonkeyPatch, desk: Path, capsys: pytest.CaptureFixture[str], secret: str
) -> dict[str, str]:
    """By where it is: all that is printed, written and sent while a step succeeds and another fails."""
    world = drifted(broken=frozenset({"unit.start"}), log=LOGGED.format(secret).encode())
    connect(monkeypatch, desk, world)
    assert [run(list(words)) for words in CALLS] == [2, 3, 3, 0, 2]
    printed = capsys.readouterr()
    files = {str(path.relative_to(desk)): path.read_text("utf-8") for path in desk.rglob("*") if path.is_file()}
    return {"stdout": printed.out, "stderr": printed.err, **_sent(world), **files}


def _sent(world: ClusterWorld) -> dict[str, str]:
    return {"argv": "\n".join(" ".join(command.args) for command in world.sent)}


def test_no_secret_that_a_command_prints_is_in_any_artefact(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = token_hex(12)
    artefacts = _artefacts(monkeypatch, tmp_path, capsys, secret)
    assert {name for name, text in artefacts.items() if secret in text} == set()
    assert sum(name.endswith(".jsonl") for name in artefacts) == 2
    assert {"plan.json", "plan.txt", "apply.json", "apply.txt", "check.xml", "argv"} <= artefacts.keys()


def _nothing_is_a_secret(_: str) -> bool:
    return False


def test_without_redaction_it_would_be_in_all_that_shows_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The companion: the search finds it where commands' output goes."""
    secret = token_hex(12)
    with monkeypatch.context() as broken:
        broken.setattr(redact, "_may_contain_secret", _nothing_is_a_secret)
        redact.safe.cache_clear()
        artefacts = _artefacts(broken, tmp_path, capsys, secret)
    redact.safe.cache_clear()
    found = {name for name, text in artefacts.items() if secret in text}
    assert {"stdout", "stderr", "apply.json"} <= found
    assert any(name.endswith(".jsonl") for name in found)
