"""What a batch adds to a machine's report: people, lateness and decisions."""

from __future__ import annotations

from grader.batch import decisions as decision_file
from grader.batch import late as lateness
from grader.batch.decisions import Decisions
from grader.batch.store import NO_CHECKSUM
from grader.intake.submission_sources import SubmissionSource
from grader.model import Document, LatePolicy


def batch_section(source: SubmissionSource, platform: str, key: str) -> Document:
    """Return the section of a report that says who handed in, and when."""
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


def annotate(
    document: Document, batch: Document, policy: LatePolicy, decisions: Decisions
) -> Document:
    """Return a report with what the batch knows; it replaces what an earlier run added."""
    late = lateness.lateness(policy, batch["late"], batch["submitted"])
    return decision_file.apply({**document, "batch": batch, "late": late}, decisions, batch["id"])
