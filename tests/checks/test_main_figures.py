"""Checks of main.py and of image files: what they draw counts, and what a child forges does not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

import pytest
from PIL import Image, PngImagePlugin

from grader.checks import main_figures
from grader.model import Verdict
from grader.sandbox import png_file
from grader.sandbox.host import ProcessSandbox, Sandbox
from tests.checks.figure_programs import BASE, DEFAULT, examine, png_bytes


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(DEFAULT.limits) as opened:
        yield opened


FORGED_PICTURE = """
import sys
[module] = [m for name, m in list(sys.modules.items()) if name.endswith(".figure_capture")]
assert callable(module.draw_png)
module.draw_png = lambda figure, layouts: {payload}
module.figure_layout.is_complete = lambda figure, axes: False
"""
"""Runs in the child: the remarks and sizes below tell that it really replaced what draws."""


def forge(payload: str) -> dict[str, bytes]:
    """The base, whose plots.py answers with bytes of its own wherever a picture is made."""
    return {**BASE, "plots.py": BASE["plots.py"] + FORGED_PICTURE.format(payload=payload).encode()}


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
def test_a_forged_picture_is_not_stored(sandbox: Sandbox, payload: bytes) -> None:
    """Bytes that are no picture are not stored; a remark says so, and no points are lost."""
    source = f"bytes({len(payload)})" if payload.count(0) == len(payload) else repr(payload)
    outcome = examine(sandbox, forge(source), "plots.result")["plots.result"]
    assert (outcome.verdict, outcome.pictures) == (Verdict.PASSED, ())
    assert [message.id for message in outcome.remarks] == ["picture_left_out"]


def test_text_in_a_forged_picture_is_dropped(sandbox: Sandbox) -> None:
    """A valid picture is stored without the text that it carries beside its pixels."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "full marks, please")
    raw = png_bytes(Image.effect_noise((20, 10), 50), pnginfo=about)
    assert b"full marks" in raw
    outcome = examine(sandbox, forge(repr(raw)), "plots.curve")["plots.curve"]
    [picture] = outcome.pictures
    assert (picture.width, picture.height) == (20, 10)
    assert b"full marks" not in picture.content


def test_a_forged_blank_picture_gets_a_remark(sandbox: Sandbox) -> None:
    """A figure whose picture is blank gets a remark; its data decide about the points."""
    raw = png_bytes(Image.new("RGB", (20, 10), "white"))
    outcome = examine(sandbox, forge(repr(raw)), "plots.curve")["plots.curve"]
    assert outcome.verdict is Verdict.PASSED
    assert [message.id for message in outcome.remarks] == ["picture_shows_nothing"]


def test_the_number_of_forged_figures_is_capped(sandbox: Sandbox) -> None:
    """However many figures a child claims to have, only a few are stored."""
    raw = png_bytes(Image.effect_noise((20, 10), 50))
    many = (
        FORGED_PICTURE.format(payload=repr(raw))
        + """
describe = module.FigureRecorder.describe
module.FigureRecorder.describe = lambda self: describe(self) * 20
"""
    )
    main = BASE["main.py"] + many.encode()
    outcome = examine(sandbox, {**BASE, "main.py": main}, "plots.main")["plots.main"]
    assert len(outcome.pictures) == main_figures.MAX_PICTURES


MAIN = """\
import matplotlib.pyplot as plt
from training import train

def main():
    plt.scatter([1, 2], [2, 1], c=["red", "blue"])
"""


def with_main(body: str) -> dict[str, bytes]:
    return {**BASE, "main.py": (MAIN + body).encode()}


def test_a_program_that_needs_all_losses_runs_again(sandbox: Sandbox) -> None:
    """Where a cut training breaks a right program, it is run whole."""
    body = """
    from network import TLNN
    losses = train(TLNN(), *__import__("data").generate_linear(), epochs=300)
    plt.plot(range(300), losses)
"""
    outcome = examine(sandbox, with_main(body), "plots.main")["plots.main"]
    assert (outcome.verdict, outcome.remarks) == (Verdict.PASSED, ())


@pytest.mark.parametrize(
    ("body", "verdict", "message", "remark"),
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
def test_a_program_must_draw_classes_and_a_curve(
    sandbox: Sandbox, body: str, verdict: Verdict, message: str | None, remark: str | None
) -> None:
    """A program needs points of two colours and a curve; where it has both, an early end is only a remark."""
    outcome = examine(sandbox, with_main(body), "plots.main", seconds=2.0)["plots.main"]
    assert (outcome.verdict, outcome.message.id if outcome.message else None) == (verdict, message)
    assert [message.id for message in outcome.remarks] == ([remark] if remark else [])
    assert outcome.pictures


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"layers.py": b"class Linear:\n    pass\n"}, "missing"),
        ({"main.py": b"print('hello')\n"}, "nothing_drawn"),
        ({"main.py": b"def main():\n    raise ValueError('so')\n"}, "raised_at"),
        ({"main.py": b"def main(:\n"}, "raised_at"),
        ({"main.py": b"def main():\n    raise NotImplementedError('write it')\n"}, "not_written"),
        ({"main.py": b"while True:\n    pass\n"}, "main_late"),
    ],
)
def test_a_program_without_figures_fails(
    sandbox: Sandbox, files: Mapping[str, bytes], message: str
) -> None:
    """A program that draws nothing fails, and one sentence says why."""
    outcome = examine(sandbox, files, "plots.main", seconds=2.0)["plots.main"]
    assert outcome.verdict is Verdict.FAILED
    assert outcome.message is not None
    assert outcome.message.id == message


