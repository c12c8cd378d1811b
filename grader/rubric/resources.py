"""Where the default rubric, the template and the zoo are, and which rubric is used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PathError
from grader.sentence import Sentence

_PACKAGE = Path(__file__).parents[1]


def default_rubric() -> Path:
    """Return the rubric that is used where nobody chose one."""
    return _data("rubric.yaml")


FREE_FORM = "free-form"
"""The name of the ready rubric for programs of any structure."""


def named_rubric(path: Path) -> Path:
    """Return the ready rubric that a path names; the path itself where a file or no rubric has that name."""
    is_name = str(path) == FREE_FORM and not path.exists()
    return Path(__file__).with_name(f"{FREE_FORM}.yaml") if is_name else path


def student_template() -> Path:
    """Return the folder of the files that students begin with."""
    return _data("student_template")


def zoo() -> Path:
    """Return the folder of the programs whose quality is known."""
    return _data("zoo", "tests/zoo")


def _data(name: str, checkout_path: str = "") -> Path:
    """Return a path inside an installed package, or beside the package in a checkout."""
    installed = _PACKAGE / "data" / name
    return installed if installed.exists() else _PACKAGE.parent / (checkout_path or name)


def folder_rubric(folder: Path) -> Path:
    """Return the rubric of a folder, or the default rubric if the folder has none."""
    local = folder / "rubric.yaml"
    return local if local.exists() else default_rubric()


@dataclass(frozen=True, slots=True)
class RubricChoice:
    """The rubric that is used, and the one of the current folder if that one is not used."""

    rubric: Path
    unused: Path | None = None


def current_folder() -> Path:
    """Return the current folder; raise `PathError` if it was removed meanwhile."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise PathError(
            Sentence("the current folder was removed; change to one that is there")
        ) from None


def rubric_for(submission: Path, option: Path | None, current: Path) -> RubricChoice:
    """Choose the rubric for one submission, never one that may have come with it.

    A submission is often a part of what a student handed in: `src` is in it, or `layers.py`, and
    a zip was unpacked beside itself. So the folder around the submission may be the student's too.

    Parameters
    ----------
    option
        The rubric of the command line; it is used in any case.
    current
        The current folder. Its `rubric.yaml` is used unless that folder is in the submission,
        above it, or in the folder that the submission is in.
    """
    folders = (submission, submission.resolve().parent, submission.absolute().parent)
    is_students = any(is_within(current, folder) for folder in folders)
    return _choose(option, current, is_students=is_students or is_within(submission, current))


def rubric_for_class(class_path: Path, option: Path | None, current: Path) -> RubricChoice:
    """Choose the rubric for a class, never one that is among its submissions.

    Parameters
    ----------
    class_path
        A folder, or a download as a zip, which may be unpacked in a folder beside it.
    option, current
        As for one submission; a rubric beside the class is used.
    """
    beside = class_path.absolute().parent
    may_be_unpacked = (
        not class_path.is_dir() and not _is_same(current, beside) and is_within(current, beside)
    )
    is_students = may_be_unpacked or is_within(current, class_path)
    return _choose(option, current, is_students=is_students)


def _choose(option: Path | None, current: Path, *, is_students: bool) -> RubricChoice:
    if option is not None:
        return RubricChoice(option)
    local, default = folder_rubric(current), default_rubric()
    if not is_students or _is_same(local, default):
        return RubricChoice(local)
    return RubricChoice(default, unused=local)


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or is in it, by its links or by what they lead to."""
    forms = (path.resolve(), Path(os.path.abspath(path)))  # noqa: PTH100 - takes `..` out, and no link
    return any(_is_same(each, folder) for form in forms for each in (form, *form.parents))


def _is_same(first: Path, second: Path) -> bool:
    """Whether two paths lead to one file: capitals may differ where the file system allows it."""
    try:
        return first.samefile(second)
    except OSError:
        return False
