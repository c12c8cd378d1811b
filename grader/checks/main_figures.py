"""Checks of what a submission shows by itself: the figures of its main program, and its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.base import Examined, Judged, Judgement, check, judged
from grader.expect import Failure
from grader.model import Message, Picture, frozen
from grader.observation.plot_analysis import Axes, Figure, looks_of, visible_lines
from grader.remote import Lab, failure_of, module_paths
from grader.sandbox import png_file
from grader.sandbox.png_file import Png

EPOCHS = 200
"""What is left of a longer training: enough for a figure that shows something."""

SHARE = 0.6
"""The share of the item's seconds after which the program is interrupted; the rest is for drawing."""

MOST = 8
"""Pictures that are kept of one program or function, at most."""

CURVE = 3
"""Points that a line must have to be a curve."""

NAMES = ("main.py", "__main__.py")
"""What the file is called that runs the lab; the first that is there counts."""

RUNS = re.compile(rb"^(?:def main\(|if __name__)", re.MULTILINE)
"""What stands in a file that can be run."""


LEANS = (
    "linear.init", "linear.forward", "linear.backward.input", "linear.backward.weights",
    "linear.backward.bias", "sigmoid.forward", "sigmoid.backward", "mse.forward", "mse.backward",
    "network.structure", "network.forward", "network.gradient", "training.train",
    "training.accuracy", "data.linear", "data.xor", "plots.result", "plots.curve",
)  # fmt: skip
"""What a main program uses: where one of these fails, its figures may be wrong for that reason."""


@check("plots.main", subject="main", leans=LEANS, stage="figures")
def main(lab: Lab, rng: np.random.Generator) -> Judgement:
    """main.py draws the figures of the lab.

    It runs from start to end and draws both a comparison of the two classes and a learning curve.
    Training is cut short here, so that the figures come quickly.
    """
    del rng
    path = main_of(lab.connection.sources)
    if path is None:
        raise Failure("missing", who="main()", file="main.py", usable=False)
    played = _played(lab, path)
    figures = [figure for figure in played["figures"] if figure["axes"]]
    if not figures:
        raise _nothing(lab, path, played)
    panels = [axes for figure in figures for axes in figure["axes"]]
    parts = [
        judged("a comparison of two classes", lambda: _has_classes(panels)),
        judged("a learning curve", lambda: _has_curve(panels)),
    ]
    shown, remarks = kept(lab, path, figures)
    return Examined(parts, pictures=shown, remarks=(*_said(lab, path, played), *remarks))


@check("plots.files", subject="pictures", stage="figures")
def files(lab: Lab, rng: np.random.Generator) -> Judgement:
    """The pictures that were handed in can be opened and show something.

    PNG and JPEG files beside the code. None are asked for.
    """
    del rng
    if not lab.connection.images:
        return Examined((), remarks=(Message("no_pictures"),))
    opened = {path: _opened(lab, raw) for path, raw in lab.connection.images.items()}
    parts = [_readable(path, png) for path, png in opened.items()]
    shown = tuple(_picture(lab, path, "", png) for path, png in opened.items() if png)
    return Examined(parts, pictures=shown)


def main_of(sources: Mapping[str, bytes]) -> str | None:
    """The file that runs the lab: ``main.py``, or else one that can be run, or the only one."""
    paths = sorted(sources, key=lambda path: (path.count("/"), path))
    for name in NAMES:
        for path in paths:
            if path.rpartition("/")[2] == name:
                return path
    plain = [path for path in paths if path in module_paths(sources)]
    running = [path for path in plain if RUNS.search(sources[path])]
    alone = [path for path in plain if len(plain) == 1 and b"matplotlib" in sources[path]]
    return next(iter(running or alone), None)


def _played(lab: Lab, path: str) -> Mapping[str, Any]:
    """What running the program came to.

    A program that counts on as many losses as it asked for fails where its training was cut
    short: it runs once more, for as long as it likes until it is late.
    """
    played = _run(lab, path, EPOCHS)
    return _run(lab, path, None) if played["error"] and played["cut"] else played


def _run(lab: Lab, path: str, epochs: int | None) -> Mapping[str, Any]:
    script = lab.script()
    script.seed(lab.child_seed("main"))
    reply = script.main(path, lab.connection.names("train"), epochs, SHARE * lab.item.seconds)
    lab.run(script)
    played: Mapping[str, Any] = reply.value
    return played


def _nothing(lab: Lab, path: str, played: Mapping[str, Any]) -> Failure:
    """Why a program drew nothing."""
    if played["late"]:
        return Failure("main_late", file=path, seconds=SHARE * lab.item.seconds, usable=False)
    if played["error"]:
        return failure_of(played["error"], path)
    return Failure("nothing_drawn", who=path, usable=False)


def _said(lab: Lab, path: str, played: Mapping[str, Any]) -> Iterable[Message]:
    """What is worth saying about how a program ended, although it drew something."""
    if played["late"]:
        yield Message("main_unfinished", frozen(file=path, seconds=SHARE * lab.item.seconds))
    if played["error"]:
        yield Message("main_raised", frozen(file=path, **_raised(played["error"])))
    if played["cut"]:
        yield Message("main_cut", frozen(epochs=EPOCHS))


def _raised(error: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"kind": error["type"], "text": error["text"]}


def _has_classes(panels: Sequence[Axes]) -> None:
    if not any(len(looks_of(axes)) >= 2 for axes in panels):
        raise Failure("no_classes")


def _has_curve(panels: Sequence[Axes]) -> None:
    if not any(len(line) >= CURVE for axes in panels for line in visible_lines(axes)):
        raise Failure("no_curve")


def _opened(lab: Lab, raw: bytes) -> Png | None:
    """Have the child side decode a picture; what comes back is looked at like any other."""
    script = lab.script()
    reply = script.image(raw)
    lab.run(script)
    return None if reply.value is None else png_file.sound(reply.value.tobytes())


def _readable(path: str, png: Png | None) -> Judged:
    def demand() -> None:
        if png is None:
            raise Failure("picture_unreadable", file=path)
        if png.blank:
            raise Failure("picture_blank", file=path)

    return judged(path, demand)


def kept(
    lab: Lab, source: str, figures: Sequence[Figure], most: int = MOST
) -> tuple[tuple[Picture, ...], tuple[Message, ...]]:
    """The pictures that are kept of figures, and a remark where one was left out or shows nothing.

    Where the child side cannot draw there are none, and nothing is said.
    """
    drawn = [
        (f, png_file.sound(f["png"].tobytes())) for f in figures[:most] if f["png"] is not None
    ]
    whole = tuple(_picture(lab, source, _title(figure), png) for figure, png in drawn if png)
    said = []
    if any(png is None for _, png in drawn):
        said.append(Message("picture_left_out", frozen(who=source)))
    if any(png is not None and png.blank for _, png in drawn):
        said.append(Message("picture_shows_nothing", frozen(who=source)))
    return whole, tuple(said)


def _picture(lab: Lab, source: str, title: str, png: Png) -> Picture:
    return Picture(lab.item.check, source, title, png.content, png.width, png.height)


def _title(figure: Figure) -> str:
    """A figure's own heading, or those of its panels."""
    titles = dict.fromkeys(axes["title"] for axes in figure["axes"] if axes["title"])
    return figure["heading"] or " | ".join(titles)
