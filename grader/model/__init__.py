"""The nouns of the program: frozen, picklable, and none of them prints itself.

A submission and a rubric go in, outcomes come out, a report holds them. What an
outcome says is a message id with values; the sentences are made by ``reports``.
"""

from grader.model.location import Location
from grader.model.repair import Repair
from grader.model.report import Interpreter, Report, Status
from grader.model.result import (
    LOOK_UP_FAILED,
    Comparison,
    Failure,
    Finding,
    Outcome,
    Part,
    Picture,
    Verdict,
)
from grader.model.rubric import (
    FEEDBACK,
    LADDER,
    MAX_PERCENT_FOR_NOTHING,
    ROUNDING,
    Item,
    LatePolicy,
    Limits,
    Plugin,
    Rubric,
    Visibility,
    round_points,
    tidy,
)
from grader.model.submission import Refused, Submission
from grader.model.values import (
    AUDIENCES,
    FORMATS,
    LANGUAGES,
    NOTHING,
    Document,
    Frozen,
    Message,
    Values,
    frozen,
)

__all__ = [
    "AUDIENCES",
    "FEEDBACK",
    "FORMATS",
    "LADDER",
    "LANGUAGES",
    "LOOK_UP_FAILED",
    "MAX_PERCENT_FOR_NOTHING",
    "NOTHING",
    "ROUNDING",
    "Comparison",
    "Document",
    "Failure",
    "Finding",
    "Frozen",
    "Interpreter",
    "Item",
    "LatePolicy",
    "Limits",
    "Location",
    "Message",
    "Outcome",
    "Part",
    "Picture",
    "Plugin",
    "Refused",
    "Repair",
    "Report",
    "Rubric",
    "Status",
    "Submission",
    "Values",
    "Verdict",
    "Visibility",
    "frozen",
    "round_points",
    "tidy",
]  # fmt: skip
