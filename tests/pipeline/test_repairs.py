"""Which edits of the student's own source are shown to repair what failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.model import Item, Outcome, Repair, Report, Submission
from grader.pipeline import grading
from grader.pipeline.class_repairs import ClassRepairs
from grader.pipeline.repair_proof import OTHERS
from grader.pipeline.repair_screens import Look
from grader.pipeline.repair_trials import Trials
from grader.remote.edited_methods import EditedMethod, EditLister
from grader.reports import report_document
from grader.rubric import reader, resources
from grader.sandbox.host import ChildGone, Ending, create_sandbox
from tests.zoo_rubric import ZOO

BASE = dict(ZOO.base)
GENEROUS = 20.0
"""Seconds for repairs where a test asks which one is found, however busy the machine is."""


def graded(files: dict[str, bytes], *checks: str, seconds: float = GENEROUS) -> Report:
    """Grade files with some checks and so many seconds for repairs."""
    default = reader.load(resources.default_rubric(), CHECKS)
    items = tuple(Item(check, 1.0, "All", 10.0) for check in checks)
    limits = replace(default.limits, repair_seconds=seconds)
    rubric = replace(default, items=items, groups=("All",), limits=limits)
    submission = Submission("one", files, "0" * 64)
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        return grading.grade(submission, rubric, seed=1, sandbox=sandbox)


def edited(file: str, *pairs: tuple[str, str]) -> dict[str, bytes]:
    """Return the base with some edits of one file."""
    text = BASE[file].decode()
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return {**BASE, file: text.encode()}


def outcome_of(report: Report, check: str) -> Outcome:
    """Return the outcome of one check."""
    return next(outcome for outcome in report.outcomes if outcome.item.check == check)


def repair_of(report: Report, check: str) -> Repair:
    """Return the only edit that repairs a check."""
    [repair] = outcome_of(report, check).repair
    return repair


LINEAR = (
    "linear.init", "linear.forward", "linear.backward.input", "linear.backward.weights",
    "linear.backward.bias", "linear.state",
)  # fmt: skip
SIGMOID = ("sigmoid.forward", "sigmoid.backward", "sigmoid.state")
RELU = ("relu.forward", "relu.backward", "relu.state")
MSE = ("mse.forward", "mse.backward", "mse.state")
NET = ("network.structure", "network.forward", "network.gradient")
TRAIN = ("network.structure", "network.forward", "training.train")
BCE = ("bce.forward", "bce.ends", "bce.backward", "bce.state")

PLANTED = [
    ("sign", "layers.py", "dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T", LINEAR),
    ("sign", "layers.py", "self.b = self.b - lr * db", "self.b = self.b + lr * db", LINEAR),
    ("transpose", "layers.py", "dx = prev_grad @ self.w.T", "dx = prev_grad @ self.w", LINEAR),
    ("axis", "layers.py", "db = prev_grad.sum(axis=0)", "db = prev_grad.sum(axis=1)", LINEAR),
    ("mean", "layers.py", "db = prev_grad.sum(axis=0)", "db = prev_grad.mean(axis=0)", LINEAR),
    ("factor", "layers.py", "self.w = self.w - lr * dw", "self.w = self.w - lr * dw / len(self.x)", LINEAR),
    ("name", "layers.py", "return dx", "return dw", LINEAR),
    ("upstream", "layers.py", "return prev_grad * slope", "return slope", SIGMOID),
    ("comparison", "layers.py", "self.positive = x > 0", "self.positive = x < 0", RELU),
    ("sign", "losses.py", "error = y - ground_truth", "error = y + ground_truth", MSE),
    ("mean", "losses.py", "return float(np.mean(error ** 2))", "return float(np.sum(error ** 2))", MSE),
    ("condition", "layers.py", "np.zeros(out_features) if bias else None",
     "None if bias else np.zeros(out_features)", LINEAR),
    ("argument", "network.py", "layer.backward(grad, lr)", "layer.backward(grad)", NET),
    ("argument", "training.py", "net.backward(lr)", "net.backward()", TRAIN),
    ("call", "training.py", "losses.append(total / n)", "losses.append(round(total / n, 2))", TRAIN),
    ("argument", "layers.py", "self.positive, prev_grad, 0.0)", "self.positive, 0.0, prev_grad)", RELU),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "file", "right", "wrong", "checks"), PLANTED)
def test_a_planted_mistake_is_repaired_where_it_was_planted(
    kind: str, file: str, right: str, wrong: str, checks: tuple[str, ...]
) -> None:
    """The edit stands on the line of the mistake, and gives back the line that was right."""
    del kind
    files = edited(file, (right, wrong))
    report = graded(files, *checks)
    failed = [o for o in report.outcomes if o.verdict in ("failed", "crashed")]
    assert failed
    line = next(n for n, text in enumerate(files[file].decode().split("\n"), 1) if wrong in text)
    for outcome in failed:
        [repair] = outcome.repair
        assert (repair.location.file, repair.location.line) == (file, line)
        assert any(wrong in text for text in repair.before)
        assert not repair.is_alone or outcome.location == repair.location


def test_an_edit_that_only_draws_no_batches_any_more_is_no_repair() -> None:
    """Labels that do not go along when batches are shuffled are put right; the shuffling stays."""
    wrong = "y[order[start:start + size] * 0 + np.arange(start, start + len(batch))]"
    report = graded(edited("training.py", ("y[batch]", wrong)), *TRAIN)
    for repair in outcome_of(report, "training.train").repair:
        assert "permutation" not in repair.before[0]


def test_two_statements_exchanged_are_put_in_order() -> None:
    """The weights are updated before dX goes through them; the edit moves the update down."""
    right = "dx = prev_grad @ self.w.T\n        dw = self.x.T @ prev_grad\n        self.w = self.w - lr * dw"
    wrong = "dw = self.x.T @ prev_grad\n        self.w = self.w - lr * dw\n        dx = prev_grad @ self.w.T"
    report = graded(edited("layers.py", (right, wrong)), *LINEAR)
    repair = repair_of(report, "linear.backward.input")
    assert repair.kind == "order"
    assert set(repair.before) == set(repair.after)


def test_two_mistakes_of_a_class_are_repaired_each() -> None:
    """Each failure has the edit that repairs it, where one does not hide the other."""
    files = edited(
        "layers.py",
        ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"),
        ("db = prev_grad.sum(axis=0)", "db = prev_grad.mean(axis=0)"),
    )
    report = graded(files, *LINEAR)
    assert repair_of(report, "linear.backward.input").kind == "sign"
    assert repair_of(report, "linear.backward.bias").kind == "mean"


def test_what_no_edit_repairs_has_no_repair() -> None:
    """Another function altogether stays without a repair, and keeps its place."""
    wrong = "return np.cos(x) * np.sin(x[:1]) - 3.0"
    files = edited("layers.py", ("return np.where(self.positive, x, 0.0)", wrong))
    outcome = outcome_of(graded(files, *RELU, seconds=2.0), "relu.forward")
    assert outcome.repair == ()
    assert outcome.location is not None


def test_repairs_change_no_verdict_and_no_point() -> None:
    """With and without time for repairs, a report differs only in repairs, places and seconds."""
    files = edited("layers.py", ("return prev_grad * slope", "return slope"))
    documents = []
    for seconds in (0.0, GENEROUS):
        document = report_document.document(graded(files, *SIGMOID, *LINEAR, seconds=seconds))
        document = report_document.timeless(document)
        for check in document["checks"]:
            repairs = check.pop("repair")
            assert bool(repairs) == (seconds > 0 and check["verdict"] == "failed")
            check.pop("location")
            for finding in check["diagnosis"]:
                finding.pop("location")
        documents.append(document)
    assert documents[0] == documents[1]


def test_a_right_submission_pays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing failed, no method is edited."""
    searches: list[ClassRepairs] = []
    monkeypatch.setattr(ClassRepairs, "repair", searches.append)
    report = graded(BASE, *LINEAR)
    assert report.score == len(LINEAR)
    assert searches == []


