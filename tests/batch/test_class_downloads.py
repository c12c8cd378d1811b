"""A class of 120 as each platform's download: everybody is graded, waits, or is missing; nobody is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch import run as running
from tests.batch import downloads
from tests.batch.classroom import PretendEngine, Silent, config, gradebook
from tests.batch.downloads import GRADED, NOTHING, Pupil

Maker = Callable[[Path, list[Pupil]], Path]
SHEETS: dict[str, tuple[Maker, Maker | None]] = {
    "canvas": (downloads.as_canvas, downloads.canvas_gradebook),
    "moodle": (downloads.as_moodle, downloads.moodle_worksheet),
    "gradescope": (downloads.as_gradescope, None),
}


def grades_in(path: Path) -> dict[str, str]:
    """Read back what a filled sheet says, by the number of the student."""
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    who = header.index("ID") if "ID" in header else header.index("Identifier")
    at = header.index("Lab (7)") if "Lab (7)" in header else header.index("Grade")
    return {row[who].removeprefix("Participant "): row[at] for row in rows}


@pytest.mark.parametrize(
    ("platform", "listed"), [*((name, True) for name in SHEETS), ("moodle", False)]
)
def test_nobody_is_lost_and_nothing_undecided_is_a_grade(
    tmp_path: Path, platform: str, listed: bool
) -> None:
    """Each student has one row; points are of who was graded alone, in the gradebook and the sheet."""
    members = downloads.pupils(120)
    download, sheet_of = SHEETS[platform]
    sheets = (sheet_of(tmp_path, members),) if sheet_of else ()
    settings = config(
        download(tmp_path, members), tmp_path / "out", sheets=sheets,
        roster=downloads.roster(tmp_path, members) if listed else None,
    )  # fmt: skip
    result = running.run(settings, PretendEngine(), Silent())
    outcomes = {m.id: m.outcome for m in members if listed or m.outcome != NOTHING}
    rows = {row["id"]: row for row in gradebook(tmp_path / "out")}
    assert rows.keys() == outcomes.keys()
    assert len(gradebook(tmp_path / "out")) == len(outcomes)
    assert result.count.done == sum(m.outcome != NOTHING for m in members)
    for id_, outcome in outcomes.items():
        assert (rows[id_]["total"] != "") == (outcome == GRADED), rows[id_]
        assert (rows[id_]["verdict"] == "graded") == (outcome == GRADED)
        assert (rows[id_]["verdict"] == "missing") == (outcome == NOTHING)
    for sheet in sheets:
        notes = grades_in(tmp_path / "out" / sheet.name)
        assert notes == {m.id: rows[m.id]["total"] if m.id in rows else "" for m in members}
