"""Every shape of cluster: `init`, the vendor's calls in the plan, one `apply`, `check` clean, and nothing of its
owner's gone. docs/shapes.md is the table of it.

`pytest -m campaign tests/sim/test_cluster_shapes.py` adds the cross product, each done in a random order too.
"""

import ast
from pathlib import Path
from random import Random

import pytest

from docs import shapes as page
from specs.text import Lang
from tests.sim import cluster_shapes, real_worlds
from tests.sim.board import Board
from tests.sim.cluster_shapes import CROSSED, CROSSED_62, SHAPES, ClusterShape
from tests.sim.proof import shuffled
from tests.sim.shape_judge import Outcome, judge, planned

ROOT = Path(__file__).resolve().parents[2]
PLANNED = [shape for shape in SHAPES if shape.world is not None]
NAMED = (
    "https", "domain", "paths", "src-link", "src-mount", "fresh-6.2.2", "upgraded", "newer-product", "newer-saas",
    "base-suite", "base-and-monitor", "mysql-elsewhere", "mongodb-elsewhere", "es-elsewhere", "two-mysql", "own-code",
    "own-template", "passwords", "proxy", "no-ipv6", "offline", "from-6.1.2", "from-6.2.0", "patched-6.2.0",
    "from-6.2.0-lite", "from-6.2.1", "from-6.0.5", "from-6.1.0", "from-6.1.1", "one-host", "gateway-beside-nginx",
    "gateway-placed-beside-nginx",
)  # fmt: skip
"""What operators have, by name: none may drop out of the list."""


def check(shape: ClusterShape, outcome: Outcome) -> None:
    assert outcome.excluded == shape.excluded
    assert outcome.calls == shape.calls
    assert outcome.blocked == shape.blocked
    assert outcome.refused == shape.refused
    assert outcome.after_approval == (frozenset() if shape.approvals else shape.refused)
    assert (outcome.verdict, outcome.steps_again) == (shape.verdict, 0)
    assert outcome.lost == ()
    assert outcome.overwrites >= shape.overwrites


@pytest.mark.parametrize("shape", PLANNED, ids=lambda shape: shape.id)
def test_one_apply_does_what_the_vendors_scripts_would_and_check_finds_nothing(shape: ClusterShape) -> None:
    check(shape, judge(shape))


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.layout], ids=lambda shape: shape.id)
def test_a_layout_that_cannot_hold_the_release_is_refused_before_there_is_a_plan(shape: ClusterShape) -> None:
    assert judge(shape).layout == shape.layout


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.tested], ids=lambda shape: shape.id)
def test_what_a_script_decides_is_held_by_a_test_of_that_script(shape: ClusterShape) -> None:
    file, _, name = shape.tested.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_shape_is_judged_in_some_way_and_each_has_its_own_name() -> None:
    assert all(bool(shape.world) + bool(shape.layout) + bool(shape.tested) == 1 for shape in SHAPES)
    names = [shape.id for shape in (*SHAPES, *CROSSED, *CROSSED_62)]
    assert {*NAMED} <= {*names}
    assert len({shape.id for shape in SHAPES}) == len(SHAPES)


def test_a_cell_of_the_lab_names_a_test_that_is_there() -> None:
    assert [shape.id for shape in SHAPES if shape.lab and not (ROOT / shape.lab.partition("::")[0]).exists()] == []


def test_what_was_done_by_hand_on_the_vendors_scripts_is_written_down_with_its_day() -> None:
    written = (ROOT / "docs/campaign.md").read_text(encoding="utf-8").partition("## On the vendor's own scripts")[2]
    assert [shape.id for shape in SHAPES if shape.reference and shape.reference not in written] == []


def test_worlds_are_built_without_the_rules_that_judge_them() -> None:
    for module in (cluster_shapes, real_worlds):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in imported if name.startswith("reconciler")}


def test_a_world_that_loses_something_of_its_owners_is_found_out() -> None:
    """The companion: what is claimed to be there afterwards, and is not."""
    shape = next(shape for shape in SHAPES if shape.id == "own-code")
    kept = judge(shape)
    forgotten = judge(_with_claim(next(shape for shape in SHAPES if shape.id == "guide"), shape))
    assert kept.lost == ()
    assert len(forgotten.lost) == 2


def _with_claim(shape: ClusterShape, other: ClusterShape) -> ClusterShape:
    return ClusterShape(id="companion", title=shape.title, source="", world=shape.world, afterwards=other.afterwards)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_the_documents_is_what_these_tests_find(lang: Lang) -> None:
    assert page.target(lang).read_text(encoding="utf-8") == page.text(lang)


@pytest.mark.campaign
@pytest.mark.parametrize("shape", [*CROSSED, *CROSSED_62], ids=lambda shape: shape.id)
def test_risky_shapes_combined_converge_in_any_order(shape: ClusterShape) -> None:
    check(shape, judge(shape))
    assert shape.world is not None
    plan, expected, readings = planned(shape.world())
    board = Board(plan, expected, {fact: readings[fact] for fact in readings})
    assert board.run(board.start, shuffled(plan, Random(shape.id))) & board.goal == board.goal
