"""Intake: what is taken, what is refused, and that nothing leads outside."""

from __future__ import annotations

import io
import os
import socket
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader import intake
from grader.errors import PathError
from grader.intake import collector
from grader.intake.messages import SENTENCES
from grader.model import Limits, Submission
from grader.reports.messages import fill

LIMITS = Limits()


def _grow(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _reasons(submission: Submission) -> dict[str, str]:
    return {refused.path: refused.reason.id for refused in submission.refused}


def _said(submission: Submission) -> list[str]:
    """Fill every sentence, so that a missing field shows."""
    messages = [refused.reason for refused in submission.refused]
    messages += [submission.invalid] if submission.invalid else []
    return [fill(SENTENCES[message.id], message.values) for message in messages]


def test_only_python_is_taken(tmp_path: Path) -> None:
    """Python files come in sorted; everything else, and what is hidden, stays outside."""
    _grow(tmp_path / "lab", {
        "b.py": "b", "a.py": "a", "sub/c.py": "c", "notes.txt": "", "x.pyc": "",
        ".hidden.py": "", ".git/x.py": "", "__pycache__/x.py": "", "venv/x.py": "",
        "node_modules/x.py": "", "lib/site-packages/x.py": "", "mine/pyvenv.cfg": "",
        "mine/x.py": "",
    })  # fmt: skip
    submission = intake.read(tmp_path / "lab", LIMITS)
    assert list(submission.files) == ["a.py", "b.py", "sub/c.py"]
    assert (submission.name, submission.refused, submission.invalid) == ("lab", (), None)


def test_nothing_is_imported(tmp_path: Path) -> None:
    """A file that would leave a trace when run leaves none, and broken syntax is no matter."""
    _grow(tmp_path, {"trace_of_import.py": "open('trace', 'w')\nimport ((("})
    assert intake.read(tmp_path, LIMITS).invalid is None
    assert "trace_of_import" not in sys.modules
    assert not (tmp_path / "trace").exists()


def test_single_top_folder_is_taken_away(tmp_path: Path) -> None:
    """A folder in a folder in a folder is its files; a package keeps its name."""
    _grow(tmp_path / "wrapped", {"one/two/layers.py": "x", "one/two/deep/data.py": "y"})
    _grow(tmp_path / "package", {"lab/__init__.py": "x", "lab/layers.py": "y"})
    assert list(intake.read(tmp_path / "wrapped", LIMITS).files) == ["deep/data.py", "layers.py"]
    assert list(intake.read(tmp_path / "package", LIMITS).files) == [
        "lab/__init__.py",
        "lab/layers.py",
    ]


def test_links_lead_nowhere(tmp_path: Path) -> None:
    """Symbolic links to files, to folders, to nothing and to themselves are refused."""
    _grow(tmp_path, {"outside/secret.py": "secret", "lab/a.py": "a"})
    for name, target in {
        "file.py": "../outside/secret.py", "folder": "../outside", "none.py": "nothing",
        "loop.py": "loop.py", "up": "..",
    }.items():  # fmt: skip
        (tmp_path / "lab" / name).symlink_to(target)
    submission = intake.read(tmp_path / "lab", LIMITS)
    assert list(submission.files) == ["a.py"]
    assert set(_reasons(submission).values()) == {"refused_link"}
    assert len(submission.refused) == 5


def test_special_files_do_not_hold_us(tmp_path: Path) -> None:
    """A FIFO without a writer and a socket are refused, at once."""
    _grow(tmp_path, {"a.py": "a"})
    os.mkfifo(tmp_path / "fifo.py")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "s"))
        submission = intake.read(tmp_path, LIMITS)
    assert _reasons(submission) == {"fifo.py": "refused_special", "s": "refused_special"}


