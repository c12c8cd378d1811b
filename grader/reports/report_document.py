"""A report as one plain document: facts, ids and values, and the sentences made of them.

Every format renders this document and nothing else, so a stored report gives the
same page as a fresh one. Equal reports give equal documents but for the seconds.
"""

from __future__ import annotations

import platform

from grader.errors import ReportBroken
from grader.model import (
    Document,
    Finding,
    Interpreter,
    Location,
    Message,
    Outcome,
    Part,
    Repair,
    Report,
    Rubric,
    Submission,
    Visibility,
    tidy,
)
from grader.reports import figure_files
from grader.reports.jsonable import plain
from grader.reports.language import english
from grader.reports.messages import fill, say
from grader.reports.phrases import compose
from grader.reports.sanitize import LONG, clean, scrub
from grader.reports.text_catalogue import Catalogue, CheckText, MistakeText, default
from grader.version import __version__

SCHEMA_VERSION = 3
_OLD_FEEDBACK = {"name": "formula", "none": "symptom"}
"""What versions 1 and 2 called a step of the feedback -> its name of today."""


def document(report: Report, catalogue: Catalogue | None = None) -> Document:
    """Make the plain document of a report, for staff: nothing is left out.

    Parameters
    ----------
    report
        What the examination came to.
    catalogue
        The texts to quote; those of this grader and of the rubric's plug-ins where none are given.
    """
    texts = catalogue or default(plugins=report.rubric.plugins)
    reason = report.reason or report.submission.invalid
    return {
        "schema_version": SCHEMA_VERSION,
        "batch": None,
        "late": None,
        "decision": None,
        "previous": None,
        "status": str(report.status),
        "reason": _sentence(reason, texts) if reason else None,
        "submission": _submission(report.submission, texts),
        "rubric": rubric_facts(report.rubric),
        "grader": {"version": __version__},
        "seed": report.seed,
        "official": report.official,
        "sandbox": {"walls": [clean(wall) for wall in report.walls]},
        "interpreters": _interpreters(report.interpreter),
        "score": report.score,
        "max_score": report.max_score,
        "open_points": report.open_points,
        "hidden_items": False,
        "needs_review": [_sentence(message, texts) for message in report.needs_review],
        "remarks": [_sentence(message, texts) for message in report.remarks],
        "checks": [_check(outcome, texts) for outcome in report.outcomes],
        "figures": figure_files.descriptions(report),
        "seconds": round(report.seconds, 3),
    }


def upgrade(document: Document) -> Document:
    """Return a stored report with the keys of today; what is no report stays as it is.

    Version 1 called the walls ``layers`` and the slug of a finding ``bug``; in versions 1 and 2 the
    feedback ``name`` told all, as ``formula`` does today. The argument is not changed.
    """
    version_read = document.get("schema_version") if isinstance(document, dict) else None
    if version_read not in (1, 2):
        return document
    try:
        feedback = document["rubric"]["feedback"]
        rubric = document["rubric"] | {"feedback": _OLD_FEEDBACK.get(feedback, feedback)}
        today = {**document, "schema_version": SCHEMA_VERSION, "rubric": rubric}
        if version_read != 1:
            return today
        checks = [
            {**check, "diagnosis": [_rename_key(f, "bug", "mistake") for f in check["diagnosis"]]}
            for check in document["checks"]
        ]
        sandbox = _rename_key(document["sandbox"], "layers", "walls")
    except (KeyError, TypeError, AttributeError):
        return document  # not a report: validation says what is wrong with it
    return {**today, "sandbox": sandbox, "checks": checks}


def _rename_key(facts: Document, old: str, new: str) -> Document:
    """Return a copy in which a key has another name, in the same place."""
    return {new if key == old else key: value for key, value in facts.items()}


def timeless(document: Document) -> Document:
    """Leave the seconds out, which alone may differ between two gradings of the same."""
    checks = [_without_seconds(check) for check in document["checks"]]
    return {**_without_seconds(document), "checks": checks}


def _without_seconds(facts: Document) -> Document:
    return {key: value for key, value in facts.items() if key != "seconds"}


def _interpreters(submission: Interpreter | None) -> Document | None:
    """Name the Python and the numpy of the examiner, and those that the submission ran under."""
    if submission is None:
        return None
    import numpy  # noqa: PLC0415 - it is loaded where a submission was examined, and only there

    examiner = Interpreter(platform.python_version(), numpy.__version__)
    return {
        name: {"python": clean(which.python), "numpy": clean(which.numpy)}
        for name, which in (("examiner", examiner), ("submission", submission))
    }


