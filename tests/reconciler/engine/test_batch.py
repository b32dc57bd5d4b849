"""Output of a batch is split, and replies are found, as a pattern that says it in one line would; but none is compiled
for each nonce and each job."""

import re
from random import Random

import pytest

from probes.command import Output
from reconciler.engine.batch import Truncated, last_match_after, reply_to, split_output

NONCE = "n0nce"
WORDS = (
    *(f"{NONCE} {number} begin\n" for number in ("0", "1", "12")),
    *(f"\n{NONCE} {number} end {status}\n" for number in ("0", "1", "12") for status in ("0", "3", "x")),
    f"{NONCE} 1 begin", f"\n{NONCE} 0 end 0", f"{NONCE} ", "begin\n", "text", "\n",
)  # fmt: skip


def sections_by_pattern(text: str) -> dict[int, tuple[str, int]]:
    pattern = rf"{NONCE} ([0-9]{{1,6}}) begin\n(.*?)\n{NONCE} \1 end ([0-9]{{1,6}})\n"
    return {int(number): (content, int(status)) for number, content, status in re.findall(pattern, text, re.DOTALL)}


@pytest.mark.parametrize("seed", range(200))
def test_whatever_stands_between_the_marks_it_is_split_as_the_pattern_says(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        text = "".join(random.choice(WORDS) for _ in range(random.randrange(1, 9)))
        expected = sections_by_pattern(text)
        sections = split_output(Output(stdout=text, exit_status=0), NONCE, 13)
        found = {n: (s.stdout, s.exit_status) for n, s in enumerate(sections) if not isinstance(s, Truncated)}
        assert found == expected, text


def test_a_line_within_that_looks_like_an_end_and_is_none_ends_nothing() -> None:
    text = f"{NONCE} 0 begin\nfirst\n{NONCE} 0 end soon\nlast\n{NONCE} 0 end 7\n"
    (section,) = split_output(Output(stdout=text, exit_status=0), NONCE, 1)
    assert isinstance(section, Output)
    assert (section.stdout, section.exit_status) == (f"first\n{NONCE} 0 end soon\nlast", 7)


def test_the_last_reply_counts_and_one_that_was_cut_is_none() -> None:
    said = "no line end: bkrec-says a.1 exists\nbkrec-says a.1 stale 5\nbkrec-says b.1 started\n"
    assert reply_to("a.1", said) == "stale 5"
    assert reply_to("c.1", said) == ""
    whole = re.compile(r"(\w+) \.\n")
    found = last_match_after(
        "bkrec-log a.1 ", whole, "bkrec-log a.1 first .\nbkrec-log a.1 second .\nbkrec-log a.1 thi"
    )
    assert found is not None
    assert found[1] == "second"
