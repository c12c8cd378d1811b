"""One run: find the submissions, keep what is graded, grade the rest, write what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.batch import class_index, roster
from grader.batch import decisions as decision_file
from grader.batch.annotate import annotate, batch_section
from grader.batch.class_index import ClassIndex, Pages
from grader.batch.decision_match import DecisionMatcher
from grader.batch.engine import Engine, Scheduler
from grader.batch.environment import Environment, report_key
from grader.batch.exports import export_all
from grader.batch.progress import Count, Meter, PageTracker
from grader.batch.roster import Student
from grader.batch.run_counts import Tally
from grader.batch.store import Store
from grader.batch.work import Task, TaskResult
from grader.errors import PathError
from grader.intake import levels, platforms, submission_sources
from grader.intake.submission_sources import Class, SubmissionSource
from grader.model import Document, Rubric
from grader.reports.previous import snapshot
from grader.sentence import Sentence


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

    Raise `GradeError` for what stops a whole run: a path, a rubric, weak walls, a full disk, a
    folder in use.
    """
    if config.out.resolve().is_relative_to(config.folder.resolve()):
        # In the class, OUT itself would be taken for a submission.
        raise PathError(
            f"{config.out}: this lies within {config.folder}; expected a place outside it"
        )
    if not config.as_class:
        levels.require_class(config.folder)
    class_ = platforms.read(config.folder)
    students = roster.read(config.roster) if config.roster else ()
    sheets = export_all.read_sheets(config.sheets, config.column)
    store = Store(config.out)
    with store.locked():
        notes: list[Sentence] = []
        decisions = decision_file.read(config.out / decision_file.NAME, notes.append)
        decision_file.check_points(decisions, config.rubric)
        before = class_index.load_if_present(store)
        matcher = DecisionMatcher(store, decisions)
        result = Grading(config, class_, store, matcher, meter).run(engine)
        index = _class_index(config, class_, result, students)
        index = replace(
            index,
            pages=config.pages or (before.pages if before else None),
            sheets=export_all.sheet_requests(sheets, before),
        )
        export_all.save_originals(store, sheets)
        index.save(store)
        notes += matcher.save(store)
        notes += export_all.notes(store, index, decisions, sheets)
        result.tally = export_all.write(store, index, decisions, track)
        result.notes += notes
    return result


def _class_index(
    config: RunConfig, class_: Class, result: Result, students: tuple[Student, ...]
) -> ClassIndex:
    return ClassIndex(
        title=config.rubric.title,
        platform=class_.platform,
        ids=tuple(source.id for source in class_.sources),
        columns=class_index.columns(config.rubric),
        max_score=config.rubric.total,
        roster=students,
        unread=class_.unread,
        troubles=tuple(sorted(result.troubles.items())),
        people=tuple(
            tuple((person.id, person.name, person.email) for person in source.people)
            for source in class_.sources
        ),
    )


class Grading:
    """The part of a run that examines: stored reports are kept, the other submissions are graded."""

    def __init__(
        self, config: RunConfig, class_: Class, store: Store, matcher: DecisionMatcher, meter: Meter
    ) -> None:
        self._config, self._class, self._store = config, class_, store
        self._matcher, self._meter = matcher, meter
        self._sources = {source.id: source for source in class_.sources}
        self._result = Result(Count(total=len(class_.sources)))
        self._repairs: dict[str, Any] = {}

    def run(self, engine: Engine) -> Result:
        """Examine everything that is new or changed, and store each report as it comes."""
        if self._config.fresh:
            self._store.clear()
        scheduler = Scheduler(engine)
        try:
            self._meter.show(self._result.count)
            environment = scheduler.read_environment(
                self._config.rubric.limits, self._config.unsafe, self._config.rubric.python
            )
            for task_result in scheduler.run(self._tasks(environment)):
                self._store_result(task_result)
        finally:
            scheduler.close()
            self._meter.close()
        return self._result

    def _tasks(self, environment: Environment) -> Iterator[Task]:
        """Yield what must be examined, reading one submission at a time."""
        config = self._config
        for source in self._class.sources:
            submission = submission_sources.read(source, config.rubric.limits)
            new_key = report_key(submission, config.rubric, config.seed, environment)
            old_report = self._store.load(source.id)
            if old_report is not None and self._is_current(old_report, new_key):
                self._count(self._save(source, old_report, new_key), kept=True)
            else:
                yield Task(
                    source.id, new_key, submission, config.rubric, config.seed, config.unsafe,
                    dict(self._repairs),
                )  # fmt: skip

    def _is_current(self, old_report: Document, key: str) -> bool:
        """Whether grading would give the stored report: it is not broken, and not rescored since."""
        same = old_report["rubric"]["digest"] == self._config.rubric.digest
        return same and old_report["batch"]["key"] == key and not _has_broken_check(old_report)

    def _store_result(self, task_result: TaskResult) -> None:
        self._repairs |= task_result.repairs
        if task_result.document is None:
            self._result.troubles[task_result.id] = task_result.trouble
            self._count(None, kept=False)
            return
        source = self._sources[task_result.id]
        graded = self._after(source.id, task_result.document)
        document = self._save(source, graded, task_result.key, task_result.figures)
        if _has_broken_check(document):
            self._result.broken.append(task_result.id)
        self._count(document, kept=False)

    def _after(self, id_: str, document: Document) -> Document:
        """Add to a report what is kept of the one before it, which the store still has.

        Where the same files are graded anew, the report before stays the one of other files.
        """
        old = self._store.load(id_)
        if old is None:
            return document
        is_same = old["submission"]["digest"] == document["submission"]["digest"]
        return {**document, "previous": old.get("previous") if is_same else snapshot(old)}

    def _save(
        self,
        source: SubmissionSource,
        document: Document,
        key: str,
        figures: Mapping[str, bytes] | None = None,
    ) -> Document:
        """Add to a report what the batch knows and the decisions, and store it."""
        batch = batch_section(source, self._class.platform, key)
        decisions = self._matcher.matching(document, source.id)
        report = annotate(document, batch, self._config.rubric.late, decisions)
        self._store.save(report, figures)
        return report

    def _count(self, document: Document | None, *, kept: bool) -> None:
        self._result.count.add(document, kept=kept)
        self._meter.show(self._result.count)


def _has_broken_check(document: Document) -> bool:
    """Whether a check of ours broke: the next run makes such a report again."""
    checks = map(decision_file.without_decision, document["checks"])
    return any(check["verdict"] == "broken" for check in checks)