def _sentence(message: Message, texts: Catalogue) -> Document:
    """Set a sentence beside the id and the values that it was made from."""
    text = say(message, texts.sentences)
    sentence = {"id": message.id, "values": plain(message.values), "text": text}
    return sentence | ({"location": _location(message.location)} if message.location else {})


def _location(location: Location | None) -> Document | None:
    """Describe a place; the lines of the source keep their indentation."""
    if location is None:
        return None
    return {
        "file": clean(location.file),
        "cell": location.cell,
        "line": location.line,
        "end_line": location.end_line,
        "method": clean(location.method),
        "kind": location.kind,
        "source_line": location.source_line,
        "source": [clean(line, lines=True) for line in location.source],
    }


def _repair(repair: Repair) -> Document:
    """Describe an edit; its lines keep their indentation."""
    lines = {"before": repair.before, "after": repair.after}
    return {
        "location": _location(repair.location),
        "kind": repair.kind,
        **{key: [clean(text, lines=True) for text in some] for key, some in lines.items()},
    }


def _message(message: Message | None, texts: Catalogue) -> Document:
    """Say what went wrong, in the three keys that checks and their parts share."""
    if message is None:
        return {"message": None, "message_id": None, "message_values": {}}
    sentence = _sentence(message, texts)
    return {
        "message": sentence["text"],
        "message_id": sentence["id"],
        "message_values": sentence["values"],
    }


def _submission(submission: Submission, texts: Catalogue) -> Document:
    refused = [
        {"path": clean(r.path), "reason": _sentence(r.reason, texts)} for r in submission.refused
    ]
    return {"name": clean(submission.name), "digest": submission.digest, "refused": refused}


def rubric_facts(rubric: Rubric) -> Document:
    """Describe the rubric; its points by visibility, so that each reader can be told theirs."""
    return {
        "title": clean(rubric.title),
        "source": clean(rubric.source),
        "digest": rubric.digest,
        "groups": [clean(group) for group in rubric.groups],
        "points": {str(visibility): _points(rubric, visibility) for visibility in Visibility},
        "feedback": rubric.feedback,
        "rounding": rubric.rounding,
        "language": rubric.language,
    }


def _points(rubric: Rubric, visibility: Visibility) -> float:
    items = (item for item in rubric.items if item.visibility is visibility)
    return tidy(sum(item.points for item in items if not item.bonus))


def _check(outcome: Outcome, texts: Catalogue) -> Document:
    item = outcome.item
    text = _text_of(item.check, texts)
    return {
        "id": item.check,
        "title": clean(item.title or text.title),
        "subject": text.subject,
        "group": clean(item.group),
        "verdict": str(outcome.verdict),
        "points": outcome.points,
        "share": round(outcome.share, 6),
        "max_points": item.points,
        "bonus": item.bonus,
        "visibility": str(item.visibility),
        "feedback": item.feedback,
        **_message(outcome.message, texts),
        "hint": clean(text.hint, LONG, lines=True),
        "expected": _clean_lines(outcome.expected),
        "actual": _clean_lines(outcome.actual),
        "parts": [_part(part, texts) for part in outcome.parts],
        "diagnosis": [_finding(finding, texts) for finding in outcome.findings],
        "remarks": [_sentence(remark, texts) for remark in outcome.remarks],
        "decision": None,
        "location": _location(outcome.location),
        "repair": [_repair(repair) for repair in outcome.repair],
        "evidence": scrub(dict(outcome.evidence)),
        "seconds": round(outcome.seconds, 3),
    }


def _clean_lines(text: str | None) -> str | None:
    return None if text is None else clean(text, lines=True)


def _part(part: Part, texts: Catalogue) -> Document:
    facts = {"name": clean(part.name), "passed": part.failure is None, "weight": part.weight}
    return {**facts, **_message(part.failure.message if part.failure else None, texts)}


def _finding(finding: Finding, texts: Catalogue) -> Document:
    text = _meaning_of(finding.slug, texts)
    return {
        "mistake": finding.slug,
        "subject": clean(finding.subject),
        "explanation": clean(text.explanation, LONG, lines=True),
        "advice": clean(text.advice, LONG, lines=True),
        "evidence": fill(text.evidence, compose(finding.values, english)),
        "values": plain(finding.values),
        "location": _location(finding.location),
    }


def _text_of(check: str, texts: Catalogue) -> CheckText:
    if check not in texts.checks:
        raise ReportBroken(f"The catalogue has no check {check!r}.")
    return texts.checks[check]


def _meaning_of(slug: str, texts: Catalogue) -> MistakeText:
    if slug not in texts.mistakes:
        raise ReportBroken(f"The catalogue has no mistake {slug!r}.")
    return texts.mistakes[slug]
