#!/usr/bin/env python3
"""Writes into docs/seal.md, in both languages, what a seal covers and what is excluded from it.

python docs/seal_tables.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from reconciler.engine.release_data import load_release
from specs.text import Lang, LocalizedText

COMMAND = "docs/seal_tables.py"
HEADS: dict[str, dict[Lang, tuple[str, ...]]] = {
    "parts": {"en": ("part", "what", "where", "source"), "zh": ("部分", "内容", "位置", "来源")},
    "exclusions": {"en": ("pattern", "because", "source"), "zh": ("模式", "原因", "来源")},
}

TABLES = {"saas": "open_paas.paas_app_envvars", "gateway": "bk_apigateway.core_release"}


def table(lang: Lang, name: str) -> str:
    return blocks.table(HEADS[name][lang], _parts(lang) if name == "parts" else _exclusions(lang))


def _parts(lang: Lang) -> Iterator[Iterator[str]]:
    for part in load_release("6.2.2").seal.parts:
        yield iter(
            (
                f"`{part.name}`",
                _in(part.title, lang),
                _paths((*part.roots, *(TABLES[rows] for rows in part.rows))),
                part.source,
            )
        )


def _exclusions(lang: Lang) -> Iterator[Iterator[str]]:
    for entry in load_release("6.2.2").seal.exclusions:
        yield iter((_paths(entry.paths), _in(entry.because, lang), entry.source))


def _in(text: LocalizedText, lang: Lang) -> str:
    return text.zh if lang == "zh" else text.en


def _paths(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


if __name__ == "__main__":
    blocks.write(COMMAND, table)
