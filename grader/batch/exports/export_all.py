"""Every file that comes out of a batch, written in one place and one order."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from grader.batch import csv_cells, decision_match, moodle_columns
from grader.batch import decisions as decision_file
from grader.batch.class_index import ClassIndex, SheetRequest
from grader.batch.decisions import WHOLE, Decisions, unused_decisions
from grader.batch.exports import gradebook, junit, pages, summary
from grader.batch.exports.canvas_gradebook import CanvasGradebook
from grader.batch.exports.moodle_worksheet import MoodleWorksheet
from grader.batch.exports.platform_sheets import PlatformSheet, UnfilledCell
from grader.batch.progress import PageTracker
from grader.batch.run_counts import Tally, tally
from grader.batch.store import CLASS_INDEX, MARK, Store
from grader.batch.student_rows import Grade, Row, grades, rows
from grader.errors import PathError
from grader.model import Document
from grader.sentence import Sentence

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
ORIGINALS = "originals"
"""The folder of the sheets as they were downloaded, to be filled in again when a grade changes."""
OWN_NAMES = frozenset(
    {
        gradebook.NAME, junit.NAME, pages.NAME, pages.STAFF, pages.STUDENTS, decision_file.NAME,
        decision_match.NAME, CLASS_INDEX, MARK, ".lock", "reports", "summary.json", "summary.md",
        ORIGINALS,
    }
)  # fmt: skip
"""Names in OUT that no filled sheet may have."""
_MAX_SHEET_BYTES = 64 * 1024 * 1024
"""A gradebook of a thousand students and a hundred assignments has about 1 MiB."""


def read_sheets(paths: Sequence[Path], column: str | None) -> tuple[PlatformSheet, ...]:
    """Read the sheets that are to be filled in, and give each a name that no other file has."""
    sheets = tuple(_read_sheet(path, column) for path in paths)
    names = set(OWN_NAMES)
    for sheet in sheets:
        sheet.name = _free_name(sheet.name, names)
        names.add(sheet.name.casefold())
    return sheets


def _read_sheet(path: Path, column: str | None) -> PlatformSheet:
    """Read a gradebook of Canvas or a worksheet of Moodle; raise `PathError` if it is neither."""
    sheet = csv_cells.read(path, _MAX_SHEET_BYTES)
    header = [cell.text.strip() for cell in sheet.rows[0]] if sheet.rows else []
    if "ID" in header[:4] and "Section" in header:
        return CanvasGradebook(path.name, sheet, column)
    columns = moodle_columns.find([[cell.text for cell in row] for row in sheet.rows])
    if columns is not None:
        return MoodleWorksheet(path.name, sheet, column, columns)
    raise PathError(
        "{file}: this is neither a gradebook of Canvas (Student, ID, ..., Section, ...) "
        "nor a grading worksheet of Moodle (Identifier, ..., Grade, ...)",
        file=path,
    )


def _free_name(name: str, names: AbstractSet[str]) -> str:
    """Return a name for a filled sheet that no file of ours and no other sheet has."""
    stem, dot, ending = name.rpartition(".")
    others = (f"{stem or ending}-filled{'' if n == 1 else n}{dot}{ending}" for n in count(1))
    return next(
        each for each in (name, *islice(others, len(names) + 1)) if each.casefold() not in names
    )


def sheet_requests(
    new: Sequence[PlatformSheet], before: ClassIndex | None
) -> tuple[SheetRequest, ...]:
    """Return which sheets are filled in from now on: those of the run before, and the new ones."""
    requests = {sheet.name: sheet for sheet in (before.sheets if before else ())}
    requests |= {sheet.name: SheetRequest(sheet.name, sheet.column) for sheet in new}
    return tuple(requests.values())


def save_originals(store: Store, new: Sequence[PlatformSheet]) -> None:
    """Save sheets as they were downloaded; raise `OutputFull` if the disk is full."""
    for sheet in new:
        store.subfolder(ORIGINALS)
        store.write_bytes(f"{ORIGINALS}/{sheet.name}", sheet.original)


def copy_originals(source: Store, target: Store, index: ClassIndex) -> None:
    """Copy the originals of sheets to the folder of another batch."""
    for sheet in index.sheets if source.folder != target.folder else ():
        path = source.folder / ORIGINALS / sheet.name
        if path.is_file():
            target.subfolder(ORIGINALS)
            target.write_bytes(f"{ORIGINALS}/{sheet.name}", path.read_bytes())


def notes(
    store: Store, index: ClassIndex, decisions: Decisions, new: Sequence[PlatformSheet]
) -> list[Sentence]:
    """Return the notes for the terminal: unused decisions, ambiguous students, renamed sheets."""
    checks = [column.id for column in index.columns]
    sentences = decision_file.unused_notes(_unused_decisions(decisions, index), index.ids, checks)
    if index.roster:
        sentences += ambiguity_notes(rows(list(grades(store, index, decisions)), index))
    return sentences + [
        Sentence(
            "{given} has the name of a file in OUT; filled in, it is {name}",
            given=sheet.original_name,
            name=store.folder / sheet.name,
        )
        for sheet in new
        if sheet.name != sheet.original_name
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
    data = _class_data(store, index, decisions)
    store.write(gradebook.NAME, gradebook.render(data.students, index))
    for name, content in data.sheets.items():
        store.write_bytes(name, content)
    store.write(junit.NAME, junit.render(store, index))
    store.write("summary.json", json.dumps(data.summary, indent=1, ensure_ascii=False) + "\n")
    page = summary.page(data.summary)
    store.write("summary.md", page)
    pages.write(store, index, data.students, data.summary, data.unfilled, track)
    _show_step(page)
    return tally(data.grades, data.students, data.unfilled)


def write_pages(
    store: Store, index: ClassIndex, decisions: Decisions, track: PageTracker = iter
) -> int:
    """Write only the pages that an index asks for; return how many submissions have one."""
    data = _class_data(store, index, decisions)
    return pages.write(store, index, data.students, data.summary, data.unfilled, track)


@dataclass(frozen=True, slots=True)
class _ClassData:
    """What the files are made of: sheets are the contents of filled sheets by their names."""

    grades: list[Grade]
    students: list[Row]
    sheets: Mapping[str, bytes]
    unfilled: list[UnfilledCell]
    summary: Document


def _class_data(store: Store, index: ClassIndex, decisions: Decisions) -> _ClassData:
    class_grades = list(grades(store, index, decisions))
    students = rows(class_grades, index)
    sheets: dict[str, bytes] = {}
    unfilled: list[UnfilledCell] = []
    for request in index.sheets:
        try:
            sheet = _read_sheet(store.folder / ORIGINALS / request.name, request.column)
        except PathError:
            reason = Sentence(
                "{sheet}: its original in {folder} cannot be read, so it was not filled in again; "
                "give it once more with --fill",
                sheet=request.name,
                folder=ORIGINALS,
            )
            unfilled.append(UnfilledCell(request.name, "", reason))
            continue
        sheets[request.name], cells = sheet.fill(students, store)
        unfilled += cells
    reasons = [str(cell.reason) for cell in unfilled]
    document = summary.facts(
        class_grades, students, index, _unused_decisions(decisions, index), reasons
    )
    return _ClassData(class_grades, students, sheets, unfilled, document)


def _unused_decisions(decisions: Decisions, index: ClassIndex) -> list[decision_file.Decision]:
    checks = (WHOLE, *(column.id for column in index.columns))
    return unused_decisions(decisions, {(id_, check) for id_ in index.ids for check in checks})


def _show_step(page: str) -> None:
    """Add the page to the summary of a step of GitHub's build server, if this is one."""
    target = os.environ.get(STEP_SUMMARY)
    if target:
        with Path(target).open("a", encoding="utf-8", newline="\n") as file:
            file.write(page)
