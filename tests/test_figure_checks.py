"""Checks of figures: what is seen, what is kept, and what a forging child gets for its trouble."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from grader.checks import CHECKS, main_figures
from grader.model import Outcome, Submission, Verdict
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox import png_file
from grader.sandbox.host import ProcessSandbox, Sandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
BASE = {p.name: p.read_bytes() for p in (Path(__file__).parent / "zoo" / "base").glob("*.py")}
FIGURES = tuple(item for item in DEFAULT.items if item.check.startswith("plots."))
SCATTER = 'ax.scatter(x[~ones, 0], x[~ones, 1], color="red", label="0")'
OTHER = 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", label="1")'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(DEFAULT.limits) as opened:
        yield opened


def examined(
    sandbox: Sandbox,
    files: Mapping[str, bytes],
    *checks: str,
    images: Mapping[str, bytes] | None = None,
) -> dict[str, Outcome]:
    """Examine a program with the named checks."""
    items = tuple(item for item in DEFAULT.items if item.check in checks)
    submission = Submission("lab", files, "0" * 64, images=images or {})
    asked = replace(DEFAULT, items=items)
    report = grading.grade(submission, asked, seed=3, sandbox=sandbox)
    return {outcome.item.check: outcome for outcome in report.outcomes}


def edited(*edits: tuple[str, str], file: str = "plots.py") -> dict[str, bytes]:
    source = BASE[file].decode()
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {**BASE, file: source.encode()}


def written(image: Image.Image, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format="PNG", **how)
    return file.getvalue()


def test_figures_are_kept(sandbox: Sandbox) -> None:
    """Each figure of the two functions and of main.py is kept, with its source and its title."""
    found = examined(sandbox, BASE, *(item.check for item in FIGURES))
    assert {check: o.verdict for check, o in found.items()} == dict.fromkeys(found, Verdict.PASSED)
    kept = [picture for outcome in found.values() for picture in outcome.pictures]
    both = "Ground truth | Predict result"
    assert [(p.check, p.source, p.title, p.width, p.height) for p in kept] == [
        ("plots.result", "show_result", both, 800, 400),
        ("plots.curve", "show_learning_curve", "", 640, 480),
        *[("plots.main", "main.py", both, 800, 400), ("plots.main", "main.py", "", 640, 480)] * 2,
    ]
    whole = [png_file.sound(picture.png) for picture in kept]
    assert [png.content if png else None for png in whole] == [picture.png for picture in kept]
    assert [message.id for message in found["plots.main"].remarks] == ["main_cut"]


def test_figures_are_the_same_again(sandbox: Sandbox) -> None:
    """Two gradings with one seed keep the same bytes."""
    checks = [item.check for item in FIGURES]
    first, second = (examined(sandbox, BASE, *checks) for _ in range(2))
    assert {c: o.pictures for c, o in first.items()} == {c: o.pictures for c, o in second.items()}


TRUTH = 'draw_points(left, x, y, "Ground truth")'
GUESS = 'draw_points(right, x, pred_y, "Predict result")'
RIGHT_IN_ANOTHER_STYLE = {
    "other colours in the other panel": [
        (GUESS, GUESS + "; right.collections[0].set_color('orange'); right.collections[1].set_color('green')")
    ],
    "white faces with dark edges": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="white", edgecolors="black")')
    ],
    "white points on a dark ground": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="white"); ax.set_facecolor("black")')
    ],
    "white points on a surface": [
        (OTHER, 'ax.contourf([[0, 1], [2, 3]]); ax.scatter(x[ones, 0], x[ones, 1], color="white")')
    ],
    "hollow points": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], facecolors="none", edgecolors="blue")')
    ],
    "pale points": [(OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", alpha=0.2)')],
    "markers of plot": [(OTHER, 'ax.plot(x[ones, 0], x[ones, 1], "b+")')],
    "one call a point": [(OTHER, 'for a, b in x[ones]: ax.plot(a, b, "bo")')],
    "limits at the square": [(OTHER, OTHER + "; ax.set(xlim=(0, 1), ylim=(1, 0))")],
    "a colour map": [
        (SCATTER, "ax.scatter(x[:, 0], x[:, 1], c=np.ravel(labels))"),
        (OTHER, "pass"),
    ],
    "points cut by nothing": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", clip_on=False); ax.set_xlim(0, 0.9)'),
        (SCATTER, SCATTER.replace("label", "clip_on=False, label")),
    ],
    "a legend of conditions": [
        (OTHER, OTHER.replace('"1"', '"x1 - x0 > 0"') + "; ax.legend()"),
        (SCATTER, SCATTER.replace('"0"', '"x1 - x0 < 1"')),
    ],
    "a legend of classes": [
        (OTHER, OTHER.replace('"1"', '"class 1"') + "; ax.legend()"),
        (SCATTER, SCATTER.replace('"0"', '"class 0"')),
    ],
    "zoomed into the losses": [("ax.plot(epochs, losses)", "ax.plot(epochs, losses); ax.set_ylim(0, 0.2)")],
    "losses on a logarithmic axis": [("ax.plot(epochs, losses)", "ax.semilogy(epochs, losses)")],
    "rounded in a copy": [
        ("ones = np.ravel(labels) > 0.5", "labels = np.round(labels); ones = np.ravel(labels) > 0.5")
    ],
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT_IN_ANOTHER_STYLE)
def test_right_figures_in_another_style(sandbox: Sandbox, style: str) -> None:
    """Whatever can be seen, and nobody would blame, passes."""
    found = examined(sandbox, edited(*RIGHT_IN_ANOTHER_STYLE[style]), "plots.result", "plots.curve")
    assert {check: outcome.message for check, outcome in found.items()} == {
        "plots.result": None,
        "plots.curve": None,
    }


WRONG = {
    "points of no size": (
        [(OTHER, OTHER.replace("label", "s=0, label"))],
        "points_unseen",
    ),
    "markers that are none": (
        [(OTHER, 'ax.plot(x[ones, 0], x[ones, 1], ls="", marker="")')],
        "points_unseen",
    ),
    "points in the colour of a dark ground": (
        [(OTHER, OTHER.replace("blue", "black") + '; ax.set_facecolor("black")')],
        "points_unseen",
    ),
    "points that are not shown": ([(OTHER, OTHER + ".set_visible(False)")], "points_unseen"),
    "clear points on a surface": (
        [(OTHER, "ax.contourf([[0, 1], [2, 3]]); " + OTHER.replace("label", "alpha=0, label"))],
        "points_unseen",
    ),
    "points beyond the limits": ([(OTHER, OTHER + "; ax.set_ylim(0, 0.5)")], "points_cut"),
    "colours that look alike": (
        [(OTHER, OTHER.replace('"blue"', '"#fe0000"'))],
        "colours_mixed",
    ),
    "a legend with the numbers swapped": (
        [(OTHER, OTHER.replace('"1"', '"y = 0"') + "; ax.legend()"), (SCATTER, SCATTER.replace('"0"', '"y = 1"'))],
        "legend_contradicts",
    ),
    "the prediction in the wrong panel": ([(TRUTH, TRUTH.replace("y,", "pred_y,"))], "truth_shows_prediction"),
    "the ground truth twice": ([(GUESS, GUESS.replace("pred_y", "y"))], "prediction_shows_truth"),
    "classes exchanged in one panel": ([(GUESS, GUESS.replace("pred_y", "1 - pred_y"))], "colours_exchanged"),
}  # fmt: skip


def test_losses_as_points_keep_the_labels(sandbox: Sandbox) -> None:
    """A scatter of the losses is no curve, and its labelled axes count all the same."""
    edits = [("ax.plot(epochs, losses)", "ax.scatter(epochs, losses)")]
    outcome = examined(sandbox, edited(*edits), "plots.curve")["plots.curve"]
    assert outcome.message is not None
    assert outcome.message.id == "points_without_line"
    assert [part.name for part in outcome.parts if not part.failure] == ["both axes labelled"]


@pytest.mark.parametrize("mistake", WRONG)
def test_points_that_mislead(sandbox: Sandbox, mistake: str) -> None:
    """Points that nobody sees or can tell apart, and legends that contradict, are noticed."""
    edits, wanted = WRONG[mistake]
    outcome = examined(sandbox, edited(*edits), "plots.result")["plots.result"]
    assert outcome.message is not None
    assert outcome.message.id == wanted


def test_predictions_as_a_network_gives_them_are_left_alone(sandbox: Sandbox) -> None:
    """Rounding into the caller's array is noticed, although 0 and 1 would hide it."""
    files = edited(("fig, (left, right)", "pred_y[:] = pred_y > 0.5\n    fig, (left, right)"))
    [failed] = [
        part
        for part in examined(sandbox, files, "plots.result")["plots.result"].parts
        if part.failure
    ]
    assert failed.name == "the arrays are left alone"


