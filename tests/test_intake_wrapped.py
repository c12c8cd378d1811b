"""Zips and notebooks: what is taken out of them, and every trick that is refused."""

from __future__ import annotations

import io
import json
import stat
import warnings
import zipfile
from pathlib import Path

import pytest

from grader import intake
from grader.intake import archive, notebook
from grader.intake.basket import Basket
from grader.intake.sentences import SENTENCES
from grader.model import Limits, Submission

LIMITS = Limits()


def zipped(files: dict[str, bytes | str], **options: int) -> bytes:
    """A zip of files, in their order; a name may come twice in a list of pairs."""
    box = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")
        for name, content in files.items():
            made.writestr(name, content, **options)
    return box.getvalue()


def book(*cells: str, **more: object) -> bytes:
    """A notebook of code cells."""
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, **more}).encode()


def take(tmp_path: Path, name: str, content: bytes, limits: Limits = LIMITS) -> Submission:
    path = tmp_path / name
    path.write_bytes(content)
    return intake.read(path, limits)


def reasons(taken: Submission) -> dict[str, str]:
    for refused in taken.refused:
        assert SENTENCES[refused.reason.id].format(**refused.reason.values)
    return {refused.path: refused.reason.id for refused in taken.refused}


def test_zip_is_read_as_its_folder_would_be(tmp_path: Path) -> None:
    """Sources come out, the one folder around them goes, what is hidden or no source stays in."""
    content = zipped({
        "lab/layers.py": "a", "lab/sub/x.py": "b", "lab/notes.txt": "", "lab/.git/x.py": "",
        "__MACOSX/lab/._layers.py": "", "lab/__pycache__/y.py": "", "lab/venv/z.py": "",
    })  # fmt: skip
    taken = take(tmp_path, "amy.zip", content)
    assert (taken.name, taken.invalid, taken.refused) == ("amy", None, ())
    assert dict(taken.files) == {"layers.py": b"a", "sub/x.py": b"b"}


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
    taken = take(tmp_path, "amy.zip", zipped({"ok.py": "x = 1", name: "x"}))
    assert (list(taken.files), list(reasons(taken).values())) == (["ok.py"], [reason])
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
    taken = take(tmp_path, "a.zip", bytes(content), Limits(file_kb=1))
    assert all(len(kept) <= 1024 for kept in taken.files.values())


def test_links_and_twins_are_refused(tmp_path: Path) -> None:
    """A symbolic link in a zip, and a second file of one name, are left out."""
    box = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(box, "w") as made:
        warnings.simplefilter("ignore")
        link = zipfile.ZipInfo("link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("twin.py", "first")
        made.writestr("twin.py", "second")
    taken = take(tmp_path, "a.zip", box.getvalue())
    assert dict(taken.files) == {"twin.py": b"first"}
    assert reasons(taken) == {"link.py": "refused_link", "twin.py": "refused_twice"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", zipped({})[:10]])
def test_damaged_zip_is_an_invalid_submission(tmp_path: Path, content: bytes) -> None:
    """What is no zip is told as that, and raises nothing."""
    taken = take(tmp_path, "a.zip", content)
    assert taken.invalid is not None
    assert taken.invalid.id == "refused_not_zip"


def test_flipped_bits_raise_nothing() -> None:
    """A zip with a damaged byte anywhere gives what can be read, or a refusal."""
    whole = zipped({"a.py": "x = 1\n" * 9, "b/c.py": "y = 2\n" * 9})
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            content = bytearray(whole)
            content[at] ^= flip
            basket = Basket(LIMITS)
            archive.pour(bytes(content), "a.zip", basket)
            assert sum(map(len, basket.files.values())) <= 108


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_ask_for_much_memory_are_refused(tmp_path: Path, method: int) -> None:
    """What is not simply deflated is left out with a reason."""
    content = zipped({"a.py": "x = 1"}, compress_type=method)
    assert reasons(take(tmp_path, "a.zip", content)) == {"a.py": "refused_method"}


def test_sources_count_before_zips_before_notebooks(tmp_path: Path) -> None:
    """An export beside its notebook, or a zip of the same files, counts once."""
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "all.ipynb").write_bytes(book("x = 3"))
    assert dict(intake.read(lab, LIMITS).files) == {"all.py": b"# %%\nx = 3\n"}
    (lab / "all.zip").write_bytes(zipped({"x.py": "x = 2"}))
    assert dict(intake.read(lab, LIMITS).files) == {"x.py": b"x = 2"}
    (lab / "x.py").write_text("x = 1")
    assert dict(intake.read(lab, LIMITS).files) == {"x.py": b"x = 1"}


def test_notebook_becomes_a_module(tmp_path: Path) -> None:
    """Code cells in order, text cells left out, and a name that can be imported."""
    content = json.loads(book("x = 1", "y = 2\n"))
    content["cells"].insert(1, {"cell_type": "markdown", "source": ["# words"]})
    taken = take(tmp_path, "1 my lab.ipynb", json.dumps(content).encode())
    assert dict(taken.files) == {"_1_my_lab.py": b"# %%\nx = 1\n\n# %%\ny = 2\n\n"}


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("%matplotlib inline\nx = 1", "pass  # %matplotlib inline\nx = 1"),
        ("if x:\n    !ls", "if x:\n    pass  # !ls"),
        ("files = !ls", "pass  # files = !ls"),
        ("np.dot?", "pass  # np.dot?"),
        ("%%time\nx = 1", "x = 1"),
        ("%%bash\nls", "# %%bash\n# ls"),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
    ],
)
def test_magics_are_made_harmless(cell: str, source: str) -> None:
    """What only a notebook knows becomes a comment; a percent sign in Python stays."""
    assert notebook.plain(cell) == source


def test_cells_that_write_files_are_files(tmp_path: Path) -> None:
    """A cell that begins with %%writefile is a module of its own; none leads outside."""
    content = book(
        "%%writefile layers.py\nx = 1", "%%writefile ../out.py\nx", "from layers import x"
    )
    taken = take(tmp_path, "lab.ipynb", content)
    assert set(taken.files) == {"lab.py", "layers.py"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "refused_not_notebook"),
        (b"[1, 2]", "refused_not_notebook"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "refused_not_notebook"),
        (book("x <- 1", metadata={"kernelspec": {"language": "R"}}), "refused_language"),
    ],
)
def test_what_is_no_python_notebook_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    """Broken JSON, other JSON and other languages are refusals, never exceptions."""
    assert list(reasons(take(tmp_path, "a.ipynb", content)).values()) == [reason]


def test_old_notebooks_are_read(tmp_path: Path) -> None:
    """Version 3 kept its cells in worksheets, and called a source an input."""
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}], "metadata": {}}
    taken = take(tmp_path, "a.ipynb", json.dumps(old).encode())
    assert dict(taken.files) == {"a.py": b"# %%\nx = 1\n"}


def test_pictures_of_a_zip_are_carried(tmp_path: Path) -> None:
    """A zip brings its pictures as a folder does; the same name twice and a bomb are refused."""
    content = zipped({
        "lab/layers.py": "a", "lab/figures/a.png": b"a", "lab/b.JPEG": b"b",
        "__MACOSX/lab/figures/._a.png": b"", "lab/bomb.png": bytes(2_000_000),
        "lab/../../c.png": b"c",
    })  # fmt: skip
    taken = take(tmp_path, "amy.zip", content)
    assert dict(taken.images) == {"b.JPEG": b"b", "figures/a.png": b"a"}
    assert reasons(taken) == {
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
