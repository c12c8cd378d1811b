"""The folder of a batch: no two ids share a path in it, and no file of somebody else is touched."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from grader import files
from grader.batch import run as running
from grader.batch.class_index import Pages
from grader.batch.rescore import rescore
from grader.batch.store import MARK, Store
from grader.batch.write_pages import write_pages
from grader.errors import PathError
from tests.batch import classroom
from tests.batch.classroom import LAYERS, WRONG, PretendEngine, Silent, config, gradebook, grow

PIECES = ["a", "A", "b", "_", " ", "-", "~", ".", "con", "NUL", "com1", "é", "e\u0301", "ß", "ss",
          "名", "\u8c48", "\uf900", "İ", "ı", "\ufb01", "/", "\\", ":", "\udcff", "a" * 99,
          hashlib.sha256(b"a b").hexdigest()[:20]]  # fmt: skip
IDS = some.lists(some.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt9"}


def run(workspace: Path, **more: object) -> PretendEngine:
    engine = PretendEngine()
    running.run(config(workspace / "class", workspace / "out", **more), engine, Silent())
    return engine


def seen_by(name: str) -> str:
    """How a file system that knows neither capitals nor Unicode forms sees a name."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return folded.upper().rstrip(" .")


@given(some.lists(IDS | some.text(max_size=300), min_size=2, max_size=8, unique=True))
@example(["a b", files.path_name("a b"), "a_b", "A_B", "a b "])
@example(["x" * 250, "x" * 251, "x" * 100, "x" * 101])
@example(["é", "e\u0301", "É"])
def test_no_two_ids_share_a_path(ids: list[str]) -> None:
    """Different ids are different files on every system, and each is one harmless part of a path."""
    names = [files.path_name(id_) for id_ in ids]
    assert len({seen_by(name) for name in names}) == len(ids)
    for name in names:
        assert len(f"{name}.figures".encode()) <= 143
        assert name.partition(".")[0] not in DEVICES
        assert name[0] not in ".-~"
        assert name[-1] not in ". "
        assert not set(name) & set('/\\:*?"<>|\0')


def test_two_ids_that_shared_a_file_keep_a_report_each(tmp_path: Path) -> None:
    """An id that reads like another's file name overwrites nothing: both are graded, and have pages."""
    grow(tmp_path / "class", {"wang xiaoming.py": WRONG, "wang_xiaoming-47dbbaa6.py": LAYERS})
    run(tmp_path, pages=Pages())
    rows = [(row["id"], row["verdict"], row["total"]) for row in gradebook(tmp_path / "out")]
    assert rows == [
        ("wang xiaoming", "graded", "6"), ("wang_xiaoming-47dbbaa6", "graded", "10"),
    ]  # fmt: skip
    assert len(list((tmp_path / "out" / "feedback").glob("*.html"))) == 2


def older(out: Path) -> None:
    """Make the folder what a version without a mark would have left."""
    (out / MARK).unlink()
    for path in list((out / "reports").glob("*.json")):
        id_ = json.loads(path.read_text("utf-8"))["batch"]["id"]
        safe = files.safe_name(id_)
        digest = hashlib.sha256(id_.encode()).hexdigest()[:8]
        name = safe if safe == id_.casefold() else f"{safe}-{digest}"
        path.rename(path.with_name(f"{name}.json"))


def test_reports_of_an_older_version_are_found(tmp_path: Path) -> None:
    """A folder from before keeps its reports: they are read, rescored, and not graded again."""
    grow(tmp_path / "class", {"Wang Li.py": WRONG, "名字.py": LAYERS, "amy.py": LAYERS})
    run(tmp_path)
    out, new = tmp_path / "out", tmp_path / "new"
    older(out)
    assert rescore(Store(out), Store(new), None)[0] == 3
    assert [row["total"] for row in gradebook(new)] == ["6", "10", "10"]
    assert write_pages(Store(out)) == 3
    assert run(tmp_path).seen == []
    assert len(list((out / "reports").glob("*.json"))) == 3


def test_a_folder_of_somebody_else_is_refused_and_stays(tmp_path: Path) -> None:
    """An OUT with files that no batch wrote is one sentence that names one; nothing in it changes."""
    grow(tmp_path / "class", {"amy.py": LAYERS})
    mine = {"pages/mine.html": "mine", "summary.md": "mine", ".12345678.part": "mine"}
    grow(tmp_path / "out", mine)
    with pytest.raises(PathError, match=r"no batch wrote \(.12345678.part\)"):
        run(tmp_path)
    result = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.read_text("utf-8") for path in result} == {"mine"}
    assert len(result) == len(mine)
    with pytest.raises(PathError, match="no batch wrote"), Store(tmp_path).locked():
        pass


def test_a_folder_with_decisions_alone_is_as_good_as_empty(tmp_path: Path) -> None:
    """Whoever writes decisions first may grade into that folder, and a killed first run goes on."""
    grow(tmp_path / "class", {"amy.py": WRONG})
    lines = "id,check,points,reason,who\namy,linear.backward.input,3,half,ta\n"
    grow(tmp_path / "out", {"decisions.csv": lines, ".DS_Store": "x"})
    run(tmp_path)
    assert gradebook(tmp_path / "out")[0]["total"] == "9"
    (tmp_path / "out" / "class.json").unlink()
    (tmp_path / "out" / MARK).unlink()
    for name in ("gradebook.csv", "junit.xml", "summary.md", "summary.json", "decided.json"):
        (tmp_path / "out" / name).unlink()
    assert run(tmp_path).seen == []


def test_pages_of_somebody_else_stay(tmp_path: Path) -> None:
    """Pages of students who are gone go, also after a run that was killed; a page of the user's own stays."""
    grow(tmp_path / "class", {"amy.py": LAYERS, "bob.py": LAYERS})
    run(tmp_path, pages=Pages())
    grow(tmp_path / "out", {"pages/notes.html": "mine"})
    (tmp_path / "class" / "bob.py").unlink()
    run(tmp_path)
    names = sorted(path.name for path in (tmp_path / "out" / "pages").glob("*.html"))
    assert names == ["amy.html", "notes.html"]
    assert classroom.report(tmp_path / "out", "amy")["batch"]["id"] == "amy"
