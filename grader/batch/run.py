"""One run: find the submissions, keep what is graded, grade the rest, write what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.batch import class_index, roster
from grader.batch import decisions as decision_file
from grader.batch.annotate import annotate, batch_section
from grader.batch.class_index import ClassIndex, Pages
from grader.batch.decision_match import DecisionMatcher
from grader.batch.engine import Engine, Scheduler
from grader.batch.environment import Environment, key
from grader.batch.exports import export_all
from grader.batch.progress import Count, Meter, PageTracker
from grader.batch.run_counts import Tally
from grader.batch.store import Store
from grader.batch.work import Task, TaskResult
from grader.errors import PathError
from grader.intake import levels, platforms, submission_sources
from grader.intake.submission_sources import Class, SubmissionSource
from grader.model import Rubric
from grader.sentence import Sentence

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunConfig:
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


def run(config: RunConfig, engine: Engine, meter: Meter, track: PageTracker = iter) -> Result:
    """Grade a class; ``track`` shows how far its pages are.

    Raise `GradeError` what stops a whole run: a path, a rubric, weak walls, a full disk, a folder
    in use.
    """
    _demand_apart(config.folder, config.out)
    if not config.as_class:
        levels.require_class(config.folder)
    found = platforms.read(config.folder)
    listed = roster.read(config.roster) if config.roster else ()
    sheets = export_all.read_sheets(config.sheets, config.column)
    store = Store(config.out)
    with store.locked():
        notes: list[Sentence] = []
        decisions = decision_file.read(config.out / decision_file.NAME, notes.append)
        decision_file.check_points(decisions, config.rubric)
        before = class_index.earlier(store)
        matcher = DecisionMatcher(store, decisions)
        result = Grading(config, found, store, matcher, meter).run(engine)
        index = ClassIndex(
            title=config.rubric.title,
            platform=found.platform,
            ids=tuple(source.id for source in found.sources),
            columns=class_index.columns(config.rubric),
            max_score=config.rubric.total,
            roster=listed,
            unread=found.unread,
            troubles=tuple(sorted(result.troubles.items())),
            pages=config.pages or (before.pages if before else None),
            sheets=export_all.asked(sheets, before),
            people=tuple(
                tuple((one.id, one.name, one.email) for one in source.people)
                for source in found.sources
            ),
        )
        export_all.keep(store, sheets)
        index.save(store)
        notes += matcher.save(store)
        notes += export_all.notes(store, index, decisions, sheets)
        result.tally = export_all.write(store, index, decisions, track)
        result.notes += notes
    return result


def _demand_apart(folder: Path, out: Path) -> None:
    """Refuse an OUT within the class, where it would be taken for a submission."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise PathError(f"{out}: this lies within {folder}; expected a place outside it")


class Grading:
    """The part of a run that examines: what is stored already is kept, the rest is handed out."""

    def __init__(
        self, config: RunConfig, found: Class, store: Store, matcher: DecisionMatcher, meter: Meter
    ) -> None:
        self._run_config, self._found, self._store = config, found, store
        self._matcher, self._meter = matcher, meter
        self._sources = {source.id: source for source in found.sources}
        self._result = Result(Count(total=len(found.sources)))

    def run(self, engine: Engine) -> Result:
        """Examine everything that is new or changed, and store each report as it comes."""
        if self._run_config.fresh:
            self._store.clear()
        scheduler = Scheduler(engine)
        try:
            self._meter.show(self._result.count)
            environment = scheduler.read_environment(
                self._run_config.rubric.limits, self._run_config.unsafe
            )
            for done in scheduler.run(self._tasks(environment)):
                self._settle(done)
        finally:
            scheduler.close()
            self._meter.close()
        return self._result

    def _tasks(self, environment: Environment) -> Iterator[Task]:
        """Yield what must be examined, reading one submission at a time."""
        config = self._run_config
        for source in self._found.sources:
            submission = submission_sources.read(source, config.rubric.limits)
            due = key(submission, config.rubric, config.seed, environment)
            stored = self._store.load(source.id)
            if stored is not None and self._holds(stored, due):
                self._keep(source, stored)
            else:
                yield Task(source.id, due, submission, config.rubric, config.seed, config.unsafe)

    def _holds(self, stored: Document, due: str) -> bool:
        """Whether a stored report is what grading would give: not broken, not rescored since."""
        same = stored["rubric"]["digest"] == self._run_config.rubric.digest
        return same and stored["batch"]["key"] == due and not _broken(stored)

    def _keep(self, source: SubmissionSource, stored: Document) -> None:
        self._count(self._saved(source, stored, stored["batch"]["key"]), kept=True)

    def _settle(self, done: TaskResult) -> None:
        if done.document is None:
            self._result.troubles[done.id] = done.trouble
            self._count(None, kept=False)
            return
        source = self._sources[done.id]
        document = self._saved(source, done.document, done.key, done.figures)
        if _broken(document):
            self._result.broken.append(done.id)
        self._count(document, kept=False)

    def _saved(
        self,
        source: SubmissionSource,
        document: Document,
        due: str,
        figures: Mapping[str, bytes] | None = None,
    ) -> Document:
        """Dress a report as its handin and the decisions want it, and store it."""
        batch = batch_section(source, self._found.platform, due)
        decisions = self._matcher.about(document, source.id)
        whole = annotate(document, batch, self._run_config.rubric.late, decisions)
        self._store.save(whole, figures)
        return whole

    def _count(self, document: Document | None, *, kept: bool) -> None:
        self._result.count.add(document, kept=kept)
        self._meter.show(self._result.count)


def _broken(document: Document) -> bool:
    """Whether a check of ours broke: such a report is made again by the next run."""
    return any(_verdict(check) == "broken" for check in document["checks"])


def _verdict(check: Document) -> str:
    return str(decision_file.without_decision(check)["verdict"])
