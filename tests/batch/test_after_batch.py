"""After the run: rescore, decisions, diff, review, lateness."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import reports
from grader.batch import late
from grader.batch import run as running
from grader.batch.diff import changes
from grader.batch.rescore import rescore, share
from grader.batch.review_queue import review_queue
from grader.batch.store import Store, with_checksum
from grader.batch.work import Task, TaskResult
from grader.cli import exit_codes, main
from grader.errors import PathError, RubricError
from grader.model import Failure, LatePolicy, Message, Outcome, Part, Report, Verdict
from grader.reports import text
from grader.reports.final_score import settle
from tests.batch import classroom
from tests.batch.classroom import LAYERS, WRONG, PretendEngine, Silent, config, grow

NEW = classroom.QUICK.replace("points: 6", "points: 1").replace("points: 4", "points: 9")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A batch of three: right, wrong, and one that waits for a person."""
    grow(tmp_path / "class", {"amy.py": LAYERS, "bob.py": WRONG, "cyd.py": LAYERS + "# review\n"})
    run(tmp_path, tmp_path / "out")
    return tmp_path / "out"


def run(workspace: Path, out: Path, **more: object) -> None:
    running.run(config(workspace / "class", out, **more), PretendEngine(), Silent())


def decide(out: Path, *lines: str) -> None:
    text = "\n".join(["id,check,points,reason,who", *lines]) + "\n"
    (out / "decisions.csv").write_text(text, "utf-8")


def totals(out: Path) -> dict[str, str]:
    return {row["id"]: row["total"] for row in classroom.gradebook(out)}


def test_a_stored_report_of_version_1_is_loaded(out: Path) -> None:
    """A batch loads a report that version 1 stored, with the keys of today."""
    today = Store(out).load("bob")
    assert today is not None
    checks = [
        {**c, "diagnosis": [{**f, "bug": f["mistake"]} for f in c["diagnosis"]]}
        for c in today["checks"]
    ]
    for check in checks:
        for finding in check["diagnosis"]:
            del finding["mistake"]
    old = {"schema_version": 1, "sandbox": {"layers": today["sandbox"]["walls"]}, "checks": checks}
    Store(out).path("bob").write_text(with_checksum(today | old), "utf-8")
    loaded = Store(out).load("bob")
    assert loaded is not None
    reports.validate(loaded)
    assert [c["diagnosis"] for c in loaded["checks"]] == [c["diagnosis"] for c in today["checks"]]


def test_rescore_gives_new_points_and_runs_nothing(out: Path, tmp_path: Path) -> None:
    """Points follow the new rubric from the stored outcomes; the report says what it was made with."""
    rubric_after = classroom.loaded(NEW)
    number, tally = rescore(Store(out), Store(tmp_path / "new"), rubric_after)
    assert (number, tally.graded, tally.waits) == (3, ("amy", "bob"), ("cyd",))
    assert totals(tmp_path / "new") == {"amy": "10", "bob": "1", "cyd": ""}
    document = classroom.report(tmp_path / "new", "bob")
    assert document["rubric"]["digest"] == rubric_after.digest
    assert document["batch"]["rescored_from"] == classroom.loaded().digest
    assert totals(out) == {"amy": "10", "bob": "6", "cyd": ""}


def test_rescore_in_place_is_not_taken_for_a_grading(out: Path, tmp_path: Path) -> None:
    """A batch with the old rubric after a rescore grades anew, so that no mixture can be."""
    rescore(Store(out), Store(out), classroom.loaded(NEW))
    run(tmp_path, out)
    assert totals(out) == {"amy": "10", "bob": "6", "cyd": ""}


def test_rescore_refuses_what_was_not_examined(out: Path) -> None:
    """A rubric with another check is refused, and nothing is changed."""
    more = classroom.QUICK.replace("linear.forward", "mse.forward")
    with pytest.raises(PathError, match="was not examined"):
        rescore(Store(out), Store(out), classroom.loaded(more))
    assert totals(out)["amy"] == "10"


def test_share_of_a_check_that_was_worth_nothing() -> None:
    """Where there were no points, the verdict and the parts say which share was earned."""
    parts = [{"weight": 1, "passed": True}, {"weight": 3, "passed": False}]
    check = {"max_points": 0, "points": 0, "verdict": "failed", "parts": parts}
    assert share(check) == 0.25
    assert share({**check, "verdict": "passed"}) == 1
    assert share({**check, "verdict": "crashed"}) == 0


def test_decision_settles_open_points_and_survives(out: Path, tmp_path: Path) -> None:
    """A decision counts, shows as one in every format, and stays when everything is graded again."""
    decide(out, 'cyd,linear.forward,5,"half of it, by hand",ta')
    rescore(Store(out), Store(out), None)
    assert totals(out)["cyd"] == "9"
    run(tmp_path, out, fresh=True)
    document = classroom.report(out, "cyd")
    assert (document["score"], document["open_points"]) == (9, 0)
    notes = "5 / 6: half of it, by hand (ta); before: review, 0"
    assert notes in text.render(document, width=120)
    assert notes in reports.render(document, "junit")
    assert "half of it" in reports.render(document, "gradescope")
    assert classroom.gradebook(out)[2]["review"] == ""


