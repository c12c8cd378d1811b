"""Where the default rubric, the template and the zoo lie, and which rubric is meant."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PathError
from grader.sentence import Sentence

_PACKAGE = Path(__file__).parents[1]


def default_rubric() -> Path:
    """Return the rubric that is used where nobody chose one."""
    return _carried("rubric.yaml")


def student_template() -> Path:
    """Return the folder of the files that students begin with."""
    return _carried("student_template")


def zoo() -> Path:
    """Return the folder of the programs whose quality is known."""
    return _carried("zoo", "tests/zoo")


def _carried(name: str, beside: str = "") -> Path:
    """Return what an installed package carries inside, a checkout beside it."""
    inside = _PACKAGE / "data" / name
    return inside if inside.exists() else _PACKAGE.parent / (beside or name)


def rubric_here(here: Path) -> Path:
    """Return the rubric of a folder, or the one built in where it has none."""
    local = here / "rubric.yaml"
    return local if local.exists() else default_rubric()


@dataclass(frozen=True, slots=True)
class Choice:
    """The rubric that is used, and the one of the current folder where it was not taken."""

    rubric: Path
    left_out: Path | None = None


def current_folder() -> Path:
    """Return the current folder.

    Raises
    ------
    PathError
        Where it was removed meanwhile.
    """
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise PathError(
            Sentence("the current folder was removed; change to one that is there")
        ) from None


def rubric_for(submission: Path, chosen: Path | None, here: Path) -> Choice:
    """Return the rubric for one submission, never one that may have come with it.

    A hand-in is often more than what is graded: `src` lies in it, or `layers.py`, and a
    zip was unpacked beside itself. So the folder that the submission lies in may be the
    student's as well.

    Parameters
    ----------
    submission
        What is to be graded.
    chosen
        What was asked for on the command line, if anything.
    here
        The current folder. Its `rubric.yaml` counts where it lies neither in the
        submission, nor above it, nor in the folder that the submission lies in.
    """
    beside = {submission.resolve().parent, submission.absolute().parent}
    mixed = any(_lies_in(here, each) for each in (submission, *beside))
    return _choice(chosen, here, came_along=mixed or _lies_in(submission, here))


def rubric_for_class(folder: Path, chosen: Path | None, here: Path) -> Choice:
    """Return the rubric for a class, never one that lies among its submissions.

    Parameters
    ----------
    folder
        The class: a folder, or a download as a zip, which may be unpacked in a folder
        beside it.
    chosen, here
        As for one submission; a rubric beside the class counts.
    """
    beside = folder.absolute().parent
    unpacked = not folder.is_dir() and not _same(here, beside) and _lies_in(here, beside)
    return _choice(chosen, here, came_along=unpacked or _lies_in(here, folder))


def _choice(chosen: Path | None, here: Path, *, came_along: bool) -> Choice:
    if chosen is not None:
        return Choice(chosen)
    taken, default = rubric_here(here), default_rubric()
    if not came_along or _same(taken, default):
        return Choice(taken)
    return Choice(default, left_out=taken)


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it, by its links or by what they lead to."""
    ways = (path.resolve(), Path(os.path.abspath(path)))  # noqa: PTH100 - takes `..` out, and no link
    return any(_same(each, folder) for way in ways for each in (way, *way.parents))


def _same(first: Path, second: Path) -> bool:
    """Whether two paths lead to one thing: capitals may differ where the file system says so."""
    try:
        return first.samefile(second)
    except OSError:
        return False
