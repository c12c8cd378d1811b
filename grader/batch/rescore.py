"""New points for old outcomes: no code runs, and the machine's verdicts stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.batch import class_index
from grader.batch import decisions as decision_file
from grader.batch.annotate import annotate
from grader.batch.class_index import ClassIndex
from grader.batch.decision_match import DecisionMatcher
from grader.batch.exports import export_all
from grader.batch.exports.platform_sheets import PlatformSheet
from grader.batch.progress import PageTracker
from grader.batch.run_counts import Tally
from grader.batch.store import Store
from grader.errors import PathError
from grader.model import Document, Item, Rubric
from grader.reports.final_score import OPEN, with_sums
from grader.reports.report_document import rubric_facts
from grader.reports.sanitize import clean
from grader.sentence import Sentence


def rescore(
    source: Store,
    target: Store,
    rubric: Rubric | None,
    sheets: tuple[PlatformSheet, ...] = (),
    track: PageTracker = iter,
    warn: Callable[[Sentence], None] = lambda _: None,
) -> tuple[int, Tally]:
    """Give every stored outcome the points of a rubric and of the decisions.

    Without a rubric, only the decisions are new. The sheets are filled in besides those that were
    filled in before; ``warn`` gets what the person at the terminal should know. Return how many
    reports there are, and what became of the class. Raise `PathError` if the rubric asks for a
    check that was not examined.
    """
    with target.locked():
        index = class_index.load(source)
        decisions = decision_file.read(source.folder / decision_file.NAME, warn)
        matcher = DecisionMatcher(source, decisions)
        if rubric is not None:
            decision_file.check_points(decisions, rubric)
            index = _with_rubric(index, rubric)
        count = sum(_rescore_one(source, target, id_, rubric, matcher) for id_ in index.ids)
        index = replace(index, sheets=export_all.sheet_requests(sheets, index))
        export_all.copy_originals(source, target, index)
        export_all.save_originals(target, sheets)
        index.save(target)
        decisions_path = source.folder / decision_file.NAME
        if decisions_path.is_file() and source.folder != target.folder:
            target.write_bytes(decision_file.NAME, decisions_path.read_bytes())
        stale_notes = matcher.save(target)
        tally = export_all.write(target, index, decisions, track)
        for note in (*stale_notes, *export_all.notes(target, index, decisions, sheets)):
            warn(note)
        return count, tally


def _with_rubric(index: ClassIndex, rubric: Rubric) -> ClassIndex:
    """Return the index with the columns of a rubric, all of whose checks were examined."""
    ids = {column.id for column in index.columns}
    for item in rubric.items:
        if item.check not in ids:
            raise PathError(
                f"{rubric.source}: {item.check} was not examined in this batch; "
                "expected checks that were, or a new `grade batch`"
            )
    return replace(
        index, title=rubric.title, columns=class_index.columns(rubric), max_score=rubric.total
    )


def _rescore_one(
    source: Store, target: Store, id_: str, rubric: Rubric | None, matcher: DecisionMatcher
) -> bool:
    """Rescore one report; return whether there is one."""
    document = source.load(id_)
    if document is None:
        return False
    decisions = matcher.matching(document, id_)
    figures = None if source.folder == target.folder else source.figures(document)
    if rubric is None:
        target.save(decision_file.apply(document, decisions, id_), figures)
        return True
    first = document["batch"]["rescored_from"] or document["rubric"]["digest"]
    batch = {**document["batch"], "rescored_from": first}
    target.save(annotate(with_rubric(document, rubric), batch, rubric.late, decisions), figures)
    return True


def with_rubric(document: Document, rubric: Rubric) -> Document:
    """Return a machine's report with the items, groups and points of another rubric."""
    checks = {check["id"]: decision_file.without_decision(check) for check in document["checks"]}
    items = [item for item in rubric.items if item.check in checks]
    machine_report = {**document, "rubric": rubric_facts(rubric), "max_score": rubric.total}
    return with_sums(
        {**machine_report, "decision": None}, [_check(checks[item.check], item) for item in items]
    )


def _check(check: Document, item: Item) -> Document:
    is_open = check["verdict"] in OPEN
    return {
        **check,
        "title": clean(item.title) if item.title else check["title"],
        "group": clean(item.group),
        "points": 0.0 if is_open else item.points_for(share(check)),
        "max_points": item.points,
        "bonus": item.bonus,
        "visibility": str(item.visibility),
    }


def share(check: Document) -> float:
    """Return the share of its points that a check earned, before anything was rounded.

    Reports of older graders do not tell it; there it follows from points and parts.
    """
    if "share" in check:
        return float(check["share"])
    if check["max_points"]:
        return float(check["points"] / check["max_points"])
    if check["verdict"] == "passed":
        return 1.0
    weight = sum(part["weight"] for part in check["parts"])
    passed_weight = sum(part["weight"] for part in check["parts"] if part["passed"])
    return passed_weight / weight if weight and check["verdict"] == "failed" else 0.0
