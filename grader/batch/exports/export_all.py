"""Every file that comes out of a batch, written in one place and one order."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import count, islice
from pathlib import Path

from grader.batch import decision_match
from grader.batch import decisions as decision_file
from grader.batch.class_index import ClassIndex, SheetRequest
from grader.batch.decisions import WHOLE, Decisions, unused
from grader.batch.exports import gradebook, junit, pages, platform_sheets, summary
from grader.batch.exports.platform_sheets import PlatformSheet, UnfilledCell
from grader.batch.progress import PageTracker
from grader.batch.run_counts import Tally, tally
from grader.batch.store import CLASS_INDEX, MARK, Store
from grader.batch.student_rows import Grade, Row, grades, rows
from grader.errors import PathError
from grader.sentence import Sentence

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
ORIGINALS = "originals"
"""Where the sheets lie as they were downloaded, to be filled in again when a grade changes."""
OURS = frozenset(
    {
        gradebook.NAME,
        junit.NAME,
        pages.NAME,
        pages.STAFF,
        pages.STUDENTS,
        decision_file.NAME,
        CLASS_INDEX,
    }
    | {decision_match.NAME}
    | {MARK, ".lock", "reports", "summary.json", "summary.md", ORIGINALS}
)
"""Names in OUT that no filled sheet may take."""


def read_sheets(paths: Sequence[Path], column: str | None) -> tuple[PlatformSheet, ...]:
    """Read the sheets that are to be filled in, before any work is done.

    Raise `PathError` if one is no gradebook of Canvas and no worksheet of Moodle.
    """
    read = tuple(platform_sheets.read(path, column) for path in paths)
    taken = set(OURS)
    for sheet in read:
        sheet.name = _free_name(sheet.name, taken)
        taken.add(sheet.name.casefold())
    return read


def _free_name(name: str, taken: AbstractSet[str]) -> str:
    """Return a name for a filled sheet that no file of ours and no other sheet has."""
    stem, dot, ending = name.rpartition(".")
    offered = (f"{stem or ending}-filled{'' if at == 1 else at}{dot}{ending}" for at in count(1))
    return next(
        one for one in (name, *islice(offered, len(taken) + 1)) if one.casefold() not in taken
    )


def asked(new: Sequence[PlatformSheet], before: ClassIndex | None) -> tuple[SheetRequest, ...]:
    """Return which sheets are filled in from now on: those of before, and the new ones."""
    kept = {sheet.name: sheet for sheet in (before.sheets if before else ())}
    kept |= {sheet.name: SheetRequest(sheet.name, sheet.column) for sheet in new}
    return tuple(kept.values())


def keep(store: Store, new: Sequence[PlatformSheet]) -> None:
    """Keep sheets as they were downloaded; raise `OutputFull` if the disk is full."""
    if new:
        store.subfolder(ORIGINALS)
    for sheet in new:
        store.write_bytes(f"{ORIGINALS}/{sheet.name}", sheet.original)


def carry(source: Store, target: Store, index: ClassIndex) -> None:
    """Take the originals of sheets along into the folder of another batch."""
    for sheet in index.sheets if source.folder != target.folder else ():
        path = source.folder / ORIGINALS / sheet.name
        if path.is_file():
            target.subfolder(ORIGINALS)
            target.write_bytes(f"{ORIGINALS}/{sheet.name}", path.read_bytes())


def notes(
    store: Store, index: ClassIndex, decisions: Decisions, new: Sequence[PlatformSheet]
) -> list[Sentence]:
    """Return what the person at the terminal should know: decisions about nothing, other names."""
    checks = [column.id for column in index.columns]
    known = {(id_, check) for id_ in index.ids for check in (WHOLE, *checks)}
    unknown = decision_file.unused_notes(unused(decisions, known), index.ids, checks)
    if index.roster:
        unknown += ambiguity_notes(rows(list(grades(store, index, decisions)), index))
    return unknown + [
        Sentence(
            "{given} has the name of a file in OUT; filled in, it is {name}",
            given=sheet.given,
            name=store.folder / sheet.name,
        )
        for sheet in new
        if sheet.name != sheet.given
    ]


def ambiguity_notes(students: Sequence[Row]) -> list[Sentence]:
    """Return a sentence for each student whom several submissions match."""
    return [
        Sentence(
            "{ids}: all of these match {student} of the roster, so none of them counts and no sheet "
            "gets a grade; rename or remove what is not meant, or give each a line in the roster",
            ids=", ".join(row.rivals),
            student=row.id,
        )
        for row in students
        if row.rivals
    ]


def write(
    store: Store, index: ClassIndex, decisions: Decisions, track: PageTracker = iter
) -> Tally:
    """Write everything but the reports themselves; ``track`` shows how far the pages are.

    Raise `OutputFull` if the disk is full.
    """
    found = list(grades(store, index, decisions))
    students = rows(found, index)
    store.write(gradebook.NAME, gradebook.render(students, index))
    unfilled = _fill(store, index, students, write=True)
    store.write(junit.NAME, junit.render(store, index))
    facts = _facts(found, students, index, decisions, unfilled)
    store.write("summary.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    page = summary.page(facts)
    store.write("summary.md", page)
    pages.write(store, index, students, facts, unfilled, track)
    _show_step(page)
    return tally(found, students, unfilled)


def write_pages(
    store: Store, index: ClassIndex, decisions: Decisions, track: PageTracker = iter
) -> int:
    """Write the pages that a register asks for, and nothing else; return how many submissions have one.

    Raise `OutputFull` if the disk is full.
    """
    found = list(grades(store, index, decisions))
    students = rows(found, index)
    unfilled = _fill(store, index, students, write=False)
    facts = _facts(found, students, index, decisions, unfilled)
    return pages.write(store, index, students, facts, unfilled, track)


def _fill(
    store: Store, index: ClassIndex, students: list[Row], *, write: bool
) -> list[UnfilledCell]:
    """Fill in every sheet from its original; return what got no grade."""
    unfilled: list[UnfilledCell] = []
    for one in index.sheets:
        try:
            sheet = platform_sheets.read(store.folder / ORIGINALS / one.name, one.column)
        except PathError:
            said = Sentence(
                "{sheet}: its original in {folder} cannot be read, so it was not filled in again; "
                "give it once more with --fill",
                sheet=one.name,
                folder=ORIGINALS,
            )
            unfilled.append(UnfilledCell(one.name, "", said))
            continue
        content, missed = sheet.filled(students, store)
        unfilled += missed
        if write:
            store.write_bytes(one.name, content)
    return unfilled


def _facts(
    found: list[Grade],
    students: list[Row],
    index: ClassIndex,
    decisions: Decisions,
    unfilled: Sequence[UnfilledCell],
) -> summary.Facts:
    checks = [WHOLE, *(column.id for column in index.columns)]
    known = {(grade.id, check) for grade in found for check in checks}
    left_over = [str(one.said) for one in unfilled]
    return summary.facts(found, students, index, unused(decisions, known), left_over)


def _show_step(page: str) -> None:
    """Add the page to what a build server of GitHub shows, where this is one."""
    target = os.environ.get(STEP_SUMMARY)
    if target:
        with Path(target).open("a", encoding="utf-8", newline="\n") as file:
            file.write(page)
