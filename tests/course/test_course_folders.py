"""Folders of a course are read and written, expectations are read, and what is hidden stays hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.cli import output
from grader.course import folders, samples
from grader.course.visible_rubric import visible_rubric
from grader.errors import PathError, RubricError, TheirFault
from grader.rubric import reader

# ---- folders ----


def test_a_folder_is_read_by_path_without_what_a_run_leaves(tmp_path: Path) -> None:
    """Hidden files, caches and figures are left out; paths have slashes."""
    for name in ("a.py", "deep/b.txt", ".git/c", "__pycache__/d.pyc", "figures/e.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert folders.read_files(tmp_path) == {"a.py": b"a.py", "deep/b.txt": b"deep/b.txt"}


def test_a_folder_that_is_no_handout_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not there, holds too many files, or one that is too large to be read."""
    with pytest.raises(PathError, match="no such folder"):
        folders.read_files(tmp_path / "gone")
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"1234")
    monkeypatch.setattr(folders, "MAX_BYTES", 3)
    with pytest.raises(PathError, match="cannot be read"):
        folders.read_files(tmp_path)
    monkeypatch.setattr(folders, "MAX_BYTES", 9)
    monkeypatch.setattr(folders, "MAX_FILES", 2)
    with pytest.raises(PathError, match="more files than a handout does"):
        folders.read_files(tmp_path)


def test_files_are_written_into_a_new_folder_alone(tmp_path: Path) -> None:
    """Nothing is written over: neither a file in the folder's place, nor a folder that holds something."""
    new = tmp_path / "course"
    folders.write_new(new, {"rubric.yaml": b"x", "deep/a.py": b"y"})
    assert (new / "deep" / "a.py").read_bytes() == b"y"
    with pytest.raises(PathError, match="nothing is written over"):
        folders.write_new(new, {"b": b""})
    for odd in (new / "rubric.yaml", tmp_path / "link"):
        if not odd.exists():
            odd.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(PathError, match="not a folder"):
            folders.write_new(odd, {"b": b""})
    with pytest.raises(PathError, match="cannot be written"):
        folders.write_new(tmp_path / "twice", {"a": b"", "a/b": b""})


# ---- expectations ----

KNOWN = ("linear.init", "mse.forward")


def read(tmp_path: Path, content: bytes) -> dict[str, samples.Expected]:
    path = tmp_path / "expected.yaml"
    path.write_bytes(content)
    return samples.read_expected(path, KNOWN)


def test_what_is_not_named_may_be_anything(tmp_path: Path) -> None:
    """A number is the least and the most points; flags have no order."""
    text = (
        b"one: {score: 5, flags: [b, a]}\ntwo: {score: [1, 2.5], checks: {mse.forward: passed}}\n"
    )
    expected = read(tmp_path, text)
    assert expected["one"] == samples.Expected((5, 5), {}, frozenset("ab"))
    assert expected["two"] == samples.Expected((1, 2.5), {"mse.forward": "passed"}, None)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"[]", "expected a line such as"),
        (b"\xff", "bytes that are not UTF-8"),
        (b"one: 3", "expected some of score"),
        (b"one: {points: 3}", "unknown key"),
        (b"one: {score: true}", "expected points"),
        (b"one: {score: [3, 2]}", "expected points"),
        (b"one: {checks: [a]}", "expected a mapping"),
        (b"one: {checks: {no.such: passed}}", "no such check"),
        (b"one: {checks: {linear.init: fine}}", "expected one of passed"),
        (b"one: {flags: hidden}", "expected a list of ids"),
    ],
)
def test_a_mistake_in_the_expectations_is_named(tmp_path: Path, content: bytes, text: str) -> None:
    """One sentence says what was found and what is expected."""
    with pytest.raises(RubricError, match=text):
        read(tmp_path, content)


