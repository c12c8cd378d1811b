"""Checks of the figures that a submission makes by itself: those of main.py, and image files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from grader.checks.base import check
from grader.model import Failure, Message, Outcome, Part, Picture, frozen
from grader.observation.plot_analysis import Figure, panels_of, visible_colours, visible_lines
from grader.remote import Lab, failure_of, module_paths, wants_arguments
from grader.sandbox import figure_svg, png_file
from grader.sandbox.figure_svg import Svg
from grader.sandbox.png_file import Png

MAX_EPOCHS = 200
"""A longer training is cut to this: enough for a figure that shows something."""

RUN_SHARE = 0.6
"""The program is interrupted after this share of the item's seconds: the rest is for drawing."""

MAX_PICTURES = 8
"""At most so many pictures of one program are stored in the report."""

MAX_ARGUMENTS = 200
"""Characters of a command line that a remark quotes."""

MIN_CURVE_POINTS = 3
"""A line with fewer points shows no course of a loss."""

MAIN_FILE_NAMES = ("main.py", "__main__.py")
"""The conventional names of the file that runs the lab; the first that exists is used."""

RUNNABLE = re.compile(rb"^(?:def main\(|if __name__)", re.MULTILINE)
"""A line that stands in a file which is meant to be run."""

ERRORS_OF_EMPTY_LINES = frozenset(
    {"ValueError", "IndexError", "KeyError", "TypeError", "SystemExit"}
)
"""What a program may raise because the line that it asked for is empty."""

DEPENDENCIES = (
    "linear.init", "linear.forward", "linear.backward.input", "linear.backward.weights",
    "linear.backward.bias", "sigmoid.forward", "sigmoid.backward", "mse.forward", "mse.backward",
    "network.structure", "network.forward", "network.gradient", "training.train",
    "training.accuracy", "data.linear", "data.xor", "plots.result", "plots.curve",
)  # fmt: skip
"""Checks of what a main program uses: where one of them fails, its figures may be wrong for that reason."""


@check("plots.main", subject="main", blames=DEPENDENCIES, stage="figures")
def main(lab: Lab) -> Outcome:
    """main.py draws the figures of the lab.

    It runs from start to end and draws a comparison of the two classes and a learning curve.
    Training is shortened here, so that the figures are ready quickly.
    """
    path = find_main_file(lab.connection.sources)
    if path is None:
        raise Failure("missing", who="main()", file="main.py", usable=False)
    run = _run(lab, path, MAX_EPOCHS)
    if run["error"] and run["cut"]:
        # A program that relies on the number of losses fails where its training was cut short.
        run = _run(lab, path, None)
    figures = [figure for figure in run["figures"] if figure["axes"]]
    if not figures:
        raise _empty_run_failure(lab, path, run)
    panels = panels_of(figures)
    curves = (line for axes in panels for line in visible_lines(axes))
    has_classes = any(len(visible_colours(axes)) >= 2 for axes in panels)
    has_curve = any(len(line) >= MIN_CURVE_POINTS for line in curves)
    parts = [
        Part("a comparison of two classes", None if has_classes else Failure("no_classes")),
        Part("a learning curve", None if has_curve else Failure("no_curve")),
    ]
    collection = collect_pictures(lab, path, figures)
    remarks = (*_run_remarks(lab, path, run), *collection.remarks)
    # What was to be drawn after an error is missing; it may have been for want of a font.
    undrawn = collection.undrawn or run["error"] is not None
    return lab.outcome(parts, pictures=collection.pictures, remarks=remarks, undrawn=undrawn)


@check("plots.files", subject="pictures", stage="figures")
def files(lab: Lab) -> Outcome:
    """The pictures that you handed in can be opened and are not blank.

    These are PNG and JPEG files beside the code. The lab does not ask for any.
    """
    if not lab.connection.images:
        return lab.outcome((), remarks=(Message("no_pictures"),))
    images = {path: _decode_image(lab, raw) for path, raw in lab.connection.images.items()}
    parts = []
    for path, png in images.items():
        failure = None
        if png is None:
            failure = Failure("picture_unreadable", file=path)
        elif png.blank:
            failure = Failure("picture_blank", file=path)
        parts.append(Part(path, failure))
    pictures = tuple(_picture(lab, path, "", png) for path, png in images.items() if png)
    return lab.outcome(parts, pictures=pictures)


