"""Zips and notebooks: what is taken out of them, and every trick that is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import intake
from grader.intake import archive, tarball
from grader.intake.collector import Collector
from grader.intake.messages import SENTENCES
from grader.model import Limits, Submission
from grader.reports.messages import fill

LIMITS = Limits()


def zipped(files: dict[str, bytes | str], **options: int) -> bytes:
    """A zip of files, in their order; a name may come twice in a list of pairs."""
    box = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as zip_file:
        warnings.simplefilter("ignore")
        for name, content in files.items():
            zip_file.writestr(name, content, **options)
    return box.getvalue()


def take(tmp_path: Path, name: str, content: bytes, limits: Limits = LIMITS) -> Submission:
    path = tmp_path / name
    path.write_bytes(content)
    return intake.read(path, limits)


def reasons(submission: Submission) -> dict[str, str]:
    for refused in submission.refused:
        assert fill(SENTENCES[refused.reason.id], refused.reason.values)
    return {refused.path: refused.reason.id for refused in submission.refused}


def output(submission: Submission) -> str:
    """Why nothing can be examined, as a reader gets it."""
    assert submission.invalid is not None
    return fill(SENTENCES[submission.invalid.id], submission.invalid.values)


def tarred(files: dict[str, bytes], how: str = "gz", **facts: Any) -> bytes:
    """A tar of files, packed or ("") not; `facts` are set on every entry."""
    box = io.BytesIO()
    with tarfile.open(fileobj=box, mode=f"w:{how}") as zip_file:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            for fact, value in facts.items():
                setattr(entry, fact, value)
            zip_file.addfile(entry, io.BytesIO(content))
    return box.getvalue()


def renamed(content: bytes, before: bytes, after: bytes) -> bytes:
    """A zip with other bytes for a name, and without the mark that it is UTF-8."""
    assert len(before) == len(after)
    result = bytearray(content.replace(before, after))
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = result.find(magic)
        while at >= 0:
            result[at + flags + 1] &= 0xF7
            at = result.find(magic, at + 1)
    return bytes(result)


def test_zip_is_read_as_its_folder_would_be(tmp_path: Path) -> None:
    """Sources come out, the one folder around them goes, what is hidden or no source stays in."""
    content = zipped({
        "lab/layers.py": "a", "lab/sub/x.py": "b", "lab/notes.txt": "", "lab/.git/x.py": "",
        "__MACOSX/lab/._layers.py": "", "lab/__pycache__/y.py": "", "lab/venv/z.py": "",
    })  # fmt: skip
    submission = take(tmp_path, "amy.zip", content)
    assert (submission.name, submission.invalid, submission.refused) == ("amy", None, ())
    assert dict(submission.files) == {"layers.py": b"a", "sub/x.py": b"b"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../out.py", "refused_outside"),
        ("a/../../out.py", "refused_outside"),
        ("/etc/out.py", "refused_outside"),
        ("C:/out.py", "refused_outside"),
        ("..\\out.py", "refused_outside"),
        ("a\u202eb.py", "refused_name"),
        ("1/2/3/4/5/6/7/8/9/deep.py", "refused_depth"),
        ("inner.zip", "refused_nested"),
    ],
)
def test_name_that_leads_astray_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    """Names that lead out of the archive, lie or nest are left out, the rest is taken."""
    submission = take(tmp_path, "amy.zip", zipped({"ok.py": "x = 1", name: "x"}))
    assert (list(submission.files), list(reasons(submission).values())) == (["ok.py"], [reason])
    assert list(tmp_path.parent.rglob("out.py")) == []


def test_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """What would grow a hundredfold, has too many entries, or more bytes than allowed is left out."""
    grows = zipped({"ok.py": "x = 1", "bomb.py": b"#" * 900_000})
    assert reasons(take(tmp_path, "a.zip", grows)) == {"bomb.py": "refused_ratio"}
    big = zipped({"ok.py": "x = 1", "big.py": bytes(range(256)) * 8})
    assert reasons(take(tmp_path, "b.zip", big, Limits(file_kb=1))) == {"big.py": "refused_too_big"}
    many = zipped({f"f{at}.py": "x" for at in range(9)})
    assert len(take(tmp_path, "c.zip", many, Limits(files=5)).files) == 5


def test_size_that_an_entry_claims_is_not_believed(tmp_path: Path) -> None:
    """An entry that says it is small and is not is refused by what is read."""
    content = bytearray(zipped({"liar.py": bytes(range(256)) * 64}))
    for at in (content.find(b"PK\x01\x02") + 24, 22):
        content[at : at + 4] = (10).to_bytes(4, "little")
    submission = take(tmp_path, "a.zip", bytes(content), Limits(file_kb=1))
    assert all(len(content_bytes) <= 1024 for content_bytes in submission.files.values())


def test_links_and_twins_are_refused(tmp_path: Path) -> None:
    """A symbolic link in a zip, and a second file of one name, are left out."""
    box = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(box, "w") as zip_file:
        warnings.simplefilter("ignore")
        link = zipfile.ZipInfo("link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zip_file.writestr(link, "/etc/passwd")
        zip_file.writestr("twin.py", "first")
        zip_file.writestr("twin.py", "second")
    submission = take(tmp_path, "a.zip", box.getvalue())
    assert dict(submission.files) == {"twin.py": b"first"}
    assert reasons(submission) == {"link.py": "refused_link", "twin.py": "refused_twice"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", zipped({})[:10]])
def test_damaged_zip_is_an_invalid_submission(tmp_path: Path, content: bytes) -> None:
    """What is no zip is told as that, by its name, and raises nothing."""
    submission = take(tmp_path, "a.zip", content)
    assert submission.invalid is not None
    assert output(submission) == "a.zip is not a zip archive, or it is damaged. Files here: a.zip."


def test_flipped_bits_raise_nothing() -> None:
    """A zip with a damaged byte anywhere gives what can be read, or a refusal."""
    whole = zipped({"a.py": "x = 1\n" * 9, "b/c.py": "y = 2\n" * 9})
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            content = bytearray(whole)
            content[at] ^= flip
            collector = Collector(LIMITS)
            archive.collect(bytes(content), "a.zip", collector)
            assert sum(map(len, collector.files.values())) <= 108


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_ask_for_much_memory_are_refused(tmp_path: Path, method: int) -> None:
    """What is not simply deflated is left out with a reason."""
    content = zipped({"a.py": "x = 1"}, compress_type=method)
    assert reasons(take(tmp_path, "a.zip", content)) == {"a.py": "refused_method"}


def test_sources_count_before_zips_before_notebooks(tmp_path: Path) -> None:
    """An export beside its notebook, or a zip of the same files, counts once."""
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "all.ipynb").write_bytes(b"{}")
    first = intake.read(lab, LIMITS)
    assert (dict(first.files), dict(first.notebooks)) == ({}, {"all.ipynb": b"{}"})
    (lab / "all.zip").write_bytes(zipped({"x.py": "x = 2"}))
    assert dict(intake.read(lab, LIMITS).files) == {"x.py": b"x = 2"}
    (lab / "x.py").write_text("x = 1")
    last = intake.read(lab, LIMITS)
    assert (dict(last.files), dict(last.notebooks)) == ({"x.py": b"x = 1"}, {})


def test_pictures_of_a_zip_are_carried(tmp_path: Path) -> None:
    """A zip brings its pictures as a folder does; the same name twice and a bomb are refused."""
    content = zipped({
        "lab/layers.py": "a", "lab/figures/a.png": b"a", "lab/b.JPEG": b"b",
        "__MACOSX/lab/figures/._a.png": b"", "lab/bomb.png": bytes(2_000_000),
        "lab/../../c.png": b"c",
    })  # fmt: skip
    submission = take(tmp_path, "amy.zip", content)
    assert dict(submission.images) == {"b.JPEG": b"b", "figures/a.png": b"a"}
    assert reasons(submission) == {
        "lab/bomb.png": "refused_ratio",
        "lab/../../c.png": "refused_outside",
    }


def test_pictures_beside_a_zip_and_in_it(tmp_path: Path) -> None:
    """A folder that holds a zip of the sources keeps the pictures of both."""
    folder = tmp_path / "amy"
    folder.mkdir()
    (folder / "lab.zip").write_bytes(zipped({"layers.py": "a", "in.png": b"in"}))
    (folder / "out.png").write_bytes(b"out")
    assert dict(intake.read(folder, LIMITS).images) == {"in.png": b"in", "out.png": b"out"}


@pytest.mark.parametrize("name", ["lab.ZIP", "lab.Zip", "lab.zip ", "lab.zip."])
def test_ending_in_capitals_is_an_ending(tmp_path: Path, name: str) -> None:
    """A zip is a zip whatever its ending looks like, and its name is told without it."""
    submission = take(tmp_path, name, zipped({"Layers.PY": "a", "b.pyw": "b", "c.py.txt": "c"}))
    assert dict(submission.files) == {"Layers.py": b"a", "b.py": b"b", "c.py": b"c"}
    assert submission.name == "lab"


def test_source_of_two_names_counts_once(tmp_path: Path) -> None:
    """A copy whose ending differs in capitals alone, or has .txt added, is left out and told."""
    submission = take(tmp_path, "lab.zip", zipped({"a.py": "1", "a.PY": "2", "a.py.txt": "3"}))
    assert dict(submission.files) == {"a.py": b"1"}
    assert reasons(submission) == {"a.PY": "refused_twice", "a.py.txt": "refused_twice"}


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("cp950", "許功蓋的作業"), ("gbk", "实验一许功"), ("cp932", "課題ソースコード"),
        ("utf-8", "許功蓋"),
    ],
)  # fmt: skip
def test_names_in_the_code_page_of_a_machine(tmp_path: Path, codec: str, name: str) -> None:
    """A zip whose names are in a local code page is read, though a character holds a backslash's byte."""
    raw = name.encode(codec)
    stand_in = b"x" * len(raw)
    whole = zipped({f"{stand_in.decode()}/layers.py": "a", f"{stand_in.decode()}.py": "b"})
    submission = take(tmp_path, "lab.zip", renamed(whole, stand_in, raw))
    assert dict(submission.files) == {f"{name}/layers.py": b"a", f"{name}.py": b"b"}
    assert (submission.refused, submission.invalid) == ((), None)


