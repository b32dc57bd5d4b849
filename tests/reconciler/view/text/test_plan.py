"""The texts for people, read as prose: each says what, where and why, in the language asked for."""

import re
from dataclasses import replace

import pytest

from probes.fact import Known, Unknown
from reconciler.core import events as ev
from reconciler.core.diff import AdvisedDrift, Difference
from reconciler.view.render import RenderOptions, columns
from reconciler.view.text import (
    check_text,
    diagnostics_text,
    diff_text,
    event_lines,
    header_text,
    plan_text,
    summary_text,
)
from specs.diagnostic import diagnose
from specs.reason import reason
from specs.text import Lang
from tests.reconciler.view.event_lines import EVENTS
from tests.reconciler.view.world import (
    BOOT,
    ETCD,
    NOTHING,
    PLAN,
    READINGS,
    RETIRE,
    RIGHT,
    START,
    TITLES,
    difference,
)

EN = RenderOptions(lang="en", titles=TITLES)
ZH = RenderOptions(lang="zh", titles=TITLES)


def test_diff_tells_each_drift_in_full() -> None:
    assert """\
10.0.0.2
  paas: PaaS platform (PaaS 平台)
    - unit bk-paas-login.service
      expected  absent
      actual    active
      because   the login process of 6.1 holds port 8003
      source    guide 7.1

10.0.0.3
  auth: BKAuth
    - unit bk-auth.service
      expected  active
      actual    inactive
      because   bkauth answers for every application
      source    guide 7.3
""" in diff_text("6.2.2", difference(), EN)


def test_diff_longer_than_a_screen_begins_with_its_causes_a_line_each() -> None:
    assert diff_text("6.2.2", difference(), EN).startswith(
        """\
4 causes, what explains most first
  10.0.0.3  auth  unit bk-auth.service at boot: unknown: systemctl returned nothing for bk-auth.ser…
  10.0.0.2  paas  unit bk-paas-login.service: active -> absent
"""
    )


def test_diff_words_in_what_lists_differ() -> None:
    text = diff_text("6.2.2", difference(), EN)
    assert "differs in  missing 10.0.0.1\n                  extra 10.0.0.2\n" in text


def test_diff_tells_what_could_not_be_read_and_ends_with_the_verdict() -> None:
    text = diff_text("6.2.2", difference(), EN)
    assert "Could not be read" in text
    assert text.endswith("no verdict on 6.2.2: 1 of 4 facts could not be read, 3 differ\n")


def test_a_silent_host_is_told_once_and_not_once_for_each_fact() -> None:
    dead = Unknown(reason("host-silent"))
    unread = difference(dict.fromkeys(READINGS, dead))
    same_host = Difference(
        drift=(), matching=0, unknown=tuple(d for d in unread.unknown if d.expected.fact.host == BOOT.host)
    )
    assert diff_text("6.2.2", same_host, EN).count("host-silent") == 1


def test_converged_is_one_line() -> None:
    assert diff_text("6.2.2", difference(RIGHT), EN) == "converged with 6.2.2: all 4 facts match\n"
    assert check_text("6.2.2", difference(RIGHT), ZH) == "已收敛到 6.2.2：4 项事实全部符合\n"


def test_check_is_one_line_per_fact_and_the_same_each_time() -> None:
    text = check_text("6.2.2", difference(), EN)
    assert text == check_text("6.2.2", difference(), EN)
    assert text.splitlines()[1:3] == [
        "  10.0.0.2  paas  unit bk-paas-login.service: active -> absent",
        "  10.0.0.3  auth  unit bk-auth.service: inactive -> active",
    ]
    assert len(text.splitlines()) == 5


def hidden() -> Difference:
    """bkauth runs and is not enabled; one more thing is only told."""
    readings = difference({**RIGHT, BOOT: Known("disabled"), ETCD: Known(())})
    boot, etcd = readings.drift
    told = AdvisedDrift(drift=etcd, diagnostic=diagnose("usage", message="stuck", help="bkrec plan --help"))
    will = reason("latent-not-at-boot", unit=BOOT.unit)
    return replace(readings, drift=(boot,), advice=(told,), latent={BOOT: will, ETCD: will})


def test_what_will_not_last_stands_by_itself_with_what_will_happen() -> None:
    assert check_text("6.2.2", hidden(), EN) == (
        """\
differs from 6.2.2: 1 of 3 facts; 1 of them latent; 1 notice
Latent: correct now, but it will not last
  10.0.0.3  auth  unit bk-auth.service at boot: disabled -> enabled
      consequence  after the next reboot of this host bk-auth.service stays down
Reported, not repaired: no safe repair exists here; the verdict is not affected
  10.0.0.1  etcd  hosts of `etcd` in /data/install/install.config: empty -> 10.0.0.3, 10.0.0.1
      consequence  after the next reboot of this host bk-auth.service stays down
      hint         run `bkrec plan --help` for the options
"""
    )
    assert diff_text("6.2.2", hidden(), EN).startswith(
        """\
Latent: correct now, but it will not last
10.0.0.3
  auth: BKAuth
    - unit bk-auth.service at boot
      expected     enabled
      actual       disabled
      because      bkauth answers for every application
      source       guide 7.3
      consequence  after the next reboot of this host bk-auth.service stays down

Reported, not repaired"""
    )


def test_what_is_only_told_changes_no_verdict() -> None:
    told = replace(hidden(), drift=())
    assert check_text("6.2.2", told, EN).startswith("converged with 6.2.2: all 2 facts match; 1 notice\n")
    assert check_text("6.2.2", told, ZH).startswith("已收敛到 6.2.2：2 项事实全部符合；另有 1 项提示\n仅提示，不修复")


