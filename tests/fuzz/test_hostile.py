"""Hostile names and hostile files through the real scripts, on this machine's sh: nothing runs, every report is whole.

The names are what a fact may be asked about, the files what a host may hold where install.config, an env file, VERSION
or a template is looked for. Each carries a command that would leave a file behind if anything ever ran it.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from actions.install_config import PlaceModule
from probes.command import Command, Output
from probes.env import EnvFilled, EnvOnce, EnvSame, EnvValue
from probes.fact import AnyFact, AnyReading, Unknown
from probes.install_config import ModuleHosts
from probes.path import FileDigest, LineInFile, PathKind, VersionText
from probes.probe import Probe
from probes.registry import PROBES
from probes.text import FileMentions
from probes.yaml import YamlValue
from reconciler.core.diff import diff
from reconciler.engine.gather import MAX_SECTION_CHARS
from reconciler.view.documents import dumped
from reconciler.view.render import RenderOptions
from reconciler.view.text.check import check_text
from reconciler.view.text.diff import diff_text
from reconciler.view.to_documents import diff_document
from specs.install_config import parse as parse_install_config
from specs.reason import reason
from tests.fuzz.judge import found_in
from tests.fuzz.readings import generic_fact, readings
from tests.probes.here import run

H = "10.0.0.1"
CANARY = "executed"
NAMES = (
    f"$(touch {CANARY})", f"`touch {CANARY}`", f"';touch {CANARY};'", f'";touch {CANARY};"', f"x\ntouch {CANARY}",
    f"| touch {CANARY}", f"--help; touch {CANARY}", "-rf", "--", "a\tb", "\x1b[2J\x1b]0;x\x07", "\u202egpj.exe", "蓝鲸",
    "%s%n", "*", "~", "../../x",
)  # fmt: skip
LONG = "x" * 60_000
"""A fact may have it twice in one word, of which Linux takes 128 KiB (execve(2), MAX_ARG_STRLEN)."""
MEGABYTE = "x" * 1_000_000
CONTENTS = {
    "command": f"$(touch {CANARY})\n",
    "backticks": f"A=`touch {CANARY}`\n",
    "in-quotes": f"A=\"$(touch {CANARY})\"\nB='$(touch {CANARY})'\n",
    "quotes-left-open": f"A='x\nB=\"$(touch {CANARY})\n",
    "statement": f"A=1; touch {CANARY}\ntouch {CANARY}\nA=2 touch {CANARY}\n",
    "install-config": f"10.0.0.1 paas,$(touch {CANARY}),-rf\n10.0.0.2 `touch {CANARY}`\n",
    "option": "--version\n-n\n",
    "escapes": "6.2.2\x1b[2J\x1b]0;x\x07\u202e\n",
    "carriage-returns": "6.2.2\r\nA=1\r\n",
    "no-utf8": "A=\udcff\udcfe\n",
    "zeros": "A=1\0B=2\n",
    "no-line-end": "6.2.2",
    "nothing": "",
    "blank": " \n\n",
    "yaml": f"A: !!python/object/apply:os.system ['touch {CANARY}']\nB: &x [*x]\n",
    "a-megabyte": f"A={MEGABYTE}\n",
    "many-lines": "A=1\n" * 20_000,
}


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.family)
def test_no_name_is_ever_executed_and_no_cut_answer_lies(probe: Probe, place: Path) -> None:
    facts = list(dict.fromkeys(generic_fact(kind, name) for kind in probe.facts for name in (*NAMES, LONG)))
    output = run(probe.command(facts))
    told = readings(probe, facts, output)
    assert not (place / CANARY).exists()
    assert _report_is_whole(told)
    _no_cut_lies(probe, facts, output, told)


def _no_cut_lies(probe: Probe, facts: Sequence[AnyFact], output: Output, told: dict[AnyFact, AnyReading]) -> None:
    text = output.stdout
    for end in range(0, len(text), max(1, len(text) // 60)):
        for fact, reading in readings(probe, facts, Output(stdout=text[:end])).items():
            assert reading == told.get(fact) or isinstance(reading, Unknown), (end, fact)


@pytest.mark.parametrize("name", CONTENTS)
def test_no_file_is_ever_executed_whatever_it_holds(name: str, place: Path) -> None:
    file = place / "file"
    file.write_text(CONTENTS[name], encoding="utf-8", errors="surrogateescape")
    told: dict[AnyFact, AnyReading] = {}
    for family, facts in _asked_of(str(file)).items():
        (probe,) = [probe for probe in PROBES if probe.family == family]
        told |= readings(probe, facts, _as_heard(run(probe.command(facts))))
    assert not (place / CANARY).exists()
    assert _report_is_whole(told)


def test_the_trap_would_be_seen(place: Path) -> None:
    run(Command(script='eval "echo $1"', args=(NAMES[0],)))
    assert (place / CANARY).exists()


@pytest.mark.parametrize("name", ["command", "backticks", "in-quotes", "statement"])
def test_the_trap_in_a_file_would_be_seen(name: str, place: Path) -> None:
    """Whoever sourced it, as the vendor's scripts source theirs, would leave the trace."""
    (place / "file").write_text(CONTENTS[name])
    run(Command(script='. "$1"', args=(str(place / "file"),)))
    assert (place / CANARY).exists()


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_install_config_is_edited_never_run(name: str, place: Path) -> None:
    """By the script that places a module in it: one word or one line more, and every other byte as it was. What is read
    of it names hosts, and nothing else."""
    file = place / "install.config"
    file.write_text(CONTENTS[name], encoding="utf-8", errors="surrogateescape")
    before = file.read_bytes().removesuffix(b"\n").split(b"\n") if CONTENTS[name] else []
    placed = run(PlaceModule(host=H, config=str(file), module="etcd", hosts=(H,)).command())
    assert not (place / CANARY).exists()
    assert placed.exit_status == 0
    assert file.read_bytes().split(b"\n") == [*_placed(before), b""]
    layout = parse_install_config(file.read_bytes().decode(errors="replace"))
    assert "etcd" in {module for host, owned in layout.hosts if host == H for module, _ in owned}
    assert all(re.fullmatch(r"[0-9.]+", address) for address in layout.addresses())


