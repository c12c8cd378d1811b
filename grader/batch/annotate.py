"""What a batch adds to a machine's report: whose it is, lateness, decisions; and takes off again."""

from __future__ import annotations

from typing import Any

from grader.batch import decisions as decision_file
from grader.batch import late as lateness
from grader.batch.decisions import Decisions
from grader.batch.store import NO_CHECKSUM
from grader.intake.submission_sources import SubmissionSource
from grader.model import Late

Document = dict[str, Any]


def batch_section(source: SubmissionSource, platform: str, key: str) -> Document:
    """Return the part of a report that says whose it is."""
    people = [{"id": p.id, "name": p.name, "email": p.email} for p in source.people]
    return {
        "seal": NO_CHECKSUM,
        "key": key,
        "id": source.id,
        "people": people,
        "platform": platform,
        "late": source.late,
        "submitted": source.submitted,
        "older": list(source.older),
        "anonymous": source.anonymous,
        "rescored_from": None,
    }


def annotate(document: Document, batch: Document, policy: Late, decisions: Decisions) -> Document:
    """Return a report with what the batch knows; what an earlier run added is replaced."""
    late = lateness.lateness(policy, batch["late"], batch["submitted"])
    return decision_file.apply({**document, "batch": batch, "late": late}, decisions, batch["id"])
