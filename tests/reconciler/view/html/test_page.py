"""Pages: nothing from a host is markup, nothing is loaded, every language and every report has its page."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from probes.fact import Known
from probes.install_config import ModuleHosts
from reconciler.core import events as ev
from reconciler.core.diff import diff
from reconciler.view.formats import load
from reconciler.view.html.page import page as rendered
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ReportKind
from specs.diagnostic import diagnose
from specs.text import Lang
from tests.reconciler.view.formats.specimens import CLUSTER, EVENTS, REPORTS
from tests.reconciler.view.world import ETCD, EXPECTED, READINGS, RETIRE

HOSTILE = "</script></style></title><img src=x onerror=alert(1)>\"'><svg onload=alert(2)>{{ 7*7 }}"
KINDS: tuple[ReportKind, ...] = (
    "check",
    "checks",
    "diff",
    "plan",
    "apply",
    "undo",
    "report",
    "doctor",
    "history",
    "error",
    "rehearse",
)
VOID = {"meta", "br", "link", "img", "input", "hr"}


def _page(kind: ReportKind, report: object, lang: Lang = "en") -> str:
    form = load("html").form(kind)
    assert form is not None
    return form(report, RenderOptions(lang=lang))


class _Elements(HTMLParser):
    """Tags and attributes; and that every tag is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} is closed where it is not the last one open"


def _elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser.tags


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_whole_says_its_language_and_loads_nothing(kind: ReportKind, lang: Lang) -> None:
    page = _page(kind, REPORTS[kind], lang)
    tags = _elements(page)
    assert ("html", {"lang": "zh-CN" if lang == "zh" else "en"}) in tags
    assert not {"script", "img", "link", "iframe", "object", "form"} & {tag for tag, _ in tags}
    attributes = [(name, value or "") for _, attrs in tags for name, value in attrs.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(value.startswith("#") for name, value in attributes if name == "href")
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {"#arrow"}
    assert "default-src 'none'" in page


@pytest.mark.parametrize("kind", KINDS)
def test_links_lead_to_places_of_the_page_and_ids_are_unique(kind: ReportKind) -> None:
    tags = _elements(_page(kind, REPORTS[kind]))
    ids = [str(attrs["id"]) for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(attrs["href"])[1:] for tag, attrs in tags if tag == "a"} <= set(ids)


def _hostile_reports() -> list[tuple[ReportKind, object]]:
    expected = (
        replace(
            EXPECTED[3], fact=ModuleHosts(host=HOSTILE, path=HOSTILE, module=HOSTILE), module=HOSTILE, source=HOSTILE
        ),
    )
    readings = {**READINGS, expected[0].fact: Known((HOSTILE,)), ETCD: Known((HOSTILE,))}
    cluster = replace(
        CLUSTER,
        name=HOSTILE,
        difference=diff((*expected, *EXPECTED), readings),
        expected=(*expected, *EXPECTED),
        warnings=(diagnose("package-overridden", where=HOSTILE, md5=HOSTILE, pinned=HOSTILE),),
        excluded=(HOSTILE,),
    )
    problem = diagnose("usage", where=HOSTILE, message=HOSTILE, help=HOSTILE)
    events = (
        EVENTS[0],
        ev.StepStarted(
            step=RETIRE.id, host=HOSTILE, job="j", module=HOSTILE, changes=(f"{HOSTILE}: {HOSTILE} -> {HOSTILE}",),
            restore=(HOSTILE,), action="unit.start", fields=(f"unit={HOSTILE}",), outage=HOSTILE,
        ),
        ev.StepFailed(step=RETIRE.id, diagnostic=problem, tail=(HOSTILE,)),
    )  # fmt: skip
    times = tuple(f"2026-01-01T02:00:0{second}.000+00:00" for second in range(3))
    run = replace(REPORTS["apply"], cluster=cluster, events=events, times=times, diagnostics=(problem,))
    return [
        ("check", cluster),
        ("plan", cluster),
        ("apply", run),
        ("error", replace(REPORTS["error"], diagnostics=(problem,), cluster=HOSTILE)),
    ]


@pytest.mark.parametrize(
    ("kind", "report"), _hostile_reports(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_words_of_a_host_are_words_and_nothing_else(kind: ReportKind, report: object) -> None:
    page = _page(kind, report)
    assert {tag for tag, _ in _elements(page)}.isdisjoint({"script", "img"})
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "<svg onload" not in page


def test_without_escaping_the_same_words_would_be_caught() -> None:
    with pytest.raises(AssertionError, match="closed where it is not the last one open"):
        _elements(f"<p>{HOSTILE}</p>")


def test_a_control_character_does_not_reach_the_page() -> None:
    text = rendered("error", "en", "t", name="a\x1b[2Jb\u202ec", exit_code=1, checked="", last_success="", problems=())
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_name_that_a_template_misspells_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("error", "en", "t", nam="x", exit_code=1, checked="", last_success="", problems=())
