"""Every text that a report quotes: of checks, of named mistakes, of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from grader.reports.sentences import merged


@dataclass(frozen=True, slots=True)
class CheckText:
    """What the docstring of a check says, and the class that it examines."""

    title: str
    hint: str
    subject: str


@dataclass(frozen=True, slots=True)
class BugText:
    """What a named mistake means, what to do about it, and a template for the evidence."""

    explanation: str
    advice: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts by id: of checks, of named mistakes, of messages."""

    checks: Mapping[str, CheckText]
    bugs: Mapping[str, BugText]
    sentences: Mapping[str, str]


UNEXPLAINED = BugText(
    explanation="None of the mistakes that we know explains these numbers.",
    advice="Write the formula down for one sample and two features, and compare entry by entry.",
)


@cache
def default() -> Catalogue:
    """Gather the texts of this grader from the rooms that own them."""
    checks = import_module("grader.pipeline").CHECKS
    bugs = import_module("grader.diagnosis").BUGS
    rooms = ("grader.reports.sentences", "grader.intake.sentences", "grader.checks.sentences")
    return Catalogue(
        checks={id_: CheckText(c.title, c.hint, c.subject) for id_, c in checks.items()},
        bugs={"unexplained": UNEXPLAINED}
        | {slug: BugText(b.explanation, b.advice, b.evidence) for slug, b in bugs.items()},
        sentences=merged(*(import_module(room).SENTENCES for room in rooms)),
    )
