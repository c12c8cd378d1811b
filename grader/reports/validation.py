"""Whether a document is a report: its shape by the schema, its sums by arithmetic."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from grader.errors import ReportBroken
from grader.reports.final_score import OPEN, with_sums
from grader.reports.sanitize import clean

_CENT = 0.005


def validate(document: Any) -> None:
    """Check a document, fresh or stored.

    Raises
    ------
    ReportBroken
        With one sentence that says where it is wrong.
    """
    error = best_match(_validator().iter_errors(document))
    if error is not None:
        raise ReportBroken(f"The report is wrong at {error.json_path}: {clean(error.message)}.")
    _demand_finite(document)
    for complaint in _complaints(document):
        raise ReportBroken(f"The report contradicts itself: {complaint}.")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a report."""
    text = resources.files("grader.reports").joinpath("report.schema.json").read_text("utf-8")
    return dict(json.loads(text))


@cache
def _validator() -> Draft202012Validator:
    whole = schema()
    return Draft202012Validator(_inline(whole, whole["$defs"], ()))


def _inline(part: Any, definitions: dict[str, Any], within: tuple[str, ...]) -> Any:
    """Write definitions where they are referred to, but for one within itself.

    Following references takes most of the time of a validation.
    """
    if isinstance(part, list):
        return [_inline(entry, definitions, within) for entry in part]
    if not isinstance(part, dict):
        return part
    name = str(part.get("$ref", "")).rpartition("/")[2]
    if not name or name in within:
        return {
            key: value if key == "$defs" else _inline(value, definitions, within)
            for key, value in part.items()
        }
    target = _inline(definitions[name], definitions, (*within, name))
    rest = {key: value for key, value in part.items() if key != "$ref"}
    return {"allOf": [target, rest]} if target.keys() & rest.keys() else {**target, **rest}


def _demand_finite(document: Any) -> None:
    """Refuse what Python calls a number and JSON does not."""
    try:
        json.dumps(document, allow_nan=False)
    except ValueError as error:
        raise ReportBroken(f"The report is no JSON: {clean(str(error))}.") from error


def _complaints(document: dict[str, Any]) -> Iterable[str]:
    """Yield what the schema cannot see: sums, and names that point at each other."""
    checks, rubric = document["checks"], document["rubric"]
    worth = sum(check["max_points"] for check in checks if not check["bonus"])
    sums = with_sums(document, checks)
    if _differ(document["score"], sums["score"]):
        yield "the score is not the sum of the points"
    if _differ(document["max_score"], sum(rubric["points"].values())):
        yield "max_score is not the sum of the points of the rubric"
    if checks and not document.get("decision") and _differ(document["max_score"], worth):
        yield "max_score is not the sum of the points of the checks"
    if _differ(document["open_points"], sums["open_points"]):
        yield "open_points are not the points of the checks that are open"
    for check in checks:
        yield from _complaints_about(check, rubric["groups"])
    if len({check["id"] for check in checks}) < len(checks):
        yield "a check stands in it twice"


def _complaints_about(check: dict[str, Any], groups: list[str]) -> Iterable[str]:
    """Yield what is wrong with one check."""
    if check["points"] > check["max_points"] + _CENT:
        yield f"{check['id']} earned more than it is worth"
    if check["verdict"] in OPEN and check["points"] > 0:
        yield f"{check['id']} is open and earned points"
    if check["group"] not in groups:
        yield f"{check['id']} is in a group that the rubric does not have"
    if (check["message"] is None) != (check["message_id"] is None):
        yield f"{check['id']} has a message without an id, or an id without a message"


def _differ(one: float, other: float) -> bool:
    return not math.isclose(one, other, rel_tol=0, abs_tol=_CENT)
