"""What a command ends with: the exit codes of the manual, the result on stdout, the rest on stderr."""

import json
import tomllib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.commands import session
from reconciler.core.plan_file import load
from reconciler.engine.lease import LeaseHeld
from reconciler.engine.transport import TransportError
from reconciler.version import VERSION
from specs.diagnostic import BkrecError, LayoutError, SpecError, diagnose
from tests.architecture.tree import ROOT
from tests.support.cluster_world import ClusterWorld, connect, drifted, planned, small_cluster, unread

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs it in an empty directory with a cluster.toml that nobody reads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BKREC_CLUSTER", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "cluster.toml").write_text("", encoding="utf-8")

    def ran(*args: str) -> tuple[int, str, str]:
        code = run(args)
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def converged() -> ClusterWorld:
    return ClusterWorld(cluster=small_cluster())


def _raises(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    @asynccontextmanager
    async def open_cluster(_: Path) -> AsyncGenerator[None]:
        raise error
        yield

    monkeypatch.setattr(session, "open_cluster", open_cluster)


@pytest.mark.parametrize("command", ["diff", "plan", "check"])
@pytest.mark.parametrize(("world", "code"), [(converged, 0), (drifted, 2), (unread, 4)])
def test_the_verdict_is_the_exit_code(
    bkrec: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    world: Callable[[], ClusterWorld],
    code: int,
) -> None:
    connect(monkeypatch, tmp_path, world())
    assert bkrec(command)[0] == code


TROUBLE = diagnose("file-exists", where="x", path="x")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(SpecError(TROUBLE), 65, id="a bad input file"),
        pytest.param(LayoutError(TROUBLE), 5, id="hosts that cannot hold it"),
        pytest.param(TransportError(TROUBLE), 4, id="a controller out of reach"),
        pytest.param(LeaseHeld(TROUBLE), 5, id="somebody else at work"),
        pytest.param(BkrecError(TROUBLE), 4, id="any other trouble: no verdict"),
        pytest.param(KeyError("x"), 1, id="anything else is a bug"),
    ],
)
def test_trouble_is_told_and_has_its_code(
    bkrec: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    _raises(monkeypatch, error)
    ended, out, err = bkrec("diff")
    assert (ended, out) == (code, "")
    assert "error[" in err


def test_a_bug_says_that_it_is_one_and_what_to_attach(bkrec: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _raises(monkeypatch, KeyError("x"))
    _, _, err = bkrec("diff")
    assert "Traceback" in err
    assert "this is a bug in bkrec: KeyError: 'x'" in err
    assert "bkrec --version" in err


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("dif",), id="no such command"),
        pytest.param(("diff", "--nope"), id="no such option"),
        pytest.param(("diff", "-o", "yaml"), id="no such format"),
        pytest.param(("diff", "--report", "html"), id="no path for a report"),
        pytest.param(("check", "--every", "soon"), id="no span of time"),
        pytest.param(("init",), id="a missing option"),
        pytest.param(("init", "--controller", "a b"), id="no login"),
        pytest.param(
            ("init", "--controller", "root@control.example", "--out", "new.toml"), id="a name without address"
        ),
        pytest.param(("explain", "no-such-code-anywhere"), id="an unknown id"),
        pytest.param(("schema", "dif"), id="an unknown kind"),
        pytest.param((), id="nothing"),
    ],
)
def test_misuse_is_64(bkrec: Run, args: tuple[str, ...]) -> None:
    code, out, err = bkrec(*args)
    assert (code, out) == (64, "")
    assert err


def test_what_is_misspelt_is_suggested(bkrec: Run) -> None:
    assert "'diff'" in bkrec("dif")[2]
    assert "`diff`" in bkrec("schema", "dif")[2]
    assert "`cluster-file-missing`" in bkrec("explain", "cluster-file-mising")[2]


def test_a_missing_cluster_file_says_how_to_make_one(bkrec: Run, tmp_path: Path) -> None:
    (tmp_path / "cluster.toml").unlink()
    code, _, err = bkrec("diff")
    assert code == 65
    assert "bkrec init --controller" in err


def test_json_is_one_document_on_stdout(bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path, unread())
    for args in (("diff", "-o", "json"), ("-o", "json", "diff")):
        told = json.loads(bkrec(*args)[1])
        assert (told["schema"], told["verdict"], len(told["drift"])) == ("bkrec.diff/1", "unknown", 1)


def test_an_error_is_a_document_too(bkrec: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _raises(monkeypatch, SpecError(TROUBLE))
    _, out, err = bkrec("plan", "-o", "json")
    assert json.loads(out)["problems"][0]["code"] == "file-exists"
    assert "error[file-exists]" in err


def test_reports_are_written_beside_the_answer(bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path, unread())
    _, out, _ = bkrec("diff", "--report", "json=a.json", "--report", "text=a.txt")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["schema"] == "bkrec.diff/1"
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == out


def test_a_report_that_cannot_be_written_is_told(bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path, converged())
    code, _, err = bkrec("diff", "--report", "json=/nonexistent/a.json")
    assert code == 65
    assert "file-not-written" in err


def test_a_plan_can_be_kept(bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = drifted()
    connect(monkeypatch, tmp_path, world)
    bkrec("plan", "--out", "plan.json")
    kept = load((tmp_path / "plan.json").read_text(encoding="utf-8"), "plan.json")
    assert [step.id for step in kept.steps] == [step.id for step in planned(world.cluster).steps]
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o600


def test_the_language_is_chosen_before_or_after_the_command(
    bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connect(monkeypatch, tmp_path, converged())
    assert "已收敛" in bkrec("--lang", "zh", "check")[1]
    assert "已收敛" in bkrec("check", "--lang=zh")[1]
    assert "converged" in bkrec("check", "--lang", "en")[1]


def test_titles_of_products_come_from_the_release(bkrec: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path, drifted())
    assert "auth: bkauth, the unified authentication (蓝鲸统一认证 bkauth)" in bkrec("diff", "--lang", "en")[1]


@pytest.mark.parametrize("kind", ["", "diff", "cluster"])
def test_schema_prints_json(bkrec: Run, kind: str) -> None:
    code, out, _ = bkrec("schema", *filter(None, [kind]))
    assert code == 0
    assert json.loads(out)


def test_version_is_that_of_the_package(bkrec: Run) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    assert project["version"] == VERSION
    assert bkrec("--version")[1] == bkrec("--lang", "en", "--version")[1] == f"bkrec {VERSION}\n"
