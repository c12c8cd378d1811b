"""CSV files as people save them: rosters and worksheets, whichever program and country they come from."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from grader.batch import csv_text, roster
from grader.batch import run as running
from grader.batch.roster import Student
from grader.cli import exit_codes, main
from grader.errors import PathError
from tests.batch.classroom import LAYERS, WRONG, PretendEngine, Silent, config, gradebook, grow

ROWS = [
    ["id", "name", "email", "group"],
    ["s01", "Alpha One", "s01@example.org", ""],
    ["s02", "Beta 二", "s02@example.org", "g1"],
    ["s03", "Gamma, Three", "s03@example.org", "g1"],
]
STUDENTS = tuple(Student(row[0], row[1], row[2], row[3]) for row in ROWS[1:])
SAVED = [
    ("utf-8", ",", ""), ("utf-8-sig", ",", ""), ("utf-16", "\t", ""), ("utf-16-be", "\t", ""),
    ("utf-16-le", "\t", "\ufeff"), ("utf-32", ",", ""), ("big5", ",", ""), ("cp950", ";", ""),
    ("utf-8-sig", ";", "sep=;\r\n"), ("utf-8", "|", "SEP=|\r\n"), ("utf-8", ",", '"sep=,"\r\n'),
    ("utf-8", ",", "\r\n \r\n"), ("utf-8", ",", ",,,\r\n"), ("utf-8", "\t", "\n\n"),
]  # fmt: skip


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    paper = io.StringIO()
    csv.writer(paper, delimiter=delimiter, lineterminator=end).writerows(rows)
    return paper.getvalue()


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(("encoding", "delimiter", "first"), SAVED)
def test_roster_is_read_however_it_was_saved(
    tmp_path: Path, encoding: str, delimiter: str, first: str, end: str
) -> None:
    """What Excel saves on any system is the same list of students, blank lines or not."""
    text = first.replace("\r\n", end) + written(ROWS, delimiter, end) + end
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
    assert roster.read(tmp_path / "roster.csv") == STUDENTS


@pytest.mark.parametrize("name", ["Bêta Müller", "Álvaro Ñandú", "Größe", "José", "Åsa Ärlig"])
def test_western_code_page_is_not_taken_for_chinese(name: str) -> None:
    """Letters with accents in the code page of western Windows are read as what they are."""
    content = f"id,name\r\ns01,{name}\r\n".encode("cp1252")
    assert csv_text.parse(content).text.split(",")[-1].strip() == name


@pytest.mark.parametrize("name", ["王小明", "許功蓋", "陳 Ann", "Ann 陳", "李"])
def test_chinese_code_page_is_not_taken_for_western(name: str) -> None:
    """Names in Big5 are read as what they are, also those that hold the byte of a backslash."""
    content = f"id,name\r\ns01,{name}\r\n".encode("cp950")
    assert csv_text.parse(content).text.split(",")[-1].strip() == name


@pytest.mark.parametrize(
    ("content", "output"),
    [
        (b'id,name\ns01,"Ann\ns02,Bob\n', "line 2: a cell begins with a quotation mark"),
        (b'id,name\ns01,"Ann "the" Bob"\n', "line 2: a cell begins with a quotation mark"),
        (b"PK\x03\x04\x14\x00", "is a workbook of Excel; save it as CSV"),
        (b"", "line 1: found no column of ids"),
        (b"id\n1\n2\n1\n", "line 4: the id '1' is there twice, at first on line 2"),
    ],
)
def test_roster_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: bytes, output: str
) -> None:
    """What is wrong with a list is one sentence with the file and its line; the command ends with 2."""
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(PathError, match=r"roster\.csv") as raised:
        roster.read(tmp_path / "roster.csv")
    assert output in str(raised.value)
    grow(tmp_path / "class", {"amy.py": LAYERS})
    arguments = ["batch", str(tmp_path / "class"), "-o", str(tmp_path / "out"), "--roster"]
    assert main.run([*arguments, str(tmp_path / "roster.csv")]) == exit_codes.WRONG_USE


def test_long_cells_are_read(tmp_path: Path) -> None:
    """A cell of any length is read: what lies in the file decides, and no reader's own limit."""
    (tmp_path / "roster.csv").write_text(f"id,name\ns01,{'x' * 200_000}\n", "utf-8")
    assert len(roster.read(tmp_path / "roster.csv")[0].name) == 200_000


