"""What goes back to a course platform, read back by each platform's own rules."""

from __future__ import annotations

import csv
import io
import json
import re
import string
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from grader.batch import roster
from grader.batch import run as running
from grader.batch.csv_cells import Sheet, escape, table, unescape
from grader.errors import PathError
from tests.batch.classroom import (
    LAYERS,
    QUICK,
    WRONG,
    PretendEngine,
    Silent,
    config,
    gradebook,
    grow,
    loaded,
)

FORMULA = "=+-@\t\r"
TEXTS = some.text(
    some.sampled_from("abc =+-@',;\"\n\r\t\u00e9\u4e2d12.") | some.characters(codec="utf-8"),
    max_size=12,
)


def canvas_import(content: bytes) -> dict[str, dict[str, str]]:
    """Read a gradebook by the rules of Canvas's importer: assignment -> student id -> grade."""
    text = content.decode("utf-8-sig")
    first = text.splitlines()[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert len(header) > 3
    [section] = [at for at, name in enumerate(header) if "Section" in name]
    grades: dict[str, dict[str, str]] = {name: {} for name in header[section + 1 :]}
    for row in rows[1:]:
        if "Points Possible" in row[0] or not row[1].strip():
            continue
        for name, cell in zip(header[section + 1 :], row[section + 1 :], strict=True):
            assert cell in ("", "EX") or float(cell.replace(",", ".")) >= 0
            grades[name][row[1]] = cell
    return grades


def moodle_import(content: bytes) -> dict[int, tuple[str, str]]:
    """Read a worksheet by the rules of Moodle's importer: participant -> grade and feedback."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(rows.fieldnames or ())
    grades_by_number = {}
    for row in rows:
        number = int(row["Identifier"].replace("Participant ", ""))
        assert row["Grade"] in ("", "-") or 0 <= float(row["Grade"]) <= 100
        grades_by_number[number] = row["Grade"], row["Feedback comments"]
    return grades_by_number


def others(before: bytes, after: bytes, columns: set[int]) -> None:
    """Whatever is not in these columns is the same, byte for byte."""
    old, new = Sheet(before), Sheet(after)
    assert [len(row) for row in old.rows] == [len(row) for row in new.rows]
    for first, second in zip(old.rows, new.rows, strict=True):
        for at, (one, other) in enumerate(zip(first, second, strict=True)):
            if at not in columns:
                cut = before.decode()[one.start : one.end], after.decode()[other.start : other.end]
                assert cut[0] == cut[1]


def graded(workspace: Path, **more: object) -> Path:
    running.run(config(workspace / "class", workspace / "out", **more), PretendEngine(), Silent())
    return workspace / "out"


CANVAS = (
    '\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (77),"Lab, two (78)",Current Score\r\n'
    "    Points Possible,,,,,10,20,(read only)\r\n"
    '"Doe, Jane",1001,S1,jane,"Sec ""A""",,3.5,99\r\n'
    '"Doe, Jane",1002,S2,jane2,B,1,,\r\n'
    '"Roe, EX",1003,S3,roe,B,EX,,\r\n'
    '"Not, Here",1004,S4,not,B,2,,\r\n'
)  # fmt: skip
CANVAS_CLASS = {
    "doejane_1001_501_layers.py": LAYERS,
    "doejane_LATE_1002_502_layers.py": WRONG,
    "roeex_1003_503_layers.py": LAYERS,
    "gone_1009_504_layers.py": LAYERS,
}


@pytest.mark.parametrize("column", ["Lab 1", "77", "Lab 1 (77)"])
def test_canvas_gradebook_is_filled_by_id(tmp_path: Path, column: str) -> None:
    """Grades go to ids, never to names; excused and absent students stay, so does every other cell."""
    grow(tmp_path / "class", CANVAS_CLASS)
    grow(tmp_path, {"book.csv": CANVAS})
    out = graded(tmp_path, sheets=(tmp_path / "book.csv",), column=column)
    filled = (out / "book.csv").read_bytes()
    grades_by_number = canvas_import(filled)
    assert grades_by_number["Lab 1 (77)"] == {"1001": "10", "1002": "6", "1003": "EX", "1004": "2"}
    assert grades_by_number["Lab, two (78)"]["1001"] == "3.5"
    others(CANVAS.encode(), filled, {5})
    summary_data = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary_data["sheets"] == [
        "book.csv: roeex (1003): excused, left so", "book.csv: gone (1009) has no row",
    ]  # fmt: skip
    assert summary_data["late"] == ["1002"]


