"""The figures beside a report: named in the document, embedded where they are what was drawn."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.model import Picture, Report
from grader.reports import FORMATS, figure_files, for_student, render, report_store, validate
from grader.reports.figure_files import with_pictures
from grader.sandbox import png_file
from tests.reports import report_examples as examples


def draw(shade: int) -> Picture:
    """A small picture that shows something."""
    file = io.BytesIO()
    Image.fromarray(np.array([[shade, 255]], np.uint8)).save(file, format="PNG")
    whole = png_file.rebuild(file.getvalue())
    assert whole is not None
    return Picture(
        "", "show_result", "Ground truth", whole.content, "png", whole.width, whole.height
    )


def shown() -> Report:
    """A report in which a visible and a hidden check keep figures."""
    report = examples.perfect()
    first, *rest, hidden = report.outcomes
    assert hidden.item.visibility == "hidden"
    kept = [
        replace(outcome, pictures=(replace(draw(shade), check=outcome.item.check),))
        for shade, outcome in ((1, first), (2, hidden))
    ]
    return replace(report, outcomes=(kept[0], *rest, kept[1]))


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A stored report with its figures beside it."""
    path = tmp_path / "alice.report.json"
    report_store.write_figures(path, figure_files.contents(shown()))
    path.write_text(render(examples.write(shown()), "json"), "utf-8")
    return path


def test_figures_are_named_in_the_document() -> None:
    """Each figure is listed in the order of the checks, with its file, its size and its digest."""
    document = examples.write(shown())
    validate(document)
    first, second = document["figures"]
    assert {**first, "digest": len(first["digest"])} == {
        "check": document["checks"][0]["id"],
        "source": "show_result",
        "title": "Ground truth",
        "file": "1.png",
        "width": 2,
        "height": 1,
        "digest": 64,
    }
    assert second["file"] == "2.png"
    assert list(figure_files.contents(shown())) == ["1.png", "2.png"]


def test_what_a_student_wrote_into_a_figure_is_cleaned() -> None:
    """Titles and names of files are harmless text of some length."""
    report = shown()
    first, *rest = report.outcomes
    wild = replace(first.pictures[0], title="\x1b[31mred\u202e" + "x" * 9999, source="::error::a")
    document = examples.write(replace(report, outcomes=(replace(first, pictures=(wild,)), *rest)))
    validate(document)
    entry = document["figures"][0]
    assert entry["title"].startswith("redxxx")
    assert len(entry["title"]) <= 300
    assert entry["source"] == ": :error::a"


def test_figures_are_embedded_where_they_are_there(stored: Path) -> None:
    """Each figure gets its bytes; the document that was given stays as it was."""
    document = report_store.read(stored)
    before = copy.deepcopy(document)
    whole = with_pictures(document, figure_files.folder_of(stored))
    data = [base64.b64decode(figure["data"]) for figure in whole["figures"]]
    assert data == list(figure_files.contents(shown()).values())
    assert document == before
    assert {**whole, "figures": document["figures"]} == document


@pytest.mark.parametrize("folder", ["nowhere", "alice.report.json"])
def test_a_folder_that_is_not_there_breaks_nothing(stored: Path, folder: str) -> None:
    """Without its folder a report is as good, but for the pictures."""
    document = report_store.read(stored)
    assert with_pictures(document, stored.with_name(folder)) == document


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        draw(9).content,
        draw(1).content + b"more",
        bytes(2**21),
    ],
    ids=["empty", "script", "another picture", "a longer one", "too long"],
)
def test_a_file_that_was_not_drawn_is_not_shown(stored: Path, content: bytes) -> None:
    """A file that was changed since, or was put there by somebody, is not embedded."""
    (figure_files.folder_of(stored) / "1.png").write_bytes(content)
    first, second = with_pictures(report_store.read(stored), figure_files.folder_of(stored))[
        "figures"
    ]
    assert "data" not in first
    assert "data" in second


def test_a_file_with_the_right_digest_must_be_a_picture(stored: Path) -> None:
    """A report that was edited to name the digest of something else embeds nothing of it."""
    document = report_store.read(stored)
    text = b"<svg onload='alert(1)'/>"
    (figure_files.folder_of(stored) / "1.png").write_bytes(text)
    document["figures"][0]["digest"] = hashlib.sha256(text).hexdigest()
    assert "data" not in with_pictures(document, figure_files.folder_of(stored))["figures"][0]


@pytest.mark.parametrize(
    "name", ["../1.png", "/etc/passwd", "1.png/../1.png", "0.png", "a.png", ""]
)
def test_a_report_names_no_other_file(stored: Path, name: str) -> None:
    """A name that leads elsewhere is refused by the schema, and read by nobody."""
    document = report_store.read(stored)
    document["figures"][0]["file"] = name
    with pytest.raises(Exception, match="wrong at"):
        validate(document)
    assert "data" not in with_pictures(document, figure_files.folder_of(stored))["figures"][0]


def test_a_link_is_not_followed(stored: Path) -> None:
    """A link in the place of a figure is not shown."""
    folder = figure_files.folder_of(stored)
    (folder / "1.png").rename(folder / "real")
    (folder / "1.png").symlink_to("real")
    assert "data" not in with_pictures(report_store.read(stored), folder)["figures"][0]


def test_reports_of_older_graders_have_none() -> None:
    """A report without the key is valid, and every reader copes."""
    document = examples.write(examples.typical())
    del document["figures"]
    validate(document)
    assert for_student(document)["figures"] == []
    assert with_pictures(document, Path("nowhere"))["figures"] == []
    for form in FORMATS:
        assert render(document, form, audience="student")


def test_hidden_figures_are_left_out_for_students() -> None:
    """Figures of a check that a student may not see leave no trace."""
    document = examples.write(shown())
    secret = document["figures"][1]
    frank = for_student(document)
    validate(frank)
    assert frank["figures"] == document["figures"][:1]
    assert secret["digest"] not in json.dumps(frank)


def test_only_pages_show_figures(stored: Path) -> None:
    """The other formats are the same with and without the folder."""
    document = report_store.read(stored)
    for form in set(FORMATS) - {"html"}:
        plain = render(document, form)
        assert render(document, form, figures=figure_files.folder_of(stored)) == plain
