"""``decisions.csv`` as people write it: read where it is certain, told with its line where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.batch import run as running
from grader.batch.decision_match import NAME as DECIDED
from grader.batch.rescore import rescore
from grader.batch.store import Store
from grader.cli import main
from grader.errors import PathError
from grader.sentence import Sentence
from tests.batch.classroom import (
    LAYERS,
    WRONG,
    PretendEngine,
    Silent,
    config,
    gradebook,
    grow,
    report,
)

HEAD = "id,check,points,reason,who\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A class of two: one right, one that waits for a person."""
    grow(tmp_path / "class", {"amy.py": LAYERS, "cyd.py": LAYERS + "# review\n"})
    return tmp_path


def run(workspace: Path, lines: str | bytes = "", **more: object) -> list[str]:
    """Grade, and return what the person at the terminal is told."""
    if lines:
        grow(workspace / "out", {"decisions.csv": lines})
    settings = config(workspace / "class", workspace / "out", **more)
    return [str(note) for note in running.run(settings, PretendEngine(), Silent()).notes]


def totals(workspace: Path) -> dict[str, str]:
    return {row["id"]: row["total"] for row in gradebook(workspace / "out")}


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'cyd,linear.forward,"4,5",half of it,ta\n',
        "sep=;\nid;check;points;reason;who\ncyd;linear.forward;4,5;half, of it;ta\n",
        "\ufeffID,Check,Points,Reason,Who\ncyd,linear.forward,4.5,half of it,ta,,,\n",
        " who , reason,Points,CHECK,Id\nta,half,4.50,linear.forward,cyd\n\n,,,,\n",
        HEAD + f"cyd,linear.forward,4.5,{'long ' * 60_000},ta\n",
    ],
)
def test_decisions_are_read_where_they_are_certain(workspace: Path, text: str) -> None:
    """A decimal comma, semicolons, a mark, capitals, blank rows, a long reason: each is one decision."""
    assert run(workspace, text) == []
    assert totals(workspace) == {"amy": "10", "cyd": "8.5"}
    assert run(workspace, text.removeprefix("\ufeff").encode("utf-16")) == []
    assert totals(workspace) == {"amy": "10", "cyd": "8.5"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("cyd,linear.forward,4,5,half,ta\n", "line 2: found 6 cells; expected 5"),
        ('cyd,linear.forward,4,"half,ta\nx,y,1,,\n', "line 2: a cell begins with a quotation mark"),
        ("\ncyd,linear.forward,a lot,,\n", "line 3: found 'a lot'; expected points"),
        ("cyd,linear.forward,4,5,,\n", "line 2: found the points 4 and then 5 as the reason"),
        ("cyd,a,1,r,\ncyd,a,2,r,\n", "line 3: a second decision for the same check; the first is"),
    ],
)
def test_decisions_that_could_mean_two_things_stop_the_run(
    workspace: Path, lines: str, message: str
) -> None:
    """What cannot be read with certainty is refused with its line before anything is graded."""
    with pytest.raises(PathError, match=r"decisions\.csv") as raised:
        run(workspace, HEAD + lines)
    assert message in str(raised.value)
    assert not list((workspace / "out").rglob("amy.json"))


def test_decisions_that_match_nothing_are_listed_with_their_lines(workspace: Path) -> None:
    """An unknown id or check, a line without a reason or points: each is said, and what was meant."""
    lines = (
        "Cyd,linear.forward,1,r,\namy,linear.fwd,1,r,\nzoe,linear.forward,1,r,\n"
        "cyd,linear.forward,6,,\namy,linear.forward,,,\n"
    )
    message = run(workspace, HEAD + lines)
    assert message == [
        "decisions.csv, line 5: no reason is given for cyd, linear.forward; the report will show none",
        "decisions.csv, line 6: no points are given for amy, linear.forward; it stays open",
        "decisions.csv, line 2: there is no submission 'Cyd' in this batch; expected 'cyd'; "
        "the line is not applied",
        "decisions.csv, line 3: there is no check 'linear.fwd' in this batch; expected "
        "'linear.forward'; the line is not applied",
        "decisions.csv, line 4: there is no submission 'zoe' in this batch; the line is not applied",
    ]
    assert totals(workspace) == {"amy": "10", "cyd": "10"}
    cli_result = CliRunner().invoke(
        main.program, ["rescore", str(workspace / "out")], env={"LC_ALL": "zh_TW.UTF-8"}
    )
    assert "第 4 行：這個批次裡沒有 'zoe' 這份作業" in cli_result.output


