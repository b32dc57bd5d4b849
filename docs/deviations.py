#!/usr/bin/env python3
"""Writes docs/deviations-from-the-guide.md and its Chinese sibling from the release's data. A test holds them in step.

python docs/deviations.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reconciler.engine import release_data
from specs.guide import Deviation
from specs.text import Lang, LocalizedText

HERE = Path(__file__).resolve().parent
PAGES: dict[Lang, Path] = {
    "en": HERE / "deviations-from-the-guide.md",
    "zh": HERE / "deviations-from-the-guide.zh-CN.md",
}
INTRO: dict[Lang, str] = {
    "en": """\
# Deviations from the guide

*[简体中文](deviations-from-the-guide.zh-CN.md)*

Made by `docs/deviations.py` from `specs/releases/bkce-6.2.2/deviations.toml`: do not edit. `bkrec explain SECTION`
shows the deviations of one section and what covers each of its commands.

Origin of the list: a reference cluster with the vendor's own scripts was upgraded from 6.1 to 6.2, once with the
guide's commands and once with `bkrec apply`, and the two results were compared file by file, unit by unit and row by
row. Every difference belongs to an entry here (`tests/reference/explained.py` assigns them: 222 lines in the last
comparison, none unexplained). With guide 7.17 enabled, both produce the same topology in CMDB. Deviations that show
only on a second run or a failure were added from the scripts. Numbers after a script's name are lines of the vendor's
v6.2.1.
""",
    "zh": """\
# 与升级指引的不同之处

*[English](deviations-from-the-guide.md)*

由 `docs/deviations.py` 根据 `specs/releases/bkce-6.2.2/deviations.toml` 生成，请勿手工修改。
`bkrec explain 章节号` 可查看单个章节的不同之处，以及该章节每条命令的对应内容。

清单的由来：在使用厂商脚本的参考集群上，分别按指引命令与 `bkrec apply` 从 6.1 升级到 6.2，
再逐文件、逐服务、逐记录比较两个结果；比较结果的每一行都属于此处的某一条
（由 `tests/reference/explained.py` 归类：最近一次共 222 行，无一遗漏）。
开启 7.17 时，两者在 CMDB 中得到的拓扑相同。
只有重复执行或失败时才会显现的，则根据脚本补充。脚本名后的数字为厂商 v6.2.1 的行号。
""",
}
HEADS: dict[Lang, dict[str, str]] = {
    "en": {
        "fixed": "## Defects and risks of the guide that bkrec fixes",
        "added": "## Added by bkrec",
        "omitted": "## Omitted by bkrec",
        "both": "## Done by neither",
        "side-effect": "## Side effects; neither is better",
    },
    "zh": {
        "fixed": "## 指引的缺陷与风险（bkrec 已修正）",
        "added": "## bkrec 新增的",
        "omitted": "## bkrec 不执行的",
        "both": "## 两者都不处理的",
        "side-effect": "## 附带影响，无优劣之分",
    },
}
ROWS: dict[Lang, tuple[str, str, str, str, str]] = {
    "en": ("Guide {}", "all sections", "**The guide:**", "**bkrec:**", "*Source: {}*"),
    "zh": ("指引 {}", "所有章节", "**指引：**", "**bkrec：**", "*来源：{}*"),
}


def page(lang: Lang) -> str:
    return "\n".join((INTRO[lang], *_parts(lang))).rstrip("\n") + "\n"


def _parts(lang: Lang) -> Iterator[str]:
    entries = release_data.load_release("6.2.2").guide.deviations
    for kind, head in HEADS[lang].items():
        yield head + "\n"
        for deviation in entries:
            if deviation.kind == kind:
                yield from _entry(deviation, lang)


def _entry(deviation: Deviation, lang: Lang) -> Iterator[str]:
    section, everywhere, guide, here, source = ROWS[lang]
    where = section.format(", ".join(deviation.sections)) if deviation.sections else everywhere
    yield f"### {_in(deviation.title, lang)}\n"
    yield f"`{deviation.id}` · {where}\n"
    yield f"{guide} {_in(deviation.guide, lang)}\n"
    yield f"{here} {_in(deviation.here, lang)}\n"
    yield source.format(_plain(deviation.source)) + "\n"


def _in(words: LocalizedText, lang: Lang) -> str:
    return _plain(words.zh if lang == "zh" else words.en)


def _plain(text: str) -> str:
    """What stands outside `code` must not become emphasis or a tag."""
    parts = text.split("`")
    return "`".join(part if i % 2 else part.replace("*", "\\*").replace("<", "\\<") for i, part in enumerate(parts))


if __name__ == "__main__":
    for lang, path in PAGES.items():
        path.write_text(page(lang), encoding="utf-8")
