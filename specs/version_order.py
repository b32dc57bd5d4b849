"""Order of two versions of one product.

Numbers alone do not tell it where a product was renumbered: GSE's went from 3.6.21 down to 2.1.x, so that 3 is a former
line of it, older than whatever else (`former_line` in its TOML). Of the same numbers an alpha, beta or rc comes before
the release, by its own number; any other addition is somebody's own build, which is not known to be older.
"""

import re

_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*", re.ASCII)
_EARLY = re.compile(r"[-.](alpha|beta|rc)[-.]?([0-9]*)", re.ASCII)
_RELEASED = (1, "", 0)


def is_newer(version: str, than: str, *, former_line: int | None = None) -> bool:
    """Neither older nor equal; False for what is not two versions. Both as `normalise_version` writes them."""
    numbers, others = numbers_of(version), numbers_of(than)
    if version == than or not numbers or not others:
        return False
    if (numbers[0] == former_line) != (others[0] == former_line):
        return others[0] == former_line
    if _padded(numbers) != _padded(others):
        return _padded(numbers) > _padded(others)
    own, other = _stage(version), _stage(than)
    return own is None or (other is not None and own > other)


def numbers_of(version: str) -> tuple[int, ...]:
    """ "2.1.3-beta.11" → (2, 1, 3)."""
    match = _NUMBERS.match(version)
    return tuple(int(number) for number in match.group().split(".")) if match else ()


def _padded(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Without the zeros at its end: 1.2 is 1.2.0."""
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _stage(version: str) -> tuple[int, str, int] | None:
    """What follows the numbers; None for a build of somebody's own."""
    match = _NUMBERS.match(version)
    rest = version[match.end() :] if match else ""
    if not rest:
        return _RELEASED
    early = _EARLY.fullmatch(rest)
    return (0, early.group(1), int(early.group(2) or 0)) if early else None
