"""No submission of the attack zoo gains, learns, changes or breaks anything."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main
from grader.model import Report, Rubric, Submission
from grader.pipeline import grading
from grader.sandbox.host import ProcessSandbox
from tests.attacks.attacks import HERE, Attack, all_attacks
from tests.attacks.inspection import (
    Bait,
    assert_clean,
    broken_messages,
    is_late,
    living_children,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")

ATTACKS = list(all_attacks())
Grade = Callable[[dict[str, bytes]], Report]


@pytest.fixture(scope="module")
def grade(rubric: Rubric, sandbox: ProcessSandbox) -> Grade:
    """A function that examines files."""

    def grade_files(files: dict[str, bytes]) -> Report:
        submission = Submission("attack", files, "0" * 64)
        return grading.grade(submission, rubric, seed=3, sandbox=sandbox)

    return grade_files


@pytest.fixture(scope="module")
def honest_score(grade: Grade) -> float:
    """What the base earns without any attack."""
    base = next(attack for attack in ATTACKS if attack.name == "hidden-inputs-in-an-exception")
    files = {path: text.split("def telling")[0].encode() for path, text in base.files.items()}
    report = grade(files)
    assert 6 <= report.score < report.max_score, [
        (o.item.check, o.message) for o in report.outcomes
    ]
    return report.score


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.group}-{attack.name}")
def test_attack(
    attack: Attack, bait: Bait, grade: Grade, honest_score: float, sandbox: ProcessSandbox
) -> None:
    """It gains no points and learns nothing; nothing is changed, left over or late."""
    start = time.monotonic()
    report = grade({path: bait.fill_marks(text) for path, text in attack.files.items()})
    assert time.monotonic() - start < 12
    assert report.official
    assert report.score <= (0 if attack.alone else honest_score + attack.extra + 1e-6)
    verdicts = {outcome.item.check: outcome.verdict.value for outcome in report.outcomes}
    assert attack.broken or "broken" not in verdicts.values(), broken_messages(report)
    assert not attack.slow or "timed_out" in verdicts.values() or is_late(report), verdicts
    assert verdicts.items() >= attack.verdicts.items()
    # Where a clock decides, a busy machine may hide that, and another flag is as good.
    flags = {flag.id for flag in report.needs_review}
    assert attack.review is None or not flags.isdisjoint(attack.review.split(" or "))
    assert_clean(report)
    bait.assert_untouched()
    assert living_children() == []


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("a-shell", 0),
        ("script", 0),
        ("segfault", 0),
        ("a-loop-at-import", 0),
        ("an-internal-fault-pretended", 4),
    ],
)
def test_exit_codes(attack: str, code: int, bait: Bait, tmp_path: Path) -> None:
    """A hostile submission is grade_files like another: exit code 0, and the report is there."""
    files = next(entry.files for entry in ATTACKS if entry.name == attack)
    folder = tmp_path / "attack"
    folder.mkdir()
    for path, text in files.items():
        (folder / path).write_bytes(bait.fill_marks(text))
    out = tmp_path / "out" / "report.json"
    out.parent.mkdir()
    assert main.run([str(folder), "--rubric", str(HERE / "rubric.yaml"), "-o", str(out)]) == code
    document = json.loads(out.read_text("utf-8"))
    assert document["official"] is True
    figures = [figure["file"] for figure in document["figures"]]
    expected = {
        "attack",
        *files,
        "out",
        "report.json",
        *({"report.figures", *figures} if figures else ()),
    }
    assert {path.name for path in tmp_path.rglob("*")} == expected


def test_the_zoo_is_large() -> None:
    """Every group has attacks, and all have names of their own."""
    assert {attack.group for attack in ATTACKS} == {
        "forge", "secrets", "leave", "exhaust", "inject", "cheat",
    }  # fmt: skip
    assert len(ATTACKS) >= 120
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
