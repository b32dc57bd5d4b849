"""bkrec on a machine that does not let it: the program itself, as a timer or a container would call it. It ends with a
code of the table and says what is wrong; "a bug in bkrec" is for bugs."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.commands.errors import RefusedError
from reconciler.commands.run import run_journal
from reconciler.core.verdict import ExitCode
from reconciler.engine.cluster_state import state_path

ROOT = Path(__file__).parents[3]
CODES = {
    *(ExitCode.OK, ExitCode.DIFFERS, ExitCode.FAILED, ExitCode.UNKNOWN),
    *(ExitCode.REFUSED, ExitCode.USAGE, ExitCode.BAD_INPUT),
}
AWAY = (
    'schema = "bkrec.cluster/1"\nname = "x"\n[controller]\naddress = "127.0.0.1"\nport = 1\n'
    '[package]\npath = "/x.tgz"\n'
)

NOBODY = "exec setpriv --reuid 54321 --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search "
"""A number without an entry in passwd, which may read this Python wherever it lies, and write nothing."""

Change = Callable[[], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return prepared(tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """What the command says where nothing is wrong; asked once for all that compare with it."""

    @cache
    def said(words: str) -> subprocess.CompletedProcess[str]:
        return bkrec(prepared(tmp_path_factory.mktemp("undisturbed")), words)

    return said


def prepared(path: Path) -> Path:
    path.chmod(0o755)
    (path / "cluster.toml").write_text(AWAY)
    (path / "home").mkdir()
    return path


def bkrec(
    path: Path,
    words: str,
    *,
    change: Change | None = None,
    environ: Mapping[str, str] | None = None,
    shell: str = "",
    before: str = "",
    named: str = "",
    main: str = "from reconciler.cli.main import main; main()",
) -> subprocess.CompletedProcess[str]:
    """`shell`: what stands behind the command, such as `>/dev/full`. `main`: what Python is to run."""
    env = {"PATH": os.environ["PATH"], "HOME": str(path / "home"), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    env = {name: value for name, value in (env | dict(environ or {})).items() if value}
    program = f'"{sys.executable}" -c "{main}"'
    told = subprocess.run(
        ["/bin/sh", "-c", f"{before or 'exec '}{program} {named} {words} {shell}"],
        cwd=path,
        env=env,
        capture_output=True,
        encoding=env.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=120,
        preexec_fn=change,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in told.stderr, told.stderr
    assert "a bug in bkrec" not in told.stderr
    assert "Exception ignored" not in told.stderr
    assert told.returncode in CODES, (words, told.returncode, told.stderr)
    return told


ALL = "import sys; from reconciler.cli.main import run; print(*[int(run(w.split())) for w in sys.argv[1:]], sep='+')"


def each(path: Path, *commands: str, environ: Mapping[str, str], before: str = "") -> None:
    """Several commands of one program that starts once, where it is not its start that matters: the start is dear."""
    told = bkrec(path, " ".join(f"'{words}'" for words in commands), environ=environ, before=before, main=ALL)
    codes = [int(code) for code in told.stdout.splitlines()[-1].split("+")]
    assert len(codes) == len(commands)
    assert set(codes) <= CODES, (codes, told.stderr)


@pytest.mark.condition("full-disk-output")
@pytest.mark.parametrize("words", ["schema", "--help", "--version", "-o json check", "history", "-o json history"])
def test_a_full_disk_behind_standard_output(path: Path, words: str) -> None:
    told = bkrec(path, words, shell=">/dev/full")
    assert told.returncode == ExitCode.UNKNOWN, told.stderr
    assert "No space left" in told.stderr or "error[" in told.stderr


@pytest.mark.condition("full-disk-output")
@pytest.mark.parametrize("words", ["--version", "-o json check", "apply --yes", "history"])
def test_standard_output_closed(path: Path, words: str) -> None:
    told = bkrec(path, words, shell=">&-")
    assert told.returncode == ExitCode.REFUSED
    assert "error[output-closed]" in told.stderr


@pytest.mark.parametrize(
    ("words", "shell"),
    [("check", "2>&-"), ("check", "<&-"), ("history", "2>/dev/full"), ("apply --yes", "<&- 2>&-")],
)
def test_the_other_streams_closed_or_full(
    path: Path, words: str, shell: str, undisturbed: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    """Streams are looked at before a command is: each way once, each kind of command once."""
    told, same = bkrec(path, words, shell=shell), undisturbed(words)
    assert (told.returncode, told.stdout) == (same.returncode, same.stdout)


@pytest.mark.parametrize("words", ["schema", "--help", "explain 7.3"])
def test_a_reader_that_leaves_changes_no_exit_code(path: Path, words: str) -> None:
    program = f'"{sys.executable}" -c "from reconciler.cli.main import main; main()"'
    told = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program} {words} | true"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="becomes somebody else")
@pytest.mark.parametrize(
    ("commands", "environ"),
    [
        (("check", "history", "trust", "apply --yes"), {"HOME": ""}),
        *[(("check",), environ) for environ in ({}, {"HOME": "/nonexistent"})],
    ],
)
def test_a_user_without_an_entry_in_passwd(path: Path, commands: tuple[str, ...], environ: dict[str, str]) -> None:
    """Every command where nothing tells a home; the other ways with one, since it is found in one place."""
    (path / "home").chmod(0o755)
    each(path, *commands, before=NOBODY, environ=environ)


@pytest.mark.parametrize("words", ["check", "history", "apply --yes", "init --controller root@127.0.0.1:1 --out x"])
def test_the_directory_it_was_called_in_is_gone(path: Path, words: str) -> None:
    (path / "gone").mkdir()
    named = "" if words.startswith("init") else f'-c "{path}/cluster.toml"'
    told = bkrec(path, words, before='cd gone && rmdir "$PWD" && ', named=named)
    assert "error[" in told.stderr or words == "history"


@pytest.mark.parametrize(
    ("words", "files"), [*[("check", files) for files in (6, 10, 20)], ("history", 10), ("apply --yes", 10)]
)
def test_few_files_may_be_open(path: Path, words: str, files: int) -> None:
    """Where the files end decides what fails: in the program's start, in asyncio's, in the first connection."""
    bkrec(path, words, change=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))


def test_no_file_may_be_written(path: Path) -> None:
    limit: Change = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # noqa: E731
    told = bkrec(path, "init --controller root@127.0.0.1:1 --out new.toml", change=limit)
    assert told.returncode == ExitCode.UNKNOWN, "it is not reached: nothing was to be written yet"
    bkrec(path, "apply --yes", change=limit)


ODD = (
    {"LC_ALL": "xx_YY.nothing"},
    {"LANG": "zh_CN.GBK", "LC_ALL": ""},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "gbk"},
    {"PYTHONIOENCODING": "gb18030"},
    {"TERM": "", "COLUMNS": "x"},
    {"TMPDIR": "/nonexistent"},
    {"XDG_STATE_HOME": "/dev/null/x"},
)


@pytest.mark.condition("terminal-encoding")
@pytest.mark.parametrize(
    ("encoding", "word"), [("gbk", "升级指引"), ("gb18030", "升级指引"), ("ascii", "????"), ("latin-1", "????")]
)
def test_what_a_terminal_does_not_have_is_replaced_and_the_rest_is_printed(encoding: str, word: str) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", "from reconciler.cli.main import main; main()", "--lang", "zh", "explain", "7.1"],
        env=environ, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr.decode(encoding)) == (0, "")
    assert word in done.stdout.decode(encoding)


@pytest.mark.parametrize("environ", ODD, ids=lambda environ: " ".join(environ))
def test_an_odd_environment(path: Path, environ: dict[str, str]) -> None:
    each(path, "--lang zh check", "history", environ=environ)


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a.b" * 50_000, "\0", "", "x" * 1_000_000])
def test_a_cluster_file_that_is_none(path: Path, text: str) -> None:
    (path / "cluster.toml").write_text(text)
    assert bkrec(path, "check").returncode == ExitCode.BAD_INPUT


def test_a_journal_that_cannot_be_kept_is_refused_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before apply and undo read any host's lease."""
    (tmp_path / "bkrec").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(RefusedError) as caught, run_journal("x", tmp_path / "cluster.toml"):
        raise AssertionError("it was let in")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["journal-unwritable"]
    assert caught.value.ends_as == "refused"


def test_journals_that_cannot_be_read_are_not_no_journals(path: Path) -> None:
    runs = state_path("x", path / "cluster.toml", {"HOME": str(path / "home")}) / "runs"
    runs.parent.mkdir(parents=True)
    runs.write_text("no directory")
    told = bkrec(path, "history")
    assert (told.returncode, "error[journal-unreadable]" in told.stderr) == (ExitCode.UNKNOWN, True)


def test_another_system_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"], "nt") == ExitCode.REFUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Linux" in err


def test_what_is_saved_to_standard_output_stands_there(path: Path) -> None:
    """`--report json=/dev/stdout`, and `>>`: nothing before it is lost."""
    log = path / "log"
    log.write_text("before\n")
    bkrec(path, "--report json=/dev/stdout history", shell=f'>>"{log}"')
    assert log.read_text().startswith("before\n")
    assert '"schema": "bkrec.history/1"' in log.read_text()
