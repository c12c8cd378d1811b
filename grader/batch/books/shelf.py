"""Every file that comes out of a batch, written in one place and one order."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence, Set
from itertools import count, islice
from pathlib import Path

from grader.batch import decided
from grader.batch import decisions as deciding
from grader.batch.books import gradebook, junit, pages, platform_sheets, summary
from grader.batch.books.platform_sheets import PlatformSheet
from grader.batch.decisions import Decisions, unused
from grader.batch.progress import Watch
from grader.batch.register import Register
from grader.batch.rows import Grade, Row, grades, rows
from grader.batch.store import MARK, REGISTER, Store
from grader.sentence import Sentence

OURS = frozenset(
    {gradebook.NAME, junit.NAME, pages.NAME, pages.STAFF, pages.STUDENTS, deciding.NAME, REGISTER}
    | {decided.NAME}
    | {MARK, ".lock", "reports", "summary.json", "summary.md"}
)
"""Names in OUT that no filled sheet may take."""
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def sheets(paths: Sequence[Path], column: str | None) -> tuple[PlatformSheet, ...]:
    """Read the sheets that are to be filled in, before any work is done.

    Raises
    ------
    PathError
        Where one is no gradebook of Canvas and no worksheet of Moodle.
    """
    read = tuple(platform_sheets.read(path, column) for path in paths)
    taken = set(OURS)
    for sheet in read:
        sheet.name = _free_name(sheet.name, taken)
        taken.add(sheet.name.casefold())
    return read


def _free_name(name: str, taken: Set[str]) -> str:
    """Return a name for a filled sheet that no file of ours and no other sheet has."""
    stem, dot, ending = name.rpartition(".")
    offered = (f"{stem or ending}-filled{'' if at == 1 else at}{dot}{ending}" for at in count(1))
    return next(
        one for one in (name, *islice(offered, len(taken) + 1)) if one.casefold() not in taken
    )


def write(
    store: Store,
    register: Register,
    decisions: Decisions,
    filled: Sequence[PlatformSheet] = (),
    watch: Watch = iter,
) -> list[Sentence]:
    """Write everything but the reports themselves; ``watch`` shows how far the pages are.

    Returns
    -------
    list of Sentence
        What the person at the terminal should know.

    Raises
    ------
    OutputFull
        If the disk is full.
    """
    found = list(grades(store, register))
    students = rows(found, register)
    store.write(gradebook.NAME, gradebook.render(students, register))
    left_over: list[str] = []
    for sheet in filled:
        content, missed = sheet.filled(students, store)
        store.write_bytes(sheet.name, content)
        left_over += missed
    store.write(junit.NAME, junit.render(store, register))
    facts = _facts(found, students, register, decisions, left_over)
    store.write("summary.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    page = summary.page(facts)
    store.write("summary.md", page)
    pages.write(store, register, students, facts, watch)
    _show_step(page)
    known = {(grade.id, column.id) for grade in found for column in register.columns}
    notes = deciding.unused_notes(
        unused(decisions, known), register.ids, [column.id for column in register.columns]
    )
    return notes + [
        Sentence(
            "{given} has the name of a file in OUT; filled in, it is {name}",
            given=sheet.given,
            name=store.folder / sheet.name,
        )
        for sheet in filled
        if sheet.name != sheet.given
    ]


def write_pages(store: Store, register: Register, decisions: Decisions, watch: Watch = iter) -> int:
    """Write the pages that a register asks for, and nothing else; return how many submissions have one.

    Raises
    ------
    OutputFull
        If the disk is full.
    """
    found = list(grades(store, register))
    students = rows(found, register)
    facts = _facts(found, students, register, decisions)
    return pages.write(store, register, students, facts, watch)


def _facts(
    found: list[Grade],
    students: list[Row],
    register: Register,
    decisions: Decisions,
    left_over: Sequence[str] = (),
) -> summary.Facts:
    known = {(grade.id, column.id) for grade in found for column in register.columns}
    return summary.facts(found, students, register, unused(decisions, known), left_over)


def _show_step(page: str) -> None:
    """Add the page to what a build server of GitHub shows, where this is one."""
    target = os.environ.get(STEP_SUMMARY)
    if target:
        with Path(target).open("a", encoding="utf-8", newline="\n") as file:
            file.write(page)
