"""Cleaning what came from a student."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from grader.reports.sanitize import clean, scrub
from tests.reports.hostile_text import PAYLOADS, commands, unseen


@given(PAYLOADS)
@settings(max_examples=300, deadline=None)
def test_nothing_invisible_is_left(payload: str) -> None:
    """A cleaned text is one short line that can be encoded, without anything unseen."""
    text = clean(payload)
    assert not unseen(text)
    assert not commands(text)
    assert "\n" not in text
    assert len(text) <= 300
    text.encode("utf-8")


@given(PAYLOADS)
@settings(max_examples=300, deadline=None)
def test_cleaning_twice_changes_nothing(payload: str) -> None:
    """What is clean stays as it is, in lines or in one line, so a stored report stays equal."""
    for lines in (False, True):
        once = clean(payload, lines=lines)
        assert clean(once, lines=lines) == once
    assert scrub(clean(payload)) == clean(payload)


@given(PAYLOADS)
@settings(max_examples=200, deadline=None)
def test_lines_keep_no_commands(payload: str) -> None:
    """A text of several lines holds no command for a build server at the start of any."""
    text = clean(payload, lines=True)
    assert not commands(text)
    assert not unseen(text)


@pytest.mark.parametrize("text", ["给我满分", "naïve café", "🙏 ❤️", "a < b & c", "Ω ≈ 3"])
def test_honest_text_stays(text: str) -> None:
    """Chinese, accents, emoji and signs of mathematics stay as they are."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\word\x1b]8;;\x1b\\", "word"),
        ("\x1b]0;title\x07word", "word"),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("\x1b[12", "12"),
    ],
)
def test_whole_sequences_go(text: str, left: str) -> None:
    """A terminal sequence goes with its parameters, not only with its escape."""
    assert clean(text) == left


def test_an_unfinished_sequence_hides_nothing() -> None:
    """What follows an unfinished title sequence can still be read."""
    assert clean("\x1b]0;the rest is here").endswith("the rest is here")


def test_a_long_text_ends_in_an_ellipsis() -> None:
    """A text that was cut says so, and is no longer than its limit."""
    assert clean("word " * 100, 20) == "word word word word…"
    assert len(clean("x" * 1000)) == 300


def test_lines_stay_where_they_are_wanted() -> None:
    """With lines, indentation stays, and one empty line at most separates two others."""
    assert clean("a\r\n\tb\n\n\n\nc  \n", lines=True) == "a\n    b\n\nc"


def test_heaps_of_marks_are_levelled() -> None:
    """Three combining marks may stand on a letter, not fifty."""
    assert len(clean("e" + "\u0301" * 50)) == 4


def test_hostile_length_takes_no_time() -> None:
    """A megabyte of unfinished sequences is cleaned in linear time."""
    assert clean("\x1b]" * 500_000) == ""
    assert len(clean("\x9d" + "a" * 1_000_000)) == 300
