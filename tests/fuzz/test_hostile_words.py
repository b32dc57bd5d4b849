"""What a host or a person says, through every diagnostic, reason, event and reading, into every output.

The judge shares nothing with the product: it asks Unicode what a character is, and looks for a word. Its companions
show that each piece of the hostile text is seen by it, and that it sees the product with its door left open.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any, cast, get_args, get_type_hints

import pytest

from actions.registry import ACTIONS
from probes.command import Command, Output
from probes.fact import AnyFact, AnyReading, Known, Unknown
from probes.probe import Probe
from probes.registry import PROBES
from probes.unit import UnitActive
from reconciler.core import events as ev
from reconciler.core import facts_file, plan_file
from reconciler.core.diff import AdvisedDrift, Difference, diff
from reconciler.core.plan import Blocked, Dependency, Derived, Plan, RepairedFact, Step
from reconciler.core.undo_scope import IrreversibleStep, UndoScope
from reconciler.engine import journal
from reconciler.engine.gather import gather_facts
from reconciler.view.documents import (
    ApprovalDoc,
    HistoryDoc,
    JobDoc,
    KeyDoc,
    LockDoc,
    PauseDoc,
    RunSummaryDoc,
    ServerDoc,
    StatusDoc,
    TrustDoc,
    dumped,
)
from reconciler.view.messages.registry import diagnostics, reasons
from reconciler.view.progress_frame import ProgressState, advance, frame
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ErrorReport
from reconciler.view.text.check import check_text
from reconciler.view.text.diagnostic import diagnostics_text
from reconciler.view.text.diff import diff_text
from reconciler.view.text.event import event_lines
from reconciler.view.text.plan import plan_text
from reconciler.view.text.probe import probe_text
from reconciler.view.text.runs import history_text, lock_text, paused_text, status_text
from reconciler.view.text.trust import trust_text
from reconciler.view.text.undo import undo_text
from reconciler.view.to_documents import check_document, diff_document, error_document, event_document, plan_document
from specs.diagnostic import Diagnostic
from specs.reason import reason
from specs.text import LocalizedText
from tests.fuzz.judge import HOSTILE, PIECES, found_in
from tests.probes.here import run
from tests.reconciler.view.world import PLAN, TITLES
from tests.sim.worlds import guide_cluster

HEARD = HOSTILE.replace("\ud800", "\ufffd")
"""As a transport hands it on: what is no character is replaced."""
SOURCE = HOSTILE.replace("canary", "-")
"""A source is the release's or a person's own word: no secret is looked for in it."""
LANGS = ("en", "zh")
PAGES = tuple(RenderOptions(lang=lang, width=width) for lang in LANGS for width in (40, 120))


@pytest.mark.parametrize("name", [name for name in PIECES if name not in ("markup", "after a return")])
def test_the_judge_sees_each_piece(name: str) -> None:
    assert found_in(PIECES[name])


def _diagnostics() -> Iterator[Diagnostic]:
    for code, text in diagnostics().items():
        yield _filled(code, text.what, text.why, text.hint)
    yield _filled("a-code-without-words", LocalizedText(en="{said}", zh="{said}"))


def _filled(code: str, *sentences_: LocalizedText) -> Diagnostic:
    """As `pydantic` or a careless hand would make it: the class itself, not `diagnose`."""
    named = {name for s in sentences_ for text in (s.en, s.zh) for _, name, _, _ in Formatter().parse(text) if name}
    told = tuple((name, HOSTILE) for name in sorted(named))
    return Diagnostic(code=code, where=HOSTILE, fields=told, because=_reason(), source=SOURCE)


def _reason(code: str = "parse-failed") -> Any:
    return reason(code, family="x", error=HOSTILE, answer=HOSTILE)


def test_no_diagnostic_harms_a_terminal_or_tells_a_secret() -> None:
    for diagnostic in _diagnostics():
        texts = [diagnostics_text((diagnostic,), page, severity) for page in PAGES for severity in ("error", "warning")]
        for text in (
            *texts,
            dumped(error_document(ErrorReport(exit_code=4, diagnostics=(diagnostic,)))),
            dumped(error_document(ErrorReport(exit_code=4, diagnostics=(diagnostic,))), indent=None),
        ):
            assert found_in(text) == set(), diagnostic.code
        assert "converged" in texts[0] or not diagnostic.fields, "the rest of it is still told"


def test_no_reason_does() -> None:
    for code, sentence in reasons().items():
        names = [name for text in (sentence.en, sentence.zh) for _, name, _, _ in Formatter().parse(text) if name]
        _judge_difference(UnitActive(host="h", unit="u"), Unknown(reason(code, **dict.fromkeys(names, HOSTILE))))


EVENTS = tuple(get_args(ev.Event))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_no_event_does_in_text_json_screen_or_journal(kind: type[Any], tmp_path: Path) -> None:
    event = _event(kind)
    for page in PAGES:
        assert found_in("\n".join(event_lines(event, PLAN, page))) == set()
        screen = advance(advance(ProgressState(started_s=0.0), event, 1.0), _event(ev.StepOutput), 2.0)
        assert found_in(frame(screen, PLAN, 3.0, page)) == set()
    assert found_in(dumped(event_document(event), indent=None)) == set()
    assert found_in(_journalled(event, tmp_path)) == set()


def _event(kind: type[Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{one.name: _value(hints[one.name]) for one in fields(kind) if one.name != "event"})


def _value(hint: Any) -> Any:
    if hint is str:
        return HOSTILE
    if hint is bool:
        return True
    if hint is Diagnostic:
        return _filled("answer-truncated", LocalizedText(en="{said}", zh="{said}"))
    choices = get_args(hint)
    return (
        (HOSTILE, HOSTILE) if str in choices else 1 if int in (hint, *choices) else 1.0 if hint is float else choices[0]
    )


class _Now:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def steady(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None: ...


def _journalled(event: Any, place: Path) -> str:
    book = journal.Journal(place / "run.jsonl", run="r", clock=_Now())
    book.write(event)
    book.close()
    text = (place / "run.jsonl").read_bytes().decode()
    (entry,) = journal.read(place / "run.jsonl").entries
    assert entry.event == event, "it is read back as it was written"
    return text


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.family)
def test_whatever_a_host_answers_to_a_probe_does_not(probe: Probe) -> None:
    """Through `collect`, as on any day: on stderr with a bad status, on stdout, in each line of it."""
    facts = [_fact(kind) for kind in probe.facts]
    for status in (0, 1):
        for stdout in ("", HEARD, f"{HEARD}\n" * len(facts)):
            answer = Output(stdout=stdout, stderr=HEARD, exit_status=status)
            readings = asyncio.run(gather_facts(_Host(answer), [probe], facts)).readings
            for fact in facts:
                _judge_difference(fact, readings[fact])


class _Host:
    """Answers every section of a program with the same words."""

    def __init__(self, answer: Output) -> None:
        self._answer = answer

    async def run(self, host: str, command: Command) -> Output:
        (nonce,) = set(re.findall(r"([0-9a-f]{24}) 0", command.stdin))
        stdout, stderr = (
            f"{nonce} 0 begin\n{output_text}\n{nonce} 0 end {self._answer.exit_status}\n"
            for output_text in _said(self._answer)
        )
        return Output(stdout=stdout, stderr=stderr, exit_status=0)

    async def close(self) -> None: ...


def _said(answer: Output) -> tuple[str, str]:
    return answer.stdout, answer.stderr


def _fact(kind: type[AnyFact]) -> AnyFact:
    hints = get_type_hints(kind)
    return kind(**{f.name: _argument(hints[f.name]) for f in fields(kind) if f.name != "kind"})


def _argument(hint: Any) -> Any:
    if hint is str:
        return "10.0.0.1"
    choices = get_args(hint)
    return ("a", "b") if str in choices else choices[0] if choices else {int: 1, bool: True}[hint]


def _judge_difference(fact: AnyFact, read: AnyReading) -> None:
    expected = fact.must_be("wished", because=reason("not-read"), source="-", module="paas")
    told = diff([expected], {fact: read})
    for page in PAGES:
        text = diff_text("6.2.2", told, page) + check_text("6.2.2", told, page) + probe_text({fact: read}, {}, page)
        assert found_in(text) == set()
    for document in (diff_document("6.2.2", told), check_document("6.2.2", told)):
        assert found_in(dumped(document)) == set()
    kept = facts_file.save({fact: read}, {}, guide_cluster(), bkrec="0", read_at="")
    assert found_in(facts_file.dump(kept)) == set()


@pytest.mark.parametrize("value", [HEARD, (HEARD, "b")], ids=["text", "texts"])
def test_a_value_is_shown_and_kept_without_harm(value: str | tuple[str, ...]) -> None:
    fact, wish = UnitActive(host="h", unit="u"), ("a", "b") if isinstance(value, tuple) else "a b"
    expected: Any = cast(Any, fact).must_be(wish, because=_reason(), source="-", module=HEARD.replace("canary", "-"))
    told = diff([expected], {fact: Known(value)})
    assert told.drift
    _judge_cluster(told, expected, Known(value))
    again = facts_file.load(
        facts_file.dump(facts_file.save({fact: Known("\x9bx\u202e")}, {}, guide_cluster(), bkrec="", read_at="")),
        "-",
    )
    assert facts_file.to_readings(again) == {fact: Known("\x9bx\u202e")}, "what holds no secret is kept as it is"


def _judge_cluster(told: Difference, expected: Any, read: AnyReading) -> None:
    diagnostic = next(_diagnostics())
    advice = (AdvisedDrift(drift=told.drift[0], diagnostic=diagnostic),)
    told = Difference(drift=told.drift, unknown=(), matching=0, advice=advice, latent={expected.fact: _reason()})
    plan = _plan(expected, read, diagnostic)
    for page in (*PAGES, RenderOptions(titles=TITLES, excluded=(SOURCE,), not_covered=("8",))):
        assert found_in(diff_text("6.2.2", told, page) + check_text("6.2.2", told, page)) == set()
        assert found_in(plan_text(plan, page, told.latent)) == set()
        undoing = UndoScope(
            run=HOSTILE, saved_items=(), irreversible=(IrreversibleStep(host=HOSTILE, step=HOSTILE, undo="none"),)
        )
        assert found_in(undo_text(undoing, plan, (_reason(),), page)) <= {"secret"}
    documents = (
        diff_document("6.2.2", told),
        check_document("6.2.2", told, (diagnostic,)),
        plan_document(plan, (diagnostic,), {}),
    )
    for document in documents:
        assert found_in(dumped(document)) == set()
    assert found_in(plan_file.dump(plan_file.save(plan, {expected.fact: read}, cluster="x"))) == set()


def _plan(expected: Any, read: AnyReading, diagnostic: Diagnostic) -> Plan:
    repaired = (RepairedFact(expected=expected, reading=read, needed=False),)
    step = PLAN.steps[0]
    step = Step(
        id=step.id, action=step.action, module="paas", section="7.1", because=_reason(), source="-", repairs=repaired,
        requires=(expected,), after=(Dependency(step=PLAN.steps[1].id, because=_reason(), source="-"),),
    )  # fmt: skip
    blocked = Blocked(expected=expected, diagnostic=diagnostic, blocks=("a", "b"))
    return Plan(
        release="6.2.2",
        steps=(step,),
        blocked=(blocked,),
        derived=(Derived(expected=expected, depends_on=(expected,)),),
    )


HARMFUL_NAME = HEARD.replace("canary", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.lang}{page.width}")
def test_what_other_people_left_on_the_controller_does_not(page: RenderOptions) -> None:
    name = HARMFUL_NAME
    run_ = RunSummaryDoc(run=name, started=name, verdict="", steps=1, done=0, failed=0, approved=[name])
    lock = LockDoc(locked=True, who=name, origin=name, run=name, epoch=1, age_s=1.0)
    released = lock.model_copy(update={"released": True})
    paused = PauseDoc(paused=True, who=name, since=name, why=name)
    status = StatusDoc(
        last=run_, lock=lock, pause=paused, jobs=[JobDoc(host=name, job=name, line=name)],
        approvals=[ApprovalDoc(approval=name, who=name, since=name, run=name)],
    )  # fmt: skip
    key = KeyDoc(type=name, fingerprint=name)
    known = [key, KeyDoc(type="x", fingerprint=name)]
    server = ServerDoc(host=name, known_as=[name], through=[name], state="changed", offered=key, known=known, file=name)
    trust = TrustDoc(servers=[server], backups=[name], behind_controller=["10.0.0.2"], command="ssh-keyscan 10.0.0.2")
    texts = (
        history_text(HistoryDoc(runs=[run_]), page),
        lock_text(lock, page),
        lock_text(released, page),
        paused_text(paused, page),
    )
    for text in (*texts, status_text(status, page), trust_text(trust, page)):
        assert found_in(text) == set(), text
    for document in (status, HistoryDoc(runs=[run_]), trust):
        assert found_in(dumped(document)) == set()


def test_with_the_door_open_the_judge_sees_it_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The companion: were diagnostics, reasons and events taken as they come, each check above would fail."""
    for door in ("specs.diagnostic.safe", "specs.reason.safe", "reconciler.core.events.safe"):
        monkeypatch.setattr(door, str)
    diagnostic = _filled("answer-truncated", LocalizedText(en="{said}", zh="{said}"))
    assert found_in(dict(diagnostic.fields)["said"]) >= {"secret", "claim", "0x001b", "0x009b", "0x202e", "0x2028"}
    with pytest.raises(AssertionError):
        test_no_event_does_in_text_json_screen_or_journal(ev.StepFailed, tmp_path)
    with pytest.raises(AssertionError):
        test_no_reason_does()


def test_every_action_can_be_named_with_hostile_words() -> None:
    """Values of people's files: a unit, a path, a key."""
    from reconciler.view import describe

    for kind in ACTIONS:
        for lang in LANGS:
            assert found_in(describe.action(_worded(kind), lang)) <= {"secret"}, kind


def _worded(hint: Any) -> Any:
    if hint is str:
        return HARMFUL_NAME
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        kind: Any = hint
        return kind(**{f.name: _worded(hints[f.name]) for f in fields(hint) if f.name != "kind"})
    choices = get_args(hint)
    if str in choices:
        return (HARMFUL_NAME,)
    if choices and not isinstance(choices[0], type):
        return choices[0]
    return {int: 1, bool: True, float: 1.0}.get(hint, ())


def test_a_shell_here_says_the_same() -> None:
    """What a real command prints on stderr goes the same way as what the tests above make up."""
    printed = run(Command(script="printf '\\033[2J%s' \"$1\" >&2", args=("PASSWORD=canary",)))
    assert found_in(printed.stderr) >= {"secret", "0x001b"}
    assert found_in(dict(reason("parse-failed", error=printed.stderr).fields)["error"]) == set()