HOSTILE = """
    def backward(self, prev_grad, lr=0.1):
        own = Sigmoid.backward.__code__.co_filename
        if "edited" in own:
            return prev_grad * self.y * (1.0 - self.y)
        return prev_grad
"""


def test_a_program_that_notices_the_search_gains_nothing() -> None:
    """It is right only while it is edited; the proof runs its own file, and it keeps its verdict."""
    text = BASE["layers.py"].decode()
    start, end = text.index("class Sigmoid"), text.index("class ReLU")
    body = text[start:end]
    body = body[: body.index("\n    def backward")] + HOSTILE + "\n\n"
    files = {**BASE, "layers.py": (text[:start] + body + text[end:]).encode()}
    outcome = outcome_of(graded(files, *SIGMOID), "sigmoid.backward")
    assert outcome.verdict == "failed"
    assert outcome.points == 0.0


def test_line_ends_and_a_notebook_like_mark_do_not_move_the_place() -> None:
    """Line ends of Windows and a byte order mark are what many editors write."""
    files = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    files["layers.py"] = b"\xef\xbb\xbf" + files["layers.py"].replace(b"\n", b"\r\n")
    repair = repair_of(graded(files, *LINEAR), "linear.backward.input")
    assert repair.location.line == 32
    assert repair.after == ("dx = prev_grad @ self.w.T",)


