"""What makes a rubric usable: its structure, and what no schema can know.

The structure is compared with `rubric.schema.json`, whose descriptions say what is expected.
Then: each check exists and comes once, and the points sum to the total.
"""

from __future__ import annotations

import datetime
import difflib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

from grader.model import Limits, tidy
from grader.rubric.yaml_lines import KeyPath, YamlDocument, describe

_MAX_LISTED = 40
"""More names than that in one sentence would help nobody; the lab has about 35 checks."""


def validate(document: YamlDocument, checks: Collection[str]) -> None:
    """Raise `RubricError` for the first line that makes a rubric of the right structure unusable.

    ``checks`` are the ids of all checks that exist.
    """
    _check_items(document, checks)
    _check_seconds(document)
    _check_groups(document)
    _check_names(document)
    _check_total(document)
    _check_due(document)


def validate_structure(document: YamlDocument) -> None:
    """Raise `RubricError` for the first schema error; a missing key comes last, for it may be a misspelt one."""
    schema = json.loads(resources.files(__package__).joinpath("rubric.schema.json").read_bytes())
    problems = []
    for error in Draft202012Validator(schema).iter_errors(document.data):
        path, sentence = _explain(error)
        is_missing_key = error.validator == "required"
        problems.append((is_missing_key, document.line(path) or 0, path, sentence))
    if problems:
        _, _, path, sentence = min(problems, key=lambda problem: problem[:2])
        document.fail(path, sentence)


def _explain(error: Any) -> tuple[KeyPath, str]:
    """Return where a schema was not met, and the sentence for it."""
    path: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known_keys = error.schema["properties"]
        key = next(key for key in error.instance if key not in known_keys)
        return (*path, key), f"found the unknown key {describe(key)}; {_suggest(key, known_keys)}"
    if error.validator == "required":
        key = next(key for key in error.validator_value if key not in error.instance)
        expected = error.schema["properties"][key].get("description", f"a {key}")
        return path, f"found no {key} in {_path_name(path)}; expected {key}: {expected}"
    expected = error.schema["description"]
    return path, f"found {describe(error.instance)} for {_path_name(path)}; expected {expected}"


def _path_name(path: KeyPath) -> str:
    """Name a place as its author would: `points`, `entry 2 of packages`, `the rubric`."""
    if not path:
        return "the rubric"
    last = path[-1]
    return last if isinstance(last, str) else f"entry {last + 1} of {_path_name(path[:-1])}"


def _suggest(word: str, known_words: Collection[str]) -> str:
    """Say which known word is similar, or list the known words."""
    similar = difflib.get_close_matches(word, list(known_words), n=1, cutoff=0.6)
    if similar:
        return f"did you mean '{similar[0]}'?"
    if not known_words:
        return "expected none, for there are none"
    names = ", ".join(sorted(known_words)[:_MAX_LISTED])
    return f"expected one of {names}{', ...' if len(known_words) > _MAX_LISTED else ''}"


def _items(document: YamlDocument) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for group_index, group in enumerate(document.data["groups"]):
        for index, item in enumerate(group["items"]):
            yield ("groups", group_index, "items", index), item


def _check_items(document: YamlDocument, checks: Collection[str]) -> None:
    """Fail unless every check exists and comes once."""
    paths: dict[str, KeyPath] = {}
    for item_path, item in _items(document):
        path, check = (*item_path, "check"), item["check"]
        if check not in checks:
            document.fail(
                path, f"found the unknown check {describe(check)}; {_suggest(check, checks)}"
            )
        if check in paths:
            first = document.line(paths[check])
            document.fail(
                path, f"found the check '{check}' twice (before in line {first}); expected it once"
            )
        paths[check] = path


def _check_seconds(document: YamlDocument) -> None:
    """Fail where a single answer may take longer than everything together."""
    limits = document.data.get("limits", {})
    total = limits.get("total_seconds", Limits().total_seconds)
    scopes: list[tuple[KeyPath, dict[str, Any]]] = [(("limits",), limits), *_items(document)]
    for (scope, values), key in itertools.product(scopes, ("seconds", "import_seconds")):
        seconds = values.get(key, 0)
        if seconds > total:
            document.fail(
                (*scope, key),
                f"found {seconds:g} seconds; expected at most "
                f"limits: total_seconds, which is {total:g}",
            )


def _check_groups(document: YamlDocument) -> None:
    titles = [group["title"] for group in document.data["groups"]]
    for index, title in enumerate(titles):
        if title in titles[:index]:
            document.fail(
                ("groups", index, "title"),
                f"found two groups with the title {describe(title)}; expected one",
            )


def _check_names(document: YamlDocument) -> None:
    """Fail where one name stands for two things."""
    names: Mapping[str, list[str]] = document.data.get("names", {})
    owners = {name: name for name in names}
    for name, aliases in names.items():
        if not name.isidentifier():
            document.fail(
                ("names", name), f"found the name {describe(name)}; expected a Python name"
            )
        for index, alias in enumerate(aliases):
            if owners.setdefault(alias, name) != name:
                document.fail(
                    ("names", name, index),
                    f"found '{alias}' for {name} and for {owners[alias]}; expected it for one",
                )


def _check_total(document: YamlDocument) -> None:
    total = document.data["total"]
    points = tidy(sum(item["points"] for _, item in _items(document) if not item.get("bonus")))
    if tidy(total) != points:
        document.fail(
            ("total",),
            f"found the total {total:g}, but the points that are not bonus sum to {points:g}; "
            "expected the two to be equal",
        )


def _check_due(document: YamlDocument) -> None:
    """Fail where the due date has no offset: nobody would know when the day is over."""
    due = document.data.get("late", {}).get("due")
    if due is None:
        return
    try:
        has_offset = datetime.datetime.fromisoformat(due).tzinfo is not None
    except ValueError:
        has_offset = False
    if not has_offset:
        document.fail(
            ("late", "due"),
            f"found {describe(due)} for due; expected a date, a time and an offset in quotes, "
            'such as "2026-10-01T23:59+08:00"',
        )
