"""Bytes that no honest host and no careful person would send: plain noise, and honest answers spoilt.

What spoils is what has broken parsers before: a cut, a line twice, digits that are none for `int` ("²"), numbers too
long for it, line ends that `str.splitlines` alone knows of, NUL, half a UTF-8 letter, a megabyte in one line.
"""

import re
from collections.abc import Sequence

from hypothesis import strategies as st

PAYLOADS = (
    b"", b" ", b"\t", b"\n", b"\r", b"\0", b"\x0b", b"\xff\xfe", b"\xe4\xbd", "\x85\u2028".encode(), "²".encode(),
    "\u0663".encode(), b"-1", b"0", b"9" * 5000, b"'", b'"', b"\\", b"=", b"$(id)", b"`id`", b"--help", b"{", b"[",
    b"]", b"\x1b[2J", "\u202e".encode(), b"null", b"[" * 20_000, b"x" * 300, b"x" * 1_000_000,
)  # fmt: skip
Spoiling = tuple[str, float, bytes]
SPOILINGS = ("cut", "drop", "double", "swap", "insert", "number", "flip", "replace")


def spoilt(text: bytes, spoilings: Sequence[Spoiling]) -> bytes:
    for how, where, payload in spoilings:
        text = _spoil(text, how, where, payload)
    return text


def _spoil(text: bytes, how: str, where: float, payload: bytes) -> bytes:
    at, lines = int(where * len(text)), text.split(b"\n")
    line = int(where * (len(lines) - 1))
    match how:
        case "cut":
            return text[:at]
        case "insert":
            return text[:at] + payload + text[at:]
        case "flip":
            return text[:at] + bytes([text[at] ^ 0x55]) + text[at + 1 :] if at < len(text) else text
        case "number":
            found = list(re.finditer(rb"[0-9]+", text))
            one = found[int(where * (len(found) - 1))] if found else None
            return text if one is None else text[: one.start()] + payload + text[one.end() :]
        case "drop":
            return b"\n".join(lines[:line] + lines[line + 1 :])
        case "double":
            return b"\n".join(lines[: line + 1] + lines[line:])
        case "swap":
            lines[0], lines[line] = lines[line], lines[0]
            return b"\n".join(lines)
        case _:
            lines[line] = payload
            return b"\n".join(lines)


SPOILING: st.SearchStrategy[Spoiling] = st.tuples(
    st.sampled_from(SPOILINGS), st.floats(0, 1), st.one_of(st.sampled_from(PAYLOADS), st.binary(max_size=8))
)


def noise(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """`seeds`: honest answers."""
    plain = st.binary(max_size=300)
    text = st.text(max_size=150).map(lambda text: text.encode("utf-8", "surrogatepass"))
    half = st.builds(spoilt, st.sampled_from(seeds), st.lists(SPOILING, min_size=1, max_size=3))
    return st.one_of(half, half, text, plain)


def heard(data: bytes) -> str:
    """As the transport hands it on."""
    return data.decode("utf-8", "replace")
