"""Text is measured in columns, broken where a language allows, and never moves a terminal's cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.view.render import RenderOptions, clipped, columns, padded, sanitized
from specs.redact import HIDDEN


def test_a_chinese_character_takes_two_columns() -> None:
    assert columns("蓝鲸 bk") == 7
    assert padded("蓝鲸", 6) == "蓝鲸  "


def test_colour_takes_no_column() -> None:
    assert columns(RenderOptions(colour=True).paint("abc", "red", "bold")) == 3


def test_without_colour_nothing_is_added() -> None:
    assert RenderOptions(colour=False).paint("abc", "red") == "abc"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("one two three four five six seven", "one two three four", id="english breaks at blanks"),
        pytest.param("一二三四五六七八九十，十一十二", "一二三四五六七八九", id="chinese never before punctuation"),
        pytest.param("a" * 60, "a" * 60, id="a path is left whole, so that it can be copied"),
    ],
)
def test_lines_break_where_the_language_allows(text: str, first: str) -> None:
    assert next(iter(RenderOptions(width=20).wrapped("", text))) == first


@given(st.text(st.sampled_from("ab 蓝鲸，。\n"), max_size=80), st.integers(20, 60))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    wrapped = "".join(RenderOptions(width=width).wrapped("", text))
    assert wrapped.replace(" ", "") == "".join(text.split())


@given(st.text(max_size=40), st.integers(1, 30))
def test_what_is_clipped_fits(text: str, width: int) -> None:
    assert columns(clipped(text, width)) <= max(width, 1)


@given(st.text(max_size=60))
def test_what_a_host_printed_moves_no_cursor(text: str) -> None:
    shown = sanitized(f"\x1b[2J\x1b]0;title\x07{text}\u202e")
    assert not any(char in shown for char in "\x1b\x07\r\t\u202e")


@given(st.text(st.characters(max_codepoint=0x2100), max_size=12))
def test_a_text_without_anything_before_it_hides_nothing_either(text: str) -> None:
    shown = sanitized(text)
    assert HIDDEN.sub("", shown) == shown
    assert "\n" not in shown
    assert "\t" not in shown