def find_main_file(sources: Mapping[str, bytes]) -> str | None:
    """Return the path of the file that runs the lab, or None.

    It is ``main.py``, the one nearest to the top; or else a file that can be run; or else the only
    file, if it draws.
    """
    paths = sorted(sources, key=lambda path: (path.count("/"), path))
    for name in MAIN_FILE_NAMES:
        for path in paths:
            if path.rpartition("/")[2] == name:
                return path
    modules = [path for path in paths if path in module_paths(sources)]
    runnable = [path for path in modules if RUNNABLE.search(sources[path])]
    single = [path for path in modules if len(modules) == 1 and b"matplotlib" in sources[path]]
    return next(iter(runnable or single), None)


def _run(lab: Lab, path: str, epochs: int | None) -> Mapping[str, Any]:
    script = lab.script()
    script.seed(lab.child_seed("main"))
    reply = script.main(path, lab.connection.names("train"), epochs, RUN_SHARE * lab.item.seconds)
    lab.run(script)
    run: Mapping[str, Any] = reply.value
    return run


def _empty_run_failure(lab: Lab, path: str, run: Mapping[str, Any]) -> Failure:
    """Make the failure that says why a program drew nothing."""
    if run["late"]:
        return Failure("main_late", file=path, seconds=RUN_SHARE * lab.item.seconds, usable=False)
    error = run["error"]
    if error and run["asked"] and error["type"] in ERRORS_OF_EMPTY_LINES:
        place = _place_of_input(lab, path, run)
        values = {"kind": error["type"], "text": error["text"], **place}
        return Failure("main_asked_in_vain", usable=False, **values)
    if error and wants_arguments(error, lab.connection):
        place = {"file": error["file"], "line": error["line"]}
        return Failure("main_arguments", who=path, **place, usable=False)
    if error:
        return failure_of(error, path)
    return Failure("nothing_drawn", who=path, usable=False)


def _run_remarks(lab: Lab, path: str, run: Mapping[str, Any]) -> Iterator[Message]:
    """Yield what is worth saying about how a program ended, although it drew something."""
    if run["late"]:
        seconds = RUN_SHARE * lab.item.seconds
        yield Message("main_unfinished", frozen(file=path, seconds=seconds))
    if run["error"]:
        error = {"kind": run["error"]["type"], "text": run["error"]["text"]}
        yield Message("main_raised", frozen(file=path, **error))
    if run["cut"]:
        yield Message("main_cut", frozen(epochs=MAX_EPOCHS))
    if run["given"]:
        arguments = " ".join(run["given"])
        yield Message("main_given", frozen(file=path, arguments=arguments[:MAX_ARGUMENTS]))
    if run["asked"]:
        yield Message("main_asked", frozen(**_place_of_input(lab, path, run)))


def _place_of_input(lab: Lab, path: str, run: Mapping[str, Any]) -> dict[str, Any]:
    """Return file and line where a program first waited for input."""
    file, line = run["asked"][0]
    return {"file": file if file in lab.connection.sources else path, "line": line}


def _decode_image(lab: Lab, raw: bytes) -> Png | None:
    """Have the child decode an image file; its answer is validated like any other picture."""
    script = lab.script()
    reply = script.image(raw)
    lab.run(script)
    return None if reply.value is None else png_file.rebuild(reply.value.tobytes())


class FigurePictures(NamedTuple):
    """What a report shows of figures.

    Parameters
    ----------
    pictures
        Those of the first figures.
    remarks
        One where a picture is invalid, and one where it is blank.
    undrawn
        Whether a figure has no picture: its description is not complete, and no child drew it.
    """

    pictures: tuple[Picture, ...]
    remarks: tuple[Message, ...]
    undrawn: bool


def collect_pictures(
    lab: Lab, source: str, figures: Sequence[Figure], max_count: int = MAX_PICTURES
) -> FigurePictures:
    """Return the pictures of the first figures.

    A figure of which the description tells all is drawn from it, any other was drawn by the child.
    """
    pictures, remarks, undrawn = [], set(), False
    for figure in figures[:max_count]:
        if not figure["complete"] and figure["png"] is None:
            undrawn = True
            continue
        image = (
            figure_svg.draw(figure)
            if figure["complete"]
            else png_file.rebuild(figure["png"].tobytes())
        )
        if image is None:
            remarks.add("picture_left_out")
            continue
        titles = dict.fromkeys(axes["title"] for axes in figure["axes"] if axes["title"])
        title = figure["heading"] or " | ".join(titles)
        pictures.append(_picture(lab, source, title, image))
        if image.blank:
            remarks.add("picture_shows_nothing")
    messages = (Message(id_, frozen(who=source)) for id_ in sorted(remarks))
    return FigurePictures(tuple(pictures), tuple(messages), undrawn)


def _picture(lab: Lab, source: str, title: str, image: Svg | Png) -> Picture:
    suffix = "svg" if isinstance(image, Svg) else "png"
    return Picture(lab.item.check, source, title, image.content, suffix, image.width, image.height)
