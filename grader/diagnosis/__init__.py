"""Diagnosis: which mistake would give just these numbers.

A known mistake is a row of the table in ``mistakes``: the formula that it gives, and what to
tell its author. After a failed check the observed numbers are tried against the rows, rank by
rank. A name is given only where one formula fits every case; otherwise the finding is honest:
unexplained. What runs student code has run before: all that is looked at are values.
"""

from __future__ import annotations

from grader.diagnosis.explain import explain
from grader.diagnosis.observation import Observation
from grader.diagnosis.texts import MEAN_IN_LAYERS, Text, Texts

__all__ = ["MEAN_IN_LAYERS", "Observation", "Text", "Texts", "explain"]