def test_decision_that_is_taken_back_leaves_no_trace(out: Path) -> None:
    """Without its line, what the machine had said counts again, to the byte."""
    before = (out / "reports" / "bob.json").read_bytes()
    decide(out, "bob,linear.backward.input,4,agreed,ta")
    rescore(Store(out), Store(out), None)
    assert totals(out)["bob"] == "10"
    decide(out)
    rescore(Store(out), Store(out), None)
    assert (out / "reports" / "bob.json").read_bytes() == before


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("amy,linear.forward,7,,", "line 2: found 7 points for linear.forward; expected at most 6"),
        ("amy,linear.forward,x,,", "line 2: found 'x'; expected points"),
        ("amy,linear.forward,-1,,", "line 2: found '-1'; expected points"),
        ("amy,linear.forward,nan,,", "line 2: found 'nan'; expected points"),
        ("amy,linear.forward,1,,\namy,linear.forward,2,,", "line 3: a second decision"),
    ],
)
def test_wrong_decision_is_one_sentence_with_its_line(
    out: Path, tmp_path: Path, line: str, sentence: str
) -> None:
    """A decision that cannot be is refused before anything runs."""
    decide(out, line)
    with pytest.raises(PathError, match="decisions") as raised:
        run(tmp_path, out)
    assert sentence in str(raised.value)


def test_decision_without_a_submission_is_listed(out: Path) -> None:
    """A decision about an id or a check that does not exist stands in the summary."""
    decide(out, "zoe,linear.forward,1,,", "amy,linear.forwards,1,,")
    rescore(Store(out), Store(out), None)
    notes = json.loads((out / "summary.json").read_text("utf-8"))["unused_decisions"]
    assert [(entry["id"], entry["line"]) for entry in notes] == [("zoe", 2), ("amy", 3)]


def test_diff_says_who_changed_and_where(out: Path, tmp_path: Path) -> None:
    """The largest change comes first, each with its checks; what is the same is not told."""
    rescore(Store(out), Store(tmp_path / "new"), classroom.loaded(NEW))
    result = changes(Store(out), Store(tmp_path / "new"))
    assert [(change.id, change.by) for change in result] == [("bob", -5), ("cyd", 5), ("amy", 0)]
    assert result[0].checks == (("linear.forward", "passed", 6.0, "passed", 1.0),)
    assert changes(Store(out), Store(out)) == []


def test_review_lists_the_worst_first(out: Path, tmp_path: Path) -> None:
    """Our own faults come first, then open points; what waits for nobody is not there."""
    grow(tmp_path / "class", {"dan.py": "boom"})
    run(tmp_path, out)
    assert [(entry.id, entry.open_points) for entry in review_queue(Store(out))] == [
        ("dan", 10), ("cyd", 6),
    ]  # fmt: skip


def test_commands_say_it(out: Path, tmp_path: Path) -> None:
    """review, rescore and diff end with 0 and say what was found."""
    cli_result = CliRunner().invoke(main.program, ["review", str(out)])
    assert (
        "cyd: 6 points open\n  linear.forward, 6 points: Waits for grading\n1 waits;"
        in cli_result.output
    )
    rubric = tmp_path / "new.yaml"
    rubric.write_text(NEW, "utf-8")
    arguments = ["rescore", str(out), "--rubric", str(rubric), "-o", str(tmp_path / "new")]
    assert "3 reports rescored" in CliRunner().invoke(main.program, arguments).output
    cli_result = CliRunner().invoke(main.program, ["diff", str(out), str(tmp_path / "new")])
    assert "bob: 6 -> 1 (-5)\n  linear.forward: passed 6 -> passed 1\n" in cli_result.output
    assert main.run(["diff", str(out), str(tmp_path)]) == exit_codes.WRONG_USE


DUE = "2026-10-01T23:59+08:00"


@pytest.mark.parametrize(
    ("grace", "submitted", "days", "percent"),
    [
        (0, "2026-10-01T15:59:00+00:00", None, None),
        (0, "2026-10-01T16:00:00+00:00", 1, 10),
        (0, "2026-10-02T16:00:00+00:00", 2, 20),
        (1, "2026-10-02T15:00:00+00:00", 1, 0),
        (1, "2026-10-02T16:00:00+00:00", 2, 10),
        (0, "2026-12-31T00:00:00", 91, 50),
    ],
)
def test_lateness_costs_each_day_begun(
    grace: float, submitted: str, days: int | None, percent: float | None
) -> None:
    """Days count from the due moment in its own offset, the grace is free, the most is the most."""
    policy = LatePolicy(percent_per_day=10, grace_days=grace, most_percent=50, due=DUE)
    result = late.lateness(policy, None, submitted)
    assert result == (None if days is None else {"days": days, "percent": percent})