def test_hard_link_is_a_file(tmp_path: Path) -> None:
    """A hard link is as good as any file."""
    _grow(tmp_path, {"elsewhere/x.py": "x", "lab/a.py": "a"})
    os.link(tmp_path / "elsewhere/x.py", tmp_path / "lab/b.py")
    assert list(intake.read(tmp_path / "lab", LIMITS).files) == ["a.py", "b.py"]


def test_link_that_the_user_typed(tmp_path: Path) -> None:
    """A submission's own path may be a link: the user typed it."""
    _grow(tmp_path, {"real/a.py": "a"})
    (tmp_path / "typed").symlink_to("real")
    submission = intake.read(tmp_path / "typed", LIMITS)
    assert (submission.name, list(submission.files)) == ("typed", ["a.py"])


def test_size_of_one_file(tmp_path: Path) -> None:
    """A file of exactly the cap is taken, one byte more is refused."""
    _grow(tmp_path, {"fits.py": "x" * 1024, "more.py": "x" * 1025})
    submission = intake.read(tmp_path, Limits(file_kb=1))
    assert list(submission.files) == ["fits.py"]
    assert _said(submission) == ["It is larger than 1 KiB."]


def test_size_of_all_files(tmp_path: Path) -> None:
    """Files are taken in order until their total would pass the cap."""
    _grow(tmp_path, {f"{n}.py": "x" * 1000 for n in range(5)})
    submission = intake.read(tmp_path, Limits(total_kb=2))
    assert list(submission.files) == ["0.py", "1.py"]
    assert _reasons(submission) == {"2.py": "refused_total"}


def test_number_of_files(tmp_path: Path) -> None:
    """Only as many files as allowed are taken, and the first left out is named."""
    _grow(tmp_path, {f"{n}.py": "x" for n in range(5)})
    submission = intake.read(tmp_path, Limits(files=3))
    assert list(submission.files) == ["0.py", "1.py", "2.py"]
    assert _reasons(submission) == {"3.py": "refused_too_many"}


def test_number_of_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with endless other files is not walked to its end."""
    monkeypatch.setattr(collector, "MAX_ENTRIES", 10)
    _grow(tmp_path, {f"{n}.txt": "" for n in range(30)})
    submission = intake.read(tmp_path, LIMITS)
    assert [refused.reason.id for refused in submission.refused] == ["refused_entries"]
    assert _said(submission)


def test_number_of_refusals(tmp_path: Path) -> None:
    """A thousand links make a hundred lines, the last of which counts the others."""
    _grow(tmp_path, {"a.py": "a"})
    for n in range(1000):
        (tmp_path / f"{n:04}.py").symlink_to("a.py")
    submission = intake.read(tmp_path, LIMITS)
    assert len(submission.refused) == 100
    assert _said(submission)[-1] == "900 more files were ignored for the same reason."


def test_depth(tmp_path: Path) -> None:
    """Eight folders deep is read, nine is not."""
    _grow(
        tmp_path,
        {"a.py": "", "/".join("12345678") + "/b.py": "b", "/".join("123456789") + "/c.py": "c"},
    )
    submission = intake.read(tmp_path, LIMITS)
    assert list(submission.files) == ["1/2/3/4/5/6/7/8/b.py", "a.py"]
    assert _reasons(submission) == {"1/2/3/4/5/6/7/8/9": "refused_depth"}


@pytest.mark.parametrize("name", [b"\xff.py", b"a\nb.py", b"a\x1b[2J.py", "a\u202eyp.py".encode()])
def test_names_that_deceive(tmp_path: Path, name: bytes) -> None:
    """A name with control or bidi characters, or not in UTF-8, is refused under a cleaned one."""
    _grow(tmp_path, {"good.py": "x"})
    Path(tmp_path, os.fsdecode(name)).write_text("x")
    submission = intake.read(tmp_path, LIMITS)
    (refused,) = submission.refused
    assert refused.reason.id == "refused_name"
    assert "\N{REPLACEMENT CHARACTER}" in refused.path
    refused.path.encode()


def test_unreadable_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a folder without permission are refused, the rest is taken."""
    _grow(tmp_path, {"a.py": "a", "b.py": "b", "c/d.py": "d"})
    really_open = os.open

    def guarded(path: str, *args: int, **options: int) -> int:
        if path in ("b.py", "c"):
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **options)

    monkeypatch.setattr(os, "open", guarded)
    submission = intake.read(tmp_path, LIMITS)
    assert list(submission.files) == ["a.py"]
    assert _reasons(submission) == {"b.py": "refused_unreadable", "c": "refused_unreadable"}