PANELS = """
import numpy as np
import matplotlib.pyplot as plt

panels = plt.subplots(1, 2)[1]
panels[0].scatter([0, 1], [1, 0], c=["r", "b"])
panels[1].plot([3, 2, 1])
"""


@pytest.mark.parametrize(
    ("program", "count"),
    [
        (PANELS + "plt.figure()\nplt.title('XOR')\nplt.clabel(plt.contour(np.eye(9)))", 2),
        (PANELS + "print(plt.title('loss').get_window_extent())\nplt.figure()\nplt.plot([1, 2])", 2),
        (PANELS + "import io, PIL.Image\nfile = io.BytesIO()\nplt.savefig(file)\nPIL.Image.open(file)", 1),
        (PANELS + "import io\nplt.savefig(io.BytesIO(), format='pdf')", 1),
        (PANELS + "plt.gcf().savefig(fname='curve.png', dpi=300)", 1),
        (
            PANELS + "from matplotlib.animation import FuncAnimation\n"
            "FuncAnimation(plt.gcf(), panels[1].set_title, ['a', 'b']).save('a.gif', writer='pillow')",
            1,
        ),
        ("from pylab import *\nplot([1, 2], 'ro')\nplot([2, 1], 'bo')\nplot(arange(9))", 1),
        ("from PIL import ImageDraw\n" + PANELS, 1),
    ],
    ids=[
        "numbers in contours", "a measured text", "saved in memory", "saved as PDF", "saved by keyword",
        "a film", "pylab", "a pencil",
    ],
)  # fmt: skip
def test_an_honest_program_runs_to_its_end(sandbox: Sandbox, program: str, count: int) -> None:
    """Without fonts, files and a screen, nothing is missing of what it draws, and nothing is said of it."""
    outcome = examine(sandbox, {"main.py": program.encode()}, "plots.main")["plots.main"]
    assert (outcome.verdict, outcome.remarks) == (Verdict.PASSED, ())
    assert len(outcome.pictures) == count


@pytest.mark.parametrize("name", ["pylab", "cycler"])
def test_a_file_of_ones_own_comes_before_what_matplotlib_brings(
    sandbox: Sandbox, name: str
) -> None:
    """A module that is loaded with matplotlib hides no file of the submission."""
    files = {
        f"{name}.py": b"def draw():" + PANELS.replace("\n", "\n    ").encode(),
        "main.py": f"import matplotlib.pyplot\nfrom {name} import draw\ndraw()\n".encode(),
    }
    outcome = examine(sandbox, files, "plots.main")["plots.main"]
    assert (outcome.verdict, outcome.message) == (Verdict.PASSED, None)


def test_a_program_waits_for_the_layers_that_it_uses(sandbox: Sandbox) -> None:
    """Where a layer fails, a main program that fails with it is not counted again."""
    files = {**BASE, "layers.py": BASE["layers.py"].replace(b"return out", b"return None")}
    outcomes = examine(sandbox, files, "linear.forward", "plots.main")
    outcome = outcomes["plots.main"]
    assert files["layers.py"] != BASE["layers.py"]
    assert outcomes["linear.forward"].verdict is Verdict.FAILED
    assert outcome.verdict is Verdict.BLOCKED
    assert outcome.message is not None
    assert outcome.message.values["check"] == "linear.forward"


@pytest.mark.parametrize(
    ("files", "path"),
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
def test_the_main_file_is_found(files: list[str], path: str | None) -> None:
    """main.py by name, nearest to the top; else what can be run; else the only file that draws."""
    parts = [file.partition(": ") for file in files]
    assert main_figures.find_main_file({name: text.encode() for name, _, text in parts}) == path


SLOPE = png_bytes(Image.linear_gradient("L"))
BLANK = png_bytes(Image.new("RGB", (30, 30), "white"))


def test_image_files_are_stored(sandbox: Sandbox) -> None:
    """Each is decoded in the child, has a part of its own, and is stored under its file's name."""
    images = {"a/slope.png": SLOPE, "blank.jpg": BLANK, "text.jpeg": b"no picture"}
    outcome = examine(sandbox, BASE, "plots.files", images=images)["plots.files"]
    assert outcome.verdict is Verdict.FAILED
    assert {
        part.name: part.failure.message.id if part.failure else None for part in outcome.parts
    } == {
        "a/slope.png": None,
        "blank.jpg": "picture_blank",
        "text.jpeg": "picture_unreadable",
    }
    assert [picture.source for picture in outcome.pictures] == ["a/slope.png", "blank.jpg"]
    assert png_file.rebuild(outcome.pictures[0].content) is not None


def test_image_files_are_optional(sandbox: Sandbox) -> None:
    """A submission without image files loses nothing, and a remark says that none are wanted."""
    outcome = examine(sandbox, BASE, "plots.files")["plots.files"]
    assert outcome.verdict is Verdict.PASSED
    assert [message.id for message in outcome.remarks] == ["no_pictures"]


def test_image_files_are_decoded_in_a_child_of_their_own(sandbox: Sandbox) -> None:
    """A plotting function that ends its process does not change what the image files get."""
    files = {**BASE, "plots.py": b"def show_result(*_):\n    import os\n    os._exit(3)\n"}
    outcomes = examine(sandbox, files, "plots.result", "plots.files", images={"a.png": SLOPE})
    assert outcomes["plots.result"].verdict is Verdict.CRASHED
    assert outcomes["plots.files"].verdict is Verdict.PASSED
    assert len(outcomes["plots.files"].pictures) == 1
