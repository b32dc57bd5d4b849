#!/usr/bin/env python3
"""Writes docs/guide-coverage.md and its Chinese sibling from the release's data: a row for each section of the guide.

python docs/guide_coverage.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.blocks import table
from reconciler.engine import release_data
from specs.guide import GuideCommand
from specs.release import Section
from specs.text import Lang, LocalizedText

HERE = Path(__file__).resolve().parent
PAGES: dict[Lang, Path] = {"en": HERE / "guide-coverage.md", "zh": HERE / "guide-coverage.zh-CN.md"}
INTRO: dict[Lang, str] = {
    "en": """\
# The upgrade guide, section by section

*[简体中文](guide-coverage.zh-CN.md)*

Made by `docs/guide_coverage.py` from `specs/releases/bkce-6.2.2/`: do not edit. `bkrec explain SECTION` lists the
commands of one section and, for each, the action that replaces it, the facts that show the result, or the reason why
bkrec does not run it. Where the result differs from the guide's:
[deviations-from-the-guide.md](deviations-from-the-guide.md).

"Commands" counts the guide's commands in that section, "not run" those that bkrec omits on purpose (opening a shell,
looking at a status page, doing a thing twice). A section in **bold** is off until you ask for it.
""",
    "zh": """\
# 升级指引各章节的覆盖情况

*[English](guide-coverage.md)*

由 `docs/guide_coverage.py` 根据 `specs/releases/bkce-6.2.2/` 生成，请勿手工修改。`bkrec explain 章节号`
列出该章节的每条命令，以及由哪个操作代替、由哪些事实确认结果，或不执行的原因。结果与指引不同之处见
[deviations-from-the-guide.zh-CN.md](deviations-from-the-guide.zh-CN.md)。

“命令”为指引在该章节中的命令数，“不执行”为 bkrec 有意省略的命令数（登录 shell、查看状态页、
重复执行等）。**粗体**章节默认关闭，需要时再开启。
""",
}
HEAD: dict[Lang, tuple[str, ...]] = {
    "en": ("section", "what it does", "commands", "not run", "bkrec"),
    "zh": ("章节", "内容", "命令", "不执行", "bkrec 的做法"),
}
TOTAL: dict[Lang, str] = {
    "en": "{sections} sections, {covered} of them covered by `converged`; {commands} commands, {omitted} not run.",
    "zh": "共 {sections} 节，其中 {covered} 节包含在“已收敛”的结论中；共 {commands} 条命令，不执行 {omitted} 条。",
}


def page(lang: Lang) -> str:
    release = release_data.load_release("6.2.2")
    commands = release.guide.commands
    total = TOTAL[lang].format(
        sections=len(release.sections),
        covered=sum(section.covered for section in release.sections),
        commands=len(commands),
        omitted=sum(_is_omitted(command) for command in commands),
    )
    return "\n".join((INTRO[lang], table(HEAD[lang], _rows(release.sections, commands, lang), "--::-"), total, ""))


def _rows(sections: tuple[Section, ...], commands: tuple[GuideCommand, ...], lang: Lang) -> Iterator[tuple[str, ...]]:
    for section in sections:
        mine = [command for command in commands if command.section == section.id]
        name = section.id if section.covered else f"**{section.id}**"
        omitted = sum(_is_omitted(command) for command in mine)
        yield name, _in(section.title, lang), str(len(mine)), str(omitted), _in(section.here, lang)


def _is_omitted(command: GuideCommand) -> bool:
    return bool(command.omitted) and not command.actions


def _in(text: LocalizedText, lang: Lang) -> str:
    return (text.zh if lang == "zh" else text.en).replace("|", "\\|")


if __name__ == "__main__":
    for lang, path in PAGES.items():
        path.write_text(page(lang), encoding="utf-8")