def test_a_plan_opens_with_what_it_costs() -> None:
    costly = replace(PLAN, steps=(replace(RETIRE), START))
    assert header_text(costly, EN) == (
        """\
Does not reach 6.2.2: 3 facts wait for this: stuck
Plan for 6.2.2: 2 steps on 2 hosts, about 10 s
  outage        PaaS platform (PaaS 平台) down ~5 s (#1)
  irreversible  none: no step is irreversible
  rollback      1 step restored by `bkrec undo` (#1); 1 cannot be rolled back (#2)
  backup        none in this plan
  totals        2 steps (1 with an outage, 0 irreversible), 1 fact not repaired

"""
    )


def test_a_step_is_told_with_every_reason() -> None:
    text = plan_text(PLAN, EN)
    assert (
        """\
  2. start bk-auth.service
     10.0.0.3  auth: BKAuth
     because  bkauth answers for every application
     source   guide 7.3
     after    #1: the login process of 6.1 holds port 8003
     step     unit.start-bk-auth.service@10.0.0.3-aabbcc
"""
        in text
    )


def test_a_cause_is_told_once_with_all_it_holds_up() -> None:
    text = plan_text(PLAN, EN)
    assert text.count("[usage]") == 1
    assert "another fact" in text
    assert text.endswith("No host was changed: plan is read-only.\n")


def test_a_fact_that_follows_is_told_so_that_nobody_looks_for_its_step() -> None:
    assert "unit.enabled bk-auth.service @10.0.0.3" in plan_text(PLAN, EN)


def test_an_empty_plan_says_so() -> None:
    assert plan_text(NOTHING, EN).startswith("Nothing to do for 6.2.2\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_colour_repeats_what_the_words_say(lang: Lang) -> None:
    plain, bright = RenderOptions(lang=lang, titles=TITLES), RenderOptions(lang=lang, titles=TITLES, colour=True)
    assert _uncoloured(diff_text("6.2.2", difference(), bright)) == diff_text("6.2.2", difference(), plain)
    assert _uncoloured(check_text("6.2.2", difference(), bright)) == check_text("6.2.2", difference(), plain)
    assert _uncoloured(plan_text(PLAN, bright)) == plan_text(PLAN, plain)


def _uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_line_fits_unless_it_is_one_word(lang: Lang) -> None:
    page = RenderOptions(lang=lang, width=100, titles=TITLES)
    long = [line for line in diff_text("6.2.2", difference(), page).splitlines() if columns(line) > 100]
    assert long == []


def test_chinese_texts_have_no_english_labels() -> None:
    text = diff_text("6.2.2", difference(), ZH) + plan_text(PLAN, ZH)
    assert not re.search(r"\b(expected|actual|because|after|outage|facts)\b", text)


def test_all_troubles_are_told_at_once_and_each_once() -> None:
    diagnostic, two = (
        diagnose("usage", message="no", help="bkrec --help"),
        diagnose("file-exists", where="x.toml", path="x.toml"),
    )
    text = diagnostics_text((diagnostic, two, diagnostic), EN)
    assert text == (
        """\
error[usage]: no
  why:   nothing was read or changed
  hint:  run `bkrec --help` for the options

error[file-exists]: x.toml already exists
  where:  x.toml
  why:    it may contain your own edits
  hint:   choose another file with `--out FILE`, or overwrite this one with `--force`

2 problems
"""
    )
    assert "警告[usage]" in diagnostics_text((diagnostic,), ZH, "warning")


def test_a_code_without_words_is_still_told() -> None:
    text = diagnostics_text((diagnose("no-such-code", where="here", field="value"),), EN)
    assert text == "error[no-such-code]: no-such-code field=value\n  where:  here\n"


def test_that_nothing_more_is_started_is_told_with_its_reason() -> None:
    halted = ev.RunHalted(diagnostic=diagnose("lease-not-renewed", where="10.0.0.1", seconds=46))
    first, what, *_ = event_lines(halted, PLAN, EN)
    assert first == "halting: no new steps; waiting for running steps"
    assert what.startswith("  error[lease-not-renewed]: ")
    assert len(list(event_lines(halted, PLAN, ZH))) > 2


@pytest.mark.parametrize(("event", "line"), EVENTS, ids=[type(event).__name__ for event, _ in EVENTS])
def test_an_event_is_one_line(event: ev.Event, line: str) -> None:
    assert list(event_lines(event, PLAN, EN)) == [line]
    assert list(event_lines(event, PLAN, ZH))


def test_a_failure_tells_its_diagnostic_and_the_end_of_its_log() -> None:
    failed = ev.StepFailed(step=START.id, diagnostic=diagnose("usage", message="no", help="x"), tail=("last words",))
    text = "\n".join(event_lines(failed, PLAN, EN))
    assert text.startswith("#2 FAILED: start bk-auth.service\n  error[usage]: no\n")
    assert text.endswith("last lines of its log:\n    | last words")


@pytest.mark.parametrize("verdict", ["converged", "differs", "unknown", "failed", "refused", "interrupted"])
def test_every_end_of_a_run_is_worded(verdict: str) -> None:
    ended = ev.RunEnded(verdict=verdict, done=1, failed=0, seconds=5400.0)  # pyright: ignore[reportArgumentType]
    assert "{" not in summary_text(ended, EN) + summary_text(ended, ZH)