def test_names_that_two_code_pages_fit(tmp_path: Path) -> None:
    """Korean bytes are Chinese ones, too: the name may be the wrong one, but everything is read."""
    raw = "신경망숙제".encode("euc-kr")
    whole = zipped({"xxxxxxxxxx/layers.py": "a", "xxxxxxxxxx/data.py": "b"})
    submission = take(tmp_path, "lab.zip", renamed(whole, b"x" * 10, raw))
    assert dict(submission.files) == {"layers.py": b"a", "data.py": b"b"}


def test_backslash_between_folders_is_a_slash(tmp_path: Path) -> None:
    """Some programs on Windows write a backslash: the folders are folders, and none leads out."""
    content = zipped({"lab\\layers.py": "a", "lab\\more\\data.py": "b", "lab\\..\\..\\x.py": "c"})
    submission = take(tmp_path, "lab.zip", content)
    assert dict(submission.files) == {"layers.py": b"a", "more/data.py": b"b"}
    assert list(reasons(submission).values()) == ["refused_outside"]


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.tar.gz", "gz"), ("a.tgz", "gz"), ("a.tar.bz2", "bz2"), ("a.tar.xz", "xz"), ("a.tar", ""),
     ("a.TAR.GZ", "gz"), ("a.zip", "gz")],
)  # fmt: skip
def test_tar_is_read_as_a_zip_is(tmp_path: Path, name: str, how: str) -> None:
    """A tar is taken as a folder would be, packed or not, also where its name says that it is a zip."""
    content = tarred({"./lab/layers.py": b"a", "./lab/b.png": b"p", "lab/._layers.py": b""}, how)
    submission = take(tmp_path, name, content)
    assert (submission.name, submission.invalid, submission.refused) == ("a", None, ())
    assert (dict(submission.files), dict(submission.images)) == (
        {"layers.py": b"a"},
        {"b.png": b"p"},
    )


