"""What a course begins with: a rubric to edit, the handout, samples with expected results, a workflow."""

from __future__ import annotations

from importlib import resources as package_files
from pathlib import Path

from grader.audit import zoo
from grader.course import folders, wheel
from grader.course.handout import FOLDER
from grader.rubric import resources

MISTAKES = ("dx_mean_over_batch", "dw_extra_1_over_N")
"""The samples with a mistake that many students make."""
_HEAD = """\
# The rubric of this course: the only place where points, visibility, seconds and names are written.
#
# `grade` uses it in this folder; `grade verify` tries it on the samples after each change, and
# `grade audit` on some 900 programs. Whatever is wrong in it is answered with its line.
#
# Checks, layers and known mistakes of your own stand in files beside this one, which it names:
#
#   plugins: [checks.py]
#
"""


def course_files() -> dict[str, bytes]:
    """Return the files of a new course by path."""
    template = folders.read_files(resources.student_template())
    programs = zoo.load(resources.zoo())
    samples = {
        "empty": {path: content for path, content in template.items() if _is_program(path)},
        "solution": programs.base,
        **{one.bug: one.files for one in programs.singles if one.bug in MISTAKES},
    }
    wheel_name, wheel_content = wheel.build()
    return {
        "README.md": _file("README.md"),
        f"wheels/{wheel_name}": wheel_content,
        "rubric.yaml": _rubric(),
        ".github/workflows/verify.yml": _file("verify.yml"),
        **{f"{FOLDER}/{path}": content for path, content in template.items()},
        "samples/expected.yaml": _file("expected.yaml"),
        **{
            f"samples/{name}/{path}": content
            for name, contents in samples.items()
            for path, content in contents.items()
        },
    }


def start(folder: Path) -> None:
    """Write a new course into a folder that is new or empty; raise `PathError` where it is neither."""
    folders.write_new(folder, course_files())


def _file(name: str) -> bytes:
    return (package_files.files(__package__) / "files" / name).read_bytes()


def _is_program(path: str) -> bool:
    return path.endswith(".py") and not path.startswith("test_")


def _rubric() -> bytes:
    """Return the built-in rubric with its comments, and with a head that speaks of this course."""
    text = resources.default_rubric().read_text("utf-8")
    _, mark, rest = text.partition("# An item can carry")
    return (_HEAD + mark + rest).encode()
