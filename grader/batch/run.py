"""One run: find the submissions, keep what is graded, grade the rest, write what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.batch import class_index as registers
from grader.batch import decisions as deciding
from grader.batch import roster
from grader.batch.annotate import about, dressed
from grader.batch.class_index import Pages, Register
from grader.batch.decision_match import Decided
from grader.batch.engine import Crew, Engine
from grader.batch.environment import Ground, key
from grader.batch.exports import export_all
from grader.batch.progress import Count, Meter, Watch
from grader.batch.run_counts import Tally
from grader.batch.store import Store
from grader.batch.work import Done, Task
from grader.errors import PathError
from grader.intake import levels, platforms, submission_sources
from grader.intake.submission_sources import Class, Handin
from grader.model import Rubric
from grader.sentence import Sentence

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do.

    Parameters
    ----------
    folder, out
        Where the submissions are, and where everything goes.
    fresh
        Whether what was graded before is graded again.
    sheets
        Gradebooks and worksheets of a platform, to be filled in.
    column
        The assignment's title or id in a gradebook with several.
    pages
        How pages are wanted; None: as the run before wanted them, or none.
    as_class
        Whether each entry of the folder is a student, whatever it looks like.
    """

    folder: Path
    out: Path
    rubric: Rubric
    seed: int
    fresh: bool = False
    unsafe: bool = False
    roster: Path | None = None
    sheets: tuple[Path, ...] = ()
    column: str | None = None
    pages: Pages | None = None
    as_class: bool = False


@dataclass(slots=True)
class Result:
    """What a run came to: counts, our own faults, checks that we broke, and what became of all.

    ``notes`` are what the person at the terminal should know besides.
    """

    count: Count
    troubles: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def run(order: Order, engine: Engine, meter: Meter, watch: Watch = iter) -> Result:
    """Grade a class; ``watch`` shows how far its pages are.

    Raises
    ------
    GradeError
        What stops a whole run: a path, a rubric, weak walls, a full disk, a folder in use.
    """
    _demand_apart(order.folder, order.out)
    if not order.as_class:
        levels.demand_class(order.folder)
    found = platforms.read(order.folder)
    listed = roster.read(order.roster) if order.roster else ()
    sheets = export_all.sheets(order.sheets, order.column)
    store = Store(order.out)
    with store.held():
        notes: list[Sentence] = []
        decisions = deciding.read(order.out / deciding.NAME, notes.append)
        deciding.enforce(decisions, order.rubric)
        before = registers.earlier(store)
        decided = Decided(store, decisions)
        result = Grading(order, found, store, decided, meter).run(engine)
        register = Register(
            title=order.rubric.title,
            platform=found.platform,
            ids=tuple(handin.id for handin in found.handins),
            columns=registers.columns(order.rubric),
            max_score=order.rubric.total,
            roster=listed,
            unread=found.unread,
            troubles=tuple(sorted(result.troubles.items())),
            pages=order.pages or (before.pages if before else None),
            sheets=export_all.asked(sheets, before),
            people=tuple(
                tuple((one.id, one.name, one.email) for one in handin.people)
                for handin in found.handins
            ),
        )
        export_all.keep(store, sheets)
        register.save(store)
        notes += decided.save(store)
        notes += export_all.notes(store, register, decisions, sheets)
        result.tally = export_all.write(store, register, decisions, watch)
        result.notes += notes
    return result


def _demand_apart(folder: Path, out: Path) -> None:
    """Refuse an OUT within the class, where it would be taken for a submission."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise PathError(f"{out}: this lies within {folder}; expected a place outside it")


class Grading:
    """The part of a run that examines: what is stored already is kept, the rest is handed out."""

    def __init__(
        self, order: Order, found: Class, store: Store, decided: Decided, meter: Meter
    ) -> None:
        self._order, self._found, self._store = order, found, store
        self._decided, self._meter = decided, meter
        self._handins = {handin.id: handin for handin in found.handins}
        self._result = Result(Count(total=len(found.handins)))

    def run(self, engine: Engine) -> Result:
        """Examine everything that is new or changed, and store each report as it comes."""
        if self._order.fresh:
            self._store.clear()
        crew = Crew(engine)
        try:
            self._meter.show(self._result.count)
            ground = crew.survey(self._order.rubric.limits, self._order.unsafe)
            for done in crew.run(self._tasks(ground)):
                self._settle(done)
        finally:
            crew.close()
            self._meter.close()
        return self._result

    def _tasks(self, ground: Ground) -> Iterator[Task]:
        """Yield what must be examined, reading one submission at a time."""
        order = self._order
        for handin in self._found.handins:
            submission = submission_sources.read(handin, order.rubric.limits)
            due = key(submission, order.rubric, order.seed, ground)
            stored = self._store.load(handin.id)
            if stored is not None and self._holds(stored, due):
                self._keep(handin, stored)
            else:
                yield Task(handin.id, due, submission, order.rubric, order.seed, order.unsafe)

    def _holds(self, stored: Document, due: str) -> bool:
        """Whether a stored report is what grading would give: not broken, not rescored since."""
        same = stored["rubric"]["digest"] == self._order.rubric.digest
        return same and stored["batch"]["key"] == due and not _broken(stored)

    def _keep(self, handin: Handin, stored: Document) -> None:
        self._count(self._saved(handin, stored, stored["batch"]["key"]), kept=True)

    def _settle(self, done: Done) -> None:
        if done.document is None:
            self._result.troubles[done.id] = done.trouble
            self._count(None, kept=False)
            return
        handin = self._handins[done.id]
        document = self._saved(handin, done.document, done.key, done.figures)
        if _broken(document):
            self._result.broken.append(done.id)
        self._count(document, kept=False)

    def _saved(
        self,
        handin: Handin,
        document: Document,
        due: str,
        figures: Mapping[str, bytes] | None = None,
    ) -> Document:
        """Dress a report as its handin and the decisions want it, and store it."""
        batch = about(handin, self._found.platform, due)
        decisions = self._decided.about(document, handin.id)
        whole = dressed(document, batch, self._order.rubric.late, decisions)
        self._store.save(whole, figures)
        return whole

    def _count(self, document: Document | None, *, kept: bool) -> None:
        self._result.count.add(document, kept=kept)
        self._meter.show(self._result.count)


def _broken(document: Document) -> bool:
    """Whether a check of ours broke: such a report is made again by the next run."""
    return any(_verdict(check) == "broken" for check in document["checks"])


def _verdict(check: Document) -> str:
    return str(deciding.undone(check)["verdict"])
