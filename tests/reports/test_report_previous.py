"""What changed between two reports of one student, and who reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.model import Verdict
from grader.reports import for_student, previous, render, validate
from tests.reports import report_examples as examples


def later(feedback: str = "formula") -> dict[str, Any]:
    """Make the report of a second hand-in, in which everything is right, with its predecessor."""
    before = examples.write(examples.typical())
    report = examples.perfect()
    report = replace(
        report,
        rubric=replace(report.rubric, feedback=feedback),
        submission=replace(report.submission, digest="1" * 64),
    )
    return {**examples.write(report), "previous": previous.snapshot(before)}


def test_points_checks_and_mistakes_are_compared() -> None:
    """The sums, the checks whose verdict changed, and the mistakes that went and came."""
    document = later()
    validate(document)
    comparison = previous.compare(document["previous"], document)
    assert comparison.after == document["score"] > comparison.before
    assert [one.verdicts[1] for one in comparison.checks] == ["passed"] * len(comparison.checks)
    assert any("[batch_divided_twice]" in text for text in comparison.gone)
    assert comparison.came == ()
    back = previous.compare(previous.snapshot(document), examples.write(examples.typical()))
    assert (back.came, back.gone) == (comparison.gone, ())


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Since the previous"), ("zh_TW", "與上次繳交相比")]
)
def test_a_report_that_knows_its_predecessor_says_what_changed(
    form: str, language: str, words: str
) -> None:
    """A section of its own, in every form for people; without a predecessor there is none."""
    document = later()
    assert words in render(document, form, language=language)
    assert words not in render({**document, "previous": None}, form, language=language)


def test_hidden_checks_of_the_predecessor_are_never_told() -> None:
    """A student reads of the checks that they may see in the later report, and no total besides."""
    document = later()
    hidden = {c["id"] for c in document["checks"] if c["visibility"] != "visible"}
    assert hidden & {c["id"] for c in document["previous"]["checks"]}
    student = for_student(document)
    validate(student)
    assert not hidden & {c["id"] for c in student["previous"]["checks"]}
    comparison = previous.compare(student["previous"], student)
    assert comparison.after == student["score"]


@pytest.mark.parametrize(
    ("step", "told"), [("symptom", False), ("place", False), ("name", True), ("formula", True)]
)
def test_mistakes_that_went_follow_the_feedback(step: str, told: bool) -> None:
    """A mistake that the report may not name is not named afterwards either."""
    page = render(later(step), "text", audience="student")
    assert ("batch_divided_twice" in page) is told


def test_what_is_the_same_is_said_to_be(tmp_path: Path) -> None:
    """Two equal reports differ in nothing, and it is said whether the files are the same."""
    document = examples.write(examples.typical())
    comparison = previous.compare(previous.snapshot(document), document)
    assert (comparison.checks, comparison.gone, comparison.came) == ((), (), ())
    assert previous.sentences(comparison)[-1] == "The files are the same."


def stored(folder: Path) -> tuple[str, str]:
    """Store two reports; return their paths."""
    paths = folder / "a.json", folder / "b.json"
    for path, document in zip(paths, (examples.write(examples.typical()), later()), strict=True):
        path.write_text(json.dumps(document), "utf-8")
    return str(paths[0]), str(paths[1])


def test_grade_diff_of_two_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text names points, checks and mistakes; --json is the same for a program."""
    first, second = stored(tmp_path)
    assert main.run(["diff", first, second]) == 0
    text = capsys.readouterr().out
    assert "linear.backward.weights" in text
    assert "[batch_divided_twice]" in text
    assert main.run(["diff", first, second, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["points"]["after"] > facts["points"]["before"]
    assert facts["mistakes"]["came"] == []
    assert all(check["verdict"]["after"] == Verdict.PASSED for check in facts["checks"])


def test_grade_diff_for_students_tells_no_hidden_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --for student nothing of a hidden item is left."""
    assert main.run(["diff", *stored(tmp_path), "--json", "--for", "student"]) == 0
    assert "secret.seeds" not in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{}", "[1]", "no json", "\x00"])
def test_grade_diff_of_garbage_is_one_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no report is named with its file, and the exit code is 2."""
    first, _ = stored(tmp_path)
    odd = tmp_path / "odd.json"
    odd.write_text(content, "utf-8")
    for pair in ([first, str(odd)], [str(odd), first]):
        assert main.run(["diff", *pair]) == 2
        error = capsys.readouterr().err
        assert "odd.json" in error
        assert "not a report of this grader" in error
    assert main.run(["diff", first, str(tmp_path)]) == 2
    assert main.run(["diff", first, str(tmp_path / "none.json")]) == 2
