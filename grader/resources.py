"""Where the default rubric, the template and the zoo lie, and which rubric is meant."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


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


def rubric_for(submission: Path, chosen: Path | None, here: Path) -> Path:
    """Return the rubric for a submission, never one that came with it.

    Parameters
    ----------
    submission
        What is to be graded.
    chosen
        What was asked for on the command line, if anything.
    here
        The current folder; its `rubric.yaml` counts unless the folder is the
        submission itself or lies in it.
    """
    if chosen is not None:
        return chosen
    came_along = here.resolve().is_relative_to(submission.resolve())
    return default_rubric() if came_along else rubric_here(here)
