"""Every probe of the catalogue against noise: it answers just what it was asked, in its own words, or refuses.

Nothing here names a family, so a new one is fuzzed from its first day: the facts are made from its classes, the words
of its answers are picked out of its own script.
"""

import itertools
import re
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.command import Output
from probes.fact import Absent, AnyFact, Known
from probes.probe import Probe
from probes.registry import PROBES
from tests.contracts import recording
from tests.fuzz.noise import heard, noise
from tests.fuzz.readings import readings

QUICK = 40
LONG = 2_000
CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
H = "10.0.0.1"
BY_FAMILY = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.family)

NAMES = ["bk-auth.service", "paas", "/data/install/x.env", "BK_A", "a.b", "-n", "$(id)", "a'b", "x\ny", ""]
SUBJECTS = st.one_of(st.sampled_from(NAMES), st.text(max_size=12))


NO_ANSWER = {
    "nothing": "",
    "a-line-end": "\n",
    "last-login": "Last login: Mon Nov 23 03:51:48 2026 from 10.0.0.254\n",
    "a-coloured-greeting": "\x1b[1;31mWelcome to h1\x1b[0m\n\n*** 0 updates ***\n",
    "a-page": "<html><body>302 Found</body></html>\n",
    "a-shells-complaint": "-sh: 1: awk: not found\n",
    "a-zero": "0\n",
    "zeros": "\0\0\0\0\n",
}


def facts_of(probe: Probe) -> st.SearchStrategy[list[AnyFact]]:
    return st.lists(st.one_of([_made(kind) for kind in probe.facts]), min_size=1, max_size=4, unique=True)


def _made(kind: type[AnyFact]) -> st.SearchStrategy[AnyFact]:
    hints = get_type_hints(kind)
    own = {f.name: _field(hints[f.name]) for f in fields(kind) if f.name not in ("kind", "host")}
    return st.builds(kind, host=st.just(H), **own)


def _field(hint: Any) -> st.SearchStrategy[Any]:
    if hint is str:
        return SUBJECTS
    return st.lists(SUBJECTS, max_size=3).map(tuple) if str in get_args(hint) else st.from_type(hint)


@cache
def recorded(family: str) -> tuple[bytes, ...]:
    """What real hosts answered; a family without a recording begins with a row."""
    here = Path(recording.__file__ or "").parent / family
    return tuple(recording.load(path).stdout.encode() for path in sorted(here.glob("*.toml"))) or (b"0\tis\t1\n",)


@cache
def words_of(probe: Probe) -> tuple[str, ...]:
    """What its script prints, more or less, and what every script does."""
    script = probe.command([]).script
    found = {word for word in re.findall(r"[A-Za-z][A-Za-z0-9=_:-]*", script) if len(word) < 20}
    return (*sorted(found), "0", "1", "2", "-1", "²", "\u0663", "9" * 5000, "", "yes", "no", "is", "end")


def answers(probe: Probe) -> st.SearchStrategy[bytes]:
    """Rows that look right, recordings spoilt, and noise."""
    words = st.sampled_from(words_of(probe))
    row = st.tuples(st.integers(0, 3), st.lists(words, max_size=6)).map(lambda one: "\t".join([str(one[0]), *one[1]]))
    free = st.lists(words, max_size=6).map(lambda some: " ".join(some))
    lines = st.lists(st.one_of(row, row, free), max_size=8)
    rows = lines.map(lambda some: "".join(f"{one}\n" for one in some).encode())
    return st.one_of(rows, rows, noise(recorded(probe.family)))


def feed(probe: Probe, examples: int, *, derandomize: bool) -> int:
    """Returns how many bytes it was fed."""
    fed = Counter[str]()

    @settings(max_examples=examples, deadline=None, derandomize=derandomize, database=None, suppress_health_check=CALM)
    @given(facts=facts_of(probe), data=answers(probe), status=st.sampled_from((0, 0, 0, 1, 127, None)))
    def once(facts: list[AnyFact], data: bytes, status: int | None) -> None:
        fed["bytes"] += len(data)
        readings(probe, facts, Output(stdout=heard(data), exit_status=status))

    once()
    return fed["bytes"]


@BY_FAMILY
def test_noise_is_an_answer_to_what_was_asked_or_refused(probe: Probe) -> None:
    feed(probe, QUICK, derandomize=True)


@BY_FAMILY
@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_is_no_answer_tells_nothing(probe: Probe, name: str) -> None:
    """Not even that something is absent: that, too, would be repaired."""
    for kind, status in itertools.product(probe.facts, (0, 1, 255, None)):
        told = readings(probe, [_plain(kind)], Output(stdout=NO_ANSWER[name], exit_status=status))
        assert [reading for reading in told.values() if isinstance(reading, Known | Absent)] == []


def _plain(kind: type[AnyFact]) -> AnyFact:
    hints = get_type_hints(kind)
    values = {f.name: _value(hints[f.name]) for f in fields(kind) if f.name not in ("kind", "host")}
    return kind(host=H, **values)


def _value(hint: Any) -> Any:
    choices = get_args(hint)
    if str in choices:
        return ("a", "b")
    return choices[0] if choices else {str: "a", int: 1, bool: True}[hint]


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@BY_FAMILY
def test_noise_for_long_is_an_answer_to_what_was_asked_or_refused(probe: Probe) -> None:
    fed = feed(probe, LONG, derandomize=False)
    print(f"\n{'probe ' + probe.family:40} {LONG:>8} examples {fed:>14,} bytes")
