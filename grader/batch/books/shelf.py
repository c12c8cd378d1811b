"""Every file that comes out of a batch, written in one place and one order."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from grader.batch.books import gradebook, junit, pages, platform_sheets, summary
from grader.batch.books.platform_sheets import PlatformSheet
from grader.batch.decisions import Decisions, unused
from grader.batch.progress import Watch
from grader.batch.register import Register
from grader.batch.rows import Grade, Row, grades, rows
from grader.batch.store import Store

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def sheets(paths: Sequence[Path], column: str | None) -> tuple[PlatformSheet, ...]:
    """Read the sheets that are to be filled in, before any work is done.

    Raises
    ------
    PathError
        Where one is no gradebook of Canvas and no worksheet of Moodle.
    """
    return tuple(platform_sheets.read(path, column) for path in paths)


def write(
    store: Store,
    register: Register,
    decisions: Decisions,
    filled: Sequence[PlatformSheet] = (),
    watch: Watch = iter,
) -> None:
    """Write everything but the reports themselves; ``watch`` shows how far the pages are.

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
