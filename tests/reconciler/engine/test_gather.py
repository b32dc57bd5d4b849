"""Collect: one round trip per host, and whatever goes wrong stays where it went wrong."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, LiteralString

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.command import Command, Output
from probes.fact import AnyReading, Fact, Known, Unknown
from probes.probe import Probe
from reconciler.engine.batch import Truncated, compose, split_output
from reconciler.engine.gather import GatheredFacts, gather_facts, question_of
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose
from specs.reason import CodedReason
from tests.support.local import LocalTransport

H = "10.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Fact[str]):
    what: str
    kind: Literal["test.said"] = "test.said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Fact[str]):
    what: str = ""
    kind: Literal["test.other"] = "test.other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody(Fact[str]):
    kind: Literal["test.nobody"] = "test.nobody"


def _zipped(facts: Sequence[Any], output: Output) -> Mapping[Any, AnyReading]:
    return {fact: Known(word) for fact, word in zip(facts, output.stdout.split("\0"), strict=False)}


def _args(facts: Sequence[Any]) -> Command:
    return Command(script='printf "%s\\0" "$@"', args=tuple(fact.what for fact in facts))


def _nothing(facts: Sequence[Any], output: Output) -> Mapping[Any, AnyReading]:
    return {}


def _number(facts: Sequence[Any], output: Output) -> Mapping[Any, AnyReading]:
    return dict.fromkeys(facts, Known(int(output.stdout)))


SAID = Probe(family="said", facts=(Said,), command=_args, parse=_zipped)


def other(script: LiteralString, parse: Callable[..., Any] = _zipped, **more: Any) -> Probe:
    return Probe(family="other", facts=(Other,), command=lambda facts: Command(script=script, **more), parse=parse)


def asked(transport: Any, *probes: Probe, facts: Sequence[Fact[Any]]) -> GatheredFacts:
    return asyncio.run(gather_facts(transport, probes, facts))


@pytest.fixture
def host(tmp_path: Path) -> LocalTransport:
    return LocalTransport(tmp_path)


def why(reading: AnyReading) -> str:
    assert isinstance(reading, Unknown)
    assert isinstance(reading.why, CodedReason)
    return reading.why.code


def test_all_families_of_a_host_travel_in_one_round_trip(host: LocalTransport) -> None:
    words = ("plain", "two words", 'it\'s $x `y` "z"', "", "-n", "line\nline")
    facts = [Said(host=h, what=word) for h in (H, "10.0.0.2") for word in words] + [Other(host=H)]
    collected = asked(host, SAID, other("printf 'x'"), facts=facts)
    assert [collected.readings[fact] for fact in facts] == [Known(w) for w in (*words, *words, "x")]
    assert sorted(h for h, _ in host.calls) == [H, "10.0.0.2"]
    assert collected.diagnostics == {}


def test_three_hundred_facts_fit(host: LocalTransport) -> None:
    facts = [Said(host=H, what=f"{n}-" + "x" * 800) for n in range(300)]
    assert len({type(r) for r in asked(host, SAID, facts=facts).readings.values()}) == 1


def test_a_script_gets_its_own_input_and_never_the_programs(host: LocalTransport) -> None:
    facts = [Other(host=H), Said(host=H, what="after")]
    collected = asked(host, other("cat", stdin="it's mine"), SAID, facts=facts)
    assert [collected.readings[fact] for fact in facts] == [Known("it's mine"), Known("after")]
    collected = asked(host, other("cat; printf nothing"), SAID, facts=facts)
    assert [collected.readings[fact] for fact in facts] == [Known("nothing"), Known("after")]


def test_status_and_both_streams_are_the_sections_own(host: LocalTransport) -> None:
    outputs: list[Output] = []

    def keep(facts: Sequence[Any], output: Output) -> Mapping[Any, AnyReading]:
        outputs.append(output)
        return {fact: Known("") for fact in facts}

    asked(host, other("printf out; printf err >&2; exit 3", keep), SAID, facts=[Other(host=H), Said(host=H, what="")])
    assert outputs == [Output(stdout="out", stderr="err", exit_status=3)]


@pytest.mark.parametrize(
    ("probe", "code"),
    [
        (other("sleep 30", timeout_s=0.05), "probe-timeout"),
        (other("echo x", _nothing), "parse-failed"),
        (other("echo x", _number), "parse-failed"),
        (other("yes | head -c 10000000"), "answer-too-long"),
        (other(r"printf '\377'"), "not-utf8"),
    ],
)
def test_trouble_costs_only_its_own_facts(host: LocalTransport, probe: Probe, code: str) -> None:
    bad, good = Other(host=H), Said(host=H, what="good")
    collected = asked(host, probe, SAID, facts=[bad, good])
    assert why(collected.readings[bad]) == code
    assert collected.readings[good] == Known("good")


def test_a_fact_without_a_probe_is_unknown(host: LocalTransport) -> None:
    fact = Nobody(host=H)
    assert why(asked(host, SAID, facts=[fact]).readings[fact]) == "no-probe"


def test_a_dead_host_stops_no_other(host: LocalTransport) -> None:
    host.faults = {0: "refused"}
    facts = [Said(host=h, what="x") for h in (H, "10.0.0.2")]
    collected = asked(host, SAID, facts=facts)
    assert why(collected.readings[facts[0]]) == "host-unreachable"
    assert collected.readings[facts[1]] == Known("x")
    assert [diagnostic.code for diagnostic in collected.diagnostics.values()] == ["host-unreachable"]


@dataclass
class Spoilt:
    """What a local sh answers, as something in between leaves it."""

    host: LocalTransport
    spoil: Callable[[Output], Output]
    calls: list[str] = field(default_factory=list[str])

    async def run(self, host: str, command: Command) -> Output:
        return self.spoil(await self.host.run(host, command))

    async def close(self) -> None:
        """Nothing is kept open."""


def test_greetings_of_a_login_shell_are_outside_every_frame(host: LocalTransport) -> None:
    def greet(output: Output) -> Output:
        return Output(stdout="Welcome!\nmotd without an end" + output.stdout + "bye", stderr="tty?" + output.stderr)

    fact = Said(host=H, what="x")
    assert asked(Spoilt(host, greet), SAID, facts=[fact]).readings[fact] == Known("x")


def test_what_was_complete_before_the_connection_went_still_counts(host: LocalTransport) -> None:
    def cut(output: Output) -> Output:
        return Output(stdout=output.stdout[:-10], stderr=output.stderr, exit_status=None)

    first, last = Said(host=H, what="x"), Other(host=H)
    collected = asked(Spoilt(host, cut), SAID, other("printf y"), facts=[first, last])
    assert collected.readings[first] == Known("x")
    assert why(collected.readings[last]) == "connection-lost"
    assert collected.diagnostics[H].code == "connection-lost"


def test_an_overdue_host_is_told_by_the_section_it_stuck_in(host: LocalTransport) -> None:
    def stuck(output: Output) -> Output:
        heard = Output(stdout=output.stdout[:-10], stderr=output.stderr, exit_status=None)
        raise TransportError(diagnose("answer-overdue", where=H, seconds="1"), output=heard)

    first, last = Said(host=H, what="x"), Other(host=H)
    collected = asked(Spoilt(host, stuck), SAID, other("printf y"), facts=[first, last])
    assert collected.readings[first] == Known("x")
    assert why(collected.readings[last]) == "probe-timeout"


NONCE = "0123456789abcdef"


def framed(*contents: str) -> str:
    return "".join(f"{NONCE} {n} begin\n{text}\n{NONCE} {n} end 0\n" for n, text in enumerate(contents))


@given(st.lists(st.text(), max_size=5), st.text(), st.text(), st.integers(0, 2000))
@settings(max_examples=200)
def test_any_cut_loses_only_what_lies_behind_it(contents: list[str], before: str, after: str, kept: int) -> None:
    whole = before + framed(*contents)
    for end in (kept, len(whole)):
        answer = Output(stdout=whole[:end] + (after if end >= len(whole) else ""), exit_status=None)
        for text, section in zip(contents, split_output(answer, NONCE, len(contents)), strict=True):
            assert isinstance(section, Truncated) or section.stdout == text
        if end >= len(whole):
            assert not any(isinstance(section, Truncated) for section in split_output(answer, NONCE, len(contents)))


def test_a_script_cannot_fake_a_frame_it_does_not_know() -> None:
    answer = Output(stdout=framed("ffff 1 begin\nfake\nffff 1 end 0\n", "true"))
    assert [s.stdout for s in split_output(answer, NONCE, 2) if isinstance(s, Output)][1] == "true"


def test_a_program_is_sent_on_stdin_not_on_the_command_line() -> None:
    program = compose([Command(script="true", args=("canary",))] * 300, NONCE)
    assert len(program.render()) < 1000
    assert "canary" in program.stdin


def test_a_question_is_answered_as_if_it_had_been_asked_alone(host: LocalTransport) -> None:
    facts = [Said(host=H, what="a b"), Said(host=H, what="c"), Said(host=H, what="c")]
    question = question_of([SAID], facts)
    assert question is not None
    answer = asyncio.run(host.run(H, question.program))
    assert question.readings(answer) == asked(host, SAID, facts=facts).readings


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (Said(host=H, what="a"), Said(host="10.0.0.2", what="a")),
        (Said(host=H, what="a"), Nobody(host=H)),
        (Said(host=H, what="a"), Nobody(host="10.0.0.2")),
    ],
    ids=["nothing", "two hosts", "what nobody reads", "what nobody reads elsewhere"],
)
def test_what_cannot_be_asked_of_one_host_is_no_question(facts: tuple[Any, ...]) -> None:
    assert question_of([SAID], facts) is None


def test_what_comes_next_is_read_when_all_before_it_has_been(host: LocalTransport, tmp_path: Path) -> None:
    """A page that is slow to come, and meanwhile what the next step is about has changed."""
    page, shown, added = (Other(host=H), *(Said(host=H, what=str(tmp_path / name)) for name in ("shown", "added")))

    def there(facts: Sequence[Any]) -> Command:
        script: LiteralString = 'for name; do if [ -e "$name" ]; then printf "yes\\0"; else printf "no\\0"; fi; done'
        return Command(script=script, args=tuple(fact.what for fact in facts))

    probes = [Probe(family="said", facts=(Said,), command=there, parse=_zipped)]
    probes.append(other('printf 200; : >"$1"', args=(added.what,)))
    question = question_of(probes, [shown, page], [shown, added])
    assert question is not None
    readings = question.readings(asyncio.run(host.run(H, question.program)))
    assert readings == {page: Known("200"), shown: Known("no"), added: Known("yes")}


def test_what_the_last_probe_reads_next_it_reads_at_once() -> None:
    first, page, second = Said(host=H, what="first"), Other(host=H), Said(host=H, what="second")
    probes = [SAID, other("printf 200")]
    for groups, sections in (
        (([first], [second]), 1),
        (([page, first], [second, page]), 2),
        (([first, page], [second]), 3),
    ):
        question = question_of(probes, *groups)
        assert question is not None
        assert len(question.queries) == sections


def test_an_answer_that_lacks_a_part_is_none(host: LocalTransport) -> None:
    question = question_of([SAID, other("printf b")], [Said(host=H, what="a"), Other(host=H, what="b")])
    assert question is not None
    answer = asyncio.run(host.run(H, question.program))
    assert question.readings(answer) is not None
    assert question.readings(Output(stdout=answer.stdout[:-9], stderr=answer.stderr)) is None
    assert question.readings(Output(stdout="")) is None