def _placed(lines: list[bytes]) -> list[bytes]:
    """By the file's own rule: a host's first line that carries modules takes one more, else the host gets a line."""
    mine = [n for n, line in enumerate(lines) if re.match(rb"10\.0\.0\.1[ \t,]+[^ \t,]", line)]
    if not mine:
        return [*lines, b"10.0.0.1 etcd"]
    return [line + b",etcd" if n == mine[0] else line for n, line in enumerate(lines)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a command that runs after all would leave its trace."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _asked_of(file: str) -> dict[str, list[AnyFact]]:
    return {
        "env": [
            EnvValue(host=H, file=file, key="A"),
            EnvFilled(host=H, file=file, key="B"),
            EnvOnce(host=H, file=file, key="A"),
            EnvSame(host=H, file=file, key="A", other_file=file, other_key="B"),
        ],
        "path": [
            PathKind(host=H, path=file),
            FileDigest(host=H, path=file),
            VersionText(host=H, path=file),
            LineInFile(host=H, path=file, line="A=1"),
        ],
        "install_config": [ModuleHosts(host=H, path=file, module="paas")],
        "text": [FileMentions(host=H, file=file, env=file, key="A")],
        "yaml": [YamlValue(host=H, file=file, path="A"), YamlValue(host=H, file=file, path="B.x")],
    }


def _as_heard(output: Output) -> Output:
    """As the transport hands it on, and no longer than `collect` looks at."""
    text = output.stdout.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    assert len(text) < MAX_SECTION_CHARS
    return Output(stdout=text, stderr=output.stderr, exit_status=output.exit_status)


def _report_is_whole(readings: dict[AnyFact, AnyReading]) -> bool:
    """Every fact is in the JSON, and what is for people moves no cursor and turns no line around."""
    because = reason("not-read")
    difference = diff([fact.must_be("as wished", because=because, source="-") for fact in readings], readings)
    document = json.loads(dumped(diff_document("6.2.2", difference)))
    assert len(document["drift"]) + len(document["unknown"]) + document["matching"] == len(readings)
    pages = [RenderOptions(lang=lang, width=80, verbose=verbose) for lang in ("en", "zh") for verbose in (False, True)]
    texts = (text("6.2.2", difference, page) for text in (diff_text, check_text) for page in pages)
    return all(_harmless(text) for text in texts)


def _harmless(text: str) -> bool:
    """By what Unicode says of each character; `test_hostile_words.py` shows that this judge can say no."""
    return not found_in(text)