GERMAN = (
    "Identifikator;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;"
    "Bewertung kann geändert werden;Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);"
    "Feedback als Kommentar\r\n"
    "Teilnehmer/in 2003;Beta Two;b@example.org;Zur Bewertung abgegeben;;15,00;Ja;;-;\r\n"
    "Teilnehmer/in 2004;Gamma Three;g@example.org;Zur Bewertung abgegeben;;15,00;Nein;;-;\r\n"
)
CHINESE = (
    "\ufeff識別號,全名,電子郵件信箱,狀態,成績,最高成績,可以更改成績,最後修改(繳交),最後修改(成績),回饋評語\r\n"
    "參與者 2003,Beta Two,b@example.org,已繳交,,15.00,是,,-,\r\n"
    "參與者 2004,Gamma Three,g@example.org,已繳交,,15.00,否,,-,\r\n"
)
NORWEGIAN = (
    "Kjennetegn\tNavn\tMail\tTilstand\tKarakter\tToppkarakter\tÅpen\tLevert\tRettet\tMerknad\r\n"
    "Deltaker 2003\tBeta Two\tb@example.org\tLevert\t-\t15,0\tJa\t\t-\t\r\n"
    "Deltaker 2004\tGamma Three\tg@example.org\tLevert\t\t15,0\tNei\t\t-\t\r\n"
)
MOODLE_CLASS = {
    "Beta Two_2003_assignsubmission_file/layers.py": WRONG + "#",
    "Gamma Three_2004_assignsubmission_file/layers.py": LAYERS,
}


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter", "grade"),
    [
        (GERMAN, "utf-8", ";", "9"),
        (GERMAN.replace("15,00", "12,00"), "cp1252", ";", "7,2"),
        (CHINESE.replace("15.00", "12.00"), "utf-8", ",", "7.2"),
        (CHINESE.removeprefix("\ufeff").replace("15.00", "12.00"), "big5", ",", "7.2"),
        (NORWEGIAN.replace("15,0", "12,0"), "utf-8", "\t", "7,2"),
        (NORWEGIAN.replace("15,0", "12,0"), "utf-16", "\t", "7,2"),
    ],
)
def test_worksheet_in_the_language_of_the_site_is_filled(
    tmp_path: Path, text: str, encoding: str, delimiter: str, grade: str
) -> None:
    """A worksheet is filled with its own decimal sign, its header known or not; the rest stays."""
    grow(tmp_path / "class", MOODLE_CLASS)
    grow(tmp_path, {"sheet.csv": text.encode(encoding)})
    running.run(
        config(tmp_path / "class", tmp_path / "out", sheets=(tmp_path / "sheet.csv",)),
        PretendEngine(),
        Silent(),
    )
    filled = (tmp_path / "out" / "sheet.csv").read_bytes().decode(encoding)
    before, after = (
        list(csv.reader(io.StringIO(one, newline=""), delimiter=delimiter))
        for one in (text, filled)
    )
    assert (after[1][4], after[1][9][:6]) == (grade, "6 / 10")
    assert after[2][4] == before[2][4]  # the site does not let this one be changed
    after[1][4], after[1][9] = before[1][4], before[1][9]
    assert before == after


@pytest.mark.parametrize("text", [GERMAN, CHINESE, NORWEGIAN])
def test_worksheet_in_any_language_is_a_roster(tmp_path: Path, text: str) -> None:
    """Moodle's own export names the students by the numbers of the download."""
    grow(tmp_path, {"sheet.csv": text})
    assert roster.read(tmp_path / "sheet.csv") == (
        Student("2003", "Beta Two", "b@example.org"),
        Student("2004", "Gamma Three", "g@example.org"),
    )


def test_worksheet_with_id_numbers_matches_the_download(tmp_path: Path) -> None:
    """Where a worksheet has both, the student is called by the ID number and found by the other."""
    head = "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade\n"
    grow(tmp_path, {"sheet.csv": f"{head}Participant 2003,B,S77,b@x.org,,,100\n"})
    grow(tmp_path / "class", {"Other Name_2003_assignsubmission_file/layers.py": LAYERS})
    out = tmp_path / "out"
    settings = config(tmp_path / "class", out, roster=tmp_path / "sheet.csv")
    running.run(settings, PretendEngine(), Silent())
    assert [(row["id"], row["submission"]) for row in gradebook(out)] == [("S77", "2003")]