def test_a_repair_holds_on_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its closed forms are asked on five other seeds and the checks on one; what fails there is none."""
    files = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    hold = Trials.hold
    asked: list[tuple[str, ...]] = []

    def fails_late(self: Trials, method: Any, edit: Any, items: Any, *names: str) -> bool:
        asked.append(names)
        return hold(self, method, edit, items, *names) and names != OTHERS[0]

    monkeypatch.setattr(Trials, "hold", fails_late)
    outcome = outcome_of(graded(files, *LINEAR, seconds=5.0), "linear.backward.input")
    assert outcome.repair == ()
    assert {(), OTHERS[0]} <= set(asked)
    assert len(OTHERS) == 5


def test_what_has_no_closed_form_is_asked_by_its_checks_on_every_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the closed forms do not hold on one of the seeds, the checks decide on all."""
    files = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    asked: set[tuple[str, ...]] = set()
    hold = Trials.hold

    def noted(self: Trials, method: Any, edit: Any, items: Any, *names: str) -> bool:
        asked.add(names)
        return hold(self, method, edit, items, *names)

    monkeypatch.setattr(Trials, "hold", noted)
    monkeypatch.setattr("grader.pipeline.repair_proof.has_closed_forms", lambda *_: False)
    assert outcome_of(graded(files, *LINEAR), "linear.backward.input").repair
    assert {(), *OTHERS} == asked


def test_what_two_objects_share_is_repaired_on_its_line() -> None:
    """Each object alone is right: only a step beside another object of the class shows the mistake."""
    files = edited(
        "layers.py",
        (
            "self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)",
            "Sigmoid.y = np.where(x >= 0, 1.0, e) / (1.0 + e)",
        ),
    )
    repair = repair_of(graded(files, *SIGMOID), "sigmoid.state")
    assert repair.after == ("self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)",)
    assert repair.is_alone


def test_names_exchanged_in_every_line_say_nothing_about_the_line() -> None:
    """In the head of the method the same exchange repairs as much: no line of the body is blamed."""
    head = "def __init__(self, in_features, out_features, bias=True):"
    swapped = "def __init__(self, out_features, in_features, bias=True):"
    report = graded(edited("layers.py", (head, swapped)), *LINEAR)
    repair = repair_of(report, "linear.init")
    assert repair.kind == "exchange"
    assert not repair.is_alone
    for outcome in report.outcomes:
        assert outcome.location is None or outcome.location.kind != "statement"