def test_lateness_is_a_line_of_its_own(out: Path, tmp_path: Path) -> None:
    """Points stay what they are; the lateness, what it costs and what counts are told beside them."""
    document = classroom.report(out, "bob") | {"late": {"days": 2, "percent": 20}}
    reports.validate(document)
    assert (settle(document).score, settle(document).late_points, settle(document).total) == (
        6,
        2,
        4,
    )
    notes = "Handed in 2 days late: 6 points earned, 2 deducted, 4 in total."
    assert notes in reports.render(document, "text")
    assert notes in reports.render(document, "gradescope")
    known = document | {"late": {"days": None, "percent": 0}}
    assert "how late is unknown" in reports.render(known, "text")
    student = reports.for_student(document)
    assert student["batch"] is None
    reports.validate(student)


def test_lateness_takes_no_more_than_was_earned(out: Path) -> None:
    """A total is never below zero."""
    document = classroom.report(out, "bob") | {"late": {"days": 9, "percent": 90}}
    assert (settle(document).late_points, settle(document).total) == (6, 0)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('late: {due: "2026-10-01 23:59", percent_per_day: 10}', "an offset in quotes"),
        ("late: {percent_per_day: 101}", "a number of percent, 0 to 100"),
        ("late: {percent_a_day: 10}", "percent_per_day"),
    ],
)
def test_wrong_late_policy_is_refused(line: str, sentence: str) -> None:
    """A due date without its offset, more than all, and a misspelt key are refused."""
    with pytest.raises(RubricError, match="line 4") as raised:
        classroom.loaded(classroom.QUICK.replace("groups:", f"{line}\ngroups:"))
    assert sentence in str(raised.value)


def test_similar_names_the_copy_and_forgives_the_template(tmp_path: Path) -> None:
    """A copy with other names is found, two who only share the template are not."""
    pytest.importorskip("copydetect")
    renamed = LAYERS.replace("prev_grad", "incoming").replace("self.x", "self.seen")
    template = (classroom.ROOT / "student_template" / "layers.py").read_text("utf-8")
    other = classroom.ROOT / "tests/zoo/right/slots/layers.py"
    grow(tmp_path / "class", {
        "amy.py": LAYERS, "bob.py": "# mine\n" + renamed, "cyd.py": template,
        "dan.py": template + "\n\nx = 1\n", "eve.py": other.read_text("utf-8"),
    })  # fmt: skip
    cli_result = CliRunner().invoke(main.program, ["similar", str(tmp_path / "class")])
    assert cli_result.output.startswith("amy and bob: ")
    assert (
        "1 pair to look at; similar code is not proof of copying, a person decides"
        in cli_result.output
    )


def test_new_points_follow_from_what_was_earned_and_not_from_what_was_shown(
    tmp_path: Path,
) -> None:
    """Rounded to whole points and back to hundredths, a third of ten is 3.33 as at first."""
    third = Part("a"), Part("b", Failure("broke_rules"), 2.0)

    def graded(task: Task) -> TaskResult:
        first, second = task.rubric.items
        outcomes = (
            Outcome(first, Verdict.PASSED, 1.0),
            Outcome(second, Verdict.FAILED, 1 / 3, Message("broke_rules"), parts=third),
        )
        report = Report(task.submission, task.rubric, outcomes, task.seed, True, ("walls",))
        return TaskResult(task.id, task.key, reports.document(report))

    grow(tmp_path / "class", {"amy.py": LAYERS})
    out = tmp_path / "out"
    running.run(config(tmp_path / "class", out), PretendEngine(graded), Silent())
    assert totals(out) == {"amy": "7.33"}
    for rounding, total in (("1", "7"), ("0.5", "7.5"), ("0.01", "7.33")):
        text = classroom.QUICK.replace("total: 10", f"total: 10\nrounding: {rounding}")
        rescore(Store(out), Store(out), classroom.loaded(text))
        assert totals(out) == {"amy": total}
        reports.validate(classroom.report(out, "amy"))


def test_lateness_is_rounded_as_points_are(out: Path) -> None:
    """A third of the maximum is taken away in the steps in which points are earned."""
    document = classroom.report(out, "amy") | {"late": {"days": 1, "percent": 33.3333}}
    assert (settle(document).late_points, settle(document).total) == (3.33, 6.67)
    whole = document | {"rubric": {**document["rubric"], "rounding": 1}}
    assert (settle(whole).late_points, settle(whole).total) == (3, 7)


def test_a_second_hand_in_says_what_changed_since_the_first(out: Path, tmp_path: Path) -> None:
    """Graded into the same folder, a report keeps what it needs of the one before; a regrade keeps that."""
    first = Store(out).load("bob")
    assert first is not None
    assert first["previous"] is None
    (tmp_path / "class" / "bob.py").write_text(LAYERS + "# mended\n", "utf-8")
    run(tmp_path, out)
    second = Store(out).load("bob")
    assert second is not None
    reports.validate(second)
    assert second["previous"]["digest"] == first["submission"]["digest"]
    assert "Since the previous hand-in" in reports.render(second, "text", audience="student")
    untouched = Store(out).load("amy")
    assert untouched is not None
    assert untouched["previous"] is None
    run(tmp_path, out, rubric=classroom.loaded(NEW))
    third = Store(out).load("bob")
    assert third is not None
    assert third["previous"] == second["previous"]
