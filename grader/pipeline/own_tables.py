"""What a course's plug-ins may define: each thing is looked at before anything is graded with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader import plugin_files
from grader.checks import CHECKS, Check, checks_with
from grader.contract import ROWS, Kind, Row, rows_with
from grader.diagnosis import Texts
from grader.diagnosis.mistake import Mistake
from grader.diagnosis.search import NAMES
from grader.errors import RubricError
from grader.model import LANGUAGES, Plugin
from grader.pipeline.order import STAGES
from grader.plugin_files import Plugins

Problem = tuple[Plugin, str, str]
"""A plug-in, a text by which the line is found in it, and what is wrong there."""
KINDS = (Kind.ACTIVATION, Kind.FUNCTION)
"""What a row of a course may be: other layers have parameters that our trials must know."""


def validated(plugins: Plugins) -> Mapping[str, Check]:
    """Return all checks by id, with those of plug-ins that fit beside ours.

    Raises
    ------
    RubricError
        For the first thing that a plug-in defines and that cannot be used: with file and line.
    """
    for problems in (_checks, _rows, _mistakes, _texts):
        for plugin, text, sentence in problems(plugins):
            raise RubricError(plugin.name, plugin_files.line_with(plugin, text), sentence)
    return checks_with(plugins)


def _checks(plugins: Plugins) -> Iterator[Problem]:
    """Look at the checks: each has an id of its own, and needs such as exist."""
    known, seen = checks_with(plugins), dict(CHECKS)
    for plugin, check in plugin_files.values(plugins, Check):
        at = f'"{check.id}"'
        if seen.setdefault(check.id, check) is not check:
            yield plugin, at, f"there is a check '{check.id}' already; expected another id"
        if check.id.count(".") < 1 or not all(part.isidentifier() for part in check.id.split(".")):
            yield plugin, at, f"found the id '{check.id}'; expected one such as elu.forward"
        if check.stage not in STAGES:
            yield (
                plugin,
                at,
                f"found the stage '{check.stage}'; expected one of {', '.join(STAGES)}",
            )
        for name in (*check.needs, *check.blames, *check.earns_beside):
            if name not in known:
                yield plugin, f'"{name}"', f"'{check.id}' names the unknown check '{name}'"


def _rows(plugins: Plugins) -> Iterator[Problem]:
    """Look at the rows: each has a name of its own, and formulas that give numbers."""
    prefixes = {row.prefix for row in ROWS.values()}
    seen = dict(ROWS)
    for plugin, row in plugin_files.values(plugins, Row):
        at = f'"{row.name}"'
        if seen.setdefault(row.name, row) is not row:
            yield plugin, at, f"the lab has a {row.name} already; expected another name"
        elif row is not ROWS.get(row.name):
            if row.kind not in KINDS or row.network:
                yield plugin, at, f"{row.name} is no layer without parameters and no function"
            elif row.prefix in prefixes or not row.prefix.isidentifier():
                yield plugin, at, f"found the prefix '{row.prefix}'; expected one of its own"
            elif not row.name.isidentifier() or not row.file.endswith(".py"):
                yield (
                    plugin,
                    at,
                    "expected the name of a class, and that of a file such as layers.py",
                )
            elif row.kind is Kind.ACTIVATION:
                yield from _formulas(plugin, row)


def _formulas(plugin: Plugin, row: Row) -> Iterator[Problem]:
    x = np.array([[-2.0, 0.5], [3.0, -0.25]])
    text = row.value
    try:
        y = row.forward(x)
        text = row.gradient
        shapes = {y.shape, row.backward(np.ones_like(x), y).shape}
    except Exception as error:  # noqa: BLE001 - the formula is the course's, and may raise anything
        yield plugin, text, f"the formula '{text}' raises {type(error).__name__}: {error}"
        return
    if shapes != {x.shape}:
        yield plugin, text, f"a formula of {row.name} gives another shape than that of x"


def _mistakes(plugins: Plugins) -> Iterator[Problem]:
    """Look at the mistakes: each has a name of its own, of a class and an array that there are."""
    ours, rows = Texts(), rows_with(plugins)
    for plugin, one in plugin_files.values(plugins, Mistake):
        at = f'"{one.slug}"'
        if one.slug in ours:
            yield plugin, at, f"there is a mistake '{one.slug}' already; expected another name"
        if not one.slug.isidentifier():
            yield plugin, at, f"found the mistake '{one.slug}'; expected a name such as elu_is_relu"
        for subject in one.subjects:
            if subject not in rows:
                yield plugin, at, f"'{one.slug}' is about the unknown class '{subject}'"
        if one.array not in NAMES:
            yield plugin, at, f"found the array '{one.array}'; expected one of {', '.join(NAMES)}"
        for formula in one.formulas:
            try:
                unknown = formula.unknown_names()
            except (SyntaxError, ValueError) as error:
                yield plugin, formula.expression, f"a formula of '{one.slug}' is none ({error})"
                continue
            if unknown:
                names = ", ".join(unknown)
                yield plugin, formula.expression, f"a formula of '{one.slug}' names {names}"


def _texts(plugins: Plugins) -> Iterator[Problem]:
    """Look at sentences and translations: texts by id, and by language."""
    for plugin, sentences in plugin_files.mappings(plugins, "SENTENCES"):
        for id_, sentence in sentences.items():
            if not isinstance(id_, str) or not isinstance(sentence, str):
                yield plugin, "SENTENCES", "expected a text for each id in SENTENCES"
    for plugin, translations in plugin_files.mappings(plugins, "TRANSLATIONS"):
        for language, texts in translations.items():
            if language not in LANGUAGES or not isinstance(texts, Mapping):
                yield plugin, "TRANSLATIONS", "expected TRANSLATIONS = {language: {English: text}}"