def test_a_training_is_not_edited_where_its_network_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It fails with the network, which says nothing about itself."""
    subjects: list[str] = []
    repair = ClassRepairs.repair

    def noted(self: ClassRepairs) -> Any:
        subjects.append(self.subject)
        return repair(self)

    monkeypatch.setattr(ClassRepairs, "repair", noted)
    right, wrong = "grad = layer.backward(grad, lr)", "layer.backward(grad, lr)"
    report = graded(edited("network.py", (right, wrong)), *NET, *TRAIN[2:])
    assert outcome_of(report, "training.train").verdict == "failed"
    assert outcome_of(report, "network.gradient").repair
    assert subjects == ["TLNN"]


def test_of_an_edited_submission_only_the_edited_file_is_scanned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is known of the other files stays true, and each search saves their scans."""
    known: list[set[str]] = []
    trials = ClassRepairs.trials

    def noted(self: ClassRepairs, submission: Submission) -> Trials:
        made = trials(self, submission)
        if submission is not self.whole.submission:
            known.append(set(made.files.scans))
        return made

    monkeypatch.setattr(ClassRepairs, "trials", noted)
    wrong = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    assert repair_of(graded(wrong, *LINEAR), "linear.backward.input")
    assert known
    assert all("layers.py" not in paths and "network.py" in paths for paths in known)


def test_the_edits_of_a_method_are_written_as_far_as_the_search_gets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sign is among the first edits, so the dearest are not listed; another formula is one of these."""
    asked: list[int] = []
    tier = EditLister.tier

    def noted(
        self: EditLister, raw: bytes, method: EditedMethod, number: int, seconds: float
    ) -> Any:
        asked.append(number)
        return tier(self, raw, method, number, seconds)

    monkeypatch.setattr(EditLister, "tier", noted)
    wrong = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    assert repair_of(graded(wrong, *LINEAR), "linear.backward.input")
    assert 2 not in asked
    tiled = "dx = np.tile(prev_grad[:1] @ self.w.T, (len(prev_grad), 1))"
    wrong = edited("layers.py", ("dx = prev_grad @ self.w.T", tiled))
    assert repair_of(graded(wrong, *LINEAR), "linear.backward.input")
    assert 2 in asked


def test_a_loss_that_is_wrong_only_at_the_limits_is_repaired() -> None:
    """Probabilities of 0 and 1 have no value that is known: it must be finite, and the proof asks the rest."""
    clipped = "self.q = np.clip(y, EPS, 1.0 - EPS)"
    report = graded(edited("losses.py", (clipped, "self.q = y")), *BCE)
    repair = repair_of(report, "bce.ends")
    assert repair.kind == "clip"
    assert "clip" in repair.after[0]


def test_one_edit_is_shown_for_all_that_it_repairs() -> None:
    """A step without the rate fails more than one check of its class; each names the same edit."""
    files = edited("layers.py", ("self.b = self.b - lr * db", "self.b = self.b - db"))
    report = graded(files, *LINEAR)
    failed = [outcome for outcome in report.outcomes if outcome.verdict == "failed"]
    assert failed
    for outcome in failed:
        [repair] = outcome.repair
        assert repair.after == ("self.b = self.b - lr * db",)


def test_a_child_that_dies_while_edits_are_listed_leaves_no_method_edited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next method is looked at in a child in which nothing is edited."""
    closed: list[Trials] = []
    close = Trials.close

    def noted(self: Trials) -> None:
        closed.append(self)
        close(self)

    def gone(*_: Any) -> Any:
        raise ChildGone(Ending.LATE)

    monkeypatch.setattr(Trials, "close", noted)
    monkeypatch.setattr(EditLister, "tier", gone)
    tiled = "dx = np.tile(prev_grad[:1] @ self.w.T, (len(prev_grad), 1))"
    report = graded(edited("layers.py", ("dx = prev_grad @ self.w.T", tiled)), *LINEAR)
    assert outcome_of(report, "linear.backward.input").verdict == "failed"
    assert len(closed) > len(set(map(id, closed)))


def test_what_an_edit_leaves_behind_ends_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program without an edit does something else than before, the next edit gets a new one."""
    closed: list[bool] = []
    close = Trials.close
    monkeypatch.setattr(Look, "is_as_before", lambda _: False)

    def noted(self: Trials) -> None:
        closed.append(True)
        close(self)

    monkeypatch.setattr(Trials, "close", noted)
    wrong = edited("layers.py", ("dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T"))
    assert repair_of(graded(wrong, *LINEAR), "linear.backward.input").kind == "sign"
    assert len(closed) >= 2