@pytest.mark.parametrize(
    ("name", "facts", "reason"),
    [
        ("../out.py", {}, "refused_outside"),
        ("/out.py", {}, "refused_outside"),
        ("in.tgz", {}, "refused_nested"),
        ("link.py", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "refused_link"),
        ("hard.py", {"type": tarfile.LNKTYPE, "linkname": "ok.py"}, "refused_link"),
        ("fifo.py", {"type": tarfile.FIFOTYPE}, "refused_special"),
    ],
)
def test_tricks_in_a_tar_are_refused(
    tmp_path: Path, name: str, facts: dict[str, Any], reason: str
) -> None:
    """What leads out of a tar, or is no file in it, is left out."""
    assert list(reasons(take(tmp_path, "a.tar", tarred({name: b""}, "", **facts))).values()) == [
        reason
    ]


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_tar_in_several_streams_is_read_whole(
    tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    """Some programs pack a tar in several streams; one that was cut off is damaged."""
    whole = tarred({"a.py": b"a", "b.py": b"b"}, "")
    packed = pack(whole[:700]) + pack(whole[700:])
    assert set(take(tmp_path, f"a.tar.{ending}", packed).files) == {"a.py", "b.py"}
    cut = pack(whole[:1024])[:-1]
    assert list(reasons(take(tmp_path, f"b.tar.{ending}", cut)).values()) == ["refused_not_archive"]


def test_second_picture_of_a_name_is_refused(tmp_path: Path) -> None:
    """Of two pictures of one name the first counts, as of two sources."""
    submission = take(tmp_path, "a.tar", tarred({"a.py": b"x", "a.png": b"1", "./a.png": b"2"}, ""))
    assert dict(submission.images) == {"a.png": b"1"}
    assert reasons(submission) == {"a.png": "refused_twice"}


def test_tar_that_grows_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of a tar is unpacked than it may have."""
    monkeypatch.setattr(tarball, "_MAX_BYTES", 100_000)
    content = tarred({"a.py": bytes(200_000)})
    assert len(content) < 10_000
    assert list(reasons(take(tmp_path, "a.tgz", content)).values()) == ["refused_too_big"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("hw1.rar", b"Rar!\x1a\x07\x01\x00", "hw1.rar is a RAR archive, and the grader cannot open it;"),
        ("hw1.7z", b"7z\xbc\xaf\x27\x1c", "hw1.7z is a 7-Zip archive, and the grader cannot open it;"),
        ("hw1.zip", b"Rar!\x1a\x07\x00", "hw1.zip is a RAR archive, and the grader cannot open it;"),
        ("hw1", b"Rar!\x1a\x07\x01\x00", "hw1 is a RAR archive, and the grader cannot open it; hand in a .zip"),
        ("hw1.txt", b"Rar!\x1a\x07\x00", "hw1.txt is a RAR archive, and the grader cannot open it;"),
        ("hw1", b"7z\xbc\xaf\x27\x1c", "hw1 is a 7-Zip archive, and the grader cannot open it;"),
        ("hw1.zip", zipped({"hw1": b"7z\xbc\xaf\x27\x1c\0\4"}), "hw1 is a 7-Zip archive, and the"),
        ("hw1.tgz", tarred({"hw1": b"Rar!\x1a\x07\x01\x00"}), "hw1 is a RAR archive, and the grader"),
        ("hw1", zipped({"a.py": "x"}), "hw1 is a zip archive, but its name does not end with .zip;"),
        ("hw1.npz", zipped({"a.npy": "x"}), "There is no Python file (*.py) and no notebook"),
        ("hw1", b"", "There is no Python file (*.py) and no notebook"),
        ("hw1.zip", zipped({}), "The archive hw1.zip contains no file."),
        ("hw1.zip", zipped({"in.zip": zipped({"a.py": "x"})}), "in.zip is an archive inside an"),
        ("hw1.tgz", b"\x1f\x8b nonsense", "hw1.tgz is not a tar archive, or it is damaged."),
        ("hw1.zip", zipped({"a/hw.pdf": "x", "b.txt": ""}),
         "There is no Python file (*.py) and no notebook that can be checked. "
         "Files here: a/hw.pdf (PDF), b.txt."),
        ("report.docx", b"PK", "There is no Python file (*.py) and no notebook that can be checked. "
         "Files here: report.docx (Word)."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("in_folder", [False, True])
def test_what_is_there_instead_is_named(
    tmp_path: Path, name: str, content: bytes, sentence: str, *, in_folder: bool
) -> None:
    """Where nothing can be examined, the reason names the files that are there, and their kinds."""
    submission = take(tmp_path, name, content)
    from_folder = intake.read(tmp_path, LIMITS) if in_folder else submission
    assert output(from_folder).startswith(sentence)
    assert name in output(from_folder) or "Files here: " in output(from_folder)


def test_whatever_goes_wrong_while_reading_costs_one_submission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody thought of makes the submission invalid, and stays visible in the log."""

    def fails(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(archive, "collect", fails)
    whole = take(tmp_path, "a.zip", zipped({"a.py": "x"}))
    assert output(whole) == "The grader itself failed while it read these files (RecursionError)."
    assert "too deep" in caplog.text


def test_own_figures_are_not_handed_in(tmp_path: Path) -> None:
    """What this program wrote beside a report is not part of the submission, packed or not."""
    files = {
        "layers.py": b"a", "mine/1.png": b"m", "lab.report.json": b"{}", "lab.report.figures/1.png": b"x",
        "other.json": b"{}", "other.figures/2.png": b"x", "kept.figures/1.png": b"k",
    }  # fmt: skip
    folder = tmp_path / "lab"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for submission in (
        intake.read(folder, LIMITS), take(tmp_path, "a.zip", zipped(dict(files))),
        take(tmp_path, "a.tgz", tarred(files)),
    ):  # fmt: skip
        assert set(submission.images) == {"mine/1.png", "kept.figures/1.png"}
