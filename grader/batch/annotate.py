"""What a batch adds to a machine's report: whose it is, lateness, decisions; and takes off again."""

from __future__ import annotations

from typing import Any

from grader.batch import decisions as deciding
from grader.batch import late as lateness
from grader.batch.decisions import Decisions
from grader.batch.store import NO_SEAL
from grader.intake.submission_sources import Handin
from grader.model import Late

Document = dict[str, Any]


def about(handin: Handin, platform: str, key: str) -> Document:
    """Return the part of a report that says whose it is."""
    people = [{"id": p.id, "name": p.name, "email": p.email} for p in handin.people]
    return {
        "seal": NO_SEAL,
        "key": key,
        "id": handin.id,
        "people": people,
        "platform": platform,
        "late": handin.late,
        "submitted": handin.submitted,
        "older": list(handin.older),
        "anonymous": handin.anonymous,
        "rescored_from": None,
    }


def dressed(document: Document, batch: Document, policy: Late, decisions: Decisions) -> Document:
    """Return a report with what the batch knows; what an earlier run added is replaced."""
    told = lateness.lateness(policy, batch["late"], batch["submitted"])
    return deciding.applied({**document, "batch": batch, "late": told}, decisions, batch["id"])
