"""Figures of a class: kept beside each report, carried on, and right after whatever happened."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader import files
from grader.batch import run as running
from grader.batch import work
from grader.batch.rescore import rescore
from grader.batch.store import Store
from grader.batch.work import Task, TaskResult
from grader.errors import OutputFull
from grader.reports import figure_files
from grader.sandbox import png_file
from tests.batch import classroom
from tests.batch.classroom import LAYERS, PretendEngine, Silent, config, grow

DRAWING = """\
version: 1
title: Drawing
total: 10
groups:
  - title: All
    items:
      - {check: linear.forward, points: 6}
      - {check: plots.curve, points: 4}
"""
PLOTS = (classroom.ROOT / "reference" / "plots.py").read_text("utf-8")


def listed(contents: Mapping[str, bytes]) -> list[dict[str, object]]:
    """How a document names figures."""
    about = {"check": "linear.forward", "source": "a", "title": "", "width": 1, "height": 1}
    return [
        {**about, "file": name, "digest": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    ]


def draw(task: Task) -> dict[str, bytes]:
    """What a pretended submission draws: nothing, or something that follows from its files."""
    whole = b"".join(task.submission.files.values())
    return {} if b"draws nothing" in whole else {f"{k}.png": whole[-9:] for k in (1, 2)}


def drawing(task: Task) -> TaskResult:
    """Pretend to examine, and to draw two figures."""
    done = classroom.canned(task)
    assert done.document is not None
    document = {**done.document, "figures": listed(draw(task))}
    return replace(done, document=document, figures=draw(task))


def run(folder: Path, out: Path, **more: object) -> PretendEngine:
    engine = PretendEngine(drawing)
    running.run(config(folder, out, **more), engine, Silent())
    return engine


@pytest.fixture
def class_of_three(tmp_path: Path) -> Path:
    names = {"a.py": "# a", "b.py": "# b draws nothing", "c.py": "# c"}
    return grow(tmp_path / "class", {name: f"{LAYERS}\n{end}\n" for name, end in names.items()})


def figures_by_folder(out: Path) -> dict[str, list[str]]:
    """The figures that lie beside reports, by folder."""
    folders = sorted((out / "reports").glob("*.figures"))
    return {folder.name: sorted(path.name for path in folder.iterdir()) for folder in folders}


def whole(out: Path, id_: str) -> bool:
    """Whether each figure that a stored report names is there, just as it was drawn."""
    store = Store(out)
    document = store.load(id_)
    assert document is not None
    wanted = {figure["file"]: figure["digest"] for figure in document["figures"]}
    folder = figure_files.folder_of(store.path(id_))
    result = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in wanted
        if (folder / name).is_file()
    }
    return result == wanted


BOTH = ["1.png", "2.png"]


def test_figures_lie_beside_each_report(class_of_three: Path, tmp_path: Path) -> None:
    """Each report has a folder of its own figures, and one without figures has none."""
    out = tmp_path / "out"
    run(class_of_three, out)
    assert figures_by_folder(out) == {"a.figures": BOTH, "c.figures": BOTH}
    assert all(whole(out, id_) for id_ in "abc")


def test_figures_of_another_submission_replace_the_old(
    class_of_three: Path, tmp_path: Path
) -> None:
    """A changed submission has its new figures, or none; those of the others stay as they lie."""
    out = tmp_path / "out"
    run(class_of_three, out)
    before = (out / "reports" / "c.figures" / "1.png").stat().st_mtime_ns
    grow(class_of_three, {"a.py": LAYERS + "# draws nothing", "b.py": LAYERS + "# new"})
    assert run(class_of_three, out).seen == ["a", "b"]
    assert figures_by_folder(out) == {"b.figures": BOTH, "c.figures": BOTH}
    assert all(whole(out, id_) for id_ in "abc")
    assert (out / "reports" / "c.figures" / "1.png").stat().st_mtime_ns == before


def test_a_fresh_run_forgets_figures(class_of_three: Path, tmp_path: Path) -> None:
    """With --fresh the figures of reports go with them, and come again."""
    out = tmp_path / "out"
    run(class_of_three, out)
    store = Store(out)
    with store.locked():
        store.clear()
    assert figures_by_folder(out) == {}
    run(class_of_three, out, fresh=True)
    assert figures_by_folder(out) == {"a.figures": BOTH, "c.figures": BOTH}


def test_reports_without_their_figures_are_as_good(class_of_three: Path, tmp_path: Path) -> None:
    """Figures that somebody removed break nothing: the reports are kept, with their seals."""
    out = tmp_path / "out"
    run(class_of_three, out)
    for path in (out / "reports").glob("*.figures/*"):
        path.unlink()
    assert run(class_of_three, out).seen == []
    store = Store(out)
    document = store.load("a")
    assert document is not None
    assert store.figures(document) == {}


def test_what_a_killed_run_left_half_is_made_again(class_of_three: Path, tmp_path: Path) -> None:
    """Figures without a report, half of them or those of another, are replaced by the next run."""
    out = tmp_path / "out"
    grow(out, {
        "reports/a.figures/1.png": "of a run that was killed", "reports/a.figures/3.png": "stale",
        "reports/a.figures/.abcdefgh.part": "half", "reports/b.figures/1.png": "stale", ".lock": "",
    })  # fmt: skip
    run(class_of_three, out)
    assert figures_by_folder(out) == {"a.figures": BOTH, "c.figures": BOTH}
    assert all(whole(out, id_) for id_ in "abc")


def test_a_report_is_written_after_its_figures(
    class_of_three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full between two figures leaves no report; the next run makes both again."""
    out, write = tmp_path / "out", files.write_whole

    def full(path: Path, content: str | bytes) -> None:
        if path.name == "2.png":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(files, "write_whole", full)
    with pytest.raises(OutputFull, match="the disk is full"):
        run(class_of_three, out)
    assert list(figures_by_folder(out).values()) == [["1.png"]]
    assert {path.stem for path in (out / "reports").glob("*.json")} <= {"b"}  # which draws nothing
    monkeypatch.setattr(files, "write_whole", write)
    assert {"a", "c"} <= set(run(class_of_three, out).seen)
    assert all(whole(out, id_) for id_ in "abc")


