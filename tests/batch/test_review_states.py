"""One number, one source: whatever shows a grade shows the same, and what is undecided is no number."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner

from grader import reports
from grader.batch import run as running
from grader.batch.class_index import Pages
from grader.batch.rescore import rescore
from grader.batch.run import Result
from grader.batch.store import Store
from grader.cli import main
from grader.errors import PathError
from grader.reports.final_score import settle
from grader.reports.pages.class_phrases import whole_percent
from tests.batch import classroom
from tests.batch.classroom import (
    LAYERS,
    WRONG,
    PretendEngine,
    Silent,
    config,
    gradebook,
    grow,
    loaded,
)

LATE = 'total: 10\nrounding: 0.5\nlate: {due: "2026-10-01T00:00:00+00:00", percent_per_day: 33.3}\n'
RUBRIC = classroom.QUICK.replace("total: 10\n", LATE)
NEW = RUBRIC.replace("points: 6", "points: 3").replace("points: 4", "points: 7")
WHO = {"1": "right", "2": "wrong", "3": "open", "4": "unread", "5": "fault", "6": "late",
       "7": "stranger"}  # fmt: skip
TEXTS: dict[str, str | bytes] = {
    "right": LAYERS, "wrong": WRONG, "open": LAYERS + "# review\n", "fault": "boom",
    "late": WRONG + "# late\n", "stranger": LAYERS + "# s\n",
}  # fmt: skip
METADATA = "".join(
    f'submission_{at}:\n  ":submitters":\n  - ":name": {name}\n    ":sid": "{at}"\n'
    + ('  ":created_at": 2026-10-01 12:00:00 Z\n' if name == "late" else "")
    for at, name in WHO.items()
)
BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (77)\n    Points Possible,,,,,20\n"
    + "".join(f"{name},{at},{at},,A,{'9' if name == 'open' else ''}\n" for at, name in WHO.items())
    + "absent,9,9,,A,\n"
)
ROSTER = (
    "id,name\n" + "".join(f"{at},{n}\n" for at, n in WHO.items() if n != "stranger") + "9,absent\n"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of every kind of trouble, as Gradescope gives it out, with a roster and a sheet."""
    workspace = tmp_path_factory.mktemp("workspace")
    folder = "class/submission_{}/layers.py"
    files = {folder.format(at): TEXTS[name] for at, name in WHO.items() if name in TEXTS}
    files["class/submission_4/layers.rar"] = b"Rar!"
    files["class/submission_metadata.yml"] = METADATA
    return grow(workspace, {**files, "book.csv": BOOK, "roster.csv": ROSTER})


def run(workspace: Path) -> Result:
    sheets = () if (workspace / "out").exists() else (workspace / "book.csv",)
    settings = config(
        workspace / "class", workspace / "out", rubric=loaded(RUBRIC), roster=workspace / "roster.csv",
        sheets=sheets, pages=Pages(),
    )  # fmt: skip
    return running.run(settings, PretendEngine(), Silent())


def decide(workspace: Path, *lines: str) -> None:
    (workspace / "out" / "decisions.csv").write_text(
        "\n".join(["id,check,points,reason,who", *lines])
    )


def number(text: str) -> float | None:
    return float(text) if text else None


def by_row(out: Path) -> Iterator[dict[str, float | None]]:
    """What each student has, by name, in everything that has a row a student."""
    yield {
        row["name"]: number(row["total"]) for row in gradebook(out) if row["verdict"] != "missing"
    }
    filled = csv.DictReader(io.StringIO((out / "book.csv").read_text("utf-8")))
    grades = {row["Student"]: number(row["Lab 1 (77)"]) for row in filled if row["ID"]}
    yield {
        name: None if grade is None else grade / 2
        for name, grade in grades.items()
        if name != "absent"
    }
    data = re.search(r'id="data">(.*?)</script>', (out / "class.html").read_text("utf-8"))
    assert data is not None
    students = json.loads(data[1])["students"]
    yield {row[0]: row[5] for row in students if row[4] != "missing"}


def by_report(out: Path, at: str) -> Iterator[float | None]:
    """What one submission comes to, in everything that is made of its report alone."""
    document = classroom.report(out, f"submission_{at}")
    yield settle(document).total
    yield json.loads(reports.render(document, "gradescope")).get("score")
    suites = [
        suite
        for suite in Xml.fromstring((out / "junit.xml").read_text("utf-8"))
        if suite.get("name") == f"submission_{at}"
    ]
    suites += Xml.fromstring(reports.render(document, "junit"))
    for suite in suites:
        result = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
        yield number(result.get("total") or "")
    for form in ("text", "markdown"):
        [line] = [
            one
            for one in reports.render(document, form).replace("\\", "").splitlines()
            if f"submission_{at}" in one
        ][:1]
        decided = re.search(r"([\d.]+) / [\d.]+$", line.strip())
        yield float(decided[1]) if decided and "at least" not in line else None
    for folder in ("pages", "feedback"):
        page = (out / folder / f"submission_{at}.html").read_text("utf-8")
        top = re.search(r'<p class="score number">(.*?)</p>', page, re.DOTALL)
        decided = re.search(r"<strong>([\d.]+)</strong>", top[1]) if top else None
        yield float(decided[1]) if decided and top and "at least" not in top[1] else None


