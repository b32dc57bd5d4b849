"""Identity of actions: pinned for one of each kind; moved by kind, host and subject, by nothing else."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.action import Action
from actions.registry import ACTIONS
from probes.fact import Absent, Known
from probes.job import HostUptime, JobAttempts
from reconciler.core.fact_reader import FactReader
from reconciler.core.identity import IdentityClash, job_key, step_id
from reconciler.core.plan import Step
from reconciler.core.plan_graph import RuleCache
from reconciler.engine.step.decision import RefuseRepeat, Start, decide
from specs.reason import inline, reason
from specs.text import LocalizedText
from tests.sim.worlds import World, guide_cluster, study
from tests.support.any_kind import made

PINNED = Path(__file__).with_name("identity.json")
KINDS: tuple[type[Any], ...] = ACTIONS
HOST = "10.0.0.1"
BY_NAME = {kind.__name__: kind for kind in KINDS}
A_REASON = inline(LocalizedText(en="a reason", zh="理由"))
SAMPLES: dict[Any, Any] = {str: "", int: 7, bool: False, float: 1.0}


def sample(cls: type[Any]) -> Any:
    """One of a kind: each text is its field's name, a tuple holds one, the rest is whatever the type allows."""
    hints = get_type_hints(cls)
    subject = getattr(cls, "identity", ())
    values: dict[str, Any] = {}
    for field in fields(cls):
        hint = hints[field.name]
        if field.name == "host":
            values["host"] = HOST
        elif hint is str:
            values[field.name] = f"a-{field.name}"
        elif field.name in subject:
            values[field.name] = (f"a-{field.name}",)
        elif hint in SAMPLES:
            values[field.name] = SAMPLES[hint]
        elif field.name != "kind":
            values[field.name] = _other(hint, field.name)
    return cls(**values)


def _other(hint: Any, name: str) -> Any:
    if str(hint).startswith("tuple"):
        return ()
    if name.endswith("because"):
        return A_REASON
    words = get_args(hint)
    if words and all(isinstance(word, str) for word in words):
        return words[0]
    return sample(hint)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_identity_of_one_action_of_each_kind_is_pinned(kind: type[Any]) -> None:
    action = sample(kind)
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert pinned.get(action.kind) == {"step": step_id(action), "job": job_key(action)}


def test_nothing_is_pinned_that_is_not_there() -> None:
    assert set(json.loads(PINNED.read_text(encoding="utf-8"))) == {sample(kind).kind for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(st.data())
@settings(max_examples=6, deadline=None)
def test_nothing_but_host_and_subject_moves_it(kind: type[Any], data: st.DataObject) -> None:
    one, other = data.draw(made(kind)), data.draw(made(kind))
    alike = replace(other, host=one.host, **{name: getattr(one, name) for name in one.identity})
    assert (step_id(alike), job_key(alike)) == (step_id(one), job_key(one))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_host_and_each_part_of_the_subject_move_it(kind: type[Any]) -> None:
    action = sample(kind)
    moved = [replace(action, host="10.0.0.2")]
    for name in action.identity:
        value = getattr(action, name)
        words = get_args(get_type_hints(kind)[name])
        other = ("other",) if isinstance(value, tuple) else words[1] if value in words else "other"
        moved.append(replace(action, **{name: other}))
    keys = {job_key(action), *(job_key(one) for one in moved)}
    assert len(keys) == len(moved) + 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_subject_is_what_it_is_done_to_and_never_prose_or_what_was_read(kind: type[Any]) -> None:
    hints = get_type_hints(kind)
    assert "identity" in vars(kind), "declared by each class itself: an inherited one is nobody's decision"
    for name in kind.identity:
        assert hints[name] is str or hints[name] == tuple[str, ...] or set(map(type, get_args(hints[name]))) == {str}
        assert name not in {"because", "version", "md5", "value", "source", "sources", "extras", "install", "home"}


def test_a_subject_is_told_from_another_that_joins_to_the_same_text() -> None:
    """`a` + `bc` and `ab` + `c`, and a word that would pass for two."""
    login = BY_NAME["GrantUser"]
    one, two = replace(sample(login), login_path="a", user="bc"), replace(sample(login), login_path="ab", user="c")
    three = replace(sample(login), login_path='a", "bc', user="")
    assert len({job_key(action) for action in (one, two, three)}) == 3


def test_two_different_actions_of_one_identity_are_never_taken_for_one() -> None:
    names, action = RuleCache(readings=FactReader(readings={})), sample(BY_NAME["SetVariable"])
    names.id_of(replace(action, value="1"))
    with pytest.raises(IdentityClash):
        names.id_of(replace(action, value="2"))


def a_step(action: Action) -> Step:
    why = reason("task-recorded")
    return Step(
        id=step_id(action),
        action=action,
        module="job",
        section="7.15",
        because=why,
        source="",
        repairs=(),
        requires=(),
        after=(),
    )


def once_only() -> list[Action]:
    plan, _ = study(World(cluster=guide_cluster()))
    return [step.action for step in plan.steps if not step.action.idempotent]


@pytest.mark.parametrize("action", once_only(), ids=step_id)
def test_once_only_work_is_found_whatever_else_about_it_has_changed(action: Any) -> None:
    """Another sentence, estimate, need or version: a vanished attempt still forbids a second."""
    changes: dict[str, Any] = {
        "because": A_REASON,
        "seconds": 1.5,
        "before": (),
        "extra": ("another",),
        "extras": (reason("task-recorded"),),
        "install": "/opt/install",
        "ports": (1, 2),
    }
    later = replace(action, **{name: changes[name] for name in {f.name for f in fields(action)} & set(changes)})
    assert later != action
    tried, uptime = JobAttempts(host=action.host, key=job_key(action)), HostUptime(host=action.host)
    now = Known(("boot", "1"))
    absent = {expected.fact: Absent() for expected in action.ensures()}
    assert isinstance(decide(a_step(later), {**absent, tried: Known(("1:vanished",)), uptime: now}, None), RefuseRepeat)
    assert isinstance(decide(a_step(later), {**absent, tried: Known(()), uptime: now}, None), Start)
