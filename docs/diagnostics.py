#!/usr/bin/env python3
"""Writes docs/diagnostics.md from the message tables: every code, in both languages. A test keeps the two in step.

python docs/diagnostics.py
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reconciler.view.messages.registry import diagnostics, reasons
from specs.text import LocalizedText

PAGE = Path(__file__).resolve().parent / "diagnostics.md"
INTRO = """\
# Codes · 代码一览

Made by `docs/diagnostics.py` from `reconciler/view/messages/`: do not edit.
`bkrec explain CODE` shows one of them. How a message is built: [messages.md](messages.md).

由 `docs/diagnostics.py` 根据 `reconciler/view/messages/` 生成，请勿手工修改。`bkrec explain CODE` 可查询单个代码。
消息如何构成见 [messages.md](messages.md)。

`<field>` stands for a value. Codes never change their meaning. · `<field>` 表示会填入的值。代码含义不会改变。

## Diagnostics · 诊断

The problem, its consequence, and what to do. · 问题、影响与建议。
"""
REASONS = """\
## Reasons · 原因

Why something is expected, done or unknown, one sentence each.

为什么有此期望、为什么执行该步骤、为什么未知，各一句。
"""


def page() -> str:
    return "\n".join((INTRO, *_diagnostics(), REASONS, *_reasons())) + "\n"


def _diagnostics() -> Iterator[str]:
    for code, message in sorted(diagnostics().items()):
        yield f"### {code}\n"
        for lang in ("en", "zh"):
            what, *rest = (_text(part, lang) for part in (message.what, message.why, message.hint))
            yield f"**{what}**  " if any(rest) else f"**{what}**"
            yield "  \n".join(text for text in rest if text) + "\n"


def _reasons() -> Iterator[str]:
    yield "| code · 代码 | English | 中文 |\n|---|---|---|"
    for code, text in sorted(reasons().items()):
        yield f"| `{code}` | {_cell(text, 'en')} | {_cell(text, 'zh')} |"


def _text(sentence: LocalizedText, lang: str) -> str:
    """`{unit}` → `<unit>`, escaped where it is not code already; several lines become one."""
    output_text = " ".join((sentence.zh if lang == "zh" else sentence.en).split())
    parts = re.sub(r"\{(\w+)[^}]*\}", r"<\1>", output_text).split("`")
    return "`".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]])", r"\\\1", text)


def _cell(sentence: LocalizedText, lang: str) -> str:
    return _text(sentence, lang).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
