"""What makes a rubric usable: its structure, and what no schema can know.

The structure is held against `rubric.schema.json`, whose descriptions say what is
expected. Then: which checks exist, that none comes twice, that the points sum to
the total.
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
from grader.rubric.yaml_lines import Located, Place, shown


def enforce(found: Located, checks: Collection[str]) -> None:
    """Refuse a rubric that cannot be used.

    Parameters
    ----------
    checks
        The ids of all checks that exist.

    Raises
    ------
    RubricError
        With the first line that is wrong, and what was found and expected there.
    """
    _check_structure(found)
    _check_items(found, checks)
    _check_seconds(found)
    _check_groups(found)
    _check_names(found)
    _check_total(found)
    _check_due(found)


def _check_structure(found: Located) -> None:
    """Raise the first complaint; a missing key comes last, for it may be a misspelt one."""
    schema = json.loads(
        resources.files("grader.rubric").joinpath("rubric.schema.json").read_bytes()
    )
    complaints = [
        (error.validator == "required", found.line(place) or 0, place, sentence)
        for error in Draft202012Validator(schema).iter_errors(found.data)
        for place, sentence in [_complaint(error)]
    ]
    if complaints:
        _, _, place, sentence = min(complaints, key=lambda complaint: complaint[:2])
        found.wrong(place, sentence)


def _complaint(error: Any) -> tuple[Place, str]:
    """Return where a schema was not met, and the sentence for it."""
    place: Place = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        key = next(key for key in error.instance if key not in known)
        return (*place, key), f"found the unknown key {shown(key)}; {_nearest(key, known)}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        expected = error.schema["properties"][missing].get("description", f"a {missing}")
        return place, f"found no {missing} in {_called(place)}; expected {missing}: {expected}"
    found = shown(error.instance)
    return place, f"found {found} for {_called(place)}; expected {error.schema['description']}"


def _called(place: Place) -> str:
    """Name a place as its author would: `points`, `entry 2 of packages`, `the rubric`."""
    if not place:
        return "the rubric"
    last = place[-1]
    return last if isinstance(last, str) else f"entry {last + 1} of {_called(place[:-1])}"


def _nearest(word: str, known: Collection[str]) -> str:
    """Say which of the known words was probably meant, or list them where they are few."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not known:
        return "expected none, for there are none"
    few = sorted(known)[:40]
    return f"expected one of {', '.join(few)}{', ...' if len(known) > len(few) else ''}"


def _items(found: Located) -> Iterator[tuple[Place, dict[str, Any]]]:
    for at, group in enumerate(found.data["groups"]):
        for number, item in enumerate(group["items"]):
            yield ("groups", at, "items", number), item


def _check_items(found: Located, checks: Collection[str]) -> None:
    """Every check exists and comes once."""
    places: dict[str, Place] = {}
    for place, item in _items(found):
        here, name = (*place, "check"), item["check"]
        if name not in checks:
            found.wrong(here, f"found the unknown check {shown(name)}; {_nearest(name, checks)}")
        if name in places:
            before = found.line(places[name])
            found.wrong(
                here, f"found the check '{name}' twice (before in line {before}); expected it once"
            )
        places[name] = here


def _check_seconds(found: Located) -> None:
    """No single answer may take longer than everything together."""
    limits = found.data.get("limits", {})
    total = limits.get("total_seconds", Limits().total_seconds)
    scopes: list[tuple[Place, dict[str, Any]]] = [(("limits",), limits), *_items(found)]
    for (scope, values), key in itertools.product(scopes, ("seconds", "import_seconds")):
        place, seconds = (*scope, key), values.get(key, 0)
        if seconds > total:
            found.wrong(
                place,
                f"found {seconds:g} seconds; expected at most "
                f"limits: total_seconds, which is {total:g}",
            )


def _check_groups(found: Located) -> None:
    seen: set[str] = set()
    for at, group in enumerate(found.data["groups"]):
        if group["title"] in seen:
            found.wrong(
                ("groups", at, "title"),
                f"found two groups with the title {shown(group['title'])}; expected one",
            )
        seen.add(group["title"])


def _check_names(found: Located) -> None:
    """No name may stand for two things."""
    names: Mapping[str, list[str]] = found.data.get("names", {})
    owner = {name: name for name in names}
    for name, aliases in names.items():
        if not name.isidentifier():
            found.wrong(("names", name), f"found the name {shown(name)}; expected a Python name")
        for at, alias in enumerate(aliases):
            if owner.setdefault(alias, name) != name:
                found.wrong(
                    ("names", name, at),
                    f"found '{alias}' for {name} and for {owner[alias]}; expected it for one",
                )


def _check_total(found: Located) -> None:
    total = found.data["total"]
    points = tidy(sum(item["points"] for _, item in _items(found) if not item.get("bonus")))
    if tidy(total) != points:
        found.wrong(
            ("total",),
            f"found the total {total:g}, but the points that are not bonus sum to {points:g}; "
            "expected the two to be equal",
        )


def _check_due(found: Located) -> None:
    """The due date is a moment: without its offset nobody knows when a day has passed."""
    due = found.data.get("late", {}).get("due")
    if due is None:
        return
    try:
        moment = datetime.datetime.fromisoformat(due)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        found.wrong(
            ("late", "due"),
            f"found {shown(due)} for due; expected a date, a time and an offset in quotes, "
            'such as "2026-10-01T23:59+08:00"',
        )
