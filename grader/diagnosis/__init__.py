"""Diagnosis: which mistake would give just these numbers.

One hypothesis is one small function: a wrong formula, and what to tell its author. After
a failed check the observed numbers are tried against the right formula times a factor,
then against the wrong formulas, then against those times a factor. A name is given only
where one formula fits every case; otherwise the finding is honest: unexplained.
"""

from __future__ import annotations

from grader.diagnosis.catalogue import BUGS, Bug, bugs
from grader.diagnosis.convention import told_once
from grader.diagnosis.explain import explain

__all__ = ["BUGS", "Bug", "bugs", "explain", "told_once"]
