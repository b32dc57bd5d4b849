"""A runbook as sections: what is read, and beside it what is pasted.

Scripts are the actions' and the probes' own constants, each stored once under its family's name; what differs from step
to step are arguments, and `shlex` quotes every one of them. The names of bkrec's own directories are the runbook's:
where no program of that name was, none is left behind. Only where an earlier run left records that the rest of the plan
rests on are they read and written where they are.
"""

import hashlib
import itertools
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import LiteralString

from actions.package import UnpackPackage
from probes.backup import Backup
from probes.fact import AnyExpected, AnyFact, Known, Readings, kind_of
from probes.marker import Marker
from probes.package_versions import PackageVersions
from probes.task import TaskDone, TaskPending, TaskRecorded
from reconciler.core.plan import Plan, Step
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, sanitized
from reconciler.view.reports import ClusterReport
from reconciler.view.runbook.checks import Check, check_of
from reconciler.view.runbook.judges import JUDGES
from reconciler.view.runbook.library import LIBRARY, ON_HOST

STATE, OWN_STATE = "/var/lib/bkrec", "/var/lib/runbook"
BY_A_PERSON = {"smoke-test.record": "runbook-ask-smoke-before", "smoke-test.run": "runbook-ask-smoke-after"}
"""JOB takes a script only in an encoding that nobody reads: a person runs it on JOB's page instead."""
NOTHING_TO_DO = ("smoke-test.archive",)
MANUAL = {"cmdb-move-hosts": "runbook-move-hosts", "cmdb-delete-sets": "runbook-delete-sets"}
"""What a person does, by the code of the instruction."""
WITHOUT_COMMAND = (*BY_A_PERSON, *NOTHING_TO_DO)
END: LiteralString = "END_OF_SCRIPT"
WORDS = (
    "already", "used", "begun", "needs", "refused", "status", "stopped", "finished", "elsewhere", "not-root",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookStep:
    number: int
    step: Step
    title: str
    tags: tuple[str, ...]
    """What a person has to know before it: outage, irreversible, approval."""
    notes: tuple[str, ...]
    """Why it is done, and what else it affects."""
    checks: tuple[str, ...]
    """The sentences of its checks."""
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    section: str
    steps: tuple[RunbookStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    preparation: str
    stages: tuple[Stage, ...]
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of directories, and what they are called in a runbook; () where an earlier run's are used."""

    paths: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, plan: Plan, readings: Readings) -> "Names":
        if has_records(readings):
            return cls()
        staging = (step.action.into for step in plan.steps if isinstance(step.action, UnpackPackage))
        renamed = ((path, "/".join((path.rpartition("/")[0], "runbook-package"))) for path in staging)
        return cls(paths=((STATE, OWN_STATE), ("/.bkrec-", "/.runbook-"), ("*.bkrec-", "*.runbook-"), *renamed))

    def text(self, text: str) -> str:
        for path, own in self.paths:
            text = text.replace(path, own)
        return text

    def script(self, text: LiteralString) -> LiteralString:
        """Of constants every mention: temporary names and variables too."""
        return text.replace("bkrec", "runbook").replace("BKREC", "RUNBOOK") if self.paths else text

    def key(self, step: str) -> str:
        """The name of a step's mark."""
        return step.replace("bkrec", self.script("bkrec"))

    @property
    def state(self) -> str:
        return self.text(STATE)


def has_records(readings: Readings) -> bool:
    """Did a run before this leave what the rest of the plan rests on?"""
    return any(_is_record(fact) and reading not in (Known(False), Known(())) for fact, reading in _known(readings))


def _known(readings: Readings) -> Iterator[tuple[AnyFact, Known[object]]]:
    return ((fact, reading) for fact, reading in readings.items() if isinstance(reading, Known))


def _is_record(fact: AnyFact) -> bool:
    own = isinstance(fact, Backup | Marker | PackageVersions | TaskDone | TaskPending | TaskRecorded)
    return own or "/.bkrec-" in str(getattr(fact, "path", ""))


@dataclass(slots=True)
class _Writer:
    """What the steps share, as one after the other is written."""

    names: Names
    page: RenderOptions
    dependents: Mapping[str, tuple[str, ...]]
    """Step → those that come after it because of it."""
    scripts: dict[str, LiteralString] = field(default_factory=dict[str, LiteralString])
    """Name → text, each once."""
    verified: set[AnyFact] = field(default_factory=set[AnyFact])
    """What the steps written so far have checked, or a person has judged."""
    down: set[str] = field(default_factory=set[str])
    """Products whose outage was asked about."""
    approved: set[str] = field(default_factory=set[str])
    """Approvals that were asked for."""

    def script(self, family: str, script: LiteralString) -> str:
        """Its name: that of the family, with a number where a family has several."""
        text, number, name = self.names.script(script), 1, family
        while self.scripts.setdefault(name, text) != text:
            number += 1
            name = f"{family}-{number}"
        return name

    def step(self, number: int, step: Step) -> RunbookStep:
        action, kind = step.action, _kind(step)
        effects = () if kind in WITHOUT_COMMAND else action.ensures()
        checks = tuple((expected, check_of(expected)) for expected in effects)
        needs = ((e, check_of(e)) for e in step.requires if e.fact not in self.verified and kind not in NOTHING_TO_DO)
        title = self.names.text(f"{action.host}: {single_line(describe.action(action, self.page.lang))}")
        code = _lines(
            _assignments(
                once=_yes(not action.idempotent),
                blind=_yes(not checks or not all(check.judge for _, check in checks)),
                feeds=" ".join(self._feeds(step)),
            ),
            _function("effects", (self._check(e, check) for e, check in checks), without_checks=not checks),
            _function("needs", (self._check(e, check) for e, check in needs if check.judge)),
            _chain(self._commands(number, step, title)),
        )
        self.verified.update(expected.fact for expected in action.ensures())
        return RunbookStep(
            number=number,
            step=step,
            title=title,
            tags=tuple(_tags(step, self.page)),
            notes=tuple(self.names.text(note) for note in _notes(step, self.page)),
            checks=tuple(self._sentence(expected) for expected in effects),
            code=code,
        )

    def _feeds(self, step: Step) -> Iterator[str]:
        """The steps it is for, where nothing but them needs it: once they are done, so is this, whatever is left."""
        if all(repaired.needed for repaired in step.repairs):
            yield from map(self.names.key, self.dependents.get(step.id, ()))

    def _commands(self, number: int, step: Step, title: str) -> Iterator[str]:
        action, kind = step.action, _kind(step)
        yield _command("step", str(number), self.names.key(step.id), title)
        yield from (_command("consent", self.names.text(question)) for question in self._questions(step))
        if kind not in WITHOUT_COMMAND and not action.manual_instruction:
            command = action.command()
            cwd = self.names.text(action.cwd) if action.login_shell else "/"
            how = (_yes(action.login_shell), _yes(action.needs_pty), cwd)
            name = self.script(kind, command.script)
            yield _command("change", action.host, name, *how, *map(self.names.text, command.args))
        hint = "runbook-hint-again" if any(e.fact.decides for e in action.ensures()) else "runbook-hint"
        yield _command("verify", str(round(action.effects_timeout_s)), label(hint, self.page.lang))

    def _questions(self, step: Step) -> Iterator[str]:
        """Asked before the step begins; an outage once for each product."""
        action, kind, lang = step.action, _kind(step), self.page.lang
        if kind in BY_A_PERSON:
            yield label(BY_A_PERSON[kind], lang, host=action.host)
        if action.approval_id and action.approval_id not in self.approved:
            self.approved.add(action.approval_id)
            deletes = action.deletes()
            yield label(
                "runbook-ask-deletes", lang, what="" if deletes is None else single_line(reason_text(deletes, lang))
            )
        if action.disrupts != "no" and action.outage and action.outage not in self.down:
            self.down.add(action.outage)
            yield label("runbook-ask-outage", lang, product=self.page.product(action.outage))
        if action.irreversible:
            yield label("runbook-ask-irreversible", lang)
        if action.manual_instruction:
            yield label("runbook-ask-manual", lang)

    def _check(self, expected: AnyExpected, check: Check) -> str:
        sentence, host = self._sentence(expected), expected.fact.host
        script = self.script(f"probe.{check.family}", check.command.script)
        args = tuple(map(self.names.text, check.command.args))
        judge = tuple(map(self.names.text, check.arguments))
        if not check.judge:
            return _command("looks", host, script, sentence, "--", *args)
        if check.reference is not None:
            other, command = check.reference
            others = map(self.names.text, command.args)
            return _command("equals", host, other, script, sentence, *judge, "--", *args, "--", *others)
        return _command("shows", host, script, sentence, check.judge, *judge, "--", *args)

    def _sentence(self, expected: AnyExpected) -> str:
        fact = expected.fact
        value = describe.reading(expected.reading, self.page, kind=kind_of(fact))
        return self.names.text(single_line(f"{fact.host}: {describe.fact(fact, self.page.lang)}: {value}"))


def runbook_of(report: ClusterReport, page: RenderOptions) -> Runbook:
    plan = report.plan
    names = Names.of(plan, report.readings)
    dependents: dict[str, tuple[str, ...]] = {}
    for step in plan.steps:
        for before in step.after:
            dependents[before.step] = (*dependents.get(before.step, ()), step.id)
    by_a_person = (step.action for step in plan.steps if _kind(step) in WITHOUT_COMMAND)
    judged = {expected.fact for action in by_a_person for expected in action.ensures()}
    writer = _Writer(names=names, page=page, dependents=dependents, verified=judged)
    written = [(step.section, writer.step(number, step)) for number, step in enumerate(plan.steps, start=1)]
    return Runbook(preparation=_preparation(report, writer), stages=tuple(_stages(written)), ending="finish\n")


def _stages(written: Iterable[tuple[str, RunbookStep]]) -> Iterator[Stage]:
    """Steps in a row of one section of the guide."""
    for section, steps in itertools.groupby(written, key=lambda item: item[0]):
        yield Stage(section=section, steps=tuple(step for _, step in steps))


def _kind(step: Step) -> str:
    return describe.action_kind(step.action)


def _tags(step: Step, page: RenderOptions) -> Iterator[str]:
    action = step.action
    if action.disrupts != "no" and action.outage:
        yield label("tag-service", page.lang, product=page.product(action.outage))
    if action.disrupts == "data":
        yield label("tag-data", page.lang)
    if action.irreversible:
        yield label("tag-irreversible", page.lang)
    if action.approval_id:
        yield label("runbook-approval", page.lang)
    if describe.manual_instruction(action) or _kind(step) in BY_A_PERSON:
        yield label("tag-manual", page.lang)


def _notes(step: Step, page: RenderOptions) -> Iterator[str]:
    yield f"{label('because', page.lang)}: {single_line(reason_text(step.because, page.lang))}"
    for touched in step.action.side_effects():
        yield f"{label('side-effects', page.lang)}: {single_line(reason_text(touched, page.lang))}"
    code = step.action.manual_instruction
    if code:
        yield label(MANUAL[code], page.lang)


def _preparation(report: ClusterReport, writer: _Writer) -> str:
    plan, names, page = report.plan, writer.names, writer.page
    hosts = sorted({*_hosts(plan)} - {report.controller})
    digest = hashlib.sha256("\n".join(step.id for step in plan.steps).encode()).hexdigest()[:12]
    values = {
        "controller": report.controller,
        "hosts": " ".join(hosts),
        "steps": str(len(plan.steps)),
        "records": f"{names.state}/done/{digest}",
        "begun": f"{names.state}/begun",
        "sign_ok": label("runbook-ok", page.lang),
        "sign_not": label("runbook-not", page.lang),
        "sign_stop": label("runbook-stop", page.lang),
        **{f"word_{word.replace('-', '_')}": label(f"runbook-word-{word}", page.lang) for word in WORDS},
    }
    scripts: dict[str, LiteralString] = {**JUDGES, **writer.scripts}
    stored = (_heredoc(name, text) for name, text in scripts.items())
    on_host = _lines("on_host=$(cat <<'END_OF_SCRIPT'", ON_HOST.strip("\n"), END, ")")
    return _lines(
        *(_assignments(**{name: value}) for name, value in values.items()), on_host, LIBRARY, *stored, "begin"
    )


def _hosts(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        yield step.action.host
        yield from (expected.fact.host for expected in (*step.requires, *step.action.ensures()))


def _heredoc(name: str, text: LiteralString) -> str:
    """Pasted, a tab is a request for completion: it is written out, and made a tab again where it is stored."""
    body = text.strip("\n").replace("\t", "<TAB>")
    assert END not in body.split("\n")
    return _lines(f"store {shlex.quote(name)} <<'{END}'", body, END)


def _assignments(**values: str) -> str:
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


def _function(name: str, commands: Iterable[str], *, without_checks: bool = False) -> str:
    """True where all of them are. Where nothing shows an effect, it never counts as done before it was done."""
    body = [*commands] or ['[ "$looking" = yes ]' if without_checks else ":"]
    return _lines(f"{name}() {{", f"    {_chain(body)}", "}")


def _chain(commands: Iterable[str]) -> str:
    return " &&\n    ".join(commands)


def _command(*words: str) -> str:
    """Long ones over several lines, which a terminal takes."""
    quoted = [shlex.quote(word) for word in words]
    line = " ".join(quoted)
    return line if len(line) <= 900 else " \\\n        ".join(quoted)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def single_line(text: str) -> str:
    return sanitized(" ".join(text.split()))


def _lines(*parts: str) -> str:
    return "\n".join(part.strip("\n") for part in parts) + "\n"
