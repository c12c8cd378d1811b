"""What became of a class, counted once: the last line on the terminal, with the names before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.batch.exports.platform_sheets import UnfilledCell
from grader.batch.student_rows import MISSING, Grade, Row, label, unmatched
from grader.files import cleaned
from grader.reports.final_score import State
from grader.reports.language import Translate, english

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Each submission once: graded, or listed under the reason why it has no grade yet.

    Parameters
    ----------
    unmatched
        Graded, and whose it is nobody knows.
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
        kinds = (self.graded, self.waits, self.not_examined, self.no_report, self.unmatched)
        return sum(map(len, kinds))

    def lines(self, tr: Translate = english) -> list[str]:
        """Say who has no grade and why, a line a reason, and in the last line how many there are."""
        return [*self._names(tr), self._counts(tr)]

    def _names(self, tr: Translate) -> list[str]:
        listed = (
            (tr("wait for a person"), self.waits),
            (tr("could not be examined"), self.not_examined),
            (tr("not examined, by our own fault"), self.no_report),
            (tr("not on the roster"), self.unmatched),
            (tr("not filled in"), self.unfilled),
        )
        template = tr("{label}: {text}")
        return [template.format(label=why, text=_some(names, tr)) for why, names in listed if names]

    def _counts(self, tr: Translate) -> str:
        waits = tr("{count} wait for a person")
        if len(self.waits) == 1:
            waits = tr("1 waits for a person")
        whole = tr("1 submission") if self.submissions == 1 else tr("{count} submissions")
        counted = (
            (len(self.graded), tr("{count} graded")),
            (len(self.waits), waits),
            (len(self.not_examined), tr("{count} could not be examined")),
            (len(self.no_report), tr("{count} not examined, by our own fault")),
            (len(self.unmatched), tr("{count} not on the roster")),
            (len(self.unfilled), tr("{count} not filled in")),
            (len(self.missing), tr("{count} on the roster without a submission")),
        )
        said = [text.format(count=count) for count, text in counted if count]
        return tr("{label}: {text}").format(
            label=whole.format(count=self.submissions), text=tr(", ").join(said)
        )


def tally(found: Sequence[Grade], students: list[Row], unfilled: Sequence[UnfilledCell]) -> Tally:
    """Count what became of each submission."""
    strangers = set(unmatched(students))
    kinds: dict[str, list[str]] = {state: [] for state in (*State, "unmatched")}
    for grade in found:
        is_stranger = grade.status.is_decided and grade.id in strangers
        kinds["unmatched" if is_stranger else grade.status].append(label(grade.name, grade.id))
    done = {g.id: label(g.name, g.id) for g in found if g.status.is_decided}
    left = dict.fromkeys(done[one.id] for one in unfilled if one.id in done and not one.waits)
    return Tally(
        graded=tuple(kinds[State.GRADED]),
        waits=tuple(kinds[State.WAITS]),
        not_examined=tuple(kinds[State.NOT_EXAMINED]),
        no_report=tuple(kinds[State.NO_REPORT]),
        unmatched=tuple(kinds["unmatched"]),
        unfilled=tuple(left),
        missing=tuple(row.id for row in students if row.status == MISSING),
    )


def _some(names: Sequence[str], tr: Translate) -> str:
    rest = [tr("and {count} more").format(count=len(names) - _NAMED)]
    shown = [cleaned(name) for name in names[:_NAMED]]
    return tr(", ").join(shown + rest * (len(names) > _NAMED))
