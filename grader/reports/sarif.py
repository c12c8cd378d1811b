"""SARIF 2.1.0, as code hosts and editors read it: a result for each check that failed."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

from grader.model import Document
from grader.reports.annotations import Annotation, list_annotations
from grader.reports.final_score import settle
from grader.reports.language import Translate, english

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"
"""What the paths are relative to: the submission, or the folder that the report was asked for."""


def render(document: Document, tr: Translate = english) -> str:
    """Write one run with a rule for each mistake or check, the most points first."""
    entries = list_annotations(document, tr)
    rules = list(dict.fromkeys(entry.rule for entry in entries))
    titles = {entry.rule: entry.title for entry in reversed(entries)}
    driver = {
        "name": "backprop-grader",
        "version": document["grader"]["version"],
        "rules": [{"id": rule, "shortDescription": {"text": titles[rule]}} for rule in rules],
    }
    final_score = settle(document)
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(entry, rules.index(entry.rule)) for entry in entries],
        "properties": {
            "submission": document["submission"]["name"],
            "rubric": document["rubric"]["title"],
            "points": final_score.least,
            "maxPoints": final_score.max_score,
            "final": final_score.total is not None,
        },
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _result(entry: Annotation, rule: int) -> Document:
    location = entry.location
    print_of = [entry.rule, entry.title.rpartition(" (")[0]]
    if location:
        marked = location["line"] - location["source_line"]
        print_of += [location["file"], location["method"], *location["source"][marked : marked + 1]]
    digest = hashlib.sha256("\n".join(print_of).encode()).hexdigest()[:32]
    return {
        "ruleId": entry.rule,
        "ruleIndex": rule,
        "level": "error" if entry.is_error else "warning",
        "message": {"text": f"{entry.title}\n{entry.text}"},
        "locations": [_location(location)] if location else [],
        "partialFingerprints": {"ruleAndSource/v1": digest},
        "properties": {"lostPoints": entry.lost_points},
    }


def _location(location: Document) -> Document:
    artifact = {"uri": quote(location["file"]), "uriBaseId": ROOT}
    place: Document = {"artifactLocation": artifact}
    if location["cell"] is None:  # a line of a cell is no line of the notebook's file
        place["region"] = {"startLine": location["line"], "endLine": location["end_line"]}
    if not location["method"]:
        return {"physicalLocation": place}
    kind = "type" if location["kind"] == "class" else "function"
    logical = {"fullyQualifiedName": location["method"], "kind": kind}
    return {"physicalLocation": place, "logicalLocations": [logical]}