@pytest.mark.parametrize(
    ("files", "reason"),
    [({}, "empty_folder"), ({"a.txt": "x"}, "no_python"), ({"a.py": " \n"}, "only_empty")],
)
def test_folder_without_a_program(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    """A folder in which nothing can be examined is a submission that says why."""
    submission = intake.read(_grow(tmp_path, files), LIMITS)
    assert submission.invalid
    assert submission.invalid.id == reason
    assert _said(submission)


def test_single_file(tmp_path: Path) -> None:
    """One file that holds everything is a submission of one file, named without .py."""
    path = _grow(tmp_path, {"s1234.py": "x = 1"}) / "s1234.py"
    submission = intake.read(path, LIMITS)
    assert (submission.name, dict(submission.files), submission.invalid) == (
        "s1234",
        {"s1234.py": b"x = 1"},
        None,
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"x", "no_python"),
        ("a.pyc", b"x", "no_python"),
        ("a.py", b"x\0", "nul_bytes"),
        ("a.py", b"\xff\xfe", "wide_text"),
        ("a.py", "x = 1".encode("utf-16"), "wide_text"),
        ("a.py", b"# coding: nonsense\n", "undecodable"),
        ("a.py", b"# coding: ascii\n\xe4", "undecodable"),
        ("a.py", b"# coding: hex\n", "undecodable"),
        ("a.py", b"# coding: utf-7\n", "undecodable"),
        ("a.py", b"# coding: idna\n" + b"x" * 9000, "undecodable"),
        ("a.py", b"", "empty_file"),
        ("a.py", b"\xef\xbb\xbf \n", "empty_file"),
        ("a.py", b"x" * 2000, "file_too_big"),
    ],
)
def test_single_file_that_is_no_program(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """A file that cannot be source text is a submission that says why."""
    (tmp_path / name).write_bytes(content)
    submission = intake.read(
        tmp_path / name, Limits(file_kb=1 if reason == "file_too_big" else 1024)
    )
    assert submission.invalid
    assert submission.invalid.id == reason
    assert name in _said(submission)[0]


@pytest.mark.parametrize("length", [90, 120, 200])
def test_long_name_keeps_its_ending(tmp_path: Path, length: int) -> None:
    """A file whose name has more than 100 characters is the source that it is."""
    name = "作" * (length // 3) + ".py"
    submission = intake.read(_grow(tmp_path, {name: "x = 1"}) / name, LIMITS)
    assert (dict(submission.files), submission.invalid) == ({name: b"x = 1"}, None)


def test_other_encodings_are_fine(tmp_path: Path) -> None:
    """A file in Big5 that says so is source text."""
    (tmp_path / "a.py").write_bytes("# coding: big5\n# 梯度\n".encode("big5"))
    assert intake.read(tmp_path / "a.py", LIMITS).invalid is None


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    """Nothing, a dangling link, a loop, a FIFO and a device are wrong paths, in one sentence."""
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    for path in (*(tmp_path / name for name in ("none", "dangling", "loop", "fifo", "a\0b")),
                 Path(os.devnull), tmp_path / ("x" * 5000)):  # fmt: skip
        with pytest.raises(PathError, match=r"expected a folder|cannot be read"):
            intake.read(path, LIMITS)


def test_current_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` and `..` are called by the folder's real name."""
    _grow(tmp_path / "lab9", {"a.py": "x", "in/b.py": "x"})
    monkeypatch.chdir(tmp_path / "lab9")
    assert intake.read(Path(), LIMITS).name == "lab9"
    monkeypatch.chdir(tmp_path / "lab9/in")
    assert intake.read(Path(".."), LIMITS).name == "lab9"


def test_name_is_cleaned_and_cut(tmp_path: Path) -> None:
    """A name keeps 100 characters, and none that turns or clears a terminal."""
    _grow(tmp_path / ("\u202e\x1b" + "梯" * 70 + "x" * 40), {"a.py": "x"})
    (folder,) = tmp_path.iterdir()
    name = intake.read(folder, LIMITS).name
    assert len(name) == 100
    assert not set("\u202e\x1b") & set(name)


def test_digest_sees_names_and_borders(tmp_path: Path) -> None:
    """Moving a character from a name to its content, or between files, changes the digest."""
    variants = [
        {"ab.py": "c"},
        {"a.py": "bc"},
        {"a.py": "b", "c.py": ""},
        {"a.py": "", "c.py": "b"},
    ]
    digests = {
        intake.read(_grow(tmp_path / str(n), files), LIMITS).digest
        for n, files in enumerate(variants)
    }
    assert len(digests) == 4


def test_digest_is_of_contents_alone(tmp_path: Path) -> None:
    """The same files elsewhere have the same digest."""
    files = {"b.py": "b", "a/c.py": "c"}
    one, two = (intake.read(_grow(tmp_path / n, files), LIMITS).digest for n in ("one", "two"))
    assert one == two


PICTURES = {"lab/figures/a.png": "a", "lab/B.JPG": "b", "lab/c.jpeg": "c"}


def test_pictures_come_beside_the_sources(tmp_path: Path) -> None:
    """PNG and JPEG files are carried apart from the sources, and lose the same folder."""
    _grow(tmp_path / "x", {"lab/layers.py": "l", "lab/d.gif": "d", **PICTURES})
    submission = intake.read(tmp_path / "x", LIMITS)
    assert dict(submission.files) == {"layers.py": b"l"}
    assert dict(submission.images) == {"B.JPG": b"b", "c.jpeg": b"c", "figures/a.png": b"a"}
    assert (submission.refused, submission.invalid) == ((), None)


def test_pictures_that_would_share_a_name_keep_their_folder(tmp_path: Path) -> None:
    """No picture is lost where the folder around the sources is taken away."""
    _grow(tmp_path, {"lab/layers.py": "l", "lab/a.png": "inside", "a.png": "outside"})
    submission = intake.read(tmp_path, LIMITS)
    assert dict(submission.images) == {"a.png": b"outside", "lab/a.png": b"inside"}


def test_pictures_are_counted_apart(tmp_path: Path) -> None:
    """Too many pictures are told of once, and cost no source its place."""
    names = [f"{k:02}.png" for k in range(collector.MAX_PICTURES + 5)]
    _grow(tmp_path, {name: name for name in names} | {"layers.py": "l", "network.py": "n"})
    submission = intake.read(tmp_path, Limits(files=2, total_kb=1))
    assert list(submission.files) == ["layers.py", "network.py"]
    assert list(submission.images) == names[: collector.MAX_PICTURES]
    assert _reasons(submission) == {names[collector.MAX_PICTURES]: "refused_pictures"}
    assert "more than 20 pictures" in _said(submission)[0]


def test_size_of_a_picture(tmp_path: Path) -> None:
    """A picture of 2 MiB is taken, and a larger one is not."""
    _grow(tmp_path, {"layers.py": "l"})
    (tmp_path / "a.png").write_bytes(bytes(2 * 1024 * 1024))
    (tmp_path / "b.png").write_bytes(bytes(2 * 1024 * 1024 + 1))
    submission = intake.read(tmp_path, LIMITS)
    assert list(submission.images) == ["a.png"]
    assert _reasons(submission) == {"b.png": "refused_too_big"}


def test_pictures_alone_are_no_program(tmp_path: Path) -> None:
    """A folder of pictures holds nothing that can be examined."""
    _grow(tmp_path, {"a.png": "a"})
    submission = intake.read(tmp_path, LIMITS)
    assert submission.invalid is not None
    assert submission.invalid.id == "no_python"


def test_digest_sees_pictures(tmp_path: Path) -> None:
    """Another picture is another submission; without any the digest is that of the sources."""
    _grow(tmp_path, {"layers.py": "l"})
    alone = intake.read(tmp_path, LIMITS)
    _grow(tmp_path, {"a.png": "a"})
    one = intake.read(tmp_path, LIMITS)
    _grow(tmp_path, {"a.png": "b"})
    other = intake.read(tmp_path, LIMITS)
    assert alone.digest == collector.digest({"layers.py": b"l"})
    assert len({alone.digest, one.digest, other.digest}) == 3


def test_a_link_to_a_picture_is_refused(tmp_path: Path) -> None:
    """A picture must be a file of the submission's own."""
    _grow(tmp_path, {"secret": "s", "lab/layers.py": "l"})
    (tmp_path / "lab" / "a.png").symlink_to(tmp_path / "secret")
    submission = intake.read(tmp_path / "lab", LIMITS)
    assert (dict(submission.images), _reasons(submission)) == ({}, {"a.png": "refused_link"})


PYTHON = "import numpy as np\n\nclass Linear:\n    pass\n"


@pytest.mark.parametrize("name", ["Lab1 _0756", "作業一", "layers", "hw1.2", "src/Lab1"])
def test_python_without_an_ending_is_python(tmp_path: Path, name: str) -> None:
    """A file whose name says nothing is read where nothing else is there, in a folder and alone."""
    _grow(tmp_path / "lab", {name: PYTHON, "README": "This is my lab.\n", "report.pdf": "%PDF"})
    [path] = intake.read(tmp_path / "lab", LIMITS).files
    assert path == name.rpartition("/")[2] + ".py"
    [path] = intake.read(tmp_path / "lab" / name, LIMITS).files
    assert path == name.rpartition("/")[2] + ".py"


def test_a_text_without_an_ending_counts_only_alone(tmp_path: Path) -> None:
    """Beside a source it is a copy, or a note; and a text or bytes without Python never count."""
    _grow(tmp_path / "both", {"layers.py": PYTHON, "layers": PYTHON})
    assert list(intake.read(tmp_path / "both", LIMITS).files) == ["layers.py"]
    notes = {"NOTES": "for the record: import duties\n", "Makefile": "all:\n\tpython main.py\n"}
    _grow(tmp_path / "notes", notes)
    assert intake.read(tmp_path / "notes", LIMITS).invalid is not None
    (tmp_path / "bytes").mkdir()
    (tmp_path / "bytes" / "lab").write_bytes(b"\0" + PYTHON.encode())
    assert intake.read(tmp_path / "bytes", LIMITS).invalid is not None


@pytest.mark.parametrize("name", ["A.ZIP", "A.Zip", "b.TAR.GZ", "b.Tgz", "b.TAR"])
def test_capitals_in_endings_do_not_matter(tmp_path: Path, name: str) -> None:
    """An archive is one whatever the capitals of its ending, and so are the sources in it."""
    if "zip" in name.lower():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("lab/Layers.PY", PYTHON)
    else:
        with tarfile.open(tmp_path / name, "w:gz" if "g" in name.lower() else "w") as tar:
            member = tarfile.TarInfo("lab/Layers.PY")
            member.size = len(PYTHON)
            tar.addfile(member, io.BytesIO(PYTHON.encode()))
    assert list(intake.read(tmp_path / name, LIMITS).files) == ["Layers.py"]
    _grow(tmp_path / "around", {})
    (tmp_path / "around").mkdir(exist_ok=True)
    (tmp_path / name).rename(tmp_path / "around" / name)
    assert list(intake.read(tmp_path / "around", LIMITS).files) == ["Layers.py"]
