"""Every text that a report quotes: of checks, of named mistakes, of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from grader import plugin_files
from grader.errors import RubricError
from grader.plugin_files import Plugins
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
    """Texts by id: of checks, of named mistakes, of messages; and what translates an advice alone."""

    checks: Mapping[str, CheckText]
    mistakes: Mapping[str, MistakeText]
    sentences: Mapping[str, str]
    translate_advice: Translate = str


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
def default(language: str = ENGLISH, plugins: Plugins = ()) -> Catalogue:
    """Return the texts of this grader, and of a course's plug-ins, in a language, gathered once."""
    return gather(translator_with(language, plugins), plugins)


def translator_with(language: str, plugins: Plugins) -> Translate:
    """Return what translates English into a language, the texts of plug-ins by their own word.

    Raises
    ------
    TheirFault
        If there is no catalogue for the language.
    """
    tr, own = translator(language), dict[str, str]()
    for _, translations in plugin_files.mappings(plugins, "TRANSLATIONS"):
        own.update(translations.get(language, {}))
    return (lambda text: own.get(text) or tr(text)) if own else tr


def gather(tr: Translate, plugins: Plugins = ()) -> Catalogue:
    """Gather the texts from the modules and the plug-ins that own them, each translated.

    They are imported here and not above, because they load every check.

    Raises
    ------
    RubricError
        If a plug-in has a sentence for an id that has one already.
    """
    checks = import_module("grader.checks").checks_with(plugins)
    own_mistakes = import_module("grader.diagnosis.mistakes").mistakes_with(plugins)
    mistakes = import_module("grader.diagnosis").Texts(tr, own_mistakes)
    templates = merge_sentences(*(import_module(module).SENTENCES for module in _SPEAKERS))
    for plugin, sentences in plugin_files.mappings(plugins, "SENTENCES"):
        for id_ in templates.keys() & sentences.keys():
            line = plugin_files.line_with(plugin, id_)
            raise RubricError(plugin.name, line, f"there is a sentence '{id_}' already")
        templates.update(sentences)
    return Catalogue(
        checks={name: CheckText(tr(c.title), tr(c.hint), c.subject) for name, c in checks.items()},
        mistakes=mistakes,
        translate_advice=mistakes.translate_advice,
        sentences={id_: tr(template) for id_, template in templates.items()},
    )
