"""What is told of each mistake: short, complete, and no program."""

from __future__ import annotations

import re
import string

import numpy as np
import pytest

from grader.diagnosis import Texts
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.mistakes.network import TEXTS as NETWORK
from grader.diagnosis.mistakes.symptoms import SYMPTOMS
from grader.diagnosis.search import entry_of, shortened
from grader.reports.language import english, translator
from grader.reports.messages import fill
from grader.reports.phrases import compose

TEXTS = Texts()

CODE = re.compile(
    r"self\.|prev_grad ?[@*]|[@*] ?prev_grad|\breturn [a-z_]+ ?[-+*/@([]|\bdef |np\.(dot|matmul|where|outer|sum)|"
    r"\.T\b|\w ?= ?\w+ ?[-+*@/] ?\w|axis=|lambda|for \w+ in"
)
"""What would be the program itself: a method's body, a product with prev_grad, an assignment."""

VALUES = {
    "name", "array", "at", "formula", "factor", "fits", "of", "where", "shape", "got", "wanted", "ratio",
    "but", "names", "kind", "text", "inner", "k", "other", "second", "shift",
}  # fmt: skip


BEGINS = re.compile(
    r"[A-Z(\"0-9]|(y|dx|dy|dw|db|dX|max|tanh|exp|log|reshape|train|backward|bias|exp)\b"
)


def test_every_mistake_is_told() -> None:
    """Every slug says what is wrong and what to do: whole sentences, short, and no program."""
    for bug, told in TEXTS.items():
        assert re.fullmatch(r"[a-z0-9_]+(\+[a-z0-9_]+)*", bug)
        for text, most in ((told.explanation, 300), (told.advice, 420)):
            assert BEGINS.match(text), (bug, text)
            assert text.endswith((".", "?")), (bug, text)
            assert "  " not in text, (bug, text)
            assert len(text) <= most, (bug, text)


def test_no_advice_is_the_program() -> None:
    """An advice is a hint; none of them holds the line that a student is to write."""
    for bug, told in TEXTS.items():
        assert not CODE.search(told.advice), (bug, told.advice)


def test_evidence_can_be_filled() -> None:
    """The template of a finding asks only for what findings carry."""
    for bug, told in TEXTS.items():
        asked = {name for _, name, _, _ in string.Formatter().parse(told.evidence) if name}
        assert asked <= VALUES, bug


def test_every_slug_can_be_told() -> None:
    """Whatever the tables hold has a text, and what nobody gives has none."""
    given = {*NETWORK, *(one.slug for one in MISTAKES), *(one.slug for one in SYMPTOMS)}
    assert given <= set(TEXTS)
    assert len(TEXTS) > 4000
    for unknown in ("dx", "dx_no_factor", "no_mistake", "dx_sign+no_factor", "value_of_nothing"):
        with pytest.raises(KeyError):
            TEXTS[unknown]


def test_a_single_number_has_no_worst_entry() -> None:
    """Of an array a reader is told where the worst entry is; of a single number there is but one."""
    texts = [
        fill(
            TEXTS["unexplained"].evidence,
            compose({"name": "db", "but": "", "fits": 0, "of": 1, **entry_of(a, b, (0,))}, english),
        )
        for a, b in ((np.array([2.0]), np.array([4.0])), (np.array([2.0, 1]), np.array([4.0, 1])))
    ]
    rest = "is 2; expected 4 (0.5 times as much). It is right in 0 of 1 trial."
    assert texts == [
        f"Your db {rest}",
        f"Your db, in its worst entry, at [0] of shape (2,), {rest}",
    ]


def test_many_trials_are_counted() -> None:
    """Of many trials that are wrong a few are listed, and the others counted, in either language."""
    assert shortened(["a", "b", "c", "d"]) == ("a", "b", "c", "d")
    names = ["a layer without bias", "one step", "a second step with other data", "x", "y"]
    values = {"but": "; wrong for: {trials}", "trials": shortened(names)}
    assert compose(values, english)["but"] == (
        "; wrong for: a layer without bias, one step, a second step with other data, and 2 more"
    )
    assert compose(values, translator("zh_TW"))["but"].endswith("、以及另外 2 個")
