"""Plan file: a whole plan, to be read and applied later, with a digest of every fact that it was made from.

One TypeAdapter reads it back. Whatever has a kind (facts, readings, reasons, actions) is told apart by it, and an
unknown key is an error: a plan that is only partly understood is not applied. Planning is pure, so a plan stays valid
exactly while the facts it was made from read the same; which is why their digests go with it.
"""

import hashlib
import json
from dataclasses import MISSING, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from actions.action import Action
from actions.registry import ACTIONS
from probes import fact as core_fact
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, Readings, Scalar, Unknown, fact_id
from probes.registry import PROBES
from reconciler.core import plan as core
from reconciler.core.redact import clean, in_json, redact_reading
from specs.diagnostic import BkrecError, Diagnostic, SpecError, diagnose
from specs.reason import InlineReason, Reason

FACTS = tuple(fact for probe in PROBES for fact in probe.facts)

if TYPE_CHECKING:
    SavedFact = AnyFact
else:
    SavedFact = Annotated[Union[FACTS], Field(discriminator="kind")]  # noqa: UP007 - it is made from a tuple
SavedReason = Annotated[Reason, Field(discriminator="kind")]


class StalePlanError(BkrecError):
    """The cluster is no longer what the plan was made from. Nothing was changed."""

    ends_as = "refused"


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", from_attributes=True, populate_by_name=True, defer_build=True
    )
    """Deferred: to build the models of all kinds takes longer than all other imports, and few commands read a plan."""


class SavedSameAs(_Model):
    fact: SavedFact
    kind: Literal["same"]


AnySavedReading = Annotated[Known[Scalar] | Absent | Unknown, Field(discriminator="kind")]
SavedExpectation = Annotated[Known[Scalar] | Absent | SavedSameAs, Field(discriminator="kind")]


class Expected(_Model):
    fact: SavedFact
    reading: SavedExpectation
    because: SavedReason
    source: str
    module: str


def _saved_type(hint: Any) -> Any:
    """The same type with every `Any` in it replaced: by a fact of some kind, or an expected one."""
    match hint:
        case _ if hint == AnyExpected:
            return Expected
        case _ if hint == AnyFact:
            return SavedFact
        case _ if get_origin(hint) is tuple:
            return tuple[tuple(_saved_type(inner) for inner in get_args(hint))]
        case _:
            return hint


def _model_of(action: type[Action]) -> type[_Model]:
    hints = get_type_hints(action)
    given: dict[str, Any] = {
        field.name: (_saved_type(hints[field.name]), ... if field.default is MISSING else field.default)
        for field in fields(action)
    }
    return create_model(action.__name__, __base__=_Model, **given)


SAVED_ACTIONS = {action: _model_of(action) for action in ACTIONS}

if TYPE_CHECKING:
    SavedAction = _Model
else:
    SavedAction = Annotated[Union[tuple(SAVED_ACTIONS.values())], Field(discriminator="kind")]  # noqa: UP007


class Dependency(_Model):
    step: str
    because: SavedReason
    source: str


class RepairedFact(_Model):
    expected: Expected
    reading: AnySavedReading
    needed: bool


class Step(_Model):
    id: str
    action: SavedAction
    module: str
    section: str
    because: SavedReason
    source: str
    repairs: tuple[RepairedFact, ...]
    requires: tuple[Expected, ...]
    after: tuple[Dependency, ...]


class SavedDiagnostic(_Model):
    code: str
    where: str
    fields: tuple[tuple[str, str], ...]
    because: SavedReason | None
    source: str


class Blocked(_Model):
    expected: Expected
    diagnostic: SavedDiagnostic
    blocks: tuple[str, ...]


class Derived(_Model):
    expected: Expected
    depends_on: tuple[Expected, ...]


class PlanInput(_Model):
    fact: SavedFact
    digest: str


class SavedSelection(_Model):
    until: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class SavedPlan(_Model):
    schema_: Literal["bkrec.saved-plan/1"] = Field(alias="schema")
    cluster: str
    release: str
    steps: tuple[Step, ...]
    blocked: tuple[Blocked, ...]
    derived: tuple[Derived, ...]
    advice: tuple[Blocked, ...] = ()
    selection: SavedSelection = SavedSelection()
    """The part that was selected; later rounds of the run that applies it select the same."""
    inputs: tuple[PlanInput, ...]


