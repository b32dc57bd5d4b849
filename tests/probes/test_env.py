"""What awk reads on the host is what `specs/env_file.py` reads, which is held to bash; and no value leaves the host."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.command import Output
from probes.env import PROBE, EnvCopied, EnvDuplicates, EnvFilled, EnvOnce, EnvPresent, EnvSame, EnvValue
from probes.fact import Absent, AnyReading, Known, Unknown
from specs.env_file import UnsupportedEnvFileError, assignments, last
from specs.reason import reason
from tests.probes.here import HOST, SHELLS, ask, brief, run
from tests.support.env_files import FILES, NOISE, PLAIN, UNREAD

KEYS = ("A", "B", "C")
NOBODY = 65534


@pytest.fixture(scope="module", params=SHELLS)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A directory for files, and the shell with its awk."""
    return tmp_path_factory.mktemp("files"), request.param


def write(directory: Path, texts: list[str]) -> list[str]:
    paths = [directory / f"{number}.env" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode())
    return [str(path) for path in paths]


def expected(file: str, text: str, key: str) -> AnyReading:
    try:
        value = last(text, key)
    except UnsupportedEnvFileError as unread:
        code = "env-needs-expansion" if unread.why == "expansion" else "env-not-plain"
        return Unknown(reason(code, file=file, line=unread.line, key=key))
    return Absent() if value is None else Known(value)


def check(way: tuple[Path, str], texts: list[str]) -> None:
    directory, shell = way
    files = write(directory, texts)
    facts = [EnvValue(host=HOST, file=file, key=key) for file in files for key in KEYS]
    wanted = [expected(file, text, key) for file, text in zip(files, texts, strict=True) for key in KEYS]
    assert ask(PROBE, facts, shell=shell) == wanted


def test_awk_reads_the_known_cases_as_python_does(way: tuple[Path, str]) -> None:
    check(way, [*PLAIN.values(), *(text for text, _ in UNREAD.values())])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.one_of(FILES, NOISE), min_size=1, max_size=12))
def test_awk_reads_generated_files_as_python_does(way: tuple[Path, str], texts: list[str]) -> None:
    check(way, texts)


def test_counting_agrees_too(way: tuple[Path, str]) -> None:
    directory, shell = way
    texts = list(PLAIN.values())
    files = write(directory, texts)
    facts = [EnvOnce(host=HOST, file=file, key="A") for file in files]
    counts = [sum(each.key == "A" for each in assignments(text)) for text in texts]
    assert ask(PROBE, facts, shell=shell) == [Known(count) if count else Absent() for count in counts]
    present = [EnvPresent(host=HOST, file=file, key="A") for file in files]
    there = [Known(True) if count else Absent() for count in counts]
    assert ask(PROBE, present, shell=shell) == there
    doubled = [EnvDuplicates(host=HOST, file=file, key="A") for file in (*files, "/nonexistent")]
    assert ask(PROBE, doubled, shell=shell) == [Known(count > 1) for count in (*counts, 0)]


