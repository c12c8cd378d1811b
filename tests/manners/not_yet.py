"""What the grader cannot do yet, of what ``tests/test_manners.py`` demands: this list only shrinks."""

from __future__ import annotations

from collections.abc import Mapping

OF_ALL = "85 of 100 are decided without a person"
"""The demand that is about all programs together."""

NOT_YET: Mapping[str, frozenset[str]] = {
    "no zero without a flag": frozenset(),
    "no right gradient is called wrong": frozenset(),
    "a right program that is decided earns most points": frozenset(),
    "a wrong program is caught or flagged": frozenset(),
    OF_ALL: frozenset({"all"}),
}
"""Demand -> the names of programs that may fail it today."""
