"""Whether a path is one submission or a class: told by names, before anything is graded.

The wrong level of a folder is an easy slip: a download of 120 students can be read as one
submission, and the folder of one student as a class of eight. What is certain enough is refused
with the command that was meant; an option goes on all the same.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from grader.errors import PathError
from grader.intake import platforms
from grader.intake.locations import DiskFolder, ZipFolder, open_folder
from grader.intake.side_by_side import LAB_FILES, side_by_side
from grader.sentence import Sentence


def require_submission(path: Path) -> None:
    """Refuse a path that holds the submissions of several people.

    Raises
    ------
    PathError
        With the command that was meant.
    """
    try:
        top = platforms.opened(path)
        platform, found = platforms.platform_of(top), side_by_side(top)
    except (PathError, OSError):
        return  # `intake.read` says what it cannot read
    if platform:
        what = Sentence("this is a download of {platform}", platform=platform.capitalize())
    elif found:
        what = Sentence(
            "this holds several submissions side by side ({first}, {second})",
            first=found[0].rstrip("/"),
            second=found[1].rstrip("/"),
        )
    else:
        return
    raise PathError(
        Sentence(
            "{path}: {what}; to grade them all: grade batch {path} -o OUT; "
            "to grade it as one submission all the same: --as-one",
            path=path,
            what=what,
        )
    )


def require_class(path: Path) -> None:
    """Refuse a path that is one submission, or holds classes in the place of students.

    Raises
    ------
    PathError
        With the command that was meant.
    """
    top = platforms.opened(path)
    names = top.names()
    if platforms.platform_of(top):
        return
    own = [name for name in names if name in LAB_FILES]
    if len(own) > 1:
        raise PathError(
            Sentence(
                "{path}: this is one submission ({first} lies beside {second}); to grade it: "
                "grade {path}; a class is a folder with one entry for each student. To go on all "
                "the same: --as-class",
                path=path,
                first=own[0],
                second=own[1],
            )
        )
    entries = [name for name in names if name.lower().endswith(("/", ".zip"))]
    classes = [name for name in entries if _is_class(top, name)]
    if classes and 2 * len(classes) >= len(entries):
        raise PathError(
            Sentence(
                "{path}: {name} is not one student but a class of its own; to grade it: "
                "grade batch {inner} -o OUT. To go on all the same: --as-class",
                path=path,
                name=classes[0].rstrip("/"),
                inner=path / classes[0].rstrip("/"),
            )
        )


def _is_class(top: DiskFolder | ZipFolder, name: str) -> bool:
    """Whether an entry is a download of a platform, or holds several submissions."""
    if isinstance(top, ZipFolder) and not name.endswith("/"):
        return False  # a zip within a zip is not opened for its names
    with contextlib.suppress(PathError, OSError):
        inner = top.inner(name) if name.endswith("/") else open_folder(top.path / name)
        return bool(platforms.platform_of(inner) or side_by_side(inner))
    return False