LINE = HEAD + "cyd,linear.forward,3,half of it,ta\n"


def test_a_decision_is_not_applied_to_another_hand_in(workspace: Path) -> None:
    """Whoever hands in again is decided anew: the old line is told as stale until it is changed."""
    assert run(workspace, LINE) == []
    assert totals(workspace)["cyd"] == "7"
    grow(workspace / "class", {"cyd.py": LAYERS + "# repaired, review\n"})
    for _ in range(2):
        [message] = run(workspace)
        assert (
            "line 2: cyd has handed in again since this was decided (linear.forward, 3" in message
        )
        assert totals(workspace)["cyd"] == ""
        assert gradebook(workspace / "out")[1]["open_points"] == "6"
    assert (
        "cyd has handed in again"
        in CliRunner().invoke(main.program, ["review", str(workspace / "out")]).output
    )
    messages: list[Sentence] = []
    rescore(Store(workspace / "out"), Store(workspace / "new"), None, warn=messages.append)
    assert len(messages) == 1
    assert run(workspace, LINE.replace("half of it", "still half")) == []
    assert totals(workspace)["cyd"] == "7"


def test_a_decision_is_no_grade_of_another_hand_in_without_a_report(workspace: Path) -> None:
    """Where we fail on what was handed in again, the old decision about the whole gives no grade."""
    whole = HEAD + "cyd,*,3,copied,ta\n"
    run(workspace, whole)
    assert totals(workspace)["cyd"] == "3"
    grow(workspace / "class", {"cyd.py": "boom"})
    for _ in range(2):
        run(workspace)
        assert totals(workspace)["cyd"] == ""
    run(workspace, whole.replace("copied", "copied again"))
    assert totals(workspace)["cyd"] == "3"


def test_a_decision_may_name_the_submission_that_it_is_about(workspace: Path) -> None:
    """A column with the beginning of the digest settles which hand-in is meant, the first time, too."""
    run(workspace)
    digest = report(workspace / "out", "cyd")["submission"]["digest"][:8].upper()
    head = HEAD.replace("who", "who,submission")
    assert run(workspace, f"{head}cyd,linear.forward,3,half,ta,{digest}\n") == []
    assert totals(workspace)["cyd"] == "7"
    [message] = run(workspace, f"{head}cyd,linear.forward,3,half,ta,00000000\n")
    assert "handed in again" in message
    assert totals(workspace)["cyd"] == ""


@pytest.mark.parametrize("digest", ["a", "0123456", "unknown"])
def test_a_submission_is_named_by_enough_of_its_digest(workspace: Path, digest: str) -> None:
    """One letter would fit one hand-in of sixteen by luck: fewer than eight digits are refused."""
    head = HEAD.replace("who", "who,submission")
    with pytest.raises(
        PathError, match=r"line 2: found .* as the submission; expected the first 8"
    ):
        run(workspace, f"{head}cyd,linear.forward,3,half,ta,{digest}\n")


@pytest.mark.parametrize("line", [LINE, LINE.replace("linear.forward", "*")])
def test_decisions_of_an_older_version_are_not_applied_to_another_hand_in(
    workspace: Path, line: str
) -> None:
    """Where nothing was remembered, the report that shows a decision tells which hand-in it was about."""
    run(workspace, line)
    (workspace / "out" / DECIDED).unlink()
    grow(workspace / "class", {"cyd.py": WRONG + "# review\n"})
    assert "handed in again" in run(workspace)[0]
    assert totals(workspace)["cyd"] == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"seen": []}', "{}"])
def test_a_state_file_that_cannot_be_read_is_refused(workspace: Path, text: str) -> None:
    """A damaged `decided.json` is one sentence that names it: else a decision might go to another hand-in."""
    run(workspace, LINE)
    grow(workspace / "out", {DECIDED: text})
    with pytest.raises(PathError, match=rf"{DECIDED}: this cannot be read"):
        run(workspace)
    cli_result = CliRunner().invoke(main.program, ["review", str(workspace / "out")])
    assert isinstance(cli_result.exception, PathError)
