#!/usr/bin/env python3
"""Prints the 150 commonest identifiers of the product, and how often it uses the words that it is to lose.

    python docs/identifiers.py            # tables
    python docs/identifiers.py --total    # the one number that tests/architecture/test_identifiers.py holds

An identifier counts by its parts: `was_left_out` is one `was`, one `left`, one `out`. Keywords, strings, comments and
messages do not count. The words below name nothing that a reader of Terraform's, Kubernetes', Ansible's, systemd's or
etcd's manuals would search for.
"""

import builtins
import io
import keyword
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("specs", "probes", "actions", "reconciler")
COMMONEST = 150
_HOUSE_WORDS = """
told tell tells wish wishes wished mend mends mender kept keep left leave held seen look looks looker studied study
trouble troubles troubled settle settled bars gate gates premise premises outgrown void voids spoil spoilt touches
trial owed owe duty duties pin pinned proof proofs odd strange apart beyond heard hear unheard patience named asked
wanted promise promises promised said says stand stands standing means course undertaking carry silence diary regret
regretted hindsight goal one each found here there
"""
HOUSE_WORDS = frozenset(_HOUSE_WORDS.split())
"""As a part of an identifier. Plain words that the field uses too (turn, work, lost, note) are not in it."""


def identifiers(*folders: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for folder in folders or PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            counts.update(_names(path.read_text(encoding="utf-8")))
    return counts


def _names(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string) and not hasattr(builtins, token.string):
            yield token.string


def words(identifier: str) -> list[str]:
    """`jobsRunning` and `jobs_running` are made of the same two."""
    return [word for word in re.split(r"_+", re.sub(r"([a-z])([A-Z])", r"\1_\2", identifier).lower()) if word]


def house_words(counts: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for identifier, count in counts.items():
        for word in HOUSE_WORDS.intersection(words(identifier)):
            found[word] += count
    return found


def main(arguments: list[str]) -> None:
    counts = identifiers()
    found = house_words(counts)
    if "--total" in arguments:
        print(found.total())
        return
    print(f"The {COMMONEST} commonest of {len(counts)} identifiers ({counts.total()} uses):\n")
    common = counts.most_common(COMMONEST)
    for row in range(0, COMMONEST, 5):
        print("".join(f"{name} {count}".ljust(26) for name, count in common[row : row + 5]).rstrip())
    print(f"\nHouse words in identifiers: {found.total()}\n")
    for word, count in found.most_common():
        print(f"{word:14}{count:5}")


if __name__ == "__main__":
    main(sys.argv[1:])
