"""Bulk downloads of Canvas, Moodle and Gradescope, unpacked and as a zip: who handed in what."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import PathError
from grader.intake import platforms, submission_sources
from grader.intake.submission_sources import Class
from grader.model import Limits

PACKED, UNPACKED = "packed", "unpacked"


def zipped(files: dict[str, str | bytes]) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, content in files.items():
            zip_file.writestr(name, content)
    return box.getvalue()


Download = Callable[[dict[str, str | bytes]], Class]


@pytest.fixture(params=[PACKED, UNPACKED])
def download(request: pytest.FixtureRequest, tmp_path: Path) -> Download:
    """Make a download of files, once as a zip and once as a folder."""

    def zip_file(files: dict[str, str | bytes]) -> Class:
        if request.param == PACKED:
            path = tmp_path / "download.zip"
            path.write_bytes(zipped(files))
            return platforms.read(path)
        for name, content in files.items():
            path = tmp_path / "download" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return platforms.read(tmp_path / "download")

    return zip_file


def contents(result: Class) -> dict[str, dict[str, str]]:
    """What each submission holds, read as a batch reads it."""
    taken = {source.id: submission_sources.read(source, Limits()) for source in result.sources}
    return {id_: {n: c.decode() for n, c in s.files.items()} for id_, s in taken.items()}


def test_canvas_files_are_gathered_by_user_id(download: Download) -> None:
    """Two people of one name stay two; several files of one person are one submission."""
    result = download({
        "doejane_1001_501_layers.py": "a", "doejane_1001_502_network.py": "b",
        "doejane_LATE_1002_503_my_1_2_lab.zip": zipped({"layers.py": "c"}),
        "李小明_1003_504_lab_3.py": "d", "roejohn_1004_505_text.html": "<p>", "readme.txt": "",
    })  # fmt: skip
    assert result.platform == "canvas"
    assert contents(result) == {
        "1001": {"layers.py": "a", "network.py": "b"}, "1002": {"layers.py": "c"},
        "1003": {"lab_3.py": "d"}, "1004": {},
    }  # fmt: skip
    assert [source.late for source in result.sources] == [False, True, False, False]
    assert [source.people[0].name for source in result.sources][:1] == ["doejane"]
    assert result.unread == ("readme.txt",)


def test_canvas_newest_counts_and_gets_its_name_back(download: Download) -> None:
    """The number that Canvas adds to a file handed in again goes; the newest one counts."""
    result = download({
        "doejane_1001_501_layers.py": "old", "doejane_1001_507_layers-1.py": "new",
        "doejane_1001_509_layers-2.py": "newest", "doejane_1001_502_network.py": "b",
    })  # fmt: skip
    assert contents(result) == {"1001": {"layers.py": "newest", "network.py": "b"}}
    assert len(result.sources[0].older) == 2


def test_canvas_says_what_was_handed_in_where_nothing_can_be_examined(download: Download) -> None:
    """Whoever handed in a report or a RAR alone is told so, and not that there was nothing."""
    result = download({
        "doejane_1001_501_report.docx": b"PK", "roejohn_1002_502_lab.rar": b"Rar!\x1a\x07\x00",
        "poejim_LATE_1003_503_text.html": b"<p>",
    })  # fmt: skip
    output = [str(submission_sources.read(source, Limits()).invalid) for source in result.sources]
    for text, name in zip(output, ("report.docx", "lab.rar", "text.html"), strict=True):
        assert name in text
    assert [source.late for source in result.sources] == [False, False, True]


def test_canvas_anonymous_ids_are_kept(download: Download) -> None:
    """An anonymous id is an id, one of digits alone too, and may be late."""
    result = download({
        "anon_aB3x9_501_layers.py": "a", "LATE_anon_4711_502_layers.py": "b",
    })  # fmt: skip
    assert [(h.id, h.anonymous, h.late) for h in result.sources] == [
        ("4711", True, True), ("aB3x9", True, False),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["", "_"])
def test_moodle_folders_are_students(download: Download, end: str) -> None:
    """A folder a student, whichever version of Moodle named it, with whatever lies in it."""
    result = download({
        f"Jane Doe_123_assignsubmission_file{end}/lab/layers.py": "a",
        f"Jean_Luc Roe_124_assignsubmission_file{end}/lab.zip": zipped({"layers.py": "b"}),
        f"Jane Doe_123_assignsubmission_onlinetext{end}/onlinetext.html": "<p>",
        f"Participant_125_assignsubmission_file{end}/layers.py": "c",
    })  # fmt: skip
    assert result.platform == "moodle"
    assert contents(result) == {
        "123": {"layers.py": "a"}, "124": {"layers.py": "b"}, "125": {"layers.py": "c"},
    }  # fmt: skip
    assert [(h.people[0].name, h.anonymous) for h in result.sources] == [
        ("Jane Doe", False), ("Jean Luc Roe", False), ("", True),
    ]  # fmt: skip


def test_moodle_flat_files_are_gathered(download: Download) -> None:
    """Without folders, the files of one number are one submission under their own names."""
    result = download({
        "Jane Doe_123_assignsubmission_file_layers.py": "a",
        "Jane Doe_123_assignsubmission_file_my_net.py": "b",
        "Team A_9_assignsubmission_file_layers.py": "c",
    })  # fmt: skip
    assert contents(result) == {
        "123": {"layers.py": "a", "my_net.py": "b"},
        "9": {"layers.py": "c"},
    }


METADATA = """\
---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '0100'
    :email: jane@x.edu
  - :name: John Roe
    :email: john@x.edu
  :created_at: 2026-10-01 12:00:00.000000000 Z
