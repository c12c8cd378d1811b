"""What lateness costs: so many percent of the maximum for each day begun after the grace."""

from __future__ import annotations

import datetime
import math
from typing import Any

from grader.model import LatePolicy, tidy

_DAY = 24 * 60 * 60


def lateness(policy: LatePolicy, late: bool | None, submitted: str | None) -> dict[str, Any] | None:
    """Return what a report says about lateness, or None where it was in time.

    Parameters
    ----------
    late, submitted
        What the platform said: a flag, a time in ISO 8601, or nothing.
    """
    moment = _parse_time(submitted)
    due_time = _parse_time(policy.due)
    if moment is not None and due_time is not None:
        days = tidy((moment - due_time).total_seconds() / _DAY)
        return {"days": math.ceil(days), "percent": percent(policy, days)} if days > 0 else None
    return {"days": None, "percent": 0.0} if late else None


def percent(policy: LatePolicy, days: float) -> float:
    """Return the percent of the maximum that so many days cost."""
    charged_days = math.ceil(max(0.0, days - policy.grace_days))
    return tidy(min(charged_days * policy.percent_per_day, policy.most_percent))


def _parse_time(text: str | None) -> datetime.datetime | None:
    """Read a time; without an offset it is in UTC, as platforms write it."""
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