def test_canvas_grade_is_in_the_points_of_canvas(tmp_path: Path) -> None:
    """Where the assignment has other points than the rubric, the grade is scaled."""
    grow(tmp_path / "class", CANVAS_CLASS)
    grow(tmp_path, {"book.csv": CANVAS})
    out = graded(tmp_path, sheets=(tmp_path / "book.csv",), column="78")
    assert canvas_import((out / "book.csv").read_bytes())["Lab, two (78)"]["1002"] == "12"


def test_canvas_column_must_be_one(tmp_path: Path) -> None:
    """Without a name, with a wrong one, and for a read-only column, nothing runs."""
    grow(tmp_path / "class", CANVAS_CLASS)
    grow(tmp_path, {"book.csv": CANVAS, "only.csv": CANVAS.replace(",10,20", ",(read only),20")})
    for name, column, sentence in (
        ("book.csv", None, "name one with --column"),
        ("book.csv", "Lab 3", "no single assignment 'Lab 3'"),
        ("only.csv", "77", "read only"),
        ("quick.yaml", None, "neither a gradebook of Canvas"),
    ):
        grow(tmp_path, {"quick.yaml": "a,b\n"})
        with pytest.raises(PathError, match=re.escape(sentence)):
            graded(tmp_path, sheets=(tmp_path / name,), column=column)
    assert not (tmp_path / "out").exists()


MOODLE = (
    "Identifier,Full name,Email address,Status,Group,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 123,Jane Doe,jane@x.edu,"Submitted for grading",,,100.00,Yes,"Thursday, 1 October",-,\n'
    "Participant 124,Jean Luc Roe,luc@x.edu,Submitted,,50.00,100.00,No,-,-,old\n"
    "Participant 200,Ann Poe,ann@x.edu,Submitted,Team A,,100.00,Yes,-,-,\n"
    "Participant 9,Other One,o@x.edu,No submission,,,100.00,Yes,-,-,\n"
)
MOODLE_CLASS = {
    "Jane Doe_123_assignsubmission_file_/layers.py": WRONG,
    "Jean Luc Roe_124_assignsubmission_file_/layers.py": LAYERS,
    "Team A_9_assignsubmission_file_/layers.py": LAYERS,
}


def test_moodle_worksheet_is_filled(tmp_path: Path) -> None:
    """Participants by number, teams by name, nobody by a number that is a team's; the rest stays."""
    grow(tmp_path / "class", MOODLE_CLASS)
    grow(tmp_path, {"sheet.csv": MOODLE})
    out = graded(tmp_path, sheets=(tmp_path / "sheet.csv",))
    filled = (out / "sheet.csv").read_bytes()
    grades_by_number = moodle_import(filled)
    assert {number: grade for number, (grade, _) in grades_by_number.items()} == {
        123: "60", 124: "50.00", 200: "100", 9: "",
    }  # fmt: skip
    assert grades_by_number[123][1].startswith("6 / 10\n")
    assert "4" in grades_by_number[123][1]
    assert grades_by_number[124][1] == "old"
    others(MOODLE.encode(), filled, {5, 10})


def test_comments_are_in_the_language_of_the_rubric(tmp_path: Path) -> None:
    """Where the rubric asks for Chinese, what students read on the platform is Chinese."""
    grow(tmp_path / "class", MOODLE_CLASS)
    grow(tmp_path, {"sheet.csv": MOODLE})
    settings = loaded(QUICK.replace("total: 10", "total: 10\nlanguage: zh_TW"))
    out = graded(tmp_path, sheets=(tmp_path / "sheet.csv",), rubric=settings)
    comment = moodle_import((out / "sheet.csv").read_bytes())[123][1]
    assert "Linear.backward 回傳 dL/dx，也就是對輸入的梯度：0 / 4" in comment
    assert "Linear.backward 回傳 dL/dx，也就是對輸入的梯度" in (out / "junit.xml").read_text(
        "utf-8"
    )


