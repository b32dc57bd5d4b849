"""What real hosts answered still means what it meant; and no noise, however close to an answer, is taken for one."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.command import Output
from probes.fact import AnyFact, AnyReading, Unknown
from probes.registry import PROBES
from tests.contracts import recording
from tests.contracts.recording import Recording, fact_of, load, reading_of, script_digest

HERE = Path(recording.__file__ or "").parent
FAMILIES = {probe.family: probe for probe in PROBES}
RECORDED = {
    str(path.relative_to(HERE).with_suffix("")): load(path)
    for path in sorted(HERE.glob("*/*.toml"))
    if path.parent.name in FAMILIES
}
OWNED_ELSEWHERE = {"job"}
"""Families whose tests are somebody else's."""


def parse(name: str, facts: Sequence[AnyFact], output: Output) -> dict[AnyFact, AnyReading] | None:
    """None where the answer was refused, as it may be; any other exception is a bug."""
    try:
        readings = FAMILIES[name.partition("/")[0]].parse(facts, output)
    except (LookupError, ValueError):
        return None
    assert set(readings) == set(facts)
    return dict(readings)


def told(recorded: Recording) -> dict[AnyFact, AnyReading]:
    return {fact_of(row): reading_of(row) for row in recorded.facts}


@pytest.mark.condition("recorded-answers")
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_answer_still_means_the_same(name: str) -> None:
    recorded = RECORDED[name]
    readings = told(recorded)
    command = FAMILIES[name.partition("/")[0]].command(list(readings))
    assert (script_digest(command), command.args) == (recorded.script, recorded.args), (
        "the script changed: record again"
    )
    assert parse(name, list(readings), Output(stdout=recorded.stdout, exit_status=recorded.status)) == readings


def test_every_family_has_a_recording() -> None:
    families = {name.partition("/")[0] for name in RECORDED}
    assert families | OWNED_ELSEWHERE == set(FAMILIES)


@pytest.mark.parametrize("name", RECORDED)
def test_half_an_answer_never_lies(name: str) -> None:
    wanted = told(RECORDED[name])
    text = RECORDED[name].stdout
    step = max(1, len(text) // 400)
    for end in range(0, len(text), step):
        readings = parse(name, list(wanted), Output(stdout=text[:end])) or {}
        lies = {fact: reading for fact, reading in readings.items() if reading != wanted[fact]}
        assert all(isinstance(reading, Unknown) for reading in lies.values()), (end, lies)


@pytest.mark.parametrize("name", RECORDED)
def test_a_lost_connection_is_no_answer(name: str) -> None:
    assert parse(name, list(told(RECORDED[name])), Output(stdout=RECORDED[name].stdout, exit_status=None)) is None


@settings(deadline=None, max_examples=400)
@given(name=st.sampled_from(sorted(RECORDED)), text=st.text())
def test_any_text_is_an_answer_to_what_was_asked_or_refused(name: str, text: str) -> None:
    parse(name, list(told(RECORDED[name])), Output(stdout=text + "\n"))


WORDS = st.one_of(
    st.sampled_from(["0", "1", "2", "is", "absent", "unreadable", "end", "row", "on", "off", "user", "error", "root"]),
    st.sampled_from(["docker", "usable", "same", "container", "image", "kb", "ip", "uid", "now", "work", "record"]),
    st.sampled_from(["status", "cluster", "unread", "value", "yes", "no", "7", "200", "-1", "9" * 20, "\u0663", ""]),
    st.sampled_from(["Id=a.service", "LoadState=loaded", "LoadState"]),
)


@settings(deadline=None, max_examples=800)
@given(
    name=st.sampled_from(sorted(RECORDED)),
    lines=st.lists(st.lists(WORDS, max_size=6).map("\t".join), max_size=8),
)
def test_words_in_the_wrong_place_are_refused_or_read(name: str, lines: list[str]) -> None:
    parse(name, list(told(RECORDED[name])), Output(stdout="".join(f"{line}\n" for line in lines)))


@settings(deadline=None, max_examples=800)
@given(name=st.sampled_from(sorted(RECORDED)), data=st.data())
def test_a_spoilt_answer_is_refused_or_read(name: str, data: st.DataObject) -> None:
    lines = RECORDED[name].stdout.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "cut", "swap", "insert"])):
            case "drop":
                lines[at : at + 1] = [""] if len(lines) == 1 else []
            case "double":
                lines.insert(at, lines[at])
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case "swap":
                lines[at], lines[0] = lines[0], lines[at]
            case _:
                lines[at] += data.draw(st.text(max_size=5))
    parse(name, list(told(RECORDED[name])), Output(stdout="\n".join(lines)))


@pytest.mark.parametrize("name", RECORDED)
def test_every_fact_may_be_asked_alone(name: str) -> None:
    probe = FAMILIES[name.partition("/")[0]]
    for fact in told(RECORDED[name]):
        assert probe.command([fact]).script == probe.command(list(told(RECORDED[name]))).script
