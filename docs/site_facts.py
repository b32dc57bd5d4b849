#!/usr/bin/env python3
"""Writes the table of kinds that `[[expect]]` takes into docs/configuration.md, in both languages.

python docs/site_facts.py
"""

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from probes.fact import AnyFact
from reconciler.core import site
from specs.text import Lang

COMMAND = "docs/site_facts.py"
HEADS: dict[Lang, tuple[str, ...]] = {"en": ("kind", "fields", "values"), "zh": ("种类", "字段", "取值")}
TEXT: dict[Lang, str] = {"en": "text", "zh": "文本"}


def kinds(lang: Lang, _: str) -> str:
    """The block has no other name than "kinds"."""
    return blocks.table(HEADS[lang], (_row(kind, fact, lang) for kind, fact in site.kinds().items()))


def _row(kind: str, fact: type[AnyFact], lang: Lang) -> Iterator[str]:
    yield f"`{kind}`"
    yield ", ".join(f"`{own.name}`" for own in fields(fact) if own.name not in ("host", "kind"))
    yield _values(site.value_type(fact), lang)


def _values(value_type: Any, lang: Lang) -> str:
    if get_origin(value_type) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(value_type))
    return "`true`, `false`" if value_type is bool else TEXT[lang]


if __name__ == "__main__":
    blocks.write(COMMAND, kinds)
