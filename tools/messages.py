"""Collect every text that a reader may see, and bring the catalogues up to date.

python tools/messages.py

Writes grader/reports/locale/LANGUAGE/LC_MESSAGES/grader.po anew: translations that are
known stay, new texts come in empty, and what nobody says any more goes. Fill in what it
names, and run it again: it also compiles grader.mo, which is what the grader reads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_javascript
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from grader.checks import CHECKS
from grader.diagnosis.factors import NAMED
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.mistakes.network import BACKWARDS, FORWARDS
from grader.model import Verdict
from grader.reports.language import ENGLISH, LANGUAGES
from grader.reports.phrases import LOOSE, PATTERNS, match_pattern
from grader.reports.text_catalogue import gather
from grader.rubric import reader, resources

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "grader" / "reports" / "locale"
CALLED = ("tr", "_", "Sentence", "PathError", "TheirFault", "OutputFull", "OutputLocked")
"""How a translation is called for, in Python, in templates and in scripts."""

NAMING = {"part": 0, "Trial": 0, "_trial": 0, "unchanged": 2, "planted": 2}
"""Calls in which a check names a part, a trial or an array: where in the call the name stands."""

NAMED_BY = ("trial", "what")
"""Arguments of a message that hold such a name."""

_NAME = re.compile(r"(?<![\w.])(?!d[xwby]\b)[a-z]{2,}(?![\w.(=])")
_PROSE = re.compile(
    r"\b(the|an?|its|of|with|where(?!\()|for|if|only|elsewhere|over|without|plus|times|computed)\b"
)
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""A date that stays: a catalogue changes with its texts alone."""

Found = Iterator[tuple[str, str]]


def texts() -> dict[str, str]:
    """Return every text that is translated, and the first place that says it."""
    places: dict[str, str] = {}
    for text, place in _everything():
        if text:
            places.setdefault(text, place)
    return places


def _everything() -> Found:
    said: list[str] = []
    made = gather(lambda text: said.append(text) or text)  # type: ignore[func-returns-value]
    list(made.mistakes.values())  # composed only when somebody asks
    yield from ((text, "grader/reports/text_catalogue.py") for text in said)
    for file in sorted((ROOT / "grader").rglob("*")):
        if file.suffix in (".py", ".j2", ".html", ".js"):
            place = file.relative_to(ROOT).as_posix()
            yield from ((text, place) for text in called(file))
    yield from ((text, "grader/reports/phrases.py") for text in (*LOOSE, *PATTERNS))
    yield from ((text, "grader/diagnosis") for text in _formulas())
    yield from ((str(verdict), "grader/model/result.py") for verdict in Verdict)
    yield from ((text, "rubric.yaml") for text in _of_rubric())


def _formulas() -> Iterator[str]:
    """Yield the formulas that are told in prose; code needs no translation."""
    written = [formula.text for known in MISTAKES for formula in known.formulas]
    written += [factor.formula.text for factor in NAMED]
    yield from (formula for formula in written if is_prose(formula))
    yield from (known.formula for known in (*FORWARDS, *BACKWARDS))


def is_prose(formula: str) -> bool:
    """Whether a formula is told in words, and not in code alone."""
    return _PROSE.search(formula) is not None


def called(file: Path) -> Iterator[str]:
    """Yield the texts of a file that are translated where they stand."""
    source = file.read_text("utf-8")
    if file.suffix == ".py":
        yield from _of_python(ast.parse(source))
    elif file.suffix == ".js":
        with file.open("rb") as script:
            for _, _, text, _ in extract_javascript(script, dict.fromkeys(CALLED), (), {}):
                yield str(text)
    else:
        template = Environment(autoescape=True).parse(source)
        yield from (str(text) for _, _, text in extract_from_ast(template, CALLED))


def _of_python(tree: ast.Module) -> Iterator[str]:
    """Yield what ``tr`` is called with, and the names that checks give to what they look at."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        args = [constants.get(getattr(arg, "id", ""), arg) for arg in node.args]
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in CALLED and args:
            yield from _told(args[0])
        if name in NAMING and len(args) > NAMING[name]:
            yield from _names(args[NAMING[name]])
        for keyword in node.keywords:
            if keyword.arg in NAMED_BY:
                value = keyword.value
                yield from _names(constants.get(getattr(value, "id", ""), value))


def _told(argument: ast.expr) -> Iterator[str]:
    """Yield the texts that ``tr`` may be given: as they stand, or out of a table of the reports."""
    yield from _literals(argument)
    if isinstance(argument, ast.Subscript):
        table = argument.value
        yield from _tables().get(getattr(table, "id", getattr(table, "attr", "")), ())


def _names(node: ast.expr) -> Iterator[str]:
    """Yield a name of ours, unless it is code or put together as a pattern knows."""
    yield from (n for n in _literals(node) if _NAME.search(n) and not match_pattern(n))


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


@cache
def _tables() -> dict[str, list[str]]:
    """Return the dictionaries of the reports by name, each with the texts that it holds."""
    trees = [ast.parse(file.read_text("utf-8")) for file in (ROOT / "grader/reports").rglob("*.py")]
    return {
        target.id: [text for value in node.value.values for text in _literals(value)]
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _of_rubric() -> Iterator[str]:
    made = reader.load(resources.default_rubric(), CHECKS)
    yield made.title
    yield from made.groups
    yield from (item.title for item in made.items if item.title)


def file_of(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / "grader.po"


def read(language: str) -> Catalog:
    """Read the catalogue of a language, or begin one."""
    if not file_of(language).exists():
        return Catalog(locale=language)
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def renewed(known: Catalog, language: str) -> Catalog:
    """Return a catalogue of the texts of today with the translations that are known."""
    made = Catalog(
        locale=language,
        project="backprop-grader",
        version="1",
        header_comment=f"# What a report says, in {language}: see CONTRIBUTING.md.",
        last_translator="",
        language_team="",
        msgid_bugs_address="",
        creation_date=_BEGUN,
        revision_date=_BEGUN,
        fuzzy=False,
    )
    for text, place in texts().items():
        before = known.get(text)
        message = made.add(text, before.string if before else "", locations=[(place, 0)])
        message.flags.discard("python-format")  # a percent sign is only that here
    return made


def write(catalogue: Catalog, language: str) -> None:
    """Write a catalogue, as people read it and as the grader does."""
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as readable:
        write_po(readable, catalogue, width=100, include_lineno=False)
    with file.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)


def main() -> int:
    """Renew every catalogue; name what is still to be translated, and return how much that is."""
    missing = 0
    for language in LANGUAGES:
        if language != ENGLISH:
            catalogue = renewed(read(language), language)
            write(catalogue, language)
            empty = [message.id for message in catalogue if message.id and not message.string]
            print(f"{language}: {len(catalogue)} texts, {len(empty)} to be translated")  # noqa: T201
            print("".join(f"  {text}\n" for text in empty), end="")  # noqa: T201
            missing += len(empty)
    return missing


if __name__ == "__main__":
    raise SystemExit(1 if main() else 0)
