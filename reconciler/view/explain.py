"""`bkrec explain ID`: what an id means, whichever kind of id it is: code, fact, action, step, section of the guide.

What the guide's commands have to do with it comes from the release's own table (`specs/guide.py`), by
`view/guide_coverage.py`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from reconciler.view import guide_coverage
from reconciler.view.documents import EntryDoc, ExplainDoc, TextDoc
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS
from reconciler.view.messages.registry import diagnostics, reasons
from reconciler.view.messages.text import DiagnosticText
from reconciler.view.messages.ui import LABELS, label
from reconciler.view.render import RenderOptions, lines
from reconciler.view.text.rows import rows
from specs.guide import Guide
from specs.release import Section
from specs.text import LocalizedText

_SECTION = re.compile(r"^(?:guide )?§?([0-9]+(?:\.[0-9]+)*)$")


def explain(query: str, sections: Sequence[Section], guide: Guide) -> ExplainDoc:
    """With no entries where nothing goes by that id."""
    return ExplainDoc(id=query, entries=[*_coded(query), *_kinds(query, guide), *_sections(query, sections, guide)])


def near(query: str, sections: Sequence[Section]) -> tuple[str, ...]:
    """Up to three ids that look like it, the likeliest first."""
    known_names = (*diagnostics(), *reasons(), *FACTS, *ACTIONS, *(section.id for section in sections))
    return tuple(difflib.get_close_matches(query, tuple(dict.fromkeys(known_names)), n=3, cutoff=0.6))


def explain_text(document: ExplainDoc, page: RenderOptions) -> str:
    blocks = (lines(_entry(document.id, entry, page)) for entry in document.entries)
    return "\n".join(blocks)


def _entry(query: str, entry: EntryDoc, page: RenderOptions) -> Iterator[str]:
    yield page.paint(f"{query}", "bold") + f"  ({label(f'entry-{entry.kind}', page.lang)})"
    title, text = (entry.title.zh, entry.text.zh) if page.lang == "zh" else (entry.title.en, entry.text.en)
    yield from page.wrapped("  ", title)
    reported = (line.split("\t", 1) for line in text.split("\n") if line)
    yield from rows(
        page, ((parts[0], parts[-1]) if len(parts) == 2 else ("", parts[0]) for parts in reported), indent=2
    )
    yield from guide_coverage.text(entry, page)


def _coded(query: str) -> Iterator[EntryDoc]:
    text = diagnostics().get(query)
    if text is not None:
        yield EntryDoc(kind="diagnostic", title=_both(text.what), text=_advice(text))
    sentence = reasons().get(query)
    if sentence is not None:
        yield EntryDoc(kind="because", title=_both(sentence), text=_label_both("explain-because"))


def _kinds(query: str, guide: Guide) -> Iterator[EntryDoc]:
    """`unit.active`, `unit.active bk-auth.service @10.0.0.3`, or a step's id, which begins with its action's kind."""
    fact = _first(query, FACTS)
    if fact is not None:
        yield EntryDoc(kind="fact", title=_both(FACTS[fact]), text=_of_fact(fact))
    order = _first(query, ACTIONS)
    if order is not None:
        title, text = _both(ACTIONS[order]), _label_both("explain-action")
        subject = query.removeprefix(order).lstrip("-").partition("@")[0]
        commands, deviations = guide_coverage.of_action(guide, order, subject)
        yield EntryDoc(kind="action", title=title, text=text, commands=commands, deviations=deviations)


VERSIONED = frozenset(
    (
        "container.image",
        "mysql.product-version",
        "path.version",
        "package-versions.recorded",
        "saas.online",
        "saas.packaged",
    )
)
"""Facts whose expected value is a version, or holds one: where that comes from is told with each."""


def _of_fact(kind: str) -> TextDoc:
    plain, versions = LABELS["explain-fact"], LABELS["explain-versions"]
    if kind not in VERSIONED:
        return _both(plain)
    return TextDoc(en=f"{plain.en}\n{versions.en}", zh=f"{plain.zh}\n{versions.zh}")


def _first(query: str, table: Mapping[str, LocalizedText]) -> str | None:
    """The longest kind that the id begins with: `bkcli.install-paas@10.0.0.1-3f2a9c` is a `bkcli.install`."""
    fits = [kind for kind in table if re.match(re.escape(kind) + r"(?![a-z0-9._])", query)]
    return max(fits, key=len, default=None)


def _sections(query: str, sections: Sequence[Section], guide: Guide) -> Iterator[EntryDoc]:
    """That section, or those below it: the guide's 7.8 has three parts here; also by what is asked for and approved."""
    number = _SECTION.match(query)
    required = number[1] if number else query
    if not required:
        return
    for section in sections:
        if required in (section.id, section.related) or section.id.startswith(f"{required}."):
            title = TextDoc(en=f"{section.id} {section.title.en}", zh=f"{section.id} {section.title.zh}")
            text = TextDoc(en=section.here.en, zh=section.here.zh)
            commands, deviations = guide_coverage.of_section(guide, section.id)
            yield EntryDoc(kind="section", title=title, text=text, commands=commands, deviations=deviations)


def _advice(text: DiagnosticText) -> TextDoc:
    def lang(item: str) -> str:
        zh = item == "zh"
        why, hint = (text.why.zh, text.hint.zh) if zh else (text.why.en, text.hint.en)
        return (
            f"{_word('why', zh)}\t{guide_coverage.unfilled(why)}\n{_word('hint', zh)}\t{guide_coverage.unfilled(hint)}"
        )

    return TextDoc(en=lang("en"), zh=lang("zh"))


def _word(code: str, zh: bool) -> str:
    return LABELS[code].zh if zh else LABELS[code].en


def _both(sentence: LocalizedText) -> TextDoc:
    return TextDoc(en=guide_coverage.unfilled(sentence.en), zh=guide_coverage.unfilled(sentence.zh))


def _label_both(code: str) -> TextDoc:
    return _both(LABELS[code])
