"""What the grader cannot do yet, of what ``tests/test_manners.py`` demands: this list only shrinks."""

from __future__ import annotations

from collections.abc import Mapping

ZERO_UNSEEN = "no zero without a flag"
ZERO_FOR_SHAPE = "no right program gets zero"
BLAMED = "no right gradient is called wrong"
LITTLE = "a right program that is decided earns most points"
ESCAPED = "a wrong program is caught or flagged"
OF_ALL = "85 of 100 are decided without a person"
"""The demand that is about all programs together."""

NOT_YET: Mapping[str, frozenset[str]] = {}
"""Demand -> the names of programs that may fail it today; whoever mends one takes it out."""