submission_12:
  :submitters:
  - :name: Ann Poe
    :sid: '0102'
    :email: ann@x.edu
  :created_at: 2026-10-01 12:00:00 +08:00
submission_15:
  :submitters:
  - :name: Ann Poe
    :sid: '0102'
    :email: ann@x.edu
  :created_at: 2026-10-02 12:00:00 +08:00
submission_16:
  :submitters: []
"""


@pytest.mark.parametrize("top", ["", "assignment_77_export/"])
def test_gradescope_names_its_submitters(download: Download, top: str) -> None:
    """Groups list several people, ids keep their zeros, times are told, the newest counts."""
    result = download({
        f"{top}submission_metadata.yml": METADATA, f"{top}submission_11/layers.py": "a",
        f"{top}submission_12/layers.py": "old", f"{top}submission_15/lab/layers.py": "new",
        f"{top}submission_99/layers.py": "whose?",
    })  # fmt: skip
    assert result.platform == "gradescope"
    assert contents(result) == {
        "submission_11": {"layers.py": "a"}, "submission_15": {"layers.py": "new"},
    }  # fmt: skip
    group, ann = result.sources
    assert [person.id for person in group.people] == ["0100", "john@x.edu"]
    assert (ann.older, ann.submitted) == (("submission_12",), "2026-10-02T04:00:00+00:00")
    assert result.unread[0].startswith("submission_16") or "submission_99" in result.unread


def test_plain_folder_takes_what_it_finds(download: Download) -> None:
    """Folders, zips, files and notebooks side by side are a submission each."""
    result = download({
        "amy/layers.py": "a", "bob.zip": zipped({"layers.py": "b"}), "cyd.py": "c",
        "dan.ipynb": '{"cells": []}', "notes.txt": "", ".hidden/x.py": "",
    })  # fmt: skip
    assert (result.platform, result.unread) == ("folder", ("notes.txt",))
    assert contents(result) == {
        "amy": {"layers.py": "a"}, "bob": {"layers.py": "b"}, "cyd": {"cyd.py": "c"}, "dan": {},
    }  # fmt: skip


def test_names_with_numbers_are_not_yet_canvas(download: Download) -> None:
    """One file that looks like Canvas's among others does not make a download of Canvas."""
    result = download({"lab_1_2_x.py": "a", "amy.py": "b", "bob.py": "c"})
    assert result.platform == "folder"


def test_zip_slip_in_a_download_is_refused(tmp_path: Path) -> None:
    """A student's folder that leads outside the download is left out, and nothing is unpacked."""
    path = tmp_path / "d.zip"
    path.write_bytes(zipped({"amy/layers.py": "a", "amy/../../out.py": "x"}))
    result = platforms.read(path)
    assert contents(result) == {"amy": {"layers.py": "a"}}
    assert [p.name for p in tmp_path.iterdir()] == ["d.zip"]


def test_damaged_download_is_their_fault(tmp_path: Path) -> None:
    """A zip that cannot be read, and YAML that is none, are one sentence each."""
    (tmp_path / "d.zip").write_bytes(b"PK")
    with pytest.raises(PathError, match="not a zip"):
        platforms.read(tmp_path / "d.zip")
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "submission_metadata.yml").write_text("a: [")
    with pytest.raises(PathError, match="not the YAML"):
        platforms.read(tmp_path / "g")


def images(result: Class) -> dict[str, list[str]]:
    """The pictures of each submission."""
    return {h.id: list(submission_sources.read(h, Limits()).images) for h in result.sources}


def test_pictures_of_canvas_belong_to_their_person(download: Download) -> None:
    """A picture in the heap is carried by whoever handed it in, under its own name."""
    result = download({
        "doejane_1001_501_layers.py": "a", "doejane_1001_502_curve-1.png": "b",
        "roejohn_1002_503_layers.py": "c",
    })  # fmt: skip
    assert images(result) == {"1001": ["curve.png"], "1002": []}


def test_a_picture_alone_is_nobodys_submission(download: Download) -> None:
    """A picture that lies among submissions is listed as unread; one within them is carried."""
    result = download({"amy/layers.py": "a", "amy/a.png": "b", "bob.py": "c", "class.png": "d"})
    assert images(result) == {"amy": ["a.png"], "bob": []}
    assert result.unread == ("class.png",)