def test_expectations_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    """Nor is a folder in their place read, or a folder of samples that is none."""
    with pytest.raises(PathError, match="no such file"):
        samples.read_expected(tmp_path / "gone", KNOWN)
    with pytest.raises(PathError, match="cannot be read"):
        samples.read_expected(tmp_path, KNOWN)
    with pytest.raises(PathError, match="no such folder"):
        samples.sample_paths(tmp_path / "gone")
    for name in ("good", "expected.yaml", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    assert list(samples.sample_paths(tmp_path)) == ["good"]


def test_every_difference_between_a_report_and_what_is_expected_is_said() -> None:
    """Points, verdicts and flags, each in a sentence of its own."""
    report: Any = {
        "score": 4.0,
        "checks": [{"id": "linear.init", "verdict": "failed"}],
        "needs_review": [{"id": "b"}, {"id": "c"}],
    }
    checks = {"linear.init": "passed", "mse.forward": "passed"}
    expected = samples.Expected((5, 6), checks, frozenset("ab"))
    assert [str(sentence) for sentence in samples.differences(expected, report)] == [
        "score 4, expected 5 to 6",
        "linear.init is failed, expected passed",
        "mse.forward is not examined, expected passed",
        "the flag c was raised, and not expected",
        "the flag a was expected, and not raised",
    ]
    right = samples.Expected((4, 4), {"linear.init": "failed"}, None)
    assert list(samples.differences(right, report)) == []
    exact = samples.Expected((5, 5), {}, None)
    assert [str(one) for one in samples.differences(exact, report)] == ["score 4, expected 5"]


# ---- what is hidden ----

RUBRIC = """\
# a secret
version: 1
title: 測試
total: 10
groups:
  - title: Seen
    items:
      - {check: linear.init, points: 4}
      - {check: mse.forward, points: 3, visibility: hidden}
  - title: Unseen
    items:
      - {check: mse.backward, points: 3, visibility: hidden}
"""


def visible(text: str) -> dict[str, bytes]:
    return visible_rubric(text.encode(), reader.loads(text.encode(), "rubric.yaml", CHECKS))


def test_the_visible_part_of_a_rubric_names_nothing_hidden() -> None:
    """Groups without visible items go, comments too, and the total is that of what is left."""
    content = visible(RUBRIC)["rubric.yaml"]
    rubric = reader.loads(content, "rubric.yaml", CHECKS)
    assert [item.check for item in rubric.items] == ["linear.init"]
    assert (rubric.total, rubric.title) == (4, "測試")
    assert b"secret" not in content
    assert b"Unseen" not in content


def test_a_rubric_without_hidden_items_stays_as_it_is() -> None:
    """Byte by byte; of one with hidden items alone nothing would be left."""
    open_text = RUBRIC.replace(", visibility: hidden", "")
    assert visible(open_text) == {"rubric.yaml": open_text.encode()}
    with pytest.raises(TheirFault, match="no visible item has points"):
        visible(RUBRIC.replace("points: 4}", "points: 4, visibility: hidden}"))


PLUGIN = """\
from grader.plugin import Failure, check, part

@check("{name}", subject="Linear")
def {function}(lab):
    \"\"\"A check of the course.\"\"\"
    return [part("one", lambda: None)]
"""


def with_plugins(folder: Path, **plugins: str) -> tuple[bytes, Any]:
    """Write a rubric that asks for checks of its own, one visible and one hidden; read it."""
    for name, text in plugins.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    names = ", ".join(f"{name}.py" for name in plugins)
    text = RUBRIC.replace("version: 1\n", f"version: 1\nplugins: [{names}]\n")
    text = text.replace("mse.backward", "course.secret").replace("linear.init", "course.open")
    (folder / "rubric.yaml").write_text(text, "utf-8")
    return text.encode(), output.read_rubric(folder / "rubric.yaml")


OPEN = PLUGIN.format(name="course.open", function="open_one")
SECRET = PLUGIN.format(name="course.secret", function="secret_one")


def test_a_plugin_of_hidden_checks_alone_is_left_out(tmp_path: Path) -> None:
    """The rubric that is left names only the others."""
    content, rubric = with_plugins(tmp_path, shown=OPEN, kept=SECRET)
    packed = visible_rubric(content, rubric)
    assert set(packed) == {"rubric.yaml", "shown.py"}
    assert b"kept" not in packed["rubric.yaml"]


def test_a_plugin_of_both_is_refused(tmp_path: Path) -> None:
    """Its text would tell students of the hidden check."""
    both = OPEN + SECRET.partition("\n")[2]
    content, rubric = with_plugins(tmp_path, both=both)
    with pytest.raises(TheirFault, match=r"holds the hidden check course\.secret"):
        visible_rubric(content, rubric)


def test_a_rubric_of_hidden_plugins_names_none(tmp_path: Path) -> None:
    """Where no plug-in is visible, the rubric has no line for them."""
    (tmp_path / "kept.py").write_text(SECRET, "utf-8")
    text = RUBRIC.replace("version: 1\n", "version: 1\nplugins: [kept.py]\n")
    text = text.replace("mse.backward", "course.secret")
    (tmp_path / "rubric.yaml").write_text(text, "utf-8")
    rubric = output.read_rubric(tmp_path / "rubric.yaml")
    packed = visible_rubric(text.encode(), rubric)
    assert set(packed) == {"rubric.yaml"}
    assert b"plugins" not in packed["rubric.yaml"]