SECRET = "s3cret-c4nary"
FILE = f"""
GIVEN='{SECRET}'
AGAIN={SECRET}
OTHER=x
EMPTY=
EMPTIED=1
EMPTIED=''
VARIABLE=$GIVEN
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "job.env").write_text(FILE)
    return str(tmp_path / "job.env")


def test_filled_means_that_the_last_assignment_says_something(file: str) -> None:
    keys = ("GIVEN", "EMPTY", "EMPTIED", "NONE", "VARIABLE")
    facts = [EnvFilled(host=HOST, file=file, key=key) for key in keys]
    assert [brief(reading) for reading in ask(PROBE, facts)] == [
        True,
        "absent",
        "absent",
        "absent",
        "unknown: env-needs-expansion",
    ]


@pytest.mark.parametrize(
    ("key", "other", "wanted"),
    [
        ("GIVEN", "AGAIN", True),
        ("GIVEN", "OTHER", False),
        ("GIVEN", "EMPTY", False),
        ("GIVEN", "NONE", False),
        ("EMPTY", "GIVEN", "absent"),
        ("NONE", "GIVEN", "absent"),
        ("NONE", "VARIABLE", "absent"),
        ("GIVEN", "VARIABLE", "unknown: env-needs-expansion"),
        ("VARIABLE", "GIVEN", "unknown: env-needs-expansion"),
    ],
)
def test_two_variables_are_the_same_or_not(file: str, key: str, other: str, wanted: object) -> None:
    fact = EnvSame(host=HOST, file=file, key=key, other_file=file, other_key=other)
    assert [brief(reading) for reading in ask(PROBE, [fact])] == [wanted]


@pytest.mark.parametrize(
    ("key", "sources", "wanted"),
    [
        ("GIVEN", ("AGAIN",), True),
        ("GIVEN", ("NONE", "EMPTY", "AGAIN", "OTHER"), True),
        ("GIVEN", ("OTHER", "AGAIN"), False),
        ("GIVEN", ("NONE", "EMPTY"), False),
        ("GIVEN", (), False),
        ("GIVEN", ("VARIABLE", "AGAIN"), "unknown: env-needs-expansion"),
        ("EMPTY", ("GIVEN",), "absent"),
    ],
)
def test_a_copy_holds_what_its_first_filled_source_holds(
    file: str, key: str, sources: tuple[str, ...], wanted: object
) -> None:
    fact = EnvCopied(host=HOST, file=file, key=key, sources=tuple(f"{file}:{source}" for source in sources))
    assert [brief(reading) for reading in ask(PROBE, [fact])] == [wanted]


def test_a_missing_file_is_absent_and_a_directory_is_unknown(tmp_path: Path) -> None:
    missing = EnvValue(host=HOST, file=str(tmp_path / "none.env"), key="A")
    below_a_file = EnvValue(host=HOST, file="/etc/passwd/none.env", key="A")
    directory = EnvOnce(host=HOST, file=str(tmp_path), key="A")
    found = [brief(reading) for reading in ask(PROBE, [missing, below_a_file, directory])]
    assert found == ["absent", "absent", "unknown: env-unreadable"]


def test_a_file_that_may_not_be_read_is_unknown() -> None:
    """Asked by nobody: root reads everything."""
    with TemporaryDirectory() as shared:
        Path(shared).chmod(0o755)
        file = Path(shared) / "x.env"
        file.write_text("A=b\n")
        file.chmod(0)
        fact = EnvValue(host=HOST, file=str(file), key="A")
        answered = PROBE.parse([fact], run(PROBE.command([fact]), user=NOBODY if os.geteuid() == 0 else None))
    assert brief(answered[fact]) == "unknown: env-unreadable"


def test_no_value_and_no_digest_leaves_the_host(file: str) -> None:
    def output(text: str) -> Output:
        Path(file).write_text(text)
        facts = [
            EnvFilled(host=HOST, file=file, key="GIVEN"),
            EnvSame(host=HOST, file=file, key="GIVEN", other_file=file, other_key="AGAIN"),
            EnvOnce(host=HOST, file=file, key="GIVEN"),
            EnvCopied(host=HOST, file=file, key="GIVEN", sources=(f"{file}:AGAIN",)),
        ]
        return run(PROBE.command(facts))

    assert output(FILE) == output(FILE.replace(SECRET, "another"))


HOSTILE = ("$(touch pwned)", "`touch pwned`", "a'b", 'a"b', "a\nb", "a\tb", "-v", "--", "a=b", "0\tis\tyes", "a;b", "*")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("A=b\n")
    there = EnvValue(host=HOST, file=str(tmp_path / name), key="A")
    facts = [there, EnvValue(host=HOST, file=name, key="A"), EnvValue(host=HOST, file=str(tmp_path / name), key=name)]
    assert [brief(reading) for reading in ask(PROBE, facts)] == ["b", "absent", "absent"]
    assert not Path("pwned").exists()


@pytest.mark.parametrize("value", ["a\\tb", "a\tb", "a\nb", "a\\", "\\n", "a\r", "0\tis\tx"])
def test_a_value_comes_back_as_it_was(tmp_path: Path, value: str) -> None:
    (tmp_path / "x.env").write_text(f"A='{value}'\n", newline="")
    facts = [EnvValue(host=HOST, file=str(tmp_path / "x.env"), key=key) for key in ("A", "B")]
    assert [brief(reading) for reading in ask(PROBE, facts)] == [value, "absent"]
