"""The level of a folder: a class is not one submission, and one submission is not a class."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.errors import PathError
from grader.intake import levels, platforms
from grader.intake.separate_submissions import LAB_FILES
from grader.rubric import resources
from tests.batch.classroom import grow

LAYERS = "class Linear: ...\n"
WHOLE = LAYERS + "class TLNN: ...\n"
MOODLE = {f"{name}_{at}_assignsubmission_file_/layers.py": LAYERS for at, name in enumerate("AB")}
CANVAS = {f"doe_{at}_50{at}_layers.py": LAYERS for at in range(2)}
SCOPE = {"submission_metadata.yml": "submission_1: {}", "submission_1/layers.py": LAYERS}
FOLDERS = {f"{name}/lab/layers.py": LAYERS for name in ("amy", "bob", "cyd")}
SINGLES = {f"{name}.py": WHOLE for name in ("amy", "bob", "cyd")}
ONE = dict.fromkeys(LAB_FILES, LAYERS)


def zipped(files: Mapping[str, str | bytes], top: str = "") -> bytes:
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w") as zip_file:
        for name, content in files.items():
            zip_file.writestr(top + name, content)
    return paper.getvalue()


ZIPS = {f"{name}.zip": zipped(ONE) for name in ("amy", "bob", "cyd")}
CLASSES = [MOODLE, CANVAS, SCOPE, FOLDERS, SINGLES, ZIPS]
SUBMISSIONS = [
    ONE, {"lab1/" + name: text for name, text in ONE.items()}, {"amy.py": WHOLE},
    {**ONE, "old/layers.py": LAYERS, "older/layers.py": LAYERS}, {"lab.ipynb": "{}"},
    {"layers.py": WHOLE, "layers_2.py": WHOLE, "layers_3.py": WHOLE},
    {"part1.zip": zipped(ONE), "part2.zip": zipped(ONE)}, {"src/layers.py": "", "tests/test_a.py": ""},
    {"readme.txt": ""}, {},
]  # fmt: skip


def test_files_of_the_lab_are_those_of_the_template() -> None:
    """What tells a submission by its names is what students begin with."""
    template_files = {path.name for path in resources.student_template().glob("*.py")}
    assert template_files - {"main.py", "test_lab.py", "conftest.py"} == LAB_FILES


@pytest.mark.parametrize("files", CLASSES)
@pytest.mark.parametrize("form", ["folder", "zip", "wrapped zip"])
def test_a_class_is_not_graded_as_one(tmp_path: Path, files: dict[str, str], form: str) -> None:
    """A download, or submissions side by side, packed or not, is refused with the command for it."""
    path = grow(tmp_path / "class", files)
    if form != "folder":
        (path := tmp_path / "c.zip").write_bytes(zipped(files, "lab/" if "w" in form else ""))
    with pytest.raises(PathError, match="--as-one") as raised:
        levels.require_submission(path)
    assert f"grade batch {path} -o OUT" in str(raised.value)
    levels.require_class(path)
    assert len(platforms.read(path).sources) == len({*files} - {"submission_metadata.yml"})


@pytest.mark.parametrize("files", SUBMISSIONS)
def test_one_submission_is_graded(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    """What one student may well hand in is taken as one: older versions, parts, folders, nothing."""
    levels.require_submission(grow(tmp_path / "amy", files) if files else tmp_path)
    (tmp_path / "c.zip").write_bytes(zipped(files))
    levels.require_submission(tmp_path / "c.zip")
    levels.require_submission(tmp_path / "there is nothing here")


def test_one_submission_is_not_graded_as_a_class(tmp_path: Path) -> None:
    """A folder in which the files of the lab lie is one student's, and said so."""
    path = grow(tmp_path / "amy", ONE)
    with pytest.raises(PathError, match="--as-class") as raised:
        levels.require_class(path)
    assert f"to grade it: grade {path};" in str(raised.value)
    levels.require_class(grow(tmp_path / "class", {"amy/layers.py": "", "layers.py": ""}))


@pytest.mark.parametrize("files", [MOODLE, CANVAS, SCOPE, FOLDERS])
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_classes_is_not_a_class(
    tmp_path: Path, files: dict[str, str], packed: bool
) -> None:
    """Where the entries are downloads themselves, the first one is named with its command."""
    top = tmp_path / "labs"
    inner: dict[str, str | bytes] = {f"lab1/{name}": text for name, text in files.items()}
    grow(top, {"lab1.zip": zipped(files)} if packed else inner)
    grow(top, {"lab2.zip": zipped(files)})
    with pytest.raises(PathError, match="is not one student but a class of its own") as raised:
        levels.require_class(top)
    assert f"grade batch {top / 'lab1'}" in str(raised.value)


def test_one_odd_student_stops_no_class(tmp_path: Path) -> None:
    """A student with two versions, or with a zip that looks like a download, is one of the class."""
    odd: dict[str, str | bytes] = {"eve/v1/layers.py": "", "eve/v2/layers.py": ""}
    levels.require_class(grow(tmp_path / "class", {**FOLDERS, **odd, "mal.zip": zipped(MOODLE)}))
