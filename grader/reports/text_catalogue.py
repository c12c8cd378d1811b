"""Every text that a report quotes: of checks, of named mistakes, of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from grader.reports.language import ENGLISH, Translate, translator
from grader.reports.messages import merge_sentences


@dataclass(frozen=True, slots=True)
class CheckText:
    """What the docstring of a check says, and the class that it examines."""

    title: str
    hint: str
    subject: str


@dataclass(frozen=True, slots=True)
class MistakeText:
    """What a named mistake means, what to do about it, and a template for the evidence."""

    explanation: str
    advice: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts by id: of checks, of named mistakes, of messages."""

    checks: Mapping[str, CheckText]
    mistakes: Mapping[str, MistakeText]
    sentences: Mapping[str, str]


_SPEAKERS = (
    "grader.checks.messages",
    "grader.checks.program_messages",
    "grader.flags.detection",
    "grader.flags.own_structure",
    "grader.intake.messages",
    "grader.pipeline.import_remarks",
    "grader.pipeline.recognition_messages",
    "grader.reports.messages",
)
"""The modules that have sentences of their own, each a dictionary ``SENTENCES``."""


@cache
def default(language: str = ENGLISH) -> Catalogue:
    """Return the texts of this grader in a language, gathered once."""
    return gather(translator(language))


def gather(tr: Translate) -> Catalogue:
    """Gather the texts of this grader from the modules that own them, each translated.

    They are imported here and not above, because they load every check.
    """
    checks = import_module("grader.checks").CHECKS
    mistakes = import_module("grader.diagnosis").Texts(tr)
    templates = merge_sentences(*(import_module(module).SENTENCES for module in _SPEAKERS))
    return Catalogue(
        checks={name: CheckText(tr(c.title), tr(c.hint), c.subject) for name, c in checks.items()},
        mistakes=mistakes,
        sentences={id_: tr(template) for id_, template in templates.items()},
    )
