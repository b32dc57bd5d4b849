"""Runbooks as text: what a person reads, and shell that any POSIX shell parses, for every world of tests/sim."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from probes.backup import Backup
from probes.fact import Known
from probes.task import TaskRecorded
from reconciler.core.diff import Difference
from reconciler.core.plan import Blocked
from reconciler.view.messages.registry import diagnostics
from reconciler.view.messages.ui import LABELS
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport
from reconciler.view.runbook.document import runbook_document
from reconciler.view.runbook.sections import has_records
from reconciler.view.text.runbook import runbook_markdown, runbook_shell
from specs.diagnostic import diagnose
from specs.text import Lang
from tests.sim.cluster_shapes import SHAPES
from tests.sim.worlds import World, finished, guide_cluster, slice_cluster, study

WORLDS: dict[str, Callable[[], World]] = {
    "guide": lambda: World(cluster=guide_cluster()),
    "slice": lambda: World(cluster=slice_cluster()),
    "finished": lambda: finished(guide_cluster()),
    "topology": lambda: World(cluster=guide_cluster(optional=("cmdb-topology",))),
    **{f"shape-{shape.id}": shape.world for shape in SHAPES if shape.world is not None},
}
LANGS: tuple[Lang, Lang] = ("en", "zh")


@cache
def report(name: str) -> ClusterReport:
    world = WORLDS[name]()
    plan, readings = study(world)
    release = world.cluster.release
    return ClusterReport(
        name="prod",
        release=release.version,
        difference=Difference(drift=(), matching=0, unknown=()),
        plan=plan,
        readings=readings,
        controller=world.cluster.controller,
        titles={module.name: module.title for module in release.modules},
        sections={section.id: section.title for section in release.sections},
    )


def page(lang: Lang, name: str = "guide") -> RenderOptions:
    return RenderOptions(lang=lang, titles=report(name).titles)


@cache
def shell(name: str, lang: Lang = "en") -> str:
    return runbook_shell(report(name), page(lang, name))


def problems(text: str, *, own_names: bool) -> Iterator[str]:
    if own_names and "bkrec" in text.lower():
        yield "names bkrec"
    if re.search(r"base64|[A-Za-z0-9+/]{60,}={1,2}", text):
        yield "something is encoded"
    if "\t" in text:
        yield "a tab, which a shell takes for a request for completion"
    if any(len(line) > 4000 for line in text.splitlines()):
        yield "a line that a terminal cuts"
    for program in ("bash", "dash"):
        done = subprocess.run([program, "-n"], input=text, capture_output=True, text=True, timeout=20, check=False)
        if done.returncode != 0:
            yield f"{program}: {done.stderr}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", WORLDS)
def test_it_parses_and_needs_neither_bkrec_nor_a_decoder(name: str, lang: Lang) -> None:
    assert [*problems(shell(name, lang), own_names=not has_records(report(name).readings))] == []


@pytest.mark.parametrize("text", ["bkrec apply", "echo x | base64 -d", "a\tb", f"echo {'x' * 4000}", "if true; then"])
def test_what_is_not_to_be_in_it_would_be_found(text: str) -> None:
    assert [*problems(text, own_names=True)] != []


@pytest.mark.parametrize("lang", LANGS)
def test_every_block_of_the_markdown_parses_and_they_are_the_paste_in_the_same_order(lang: Lang) -> None:
    text = runbook_markdown(report("guide"), page(lang))
    assert "bkrec" not in text.lower()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(report("guide").plan.steps) + 2
    paste, place = shell("guide", lang), 0
    for block in blocks:
        assert [*problems(block, own_names=True)] == []
        body = block.partition("\n")[2] if place == 0 else block
        place = paste.index(body, place)


def test_every_step_is_in_it_once_with_its_checks_between() -> None:
    plan, text = report("guide").plan, shell("guide")
    assert re.findall(r"^step (\d+) ", text, re.MULTILINE) == [str(n) for n in range(1, len(plan.steps) + 1)]
    for block in re.split(r"^# ---- ", text, flags=re.MULTILINE)[1:]:
        assert block.count("\n    verify ") == 1
        if "smoke-test" not in block:
            assert re.search(r"^    (shows|equals|looks) ", block, re.MULTILINE), block


def test_irreversible_steps_ask_first_and_an_outage_asks_once() -> None:
    plan, text = report("guide").plan, shell("guide")
    irreversible = sum(step.action.irreversible for step in plan.steps)
    assert text.count(LABELS["runbook-ask-irreversible"].en) == irreversible > 10
    asked = re.findall(r"consent 'Outage of (.*?) begins", text)
    assert len(asked) == len(set(asked)) > 0
    for block in re.split(r"^# ---- ", text, flags=re.MULTILINE)[1:]:
        if "consent" in block:
            assert block.index("consent") < block.index("\n    verify ")
            assert block.index("consent") < block.find("change ") or "change " not in block


def test_what_is_irreversible_or_an_outage_stands_in_the_heading() -> None:
    text = runbook_markdown(report("guide"), page("zh"))
    headings = [line for line in text.splitlines() if line.startswith("### ")]
    irreversible = sum(step.action.irreversible for step in report("guide").plan.steps)
    assert sum("不可逆" in line for line in headings) == irreversible
    assert any("PaaS 平台 中断" in line for line in headings)


def test_a_script_is_there_once_however_many_steps_use_it() -> None:
    text = shell("guide")
    stored = re.findall(r"^store (\S+) <<", text, re.MULTILINE)
    assert len(stored) == len(set(stored))
    assert text.count("change 10.0.0.1 env.set ") > 5
    assert stored.count("env.set") == 1


def test_arguments_are_quoted_whatever_is_in_them() -> None:
    whole = report("guide")
    step = next(step for step in whole.plan.steps if getattr(step.action, "kind", "") == "env.set")
    evil = "x'; touch /tmp/owned; echo '$(reboot)`reboot`"
    action = replace(step.action, value=evil)
    plan = replace(whole.plan, steps=(replace(step, action=action),))
    text = runbook_shell(replace(whole, plan=plan), page("en"))
    call = next(line for line in text.splitlines() if " change " in f" {line}" and "env.set" in line)
    done = subprocess.run(
        ["sh", "-c", f'change() {{ for word do printf "%s\\n" "$word"; done; }}\n{call.strip().removesuffix("&&")}'],
        capture_output=True, text=True, timeout=10, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == evil


def test_records_of_an_earlier_run_are_used_where_they_are() -> None:
    whole = report("guide")
    backup = Backup(host="10.0.0.1", what="install")
    recorded = TaskRecorded(host="10.0.0.1", task="iam-subjects", release="6.2.2")
    assert not has_records(whole.readings)
    for fact, value in ((backup, "fresh"), (recorded, True)):
        readings = {**whole.readings, fact: Known(value)}
        assert has_records(readings)
        text = runbook_shell(replace(whole, readings=readings), page("en"))
        assert "/var/lib/bkrec/tasks" in text
        assert "/var/lib/runbook" not in text
        assert re.search(r"^\s*bkrec ", text, re.MULTILINE) is None, "its commands need no bkrec all the same"


def test_nothing_to_do_is_said_and_nothing_is_pasted() -> None:
    assert shell("finished").endswith("# nothing to do\n")
    assert "```" not in runbook_markdown(report("finished"), page("en"))


def test_a_deletion_is_asked_about_before_the_first_step_that_leads_to_it() -> None:
    text = shell("topology")
    deletes = [step for step in report("topology").plan.steps if step.action.approval_id]
    assert len(deletes) > 3
    assert text.count("Approve?") == 1
    assert text.index("Approve?") < text.index(f"change {deletes[0].action.host} cmdb.unlock")
    assert text.count("Transfer to Idle Module") == 1


def test_where_apply_would_be_refused_no_step_is_printed() -> None:
    whole = report("guide")
    why = next(code for code in sorted(diagnostics()) if diagnose(code).disposition == "aborts-run")
    fact = whole.plan.steps[0].action.ensures()[0]
    plan = replace(whole.plan, blocked=(Blocked(expected=fact, diagnostic=diagnose(why)),))
    refused = replace(whole, plan=plan)
    for text in (runbook_shell(refused, page("en")), runbook_markdown(refused, page("en"))):
        assert f"refused: {why}" in text
        assert "change " not in text


def test_the_document_has_every_step_and_the_paste_in_both_languages() -> None:
    document = runbook_document(report("guide"))
    assert [step.number for step in document.steps] == [*range(1, len(report("guide").plan.steps) + 1)]
    assert (document.shell.en, document.shell.zh) == (shell("guide", "en"), shell("guide", "zh"))
    assert sum(step.checks for step in document.steps) > 500
