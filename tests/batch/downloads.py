"""Classes of any size as the three platforms would have them downloaded, with awkward names and files.

Everybody has a kind of submission, in turn, and with it what must become of it; the texts are
those that `classroom.canned` judges, so that a class of hundreds costs no examination.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.batch.classroom import LAYERS, WRONG, grow

Files = dict[str, "str | bytes"]

GRADED, OPEN, NOTHING = "graded", "open", "nothing"
"""What must become of a submission: a number, no number until somebody decides, a missing row."""

_FIRST = (
    "Ann",
    "Ana María",
    "小明",
    "O'Neil",
    "=cmd()",
    "Jean-Luc",
    "René",
    "Rene\u0301",
    "_x_",
    "李 四",
)
_LAST = (
    "Doe",
    "van der Berg",
    "王",
    "de la Cruz, Jr.",
    "Ångström",
    "Smith (exchange)",
    "🙂",
    "N/A",
)


@dataclass(frozen=True, slots=True)
class Pupil:
    """Somebody of a class: an id that only they have, a name, files, and what must become of it."""

    id: str
    name: str
    email: str
    files: Files
    outcome: str


def zipped(files: Files) -> bytes:
    """Pack files into a zip."""
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w") as zip_file:
        for name, content in files.items():
            zip_file.writestr(name, content)
    return paper.getvalue()


def _notebook(code: str) -> str:
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": code,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _kinds(at: int) -> list[tuple[Files, str]]:
    own = f"\n# {at}\n"
    return [
        ({"layers.py": LAYERS + own}, GRADED),
        ({"layers.py": WRONG + own}, GRADED),
        ({"layers.py": LAYERS + own + "# review\n"}, OPEN),
        ({"My Lab (final) v2.zip": zipped({"lab/layers.py": LAYERS + own})}, GRADED),
        ({"lab 1.ipynb": _notebook(WRONG + own)}, GRADED),
        ({"report.docx": b"PK\x03\x04 not really"}, OPEN),
        ({"broken.zip": b"PK\x03\x04 cut off"}, OPEN),
        ({"layers.py": ""}, OPEN),
        ({"layers.py": LAYERS + own, "résumé 報告.pdf": b"%PDF", "=1+1.txt": "x"}, GRADED),
        ({}, NOTHING),
    ]


def pupils(number: int, seed: int = 0) -> list[Pupil]:
    """Make a class; the same numbers make the same class, and names repeat."""
    zip_file = []
    for at in range(seed, seed + number):
        files, outcome = _kinds(at)[at % 10]
        name = f"{_FIRST[at % 10]} {_LAST[at // 3 % 8]}"
        zip_file.append(Pupil(str(1000 + 7 * at), name, f"p{at}@x.edu", files, outcome))
    return zip_file


def as_canvas(root: Path, members: list[Pupil]) -> Path:
    """Write them as Canvas does: a heap of files, each with the name in small letters and the ids."""
    heap: Files = {}
    for member in members:
        name = "".join(letter for letter in member.name.lower() if letter.isalnum())
        late = "_LATE" if int(member.id) % 3 == 0 else ""
        for at, (file, content) in enumerate(member.files.items()):
            heap[f"{name}{late}_{member.id}_{90000 + at}_{file}"] = content
    return _packed(root / "canvas.zip", heap)


def as_moodle(root: Path, members: list[Pupil]) -> Path:
    """Write them as Moodle does: a folder each, with the full name and the participant's number."""
    tree = {
        f"{member.name.replace('/', '')}_{member.id}_assignsubmission_file_/{file}": content
        for member in members
        for file, content in member.files.items()
    }
    return _packed(root / "moodle.zip", tree)


def as_gradescope(root: Path, members: list[Pupil]) -> Path:
    """Write them as Gradescope does: a folder each, and one file that says whose it is."""
    tree: Files = {}
    about = {}
    for member in members:
        key = f"submission_{member.id}9"
        if member.files:
            whose = {":name": member.name, ":sid": member.id, ":email": member.email}
            about[key] = {":submitters": [whose]}
        tree |= {f"{key}/{file}": content for file, content in member.files.items()}
    tree["submission_metadata.yml"] = json.dumps(about)
    return _packed(
        root / "gradescope.zip", {f"assignment_5_export/{n}": c for n, c in tree.items()}
    )


def _packed(path: Path, files: Files) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(files))
    return path


def roster(root: Path, members: list[Pupil]) -> Path:
    """Write the list of the class."""
    lines = [f'{m.id},"{m.name}",{m.email}' for m in members]
    return grow(root, {"roster.csv": "\n".join(["id,name,email", *lines]) + "\n"}) / "roster.csv"


def canvas_gradebook(root: Path, members: list[Pupil]) -> Path:
    """Write a gradebook as Canvas exports it, with the assignment ``Lab (7)`` of 10 points."""
    lines = [f'"{m.name}",{m.id},,,A,' for m in members]
    text = "\n".join(["Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)", *lines]) + "\n"
    return grow(root, {"book.csv": text}) / "book.csv"


def moodle_worksheet(root: Path, members: list[Pupil]) -> Path:
    """Write a grading worksheet as Moodle offers it."""
    head = (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments"
    )
    lines = [f'Participant {m.id},"{m.name}",{m.email},Submitted,,10.00,Yes,-,-,' for m in members]
    return grow(root, {"sheet.csv": "\n".join([head, *lines]) + "\n"}) / "sheet.csv"