@cache
def _adapter() -> TypeAdapter[SavedPlan]:
    return TypeAdapter(SavedPlan)


def save(plan: core.Plan, readings: Readings, *, cluster: str) -> SavedPlan:
    """`readings`: everything the plan was made from."""
    inputs = [{"fact": fact, "digest": digest(readings[fact])} for fact in sorted(readings, key=fact_id)]
    return SavedPlan.model_validate(
        {
            "schema": "bkrec.saved-plan/1",
            "cluster": cluster,
            "release": plan.release,
            "steps": [
                replace(step, repairs=tuple(_redacted(repaired) for repaired in step.repairs)) for step in plan.steps
            ],
            "blocked": plan.blocked,
            "derived": plan.derived,
            "advice": plan.advice,
            "selection": plan.selection,
            "inputs": inputs,
        }
    )


def _redacted(repaired: core.RepairedFact) -> core.RepairedFact:
    return replace(repaired, reading=redact_reading(repaired.reading))


def dump(saved: SavedPlan) -> str:
    return in_json(_adapter().dump_json(saved, by_alias=True, indent=1).decode() + "\n")


def load(text: str, where: str) -> SavedPlan:
    """Raises SpecError for anything that is not a whole plan of this format."""
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        diagnostics = [
            _unreadable(where, problem) for problem in error.errors(include_url=False, include_input=False)[:5]
        ]
        raise SpecError(*diagnostics) from error


def _unreadable(where: str, problem: Any) -> Diagnostic:
    place = ".".join(str(part) for part in problem["loc"])
    return diagnose("plan-unreadable", where=f"{where} {place}".strip(), error=clean(str(problem["msg"]))[:200])


def digest(reading: AnyReading) -> str:
    """Of the value; of an Unknown only the code, since addresses and times differ each time."""
    match reading:
        case Known(value):
            content = ["known", type(value).__name__, value]
        case Absent():
            content = ["absent"]
        case Unknown(why):
            content = ["unknown", "inline" if isinstance(why, InlineReason) else why.code]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def selection(saved: SavedPlan) -> core.Selection:
    part = saved.selection
    return core.Selection(until=part.until, modules=part.modules, hosts=part.hosts)


def facts(saved: SavedPlan) -> tuple[AnyFact, ...]:
    """What must be read before it may be applied."""
    return tuple(plan_input.fact for plan_input in saved.inputs)


def changed_facts(saved: SavedPlan, readings: Readings) -> tuple[Diagnostic, ...]:
    """Each fact that no longer reads as it did when the plan was made; none while the plan is valid."""
    return tuple(
        diagnose(
            "plan-stale", where=plan_input.fact.host, fact=fact_id(plan_input.fact), reading=_reading_text(reading)
        )
        for plan_input in saved.inputs
        if (reading := readings.get(plan_input.fact)) is None or digest(reading) != plan_input.digest
    )


def _reading_text(reading: AnyReading | None) -> str:
    match reading:
        case Known(value):
            return clean(str(value))[:200]
        case Absent():
            return "absent"
        case _:
            return "unknown"


def includes_all(saved: SavedPlan, plan: core.Plan) -> bool:
    """Whether all these steps are in the file: only what was reviewed then is done now."""
    known = {step.id: to_action(step.action) for step in saved.steps}
    return all(known.get(step.id) == step.action for step in plan.steps)


def to_action(action: BaseModel) -> Action:
    """The action itself, as the planner made it."""
    kind = next(kind for kind, model in SAVED_ACTIONS.items() if model is type(action))
    return kind(**{name: _restored(getattr(action, name)) for name in type(action).model_fields})


def _restored(value: Any) -> Any:
    match value:
        case Expected():
            return core_fact.Expected(**{name: _restored(getattr(value, name)) for name in Expected.model_fields})
        case SavedSameAs():
            return core_fact.SameAs(value.fact)
        case tuple():
            return tuple(_restored(item) for item in cast("tuple[Any, ...]", value))
        case _:
            return value
