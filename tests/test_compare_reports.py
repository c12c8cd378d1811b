"""The tool that compares the reports of two checkouts sees what changed, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.compare_reports import main, named, part_of, programs

RUBRIC = """
version: 1
title: Two checks
total: 5
groups:
  - title: Losses
    items:
      - {check: mse.forward, points: 2}
      - {check: mse.backward, points: 3}
"""
WRONG = "wrong loss_missing_factor_2"
NAMES = ("base", WRONG)

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of two programs under a small rubric."""
    folder = tmp_path_factory.mktemp("reports")
    rubric, out = folder / "rubric.yaml", folder / "before.jsonl"
    rubric.write_text(RUBRIC)
    only = [word for name in NAMES for word in ("--only", name)]
    options = ["--seeds", "1", "--in-process", "--rubric", str(rubric), *only]
    assert main(["write", str(out), *options]) == 0
    return out


def changed(before: Path, folder: Path, change: Change) -> Path:
    """A copy of the file in which the report of the wrong program is another."""
    after = folder / "after.jsonl"
    lines = [json.loads(line) for line in before.read_text().splitlines()]
    change(next(line["report"] for line in lines if line["program"] == WRONG))
    after.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return after


def check(report: dict[str, Any], name: str = "mse.backward") -> dict[str, Any]:
    """One check of a report."""
    return next(check for check in report["checks"] if check["id"] == name)


def reword(report: dict[str, Any]) -> None:
    """Say the same in other words, after another time."""
    check(report)["message"] = "This is wrong."
    check(report)["title"] = "Another title"
    check(report)["diagnosis"][0]["explanation"] = "Something is wrong."
    check(report)["seconds"] = report["seconds"] = 77.0
    check(report)["parts"][0]["name"] = "the first of the trials"


def test_reports_are_equal_to_themselves(before: Path) -> None:
    """Two equal files have no difference, and hold one report for each program."""
    assert len(before.read_text().splitlines()) == len(NAMES)
    assert main(["compare", str(before), str(before)]) == 0


def test_other_words_and_times_are_no_difference(before: Path, tmp_path: Path) -> None:
    """Sentences, titles, names of parts and seconds are left out."""
    assert main(["compare", str(before), str(changed(before, tmp_path, reword))]) == 0


CHANGES: dict[str, Change] = {
    "verdict": lambda report: check(report).update(verdict="passed"),
    "points": lambda report: check(report).update(points=0.5),
    "parts.0.passed": lambda report: check(report)["parts"][0].update(passed=None),
    "diagnosis.0.mistake": lambda report: check(report)["diagnosis"][0].update(mistake="other"),
    "diagnosis.length": lambda report: check(report)["diagnosis"].clear(),
    "message_values.got": lambda report: check(report)["message_values"].update(got="0.123"),
    "expected": lambda report: check(report).update(expected="1.25"),
    "needs_review.length": lambda report: report["needs_review"].append({"id": "x", "values": {}}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_is_listed(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    """A verdict, points, a part, a slug, a number or a flag that changed is listed by its program."""
    after = changed(before, tmp_path, CHANGES[what])
    assert main(["compare", str(before), str(after), "--most", "50"]) == 1
    told = capsys.readouterr().out
    assert f"{WRONG}, seed 1\n" in told
    assert f"{what}: " in told
    assert told.endswith("2 reports, 1 differ\n")


def test_a_program_in_one_file_alone_is_listed(before: Path, tmp_path: Path) -> None:
    """A program that is gone differs."""
    after = tmp_path / "after.jsonl"
    after.write_text(before.read_text().splitlines(keepends=True)[0])
    assert main(["compare", str(before), str(after)]) == 1


def test_renamed_keys_and_slugs_are_no_difference(before: Path, tmp_path: Path) -> None:
    """With a list of new names, what only has another name is equal."""
    slugs: list[str] = []

    def rename(report: dict[str, Any]) -> None:
        for finding in (finding for check in report["checks"] for finding in check["diagnosis"]):
            slugs.append(finding.pop("mistake"))
            finding["slug"] = slugs[-1] + "_renamed"

    after, names = changed(before, tmp_path, rename), tmp_path / "renames.yaml"
    values = "".join(f"  {slug}: {slug}_renamed\n" for slug in set(slugs))
    names.write_text(f"keys: {{mistake: slug}}\nvalues:\n{values}")
    assert main(["compare", str(before), str(after)]) == 1
    assert main(["compare", str(before), str(after), "--renames", str(names)]) == 0


def test_parts_hold_each_program_once() -> None:
    """The parts of all programs hold each of them once; names are unique, and unknown ones refused."""
    every = programs()
    parts = [program.name for part in (1, 2, 3) for program in part_of(every, part, 3)]
    assert sorted(parts) == sorted({program.name for program in every})
    assert "reference" in parts
    with pytest.raises(ValueError, match="no program 'wrong nothing'"):
        named(every, ["wrong nothing"])
