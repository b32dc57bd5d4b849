"""Diagnostics in text: one cause at several places is one block, with the first places and the number of the rest."""

from reconciler.view.render import RenderOptions
from reconciler.view.text.diagnostic import diagnostics_text
from specs.diagnostic import diagnose

EN, ZH = RenderOptions(lang="en"), RenderOptions(lang="zh")
DEAD = tuple(diagnose("host-unreachable", where=f"10.0.0.{n}", error="no answer in 15 s") for n in range(1, 8))


def test_one_cause_at_seven_places_is_one_block() -> None:
    text = diagnostics_text(DEAD, EN, "warning")
    assert text.count("warning[host-unreachable]") == 1
    assert "where:  10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, and 2 more" in text
    assert text.endswith("7 problems\n")
    assert "10.0.0.5, 另有 2 项" in diagnostics_text(DEAD, ZH)


def test_other_fields_are_another_cause() -> None:
    other = diagnose("host-unreachable", where="10.0.0.9", error="connection refused")
    text = diagnostics_text((DEAD[0], other, DEAD[1]), EN)
    assert text.count("error[host-unreachable]") == 2
    assert "where:  10.0.0.1, 10.0.0.2\n" in text
    assert text.index("10.0.0.1") < text.index("10.0.0.9")


def test_a_single_diagnostic_has_no_count() -> None:
    assert "problem" not in diagnostics_text(DEAD[:1], EN)
