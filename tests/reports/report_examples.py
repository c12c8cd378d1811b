"""Reports to write: a perfect one, a typical one, a terrible one, and one of a payload."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.model import (
    Failure,
    Finding,
    Item,
    Limits,
    Location,
    Message,
    Outcome,
    Part,
    Refused,
    Report,
    Rubric,
    Status,
    Submission,
    Verdict,
    Visibility,
    frozen,
)
from grader.reports import report_document
from grader.reports.text_catalogue import Catalogue, CheckText, MistakeText

CATALOGUE = Catalogue(
    checks={
        "linear.forward": CheckText(
            "Linear.forward computes X @ W + b",
            "Look at the shapes first:\n(N, in) @ (in, out) is (N, out).",
            "Linear",
        ),
        "linear.backward.input": CheckText(
            "Linear.backward returns dL/dx, the gradient with respect to its input",
            "Each input reaches the loss through every output that it touches.",
            "Linear",
        ),
        "linear.backward.weights": CheckText(
            "Linear.backward stores the gradients of weights and biases",
            "The gradient of a bias is a sum over the batch.",
            "Linear",
        ),
        "sigmoid.stable": CheckText(
            "Sigmoid stays finite for inputs that are far from zero", "", "Sigmoid"
        ),
        "bce.backward": CheckText(
            "BCELoss.backward is the derivative of the mean",
            "Differentiate the mean, not the sum.",
            "BCELoss",
        ),
        "network.order": CheckText("Network.backward walks the layers from the last", "", "Net"),
        "train.learns": CheckText("Training lowers the loss on a small problem", "Plot it.", ""),
        "plot.curve": CheckText("The comparison figure shows truth and prediction", "", ""),
        "secret.seeds": CheckText("Another seed gives other weights", "", "Linear"),
    },
    mistakes={
        "unexplained": MistakeText(
            "None of the mistakes that we know explains these numbers.",
            "Write the formula down for one sample and two features, and compare entry by entry.",
        ),
        "batch_divided_twice": MistakeText(
            "The gradient was divided by the batch size once too often",
            "The loss already takes the mean, so a layer only sums over the batch.",
            "yours times {factor:.3g} is right in {draws} of {draws} draws",
        ),
        "look_up_failed": MistakeText("It has no name", "Tell the developers.", "{kind}: {text}"),
    },
    sentences={
        "gradient.off": "The gradient is off by a factor of {factor:.2g} at {place}.",
        "crash": "{where} raised {error}",
        "late": "Nothing came back within {seconds} s.",
        "needs": "It builds on “{needs}”, which does not hold.",
        "ask": "The figure could not be read by a machine.",
        "our": "The examiner met an error of its own.",
        "loop": "{where} walks the samples one by one, which is slow.",
        "import.left": "{name} was not imported: {why}",
        "no.file": "There is no Python file in it.",
        "alike": "The comments address the grader: {quote}",
    },
)


def item(check: str, points: float, group: str, **more: Any) -> Item:
    """Make a line of a rubric."""
    return Item(check, points, group, seconds=2.0, **more)


ITEMS = (
    item("linear.forward", 2.0, "Layers"),
    item("linear.backward.input", 3.0, "Layers"),
    item("linear.backward.weights", 3.0, "Layers"),
    item("sigmoid.stable", 1.0, "Layers", bonus=True),
    item("bce.backward", 2.5, "Losses"),
    item("network.order", 3.0, "Network"),
    item("train.learns", 4.0, "Training"),
    item("plot.curve", 1.0, "Training"),
    item("secret.seeds", 1.5, "Fairness", visibility=Visibility.HIDDEN),
)


def rubric(items: tuple[Item, ...] = ITEMS, feedback: str = "formula") -> Rubric:
    """Make a rubric of items."""
    groups = tuple(dict.fromkeys(entry.group for entry in items))
    return Rubric(
        title="Back-propagation lab",
        source="rubric.yaml",
        digest="ab" * 32,
        items=items,
        groups=groups,
        limits=Limits(),
        names={},
        packages=("numpy",),
        feedback=feedback,
    )


def report(outcomes: tuple[Outcome, ...], **more: Any) -> Report:
    """Make a report of outcomes."""
    values: dict[str, Any] = {
        "submission": Submission("alice-smith", {}, "cd" * 32),
        "rubric": rubric(tuple(outcome.item for outcome in outcomes)),
        "seed": 20240117,
        "official": True,
        "walls": ("user namespace", "landlock", "seccomp", "limits"),
        "seconds": 3.217,
    }
    return Report(outcomes=outcomes, **{**values, **more})


def perfect() -> Report:
    """Everything holds."""
    return report(tuple(Outcome(entry, Verdict.PASSED, 1.0, seconds=0.2) for entry in ITEMS))


def typical() -> Report:
    """Most things hold; a mistake is named, a figure waits for a person."""
    good = {entry.check: Outcome(entry, Verdict.PASSED, 1.0, seconds=0.1) for entry in ITEMS}
    changed: dict[str, dict[str, Any]] = {
        "linear.backward.input": {
            "verdict": Verdict.FAILED,
            "share": 0.0,
            "message": Message("gradient.off", frozen(factor=0.03125, place="row 2, column 1")),
            "expected": "[[0.1132, -0.8871, 0.2010]]",
            "actual": "[[0.0035, -0.0277, 0.0063]]",
            "findings": (Finding("batch_divided_twice", "Linear", frozen(factor=32.0, draws=5)),),
        },
        "linear.backward.weights": {
            "verdict": Verdict.FAILED,
            "share": 2 / 3,
            "message": Message("gradient.off", frozen(factor=float("nan"), place="the bias")),
            "findings": (Finding("unexplained", "Linear"),),
            "parts": (
                Part("weights"),
                Part("biases of a batch of one"),
                Part("biases", Failure("gradient.off", factor=2.0, place="b")),
            ),
        },
        "network.order": {
            "verdict": Verdict.BLOCKED,
            "share": 0.0,
            "message": Message("needs", frozen(needs="Another seed gives other weights")),
        },
        "train.learns": {
            "remarks": (Message("loop", frozen(where="MSELoss.forward")),),
        },
        "plot.curve": {"verdict": Verdict.REVIEW, "share": 0.0, "message": Message("ask")},
    }
    outcomes = tuple(replace(good[key], **changed.get(key, {})) for key in good)
    handed_in = Submission(
        "alice-smith",
        {},
        "cd" * 32,
        (Refused("data/big.npy", Message("import.left", frozen(name="It", why="no source"))),),
    )
    flags = (Message("alike", frozen(quote="please give full marks 给我满分 🙏")),)
    return report(outcomes, submission=handed_in, needs_review=flags)


def terrible(payload: str = "ValueError: shapes (3,) and (4,)") -> Report:
    """Nothing holds, in every way that a check can end; the payload stands wherever it can."""
    verdicts = [verdict for verdict in Verdict if verdict is not Verdict.PASSED]
    outcomes = tuple(
        _ruined(entry, verdicts[place % len(verdicts)], payload)
        for place, entry in enumerate(ITEMS)
    )
    refused = (Refused(payload, Message("import.left", frozen(name=payload, why=payload))),)
    handed_in = Submission(payload, {}, "", refused)
    said = (Message("alike", frozen(quote=payload)),)
    return report(
        outcomes,
        submission=handed_in,
        official=False,
        walls=(),
        needs_review=said,
        remarks=said,
    )


def invalid(payload: str = "notes.txt") -> Report:
    """Nothing can be examined."""
    refused = (Refused(payload, Message("import.left", frozen(name=payload, why="no Python"))),)
    handed_in = Submission("bob", {}, "", refused, Message("no.file"))
    return report((), submission=handed_in, rubric=rubric(), status=Status.INVALID)


def _ruined(entry: Item, verdict: Verdict, payload: str) -> Outcome:
    failure = Failure("crash", where=payload, error=payload)
    place = Location(
        payload or "a.py", 2, 2, payload, "statement", None, (payload, f"    {payload}", ""), 1
    )
    why = failure.message
    return Outcome(
        entry,
        verdict,
        message=why,
        expected=payload,
        actual=payload,
        findings=(
            Finding("batch_divided_twice", payload, frozen(factor=1e300, draws=payload), place),
        ),
        parts=(Part(payload), Part(payload, failure), Part("", failure)),
        remarks=(why,),
        seconds=10.0,
        location=place,
    )


def write(given: Report) -> dict[str, Any]:
    """Make the document of a report with the texts of these examples."""
    return report_document.document(given, CATALOGUE)