def agreed(out: Path) -> dict[str, float | None]:
    """Demand that everything says the same, and return it."""
    first, *others = by_row(out)
    assert others == [first] * len(others)
    for at, name in WHO.items():
        if name != "fault":
            sentence = set(by_report(out, at))
            assert sentence == {first[name]} or name == "stranger", name
            assert len(sentence) == 1, name
    decided = [total for total in first.values() if total is not None]
    notes = json.loads((out / "summary.json").read_text("utf-8"))
    assert notes["mean"] == round(sum(decided) / len(decided), 2)
    assert sum(entry["count"] for entry in notes["histogram"]) == len(decided)
    return first


BEFORE = {
    "right": 10, "wrong": 6, "open": None, "unread": None, "fault": None, "late": 2.5,
    "stranger": None,
}  # fmt: skip


def test_all_files_show_the_same_number(workspace: Path) -> None:
    """Every sheet, page and format agrees: as graded, decided, rescored, handed in again and taken back."""
    out, tally = workspace / "out", run(workspace).tally
    assert agreed(out) == BEFORE
    kinds = (tally.graded, tally.waits, tally.not_examined, tally.no_report, tally.unmatched)
    assert [len(kind) for kind in kinds] == [3, 1, 1, 1, 1]
    assert tally.lines()[-1] == (
        "7 submissions: 3 graded, 1 waits for a person, 1 could not be examined, 1 not examined, by "
        "our own fault, 1 not on the roster, 1 on the roster without a submission"
    )
    decide(
        workspace, "submission_3,linear.forward,2.5,half,ta", "submission_4,*,7,read by hand,ta",
        "submission_5,,4.5,by hand,ta", "submission_1,*,9,copied,ta",
    )  # fmt: skip
    rescore(Store(out), Store(out), None)
    after = BEFORE | {"right": 9, "open": 6.5, "unread": 7, "fault": 4.5}
    assert agreed(out) == after
    rescore(Store(out), Store(out), loaded(NEW))
    assert agreed(out) == after | {"wrong": 3, "open": 9.5, "late": 0}
    grow(workspace, {"class/submission_2/layers.py": LAYERS + "# better\n"})
    assert [len(kind) for kind in (run(workspace).tally.graded, run(workspace).tally.waits)] == [
        6,
        0,
    ]
    assert agreed(out) == after | {"wrong": 10}
    decide(workspace)
    rescore(Store(out), Store(out), None)
    assert agreed(out) == BEFORE | {"wrong": 10}


def test_what_waits_is_listed_with_its_name(workspace: Path) -> None:
    """`grade review` names everybody without a grade, says why, and what to do; so does the class page."""
    run(workspace)
    sentence = CliRunner().invoke(main.program, ["review", str(workspace / "out")]).output
    for line in (
        "fault (submission_5): not examined, by our own fault",
        "unread (submission_4): could not be examined",
        "open (submission_3): 6 points open",
        "stranger (submission_7): not on the roster",
        "4 wait; decide in ",
    ):
        assert line in sentence
    page = (workspace / "out" / "class.html").read_text("utf-8")
    for line in ("could not be examined", "not on the roster", "submission_4,*,"):
        assert line in page.replace("&#34;", "").replace('"', "")
    notes = json.loads((workspace / "out" / "summary.json").read_text("utf-8"))
    assert (
        "book.csv: open (submission_3): some points wait for a person, so the cell is blank"
        in notes["sheets"]
    )


def test_a_sheet_without_its_original_is_reported_as_stale(workspace: Path) -> None:
    """A sheet that cannot be filled in again is named, with what to do; the run goes on."""
    run(workspace)
    (workspace / "out" / "originals" / "book.csv").unlink()
    rescore(Store(workspace / "out"), Store(workspace / "out"), None)
    notes = json.loads((workspace / "out" / "summary.json").read_text("utf-8"))
    assert "give it once more with --fill" in notes["sheets"][0]


def test_whole_decision_gives_no_more_than_there_is(workspace: Path) -> None:
    """A decision about a whole submission above the maximum is refused with its line."""
    run(workspace)
    decide(workspace, "submission_4,*,11,,")
    with pytest.raises(PathError, match="line 2: found 11 points for the whole submission"):
        run(workspace)
    decide(workspace)


def test_share_of_nobody_is_a_number() -> None:
    """Where nobody passes a check, the class page says 0 %."""
    assert [str(whole_percent(part, 3)) for part in (0, 1, 3)] == ["0", "33", "100"]