def test_rescored_reports_take_their_figures_along(
    class_of_three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rescore into another folder copies what is still as it was drawn; in place all stays."""
    out, new = tmp_path / "out", tmp_path / "new"
    run(class_of_three, out)
    (out / "reports" / "c.figures" / "2.png").write_bytes(b"another")
    rubric_after = classroom.loaded()
    monkeypatch.setattr(png_file, "rebuild", bool)  # these pretended figures are no pictures
    rescore(Store(out), Store(new), rubric_after)
    rescore(Store(out), Store(out), rubric_after)
    assert figures_by_folder(new) == {"a.figures": BOTH, "c.figures": ["1.png"]}
    assert figures_by_folder(out) == {"a.figures": BOTH, "c.figures": BOTH}


def test_real_workers_bring_figures(tmp_path: Path) -> None:
    """What a worker draws arrives with its report, and is shown on a page of it."""
    names = ("amy/layers.py", "amy/plots.py", "bob/layers.py")
    texts = {name: PLOTS if name.endswith("plots.py") else LAYERS for name in names}
    folder, out = grow(tmp_path / "class", texts), tmp_path / "out"

    settings = config(folder, out, rubric=classroom.loaded(DRAWING))
    try:
        running.run(settings, PretendEngine(work.examine), Silent())
    finally:
        work.close_sandbox()
    assert figures_by_folder(out) == {"amy.figures": ["1.svg"]}
    store = Store(out)
    document = store.load("amy")
    assert document is not None
    [figure] = figure_files.with_pictures(document, figure_files.folder_of(store.path("amy")))[
        "figures"
    ]
    assert (figure["check"], figure["source"]) == ("plots.curve", "show_learning_curve")
    assert figure["data"]