FORGING = """
import sys
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").endswith(".figure_capture"):
        module.picture = lambda figure: {payload}
"""


def forged(payload: str) -> dict[str, bytes]:
    """The base, whose plots.py answers with bytes of its own wherever a picture is made."""
    return {**BASE, "plots.py": BASE["plots.py"] + FORGING.format(payload=payload).encode()}


HUGE = (
    png_file.SIGNATURE
    + b"\0\0\0\rIHDR"
    + (head := struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    + struct.pack(">I", zlib.crc32(b"IHDR" + head))
)


@pytest.mark.parametrize(
    "payload",
    [b"<script>alert(1)</script>", b"\xff\xd8\xff", HUGE, bytes(3 * 1024 * 1024), png_file.SIGNATURE],
    ids=["script", "jpeg", "huge", "megabytes", "signature"],
)  # fmt: skip
def test_a_forged_picture_is_left_out(sandbox: Sandbox, payload: bytes) -> None:
    """What a child calls a picture and is none is not kept; a remark says so, and nothing is lost."""
    source = f"bytes({len(payload)})" if payload.count(0) == len(payload) else repr(payload)
    outcome = examined(sandbox, forged(source), "plots.result")["plots.result"]
    assert (outcome.verdict, outcome.pictures) == (Verdict.PASSED, ())
    assert [message.id for message in outcome.remarks] == ["picture_left_out"]


def test_text_in_a_forged_picture_is_dropped(sandbox: Sandbox) -> None:
    """A picture that is sound is kept without what it says beside its pixels."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "full marks, please")
    raw = written(Image.effect_noise((20, 10), 50), pnginfo=about)
    assert b"full marks" in raw
    outcome = examined(sandbox, forged(repr(raw)), "plots.curve")["plots.curve"]
    [picture] = outcome.pictures
    assert (picture.width, picture.height) == (20, 10)
    assert b"full marks" not in picture.png


def test_a_forged_blank_picture_is_told(sandbox: Sandbox) -> None:
    """A figure whose picture shows nothing gets a remark; what it holds as data counts."""
    raw = written(Image.new("RGB", (20, 10), "white"))
    outcome = examined(sandbox, forged(repr(raw)), "plots.curve")["plots.curve"]
    assert outcome.verdict is Verdict.PASSED
    assert [message.id for message in outcome.remarks] == ["picture_shows_nothing"]


def test_a_forged_crowd_of_figures_is_cut(sandbox: Sandbox) -> None:
    """However many figures a child claims, a few are kept."""
    raw = written(Image.effect_noise((20, 10), 50))
    crowd = (
        FORGING.format(payload=repr(raw))
        + """
        kept = module.FigureRecorder.describe
        module.FigureRecorder.describe = lambda self: kept(self) * 20
"""
    )
    main = BASE["main.py"] + crowd.encode()
    outcome = examined(sandbox, {**BASE, "main.py": main}, "plots.main")["plots.main"]
    assert len(outcome.pictures) == main_figures.MOST


MAIN = """\
import matplotlib.pyplot as plt
from training import train

def main():
    plt.scatter([1, 2], [2, 1], c=["red", "blue"])
"""


def main_of(body: str) -> dict[str, bytes]:
    return {**BASE, "main.py": (MAIN + body).encode()}


def test_a_program_that_counts_on_its_losses_runs_again(sandbox: Sandbox) -> None:
    """Where a cut training breaks a right program, it is run whole."""
    body = """
    from network import TLNN
    losses = train(TLNN(), *__import__("data").generate_linear(), epochs=300)
    plt.plot(range(300), losses)
"""
    outcome = examined(sandbox, main_of(body), "plots.main")["plots.main"]
    assert (outcome.verdict, outcome.remarks) == (Verdict.PASSED, ())


@pytest.mark.parametrize(
    ("body", "verdict", "said", "remark"),
    [
        ("    plt.plot([3, 2, 1])\n", Verdict.PASSED, None, None),
        ("    plt.plot([3, 2, 1])\n    while True: pass\n", Verdict.PASSED, None, "main_unfinished"),
        ("    plt.plot([3, 2, 1])\n    1 / 0\n", Verdict.PASSED, None, "main_raised"),
        ("    1 / 0\n", Verdict.FAILED, "no_curve", "main_raised"),
        ("    plt.clf(); plt.plot([3, 2, 1], [3, 2, 1])\n", Verdict.PASSED, None, None),
        ("    plt.plot([3, 2])\n", Verdict.FAILED, "no_curve", None),
        ("    plt.plot([3, 2, 1], alpha=0)\n", Verdict.FAILED, "no_curve", None),
        ("    plt.gca().clear(); plt.plot([3, 2, 1])\n", Verdict.FAILED, "no_classes", None),
    ],
)  # fmt: skip
def test_what_a_program_draws_is_judged(
    sandbox: Sandbox, body: str, verdict: Verdict, said: str | None, remark: str | None
) -> None:
    """Two colours of points and a curve are wanted; an early end is a remark where both are there."""
    quick = replace(DEFAULT, items=tuple(replace(i, seconds=2.0) for i in DEFAULT.items))
    files = main_of(body)
    asked = replace(quick, items=tuple(i for i in quick.items if i.check == "plots.main"))
    report = grading.grade(Submission("lab", files, "0" * 64), asked, seed=3, sandbox=sandbox)
    [outcome] = report.outcomes
    assert (outcome.verdict, outcome.message.id if outcome.message else None) == (verdict, said)
    assert [message.id for message in outcome.remarks] == ([remark] if remark else [])
    assert outcome.pictures


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"layers.py": b"class Linear:\n    pass\n"}, "missing"),
        ({"main.py": b"print('hello')\n"}, "nothing_drawn"),
        ({"main.py": b"def main():\n    raise ValueError('so')\n"}, "raised_at"),
        ({"main.py": b"def main(:\n"}, "raised_at"),
        ({"main.py": b"def main():\n    raise NotImplementedError('write it')\n"}, "not_written"),
        ({"main.py": b"while True:\n    pass\n"}, "main_late"),
    ],
)
def test_why_a_program_drew_nothing(
    sandbox: Sandbox, files: Mapping[str, bytes], said: str
) -> None:
    """A program that draws nothing fails, and one sentence says why."""
    items = tuple(replace(i, seconds=2.0) for i in DEFAULT.items if i.check == "plots.main")
    asked = replace(DEFAULT, items=items)
    report = grading.grade(Submission("lab", files, "0" * 64), asked, seed=3, sandbox=sandbox)
    [outcome] = report.outcomes
    assert outcome.verdict is Verdict.FAILED
    assert outcome.message is not None
    assert outcome.message.id == said


def test_a_program_waits_for_the_layers_that_it_uses(sandbox: Sandbox) -> None:
    """Where a layer fails, a main program that fails with it is not counted again."""
    files = {**BASE, "layers.py": BASE["layers.py"].replace(b"return out", b"return None")}
    found = examined(sandbox, files, "linear.forward", "plots.main")
    outcome = found["plots.main"]
    assert files["layers.py"] != BASE["layers.py"]
    assert found["linear.forward"].verdict is Verdict.FAILED
    assert outcome.verdict is Verdict.BLOCKED
    assert outcome.message is not None
    assert outcome.message.values["check"] == "linear.forward"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["main.py", "other.py"], "main.py"),
        (["src/main.py", "layers.py"], "src/main.py"),
        (["a/b/main.py", "a/main.py"], "a/main.py"),
        (["__main__.py", "layers.py"], "__main__.py"),
        (["run.py: def main():", "layers.py"], "run.py"),
        (["lab.py: if __name__ == '__main__':", "test_lab.py: def main():"], "lab.py"),
        (["lab.py: import matplotlib"], "lab.py"),
        (["lab.py: import numpy"], None),
        (["layers.py", "network.py"], None),
        ([], None),
    ],
)
def test_which_file_runs_the_lab(files: list[str], found: str | None) -> None:
    """main.py by name, nearest to the top; else what can be run; else the only file that draws."""
    parts = [file.partition(": ") for file in files]
    assert main_figures.main_of({name: text.encode() for name, _, text in parts}) == found


SLOPE = written(Image.linear_gradient("L"))
BLANK = written(Image.new("RGB", (30, 30), "white"))


def test_pictures_that_were_handed_in_are_kept(sandbox: Sandbox) -> None:
    """Each is decoded beside the student's code, judged by itself, and kept under its file's name."""
    images = {"a/slope.png": SLOPE, "blank.jpg": BLANK, "text.jpeg": b"no picture"}
    outcome = examined(sandbox, BASE, "plots.files", images=images)["plots.files"]
    assert outcome.verdict is Verdict.FAILED
    assert {part.name: part.failure.id if part.failure else None for part in outcome.parts} == {
        "a/slope.png": None,
        "blank.jpg": "picture_blank",
        "text.jpeg": "picture_unreadable",
    }
    assert [picture.source for picture in outcome.pictures] == ["a/slope.png", "blank.jpg"]
    assert png_file.sound(outcome.pictures[0].png) is not None


def test_no_pictures_are_asked_for(sandbox: Sandbox) -> None:
    """Who hands in none loses nothing, and is told that none are wanted."""
    outcome = examined(sandbox, BASE, "plots.files")["plots.files"]
    assert outcome.verdict is Verdict.PASSED
    assert [message.id for message in outcome.remarks] == ["no_pictures"]


def test_pictures_are_decoded_where_nothing_else_stands(sandbox: Sandbox) -> None:
    """A submission that ends its own process keeps its pictures' outcome apart from that."""
    files = {**BASE, "plots.py": b"def show_result(*_):\n    import os\n    os._exit(3)\n"}
    found = examined(sandbox, files, "plots.result", "plots.files", images={"a.png": SLOPE})
    assert found["plots.result"].verdict is Verdict.CRASHED
    assert found["plots.files"].verdict is Verdict.PASSED
    assert len(found["plots.files"].pictures) == 1


def test_every_share_of_a_rubric_is_found() -> None:
    """The default rubric asks for every check of figures, and pays for the two functions alone."""
    points = {item.check: item.points for item in FIGURES}
    assert points == {
        "plots.result": 2.0,
        "plots.curve": 1.0,
        "plots.main": 0.0,
        "plots.files": 0.0,
    }
    assert np.all([CHECKS[check].stage == "figures" for check in points])
