"""What became of a class, counted once: the last line on the terminal, with the names before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.batch.exports.platform_sheets import UnfilledCell
from grader.batch.student_rows import MISSING, Grade, Row, label, unmatched_submissions
from grader.files import clean_name
from grader.reports.final_score import State
from grader.reports.language import Translate, english

_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Each submission once: graded, or listed under the reason why it has no grade yet.

    Parameters
    ----------
    unmatched
        Graded, but nobody on the roster matches.
    unfilled
        Graded, and in some sheet without a place for the grade; counted a second time.
    missing
        Students of the roster without a submission.
    """

    graded: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    not_examined: tuple[str, ...] = ()
    no_report: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    unfilled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def submissions(self) -> int:
        """How many there are."""
        names_by_state = (
            self.graded,
            self.waits,
            self.not_examined,
            self.no_report,
            self.unmatched,
        )
        return sum(map(len, names_by_state))

    def lines(self, tr: Translate = english) -> list[str]:
        """Say who has no grade and why, a line a reason, and in the last line how many there are."""
        return [*self._names(tr), self._counts(tr)]

    def _names(self, tr: Translate) -> list[str]:
        names_by_reason = (
            (tr("wait for a person"), self.waits),
            (tr("could not be examined"), self.not_examined),
            (tr("not examined, by our own fault"), self.no_report),
            (tr("not on the roster"), self.unmatched),
            (tr("not filled in"), self.unfilled),
        )
        template = tr("{label}: {text}")
        return [
            template.format(label=reason, text=_first_names(names, tr))
            for reason, names in names_by_reason
            if names
        ]

    def _counts(self, tr: Translate) -> str:
        waits = tr("{count} wait for a person")
        if len(self.waits) == 1:
            waits = tr("1 waits for a person")
        total = tr("1 submission") if self.submissions == 1 else tr("{count} submissions")
        counts = (
            (len(self.graded), tr("{count} graded")),
            (len(self.waits), waits),
            (len(self.not_examined), tr("{count} could not be examined")),
            (len(self.no_report), tr("{count} not examined, by our own fault")),
            (len(self.unmatched), tr("{count} not on the roster")),
            (len(self.unfilled), tr("{count} not filled in")),
            (len(self.missing), tr("{count} on the roster without a submission")),
        )
        texts = [text.format(count=count) for count, text in counts if count]
        return tr("{label}: {text}").format(
            label=total.format(count=self.submissions), text=tr(", ").join(texts)
        )


def tally(grades: Sequence[Grade], students: list[Row], unfilled: Sequence[UnfilledCell]) -> Tally:
    """Count what became of each submission."""
    unmatched_ids = set(unmatched_submissions(students))
    names_by_state: dict[str, list[str]] = {state: [] for state in (*State, "unmatched")}
    for grade in grades:
        is_stranger = grade.status.is_decided and grade.id in unmatched_ids
        names_by_state["unmatched" if is_stranger else grade.status].append(
            label(grade.name, grade.id)
        )
    labels = {g.id: label(g.name, g.id) for g in grades if g.status.is_decided}
    unfilled_names = dict.fromkeys(
        labels[cell.id] for cell in unfilled if cell.id in labels and not cell.waits
    )
    return Tally(
        graded=tuple(names_by_state[State.GRADED]),
        waits=tuple(names_by_state[State.WAITS]),
        not_examined=tuple(names_by_state[State.NOT_EXAMINED]),
        no_report=tuple(names_by_state[State.NO_REPORT]),
        unmatched=tuple(names_by_state["unmatched"]),
        unfilled=tuple(unfilled_names),
        missing=tuple(row.id for row in students if row.status == MISSING),
    )


def _first_names(names: Sequence[str], tr: Translate) -> str:
    more = [tr("and {count} more").format(count=len(names) - _MAX_NAMED)]
    names_shown = [clean_name(name) for name in names[:_MAX_NAMED]]
    return tr(", ").join(names_shown + more * (len(names) > _MAX_NAMED))