def test_gradebook_runs_nothing_and_keeps_ids(tmp_path: Path) -> None:
    """Names that a spreadsheet would run are neutralised; ids with zeros and signs stay."""
    names = ["=HYPERLINK(1)", "@SUM(1)", "+cmd", "-cmd", "007", "-17"]
    grow(tmp_path / "class", {f"{name}/layers.py": LAYERS for name in names})
    out = graded(tmp_path)
    cells = [row["id"] for row in gradebook(out)]
    assert {unescape(cell) for cell in cells} == set(names)
    assert {"007", "-17"} <= set(cells)
    for row in gradebook(out):
        for cell in row.values():
            assert cell[:1] not in tuple(FORMULA) or re.fullmatch(r"[+-]?[\d.]+", cell)


@given(some.lists(some.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_table_is_read_back(rows: list[list[str]]) -> None:
    """Whatever is written is read back the same, but for the apostrophe before a formula."""
    read = list(
        csv.reader(io.StringIO(table(rows).removeprefix("\ufeff"), newline=""), strict=True)
    )
    assert [[unescape(cell) for cell in row] for row in read] == [
        [unescape(escape(cell)) for cell in row] for row in rows
    ]
    for cell in (cell for row in read for cell in row):
        assert cell[:1] not in tuple(FORMULA) or re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)


@given(
    some.lists(some.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=4),
    some.sampled_from(["\n", "\r\n"]),
    some.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    some.booleans(),
)
def test_sheet_changes_one_cell_alone(
    rows: list[list[str]], end: str, quoting: Literal[0, 1], mark: bool
) -> None:
    """A sheet says what a reader of CSV reads, and a changed cell changes nothing else."""
    if quoting == csv.QUOTE_MINIMAL:  # the writer of older Pythons leaves this sign unquoted
        rows = [[text.replace("\r", "") for text in row] for row in rows]
    paper = io.StringIO()
    csv.writer(paper, lineterminator=end, quoting=quoting).writerows([["a,b", "c,d"], *rows])
    content = (("\ufeff" if mark else "") + paper.getvalue()).encode()
    sheet = Sheet(content)
    read = list(csv.reader(io.StringIO(paper.getvalue(), newline="")))
    assert [[cell.text for cell in row] for row in sheet.rows] == read
    assert sheet.content() == content
    sheet.put(sheet.rows[-1][1], 'new, "text"')
    changed = Sheet(sheet.content())
    read[-1][1] = 'new, "text"'
    assert [[cell.text for cell in row] for row in changed.rows] == read
    others(content, sheet.content(), {1})


ROSTER = (
    "Student ID,Name,Email,Group,SIS Login ID\r\n"
    "0100,Jane Doe,jane@x.edu,red,jd\r\n0101,John Roe,john@x.edu,red,jr\r\n"
    "0102,Ann Poe,ann@x.edu,,ap\r\n0103,Nobody Here,no@x.edu,,nh\r\n"
)


def test_roster_names_missing_and_unmatched_students(tmp_path: Path) -> None:
    """A row for everybody on the list, in its order; a group's submission counts for all of it."""
    grow(tmp_path / "class", {"jd.py": WRONG, "ann@x.edu/layers.py": LAYERS, "zoe.py": LAYERS})
    grow(tmp_path, {"roster.csv": ROSTER})
    out = graded(tmp_path, roster=tmp_path / "roster.csv")
    assert [(r["id"], r["submission"], r["verdict"], r["total"]) for r in gradebook(out)] == [
        ("0100", "jd", "graded", "6"), ("0101", "jd", "graded", "6"),
        ("0102", "ann@x.edu", "graded", "10"), ("0103", "", "missing", ""),
        ("zoe", "zoe", "unmatched", ""),
    ]  # fmt: skip
    summary_data = json.loads((out / "summary.json").read_text("utf-8"))
    assert (summary_data["missing"], summary_data["unmatched"]) == (["0103"], ["zoe"])


def test_gradebook_of_canvas_is_a_roster_too(tmp_path: Path) -> None:
    """Canvas's own export names the students; its row of points is nobody."""
    grow(tmp_path, {"book.csv": CANVAS})
    assert [student.id for student in roster.read(tmp_path / "book.csv")] == [
        "1001", "1002", "1003", "1004",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("name\nx\n", "no column of ids"), ("id\n1\n1\n", "is there twice")],
)
def test_wrong_roster_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """A list without ids, or with an id twice, is refused."""
    grow(tmp_path, {"roster.csv": text})
    with pytest.raises(PathError, match=sentence):
        roster.read(tmp_path / "roster.csv")


