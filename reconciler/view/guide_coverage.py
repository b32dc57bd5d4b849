"""What stands for the guide's commands, out of the release's table: by section, and by action."""

import re
from collections.abc import Iterator

from reconciler.view.documents import DeviationDoc, EntryDoc, GuideCommandDoc, TextDoc
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions
from reconciler.view.text.rows import rows
from specs.guide import Deviation, Guide, GuideCommand
from specs.text import LocalizedText

Coverage = tuple[list[GuideCommandDoc], list[DeviationDoc]]


def of_section(guide: Guide, section: str) -> Coverage:
    commands = [_command_doc(guide, command) for command in guide.commands if command.section == section]
    return commands, [_differs(deviation) for deviation in guide.deviations if section in deviation.sections]


def of_action(guide: Guide, kind: str, subject: str) -> Coverage:
    """The commands it stands for; those that name the step's subject, where any does (`install paas`)."""
    mine = [command for command in guide.commands if kind in command.actions]
    word = re.compile(rf"(?<![a-z0-9_]){re.escape(subject)}(?![a-z0-9_])")
    commands = [command for command in mine if subject and word.search(command.run)]
    differences = [_differs(deviation) for deviation in guide.deviations if kind in deviation.actions]
    return [_command_doc(guide, command) for command in commands or mine], differences


def text(entry: EntryDoc, page: RenderOptions) -> Iterator[str]:
    if entry.commands:
        yield ""
        yield "  " + page.paint(label("guide-commands" if _full(entry) else "guide-covered", page.lang), "dim")
    for command in entry.commands:
        yield from _full_rows(command, page) if _full(entry) else page.wrapped(f"    {command.section}  ", command.run)
    if entry.deviations:
        yield ""
        yield "  " + page.paint(label("guide-deviations", page.lang), "dim")
    for deviation in entry.deviations:
        yield from _differs_rows(deviation, page)


def _full(entry: EntryDoc) -> bool:
    return entry.kind == "section"


def _full_rows(command: GuideCommandDoc, page: RenderOptions) -> Iterator[str]:
    yield from page.wrapped("    ", command.run)
    yield from rows(
        page, ((label(f"guide-{name}", page.lang), what) for name, what in _rows_of(command, page)), indent=6
    )


def _rows_of(command: GuideCommandDoc, page: RenderOptions) -> Iterator[tuple[str, str]]:
    yield "actions", "; ".join(_name_of(kind, ACTIONS[kind], page) for kind in command.actions)
    yield "facts", "; ".join(_name_of(kind, FACTS[kind], page) for kind in command.facts)
    yield "preflight", "; ".join(_name_of(kind, FACTS[kind], page) for kind in command.preflight_checks)
    yield "omitted", "" if command.omitted is None else _in(command.omitted, page)


def _name_of(kind: str, sentence: LocalizedText, page: RenderOptions) -> str:
    output_text = sentence.zh if page.lang == "zh" else sentence.en
    return f"{unfilled(output_text)} [{kind}]"


def _differs_rows(deviation: DeviationDoc, page: RenderOptions) -> Iterator[str]:
    yield from page.wrapped("    ", _in(deviation.title, page))
    reported = (
        ("guide", _in(deviation.guide, page)),
        ("here", _in(deviation.here, page)),
        ("source", deviation.source),
    )
    yield from rows(page, ((label(f"deviation-{name}", page.lang), what) for name, what in reported), indent=6)


def _in(output: TextDoc, page: RenderOptions) -> str:
    return output.zh if page.lang == "zh" else output.en


def _command_doc(guide: Guide, command: GuideCommand) -> GuideCommandDoc:
    return GuideCommandDoc(
        section=command.section,
        run=command.run,
        actions=list(command.actions),
        facts=list(command.facts),
        preflight_checks=list(command.preflight),
        omitted=_both(guide.reason(command.omitted)) if command.omitted else None,
    )


def _differs(deviation: Deviation) -> DeviationDoc:
    return DeviationDoc(
        id=deviation.id,
        kind=deviation.kind,
        title=_both(deviation.title),
        guide=_both(deviation.guide),
        here=_both(deviation.here),
        source=deviation.source,
    )


def unfilled(text: str) -> str:
    """`unit {unit}` → `unit <unit>`: here nobody fills it."""
    return re.sub(r"\{(\w+)[^}]*\}", r"<\1>", text)


def _both(words: LocalizedText) -> TextDoc:
    return TextDoc(en=words.en, zh=words.zh)
