"""Sentences from templates and values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from grader.errors import ReportBroken
from grader.model import Message, Visibility, frozen
from grader.reports.jsonable import plain
from grader.reports.messages import SENTENCES, fill, merge_sentences, say


def test_a_message_is_said() -> None:
    """A sentence is its template with the values in place."""
    message = Message("x", frozen(error=0.031250001, where="W"))
    assert say(message, {"x": "{where} is off by {error:.2g}."}) == "W is off by 0.031."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, "nan"),
        (np.float64("inf"), "inf"),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (1 / 3, "0.3333"),
        (1.0002, "1.0002"),
        (-0.99999, "-0.99999"),
        (1 + 1e-12, "1"),
        (1.0, "1"),
        ([1, 2.0, "a"], "1, 2, a"),
        ((3, 4), "3, 4"),
        (True, "True"),
        (None, "None"),
        ({"b": 1, "a": [2]}, "a: 2, b: 1"),
        (list(range(13)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 3 more"),
        (np.arange(3), "0, 1, 2"),
        (1 + 2j, "(1+2j)"),
        ({"b", "a"}, "a, b"),
        (10**400, "an integer of 1329 bits"),
        ("two\nlines\x1b[31m", "two lines"),
    ],
)
def test_values_are_worded(value: Any, words: str) -> None:
    """Every kind of value has words, and infinities have words that JSON can hold."""
    assert fill("{value}", {"value": value}) == words


@pytest.mark.parametrize("value", ["nan", "{x}", None, True])
def test_a_format_for_numbers_spares_the_rest(value: Any) -> None:
    """A format of numbers is ignored where the value turned out to be none."""
    assert fill("{value:.2g}", {"value": value}) == str(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "1 loss"), (0, "0 losses"), (2, "2 losses"), (1.0, "1 loss"), ("1", "1 loss"),
        (np.int64(1), "1 loss"), (0.5, "0.5 losses"), ("nan", "nan losses"),
    ],
)  # fmt: skip
def test_a_word_goes_with_its_number(value: object, words: str) -> None:
    """A word that is counted has two forms in English: one for 1, one for the rest."""
    assert fill("{got} {got:loss|losses}", {"got": value}) == words


@pytest.mark.parametrize(
    "template",
    ["{a.b}", "{a[0]}", "{a!r}", "{0}", "{}", "{a:>9}", "{a:{a}}", "{a", "{a:.999g}", "{a:d}"],
)
def test_only_plain_names_are_allowed(template: str) -> None:
    """A template that reaches into a value is refused, because the value is a stranger's."""
    with pytest.raises(ReportBroken, match="sentence"):
        fill(template, {"a": "text", "0": 1, "": 1})


def test_values_are_never_templates() -> None:
    """Braces in a value are braces."""
    assert fill("{a}", {"a": "{a.__class__} {{}}"}) == "{a.__class__} {{}}"


def test_an_unknown_id_is_our_fault() -> None:
    """A message without a sentence raises, and names itself."""
    with pytest.raises(ReportBroken, match=r"'no\.such'"):
        say(Message("no.such"), SENTENCES)


def test_a_missing_value_is_our_fault() -> None:
    """A template whose value is missing raises, and names the value."""
    with pytest.raises(ReportBroken, match="'where'"):
        fill("{where}", {})


def test_no_id_belongs_to_two_modules() -> None:
    """Sentences of modules are merged, and an id in two of them is refused."""
    assert merge_sentences({"a": "1"}, {"b": "2"}) == {"a": "1", "b": "2"}
    with pytest.raises(ReportBroken, match="a"):
        merge_sentences({"a": "1"}, {"a": "1"})


def test_stored_values_say_the_same() -> None:
    """The sentence from plain values is that from the values themselves."""
    values = {"a": np.float32(0.1), "b": [math.inf, (1, 2)], "c": "\x1b[31mred", "d": 10**30}
    template = "{a:.3g} {b} {c} {d}"
    assert fill(template, values) == fill(template, plain(values))


def test_plain_is_plain() -> None:
    """Plain values are sorted, finite, and short enough to store."""
    assert plain({"b": math.inf, "a": -math.inf}) == {"a": "-inf", "b": "inf"}
    assert list(plain({"b": 1, "a": 2})) == ["a", "b"]
    assert type(plain(np.float64(1.5))) is float
    assert plain(Visibility.HIDDEN) == "hidden"
    assert plain(list(range(99)))[-1] == "…"
    assert len(plain(list(range(99)))) == 51


def test_no_object_slips_in() -> None:
    """An object that is no value is refused, with its type."""
    with pytest.raises(ReportBroken, match="object"):
        plain({"a": [object()]})
