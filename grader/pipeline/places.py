"""Where in a submission a failure is: the method that a check asks, and narrower where the source tells.

A place is never outside the student's files, and a single statement is named only where no other one
can be meant (see ``diagnosis.cause``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.checks import Check
from grader.diagnosis import by_text, cause, outline
from grader.diagnosis.explain import SHAPES, array_of
from grader.model import (
    Finding,
    Location,
    Message,
    Outcome,
    Repair,
    Submission,
    Verdict,
    Visibility,
)
from grader.pipeline.asked_methods import (
    ARRAY_CHECKS,
    INITIAL,
    MESSAGE_METHODS,
    METHODS,
    NARROWED,
    STALE,
)
from grader.pipeline.order import SECRECY
from grader.pipeline.quoted_source import MOST_LINES, as_handed_in, main_program, plain, quote
from grader.remote import Connection
from grader.remote.edited_methods import Edit, EditedMethod, lines_of

FAILING = (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT)


@dataclass(frozen=True)
class Places:
    """Finds the places of one submission's failures.

    Parameters
    ----------
    submission
        The files, as the child was given them.
    connection
        The first one, which knows what was bound; None where nothing was imported.
    scans
        What the child read in each file before anything ran.
    outcomes
        Of all checks; the place of one follows from no more secret one.
    checks
        All checks by id.
    """

    submission: Submission
    connection: Connection | None
    scans: Mapping[str, Mapping[str, object] | None]
    outcomes: Sequence[Outcome]
    checks: Mapping[str, Check]

    @cached_property
    def outlines(self) -> outline.Outlines:
        """The outlines of all files that are Python."""
        return outline.read(self.scans.items())

    @cached_property
    def _ids(self) -> set[str]:
        return {outcome.item.check for outcome in self.outcomes}

    def place(self, outcome: Outcome) -> Outcome:
        """Return an outcome with the place of its failure and of its findings, where it has some."""
        if outcome.verdict not in FAILING:
            return self._as_handed_in(outcome)
        check = self.checks[outcome.item.check]
        location = self._location(check, outcome)
        findings = tuple(self._finding(finding, check, location) for finding in outcome.findings)
        return self._as_handed_in(replace(outcome, location=location, findings=findings))

    def _as_handed_in(self, outcome: Outcome) -> Outcome:
        """Name files and lines of notebooks in the messages of an outcome as the student knows them."""
        if not self.submission.cells:
            return outcome
        for part in outcome.parts:
            if part.failure is not None:
                part.failure.message = as_handed_in(self.submission, part.failure.message)
        message = outcome.message
        return replace(
            outcome,
            message=None if message is None else as_handed_in(self.submission, message),
            remarks=tuple(as_handed_in(self.submission, one) for one in outcome.remarks),
        )

    def trouble(self, message: Message) -> Location | None:
        """Return the place that a message about an import names."""
        return self._named_line(message)

    def _location(self, check: Check, outcome: Outcome) -> Location | None:
        message = outcome.message
        if message is None:
            return None
        block = self.asked(check, message)
        is_method = block is not None and ("." in block.name or not self._is_class(check))
        bound = self.bound(check.subject)
        members = bound and self.outlines.members(bound.name, bound.file, check.subject)
        narrowed = by_text.only_line(members, bound, message) if members and bound else None
        if narrowed is None and block is not None and is_method:
            narrowed = self._statement(check, outcome, block)
        if narrowed is not None:
            inner, statement = narrowed
            return quote(self.submission, inner, statement.line, statement.end_line, "statement")
        return (
            self._repaired(outcome)
            or self._named_line(message)
            or self._asked(check, outcome, block)
        )

    def _asked(
        self, check: Check, outcome: Outcome, block: outline.Block | None
    ) -> Location | None:
        """Return the whole method, class or file that a check asks, or the method that a repair changes."""
        if block is None:
            return main_program(self.submission) if check.subject == "main" else None
        kind = "method" if "." in block.name or not self._is_class(check) else "class"
        if len(outcome.repair) == 1:
            place = outcome.repair[0].location
            changed = self.outlines.block(place.method, place.file) if place.cell is None else None
            if changed is not None and changed.statements is not None:
                block, kind = changed, "method"
        return quote(self.submission, block, block.line, block.end_line, kind)

    def _repaired(self, outcome: Outcome) -> Location | None:
        """Return the lines that a repair changes, where no other lines can be meant."""
        if len(outcome.repair) != 1 or not outcome.repair[0].is_alone:
            return None
        repair = outcome.repair[0]
        block = self.outlines.block(repair.location.method, repair.location.file)
        subject = self.checks[outcome.item.check].subject
        bound = self.bound(subject)
        if block is None or bound is None:
            return repair.location
        members = self.outlines.members(bound.name, bound.file, subject)
        return None if cause.may_be_elsewhere(members, block, repair) else repair.location

    def _finding(self, finding: Finding, check: Check, location: Location | None) -> Finding:
        """A finding stands where its check failed, or in the method of another class that it names."""
        if finding.subject in (check.subject, ""):
            return replace(finding, location=location)
        block = self._method(finding.subject, "backward")
        if block is None:
            return replace(finding, location=location)
        return replace(
            finding, location=quote(self.submission, block, block.line, block.end_line, "method")
        )

    def _named_line(self, message: Message) -> Location | None:
        """Return the line that a message names, where it is one of the student's."""
        file, line = message.values.get("file"), message.values.get("line")
        if not isinstance(file, str) or not isinstance(line, int):
            return None
        if file not in self.submission.files or line < 1:
            return None
        block = self.outlines.around(file, line) or outline.Block(file, "", line, line)
        return quote(self.submission, block, line, line, "line")

    def _is_class(self, check: Check) -> bool:
        block = self.bound(check.subject)
        return block is not None and not block.parameters and block.statements is None

    def is_plain(self, subject: str) -> bool:
        """Whether a name of the contract is a class or function of the submission, in the lab's manner."""
        if self.connection is None or not self.connection.is_imported:
            return False
        is_own = subject in self.connection.import_result.recognition.roles
        return not is_own and self.bound(subject) is not None

    def methods(self, subject: str) -> list[outline.Block]:
        """Return the methods of a class, its own and inherited ones; of a function, itself."""
        bound = self.bound(subject)
        if bound is None:
            return []
        methods = list(self.outlines.members(bound.name, bound.file).methods.values())
        return methods or ([bound] if bound.statements is not None else [])

    def repair(self, method: EditedMethod, edit: Edit, *, is_alone: bool) -> Repair | None:
        """Return a proven edit as a place in what was handed in; None where it has none."""
        block = self.outlines.block(method.name, method.file)
        line = None if block is None else self._line_of(block, edit)
        if block is None or line is None:
            return None
        end_line = line + edit.end_line - edit.line
        place = quote(self.submission, block, line, end_line, "statement")
        if place is None:
            return None
        before, after = (tuple(t.split("\n")) if t else () for t in (edit.before, edit.after))
        if max(len(before), len(after)) > MOST_LINES:
            return None
        return Repair(place, edit.kind, before, after, is_alone)

    def _line_of(self, block: outline.Block, edit: Edit) -> int | None:
        """Return the line where the text that an edit replaces begins in the file as it was handed in."""
        lines = [plain(text) for text in lines_of(self.submission.files[block.file]) or ()]
        before = [plain(text) for text in edit.before.split("\n")]
        numbers = range(block.line, block.end_line - len(before) + 2)
        places = [n for n in numbers if lines[n - 1 : n - 1 + len(before)] == before]
        if edit.line in places:
            return edit.line
        return places[0] if len(places) == 1 else None

    def bound(self, subject: str) -> outline.Block | None:
        """Return the class or function that the submission's name is bound to."""
        definitions = self.connection.definitions if self.connection else {}
        for name, file in list(definitions.get(subject, ()))[:1]:
            return self.outlines.block(str(name), str(file))
        return None

    def _method(self, subject: str, method: str) -> outline.Block | None:
        """Return a method of a class, its own or inherited; the class where it has none."""
        bound = self.bound(subject)
        if bound is None:
            return None
        return self.outlines.members(bound.name, bound.file).methods.get(method, bound)

    def asked(self, check: Check, message: Message) -> outline.Block | None:
        """Return the method that a check asks, or that its message names."""
        named = re.fullmatch(r"(\w+)\.(\w+)", str(message.values.get("who", "")))
        method = METHODS.get(check.id.split(".")[1], "")
        if message.id in MESSAGE_METHODS:
            method = MESSAGE_METHODS[message.id]
        elif named and named[1] == check.subject:
            method = named[2]
        return self._method(check.subject, method)

    def _statement(
        self, check: Check, outcome: Outcome, block: outline.Block
    ) -> tuple[outline.Block, outline.Statement] | None:
        """Return the only statement that can be wrong, and its method, where what came back says that much."""
        message, bound = outcome.message, self.bound(check.subject)
        if message is not None and message.id in INITIAL:
            initial = cause.only_initial(block, INITIAL[message.id])
            return (block, initial) if initial else None
        if message is None or message.id not in NARROWED or bound is None:
            return None
        array = array_of(check.id) or ("value" if "." not in block.name else "")
        attribute = re.split(r"[.\[]", str(message.values.get("name", "")))[0]
        is_step = array in ("dw", "db")
        if array in ("", "net") or (is_step and not attribute):
            return None
        shown = SECRECY[: SECRECY.index(outcome.item.visibility) + 1]
        right = self._right_arrays(check, shown)
        is_forward = array == "value"
        asks_forward = f"{check.id.split('.')[0]}.forward" in self._ids
        if not is_forward and "value" not in right and asks_forward:
            return None  # a gradient is held against a forward that is wrong itself
        # A gradient that fits a wrong forward does not say that any of it is right.
        if is_forward or self._is_stale(check, shown):
            right &= {"init"}
        members = self.outlines.members(bound.name, bound.file, check.subject)
        name = attribute if is_step else ""
        differs = message.id in SHAPES
        return cause.only_statement(members, block, array, name, right, shape_differs=differs)

    def _right_arrays(self, check: Check, shown: Sequence[Visibility]) -> set[str]:
        """Return the arrays of a class that are right, as far as no more secret item says so."""
        passed: dict[str, bool] = {}
        for other in self.outcomes:
            id_ = other.item.check
            if self.checks[id_].subject == check.subject and other.item.visibility in shown:
                key = ARRAY_CHECKS.get(id_) or array_of(id_) or id_.split(".")[1]
                passed[key] = other.verdict is Verdict.PASSED
        return {key for key, is_right in passed.items() if is_right}

    def _is_stale(self, check: Check, shown: Sequence[Visibility]) -> bool:
        """Whether something is left over from an earlier call: it may be in any statement."""
        return any(
            self.checks[other.item.check].subject == check.subject
            and other.item.visibility in shown
            and other.verdict is not Verdict.PASSED
            and (
                other.item.check.endswith(".ends")
                or (other.message is not None and other.message.id in STALE)
            )
            for other in self.outcomes
        )
