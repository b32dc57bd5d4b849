"""JUnit XML, read by a reader of its own (junitparser): the counts are the cases', each has one outcome."""

import re
from dataclasses import replace
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from probes.fact import Known
from probes.path import FileDigest
from reconciler.core.diff import diff
from reconciler.view.formats import load
from reconciler.view.formats.junit import form
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ReportKind
from specs.text import Lang
from tests.reconciler.view.formats.specimens import CLUSTER, KINDS, REPORTS
from tests.reconciler.view.world import AUTH

WITH_A_FORM = [kind for kind in KINDS if load("junit").form(kind) is not None]


def _suites(kind: ReportKind, report: object, lang: Lang = "en") -> list[Any]:
    made = form(kind)
    assert made is not None
    read = JUnitXml.fromstring(made(report, RenderOptions(lang=lang)).encode())
    assert isinstance(read, JUnitXml)
    suites: list[Any] = list(read)
    assert all(isinstance(suite, TestSuite) for suite in suites)
    return suites


def _counted(suite: Any, outcome: type[Error | Failure | Skipped]) -> int:
    return sum(isinstance(result, outcome) for case in suite for result in case.result)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", WITH_A_FORM)
def test_a_reader_finds_as_many_as_the_suite_says(kind: ReportKind, lang: Lang) -> None:
    suites = _suites(kind, REPORTS[kind], lang)
    assert suites
    for suite in suites:
        cases: list[Any] = list(suite)
        assert all(isinstance(case, TestCase) for case in cases)
        assert suite.name
        assert cases
        assert all(case.name and len(case.result) <= 1 for case in cases)
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (
            len(cases), _counted(suite, Failure), _counted(suite, Error), _counted(suite, Skipped),
        )  # fmt: skip
        said = suite.time
        suite.update_statistics()
        assert suite.time == pytest.approx(said)


@pytest.mark.parametrize("kind", WITH_A_FORM)
def test_a_case_has_a_name_of_its_own(kind: ReportKind) -> None:
    """CI systems follow a case over time by class and name."""
    for suite in _suites(kind, REPORTS[kind]):
        names = [(case.classname, case.name) for case in suite]
        assert len(names) == len(set(names))


def test_what_a_host_says_is_no_markup_and_no_control_character() -> None:
    said = "</failure><testcase name='forged'/>]]>&amp;\x00\x1b[31m\x0b\ud800"
    fact = FileDigest(host="h", path="/a<b>&\"'")
    found = diff([fact.must_be("x", because=AUTH, source="s")], {fact: Known(said)})
    (suite,) = _suites("diff", replace(CLUSTER, difference=found))
    (case,) = [case for case in suite if case.result]
    assert case.name == "path.digest /a<b>&\"' @h"
    (failure,) = case.result
    assert "forged" in str(failure.message)
    assert not re.search(r"[\x00\x0b\x1b]", str(failure.message))
