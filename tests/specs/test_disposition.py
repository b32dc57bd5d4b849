"""The table of dispositions: every code in it exists, and no code in it is matched anywhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.view.messages.registry import diagnostics, reasons
from specs.diagnostic import diagnose
from specs.disposition import DISPOSITIONS, disposition, is_unreachable

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "probes", "actions", "reconciler")
PRODUCT = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def matched_codes(source: str) -> Iterator[str]:
    """Codes of the table that are compared with something or listed in a set."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.Set):
            operands = [node]
        else:
            continue
        listed = [part for operand in operands for part in getattr(operand, "elts", (operand,))]
        for part in listed:
            if isinstance(part, ast.Constant) and part.value in DISPOSITIONS:
                yield str(part.value)


@pytest.mark.parametrize("code", DISPOSITIONS)
def test_every_code_in_the_table_exists(code: str) -> None:
    assert code in diagnostics() or code in reasons()


def test_no_code_of_the_table_is_matched_in_a_second_place() -> None:
    second = {str(path.relative_to(ROOT)): codes for path in PRODUCT if (codes := [*matched_codes(path.read_text())])}
    assert second == {}


def test_a_second_place_would_be_found() -> None:
    source = 'A = frozenset({"job-overdue"})\nif diagnostic.code == "paused" or code in ("tag-missing", "x"): pass\n'
    assert [*matched_codes(source)] == ["job-overdue", "paused", "tag-missing"]


def test_a_code_that_is_not_in_the_table_blocks_only_what_depends_on_it() -> None:
    assert disposition("not-a-code") == "blocks-dependants"
    assert diagnose("not-a-code").disposition == "blocks-dependants"
    assert diagnose("package-md5").disposition == "aborts-run"


def test_both_ways_of_not_answering_are_unreachable_and_a_refused_login_is_not() -> None:
    assert is_unreachable("host-unreachable")
    assert is_unreachable("connection-lost")
    assert not is_unreachable("login-refused")
