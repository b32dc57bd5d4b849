#!/usr/bin/env python3
"""Writes docs/commands.md and its Chinese sibling from the commands' own help: usage, options, examples.

python docs/commands.py
"""

import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.blocks import table
from docs.help_texts import COMMON, commands, context, examples, parameters, root, spoken
from specs.text import Lang

HERE = Path(__file__).resolve().parent
PAGES: dict[Lang, Path] = {"en": HERE / "commands.md", "zh": HERE / "commands.zh-CN.md"}
INTRO: dict[Lang, str] = {
    "en": """\
# Commands

*[简体中文](commands.zh-CN.md)*

Made by `docs/commands.py` from the commands' own `--help`: do not edit.

* Read-only, safe on a production cluster at any time: `init`, `trust`, `diff`, `plan`, `rehearse`, `runbook`, `doctor`,
  `check`, `probe`, `explain`, `status`, `history`, `lock status`, `schema`.
* Change hosts, after showing the plan and asking: `apply`, `undo`.
* Write one record below /var/lib/bkrec on the hosts, without asking: `pause`, `resume`, `ack`, `lock break`.

Exit codes: [README.md](../README.md#exit-codes). For scripts: `-o json`, whose JSON Schema `bkrec schema` prints.
""",
    "zh": """\
# 命令

*[English](commands.md)*

由 `docs/commands.py` 根据各命令的 `--help` 生成，请勿手工修改。

* 只读，可随时在生产集群上执行：`init`、`trust`、`diff`、`plan`、`rehearse`、`runbook`、`doctor`、`check`、`probe`、
  `explain`、`status`、`history`、`lock status`、`schema`。
* 会变更主机，先展示计划并询问：`apply`、`undo`。
* 不询问，仅在主机 /var/lib/bkrec 下写一条记录：`pause`、`resume`、`ack`、`lock break`。

退出码见 [README.zh-CN.md](../README.zh-CN.md#退出码)。供脚本使用：`-o json`，其 JSON Schema 由 `bkrec schema` 输出。
""",
}
WORDS: dict[Lang, tuple[str, str, str]] = {
    "en": ("option", "meaning", "## Options of every command"),
    "zh": ("选项", "含义", "## 各命令通用的选项"),
}


def page(lang: Lang) -> str:
    """From a process that speaks the language. Raises CalledProcessError."""
    return spoken(__file__, lang)


def _page(lang: Lang) -> str:
    program = root()
    option, meaning, everywhere = WORDS[lang]
    head = (option, meaning)
    common = [parameter for parameter in program.params if parameter.name in COMMON]
    parts = [INTRO[lang], everywhere + "\n", _table(head, parameters(common, context(program, "bkrec")))]
    for name, command in commands(program):
        parts += [f"## {name}\n", f"{command.help}\n", "\n".join(("```", *examples(command), "```\n"))]
        own = [parameter for parameter in command.params if parameter.name not in COMMON]
        if own:
            parts.append(_table(head, parameters(own, context(command, name))))
    return "\n".join(parts)


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    return table(head, ((f"`{_escaped(spelling)}`", _escaped(meaning)) for spelling, meaning in rows))


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.stdout.write(_page("zh" if sys.argv[1] == "zh" else "en"))
    else:
        for lang, path in PAGES.items():
            path.write_text(page(lang), encoding="utf-8")