def test_every_printable_text_is_inert_or_a_number() -> None:
    """Each sign at the beginning is either harmless or gets its apostrophe, spaces before it too."""
    for sign in string.printable:
        for text in (f"{sign}1+1", f"  {sign}A1"):
            risky = text.lstrip(" ")[:1] in tuple(FORMULA + "\n")
            assert escape(text).startswith("'") == risky or text.startswith("'")


def test_a_filled_sheet_never_takes_the_name_of_a_file_of_ours(tmp_path: Path) -> None:
    """Sheets called like our files, or like each other, get names of their own, and this is said."""
    grow(tmp_path / "class", CANVAS_CLASS)
    grow(tmp_path, {"GradeBook.csv": CANVAS, "a/book.csv": CANVAS, "b/book.csv": CANVAS})
    sheets = tuple(tmp_path / name for name in ("GradeBook.csv", "a/book.csv", "b/book.csv"))
    settings = config(tmp_path / "class", tmp_path / "out", sheets=sheets, column="77")
    result = running.run(settings, PretendEngine(), Silent())
    for name in ("GradeBook-filled.csv", "book.csv", "book-filled.csv"):
        filled = canvas_import((tmp_path / "out" / name).read_bytes())
        assert filled["Lab 1 (77)"]["1002"] == "6"
    assert "1001" in {row["id"] for row in gradebook(tmp_path / "out")}
    sentence = [str(note) for note in result.notes if "filled in, it is" in str(note)]
    assert [note.rpartition("/")[2] for note in sentence] == [
        "GradeBook-filled.csv",
        "book-filled.csv",
    ]


def test_two_submissions_for_one_student_are_both_listed_and_none_is_filled_in(
    tmp_path: Path,
) -> None:
    """Where ids match one student of the roster, none counts: both are named, and cells stay blank."""
    grow(tmp_path / "class", {"S123.py": LAYERS, "s123.py": WRONG, "amy.py": LAYERS})
    grow(tmp_path, {"roster.csv": "id,name\ns123,Wang\namy,Amy\n"})
    sheet = "Student,ID,SIS Login ID,Section,Lab (7)\nWang,1,s123,A,5\nAmy,2,amy,A,\n"
    grow(tmp_path, {"book.csv": sheet})
    settings = config(
        tmp_path / "class", tmp_path / "out", roster=tmp_path / "roster.csv",
        sheets=(tmp_path / "book.csv",),
    )  # fmt: skip
    result = running.run(settings, PretendEngine(), Silent())
    rows = [
        (row["id"], row["submission"], row["verdict"], row["total"])
        for row in gradebook(tmp_path / "out")
    ]
    assert rows == [
        ("s123", "S123, s123", "ambiguous", ""), ("amy", "amy", "graded", "10"),
        ("S123", "S123", "unmatched", ""), ("s123", "s123", "unmatched", ""),
    ]  # fmt: skip
    assert canvas_import((tmp_path / "out" / "book.csv").read_bytes())["Lab (7)"] == {
        "1": "",
        "2": "10",
    }
    assert any("S123, s123: all of these match s123" in str(note) for note in result.notes)
    summary_data = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary_data["ambiguous"] == [{"student": "s123", "submissions": ["S123", "s123"]}]
    assert summary_data["missing"] == []


def test_ids_that_differ_in_capitals_alone_are_matched_letter_by_letter(tmp_path: Path) -> None:
    """Where the roster has both ids, each submission is one student's; nobody is missing."""
    grow(tmp_path / "class", {"S123.py": LAYERS, "s123.py": WRONG})
    grow(tmp_path, {"roster.csv": "id\ns123\nS123\n"})
    out = graded(tmp_path, roster=tmp_path / "roster.csv")
    assert [(row["id"], row["total"]) for row in gradebook(out)] == [("s123", "6"), ("S123", "10")]


def test_names_match_in_any_form_of_unicode(tmp_path: Path) -> None:
    """A name that a Mac wrote in pieces is the name of the roster."""
    grow(tmp_path / "class", {"Rene\u0301.py": LAYERS})
    grow(tmp_path, {"roster.csv": "id,name\n7,Ren\u00e9\n"})
    assert gradebook(graded(tmp_path, roster=tmp_path / "roster.csv"))[0]["id"] == "7"
