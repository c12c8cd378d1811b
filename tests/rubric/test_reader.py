"""Rubrics: the default one is sound, and every wrong one gets one sentence with its line."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest

from grader.errors import PathError, RubricError
from grader.model import Item, Limits, Outcome, Verdict, Visibility
from grader.rubric import reader, resources

CHECKS = ("linear.forward", "linear.backward.input", "mse.forward")
GOOD = """\
version: 1
title: "Lab"
total: 10
language: en
limits: {seconds: 5, total_seconds: 60}
names:
  MSE: [MSELoss]
packages: [numpy]
groups:
  - title: Linear
    items:
      - {check: linear.forward, points: 4}
      - check: linear.backward.input
        points: 6
  - title: More
    items:
      - {check: mse.forward, points: 3, bonus: true, seconds: 9, visibility: hidden}
"""


def _complaint(text: str | bytes) -> RubricError:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(RubricError) as raised:
        reader.loads(raw, "r.yaml", CHECKS)
    return raised.value


def _default_ids() -> list[str]:
    return re.findall(r"check: ([\w.]+),", resources.default_rubric().read_text("utf-8"))


def test_default_rubric_sums_to_100() -> None:
    """The default rubric loads, is worth 100 points, and shows students everything."""
    default = reader.load(resources.default_rubric(), _default_ids())
    assert default.total == 100
    assert len(default.items) == 35
    assert {item.visibility for item in default.items} == {Visibility.VISIBLE}


def test_gradients_earn_more_than_half_of_the_points() -> None:
    """More than half of the default points are for going backward; rules earn nothing."""
    default = reader.load(resources.default_rubric(), _default_ids())
    points = {item.check: item.points for item in default.items}
    backward = sum(points[name] for name in points if "backward" in name or "gradient" in name)
    assert backward > 50
    assert points["rules.imports"] == points["data.linear"] == points["data.xor"] == 0


def test_every_key_of_a_rubric_is_read() -> None:
    """Groups, seconds, limits, names and bonus arrive where they belong."""
    rubric = reader.loads(GOOD.encode(), "r.yaml", CHECKS)
    assert rubric.total == 10
    assert rubric.groups == ("Linear", "More")
    assert [item.seconds for item in rubric.items] == [5.0, 5.0, 9.0]
    assert rubric.items[2].bonus
    assert rubric.items[2].visibility is Visibility.HIDDEN
    assert rubric.limits == Limits(total_seconds=60.0)
    assert rubric.names == {"MSE": ("MSELoss",)}


def test_rubric_can_be_pickled() -> None:
    """A rubric travels to worker processes and arrives unchanged."""
    rubric = reader.loads(GOOD.encode(), "r.yaml", CHECKS)
    assert pickle.loads(pickle.dumps(rubric)) == rubric


def test_digest_is_that_of_the_bytes() -> None:
    """Equal bytes have equal digests; one more comment has another."""
    first = reader.loads(GOOD.encode(), "a", CHECKS)
    assert first.digest == reader.loads(GOOD.encode(), "b", CHECKS).digest
    assert first.digest != reader.loads(GOOD.encode() + b"#\n", "a", CHECKS).digest


def test_byte_order_mark_is_accepted() -> None:
    """A rubric saved by an editor that marks UTF-8 is read like any other."""
    assert reader.loads(b"\xef\xbb\xbf" + GOOD.encode(), "r.yaml", CHECKS).total == 10


# What is replaced, by what, the line of the complaint, and what its sentence must say.
WRONG = {
    "typo in a key": ("points: 4", "pionts: 4", 12, "did you mean 'points'"),
    "typo in a top key": ("packages:", "pakcages:", 8, "did you mean 'packages'"),
    "typo in a limit": ("{seconds: 5", "{secnds: 5", 5, "did you mean 'seconds'"),
    "typo over several lines": ("points: 6", "pionts: 6", 14, "did you mean 'points'"),
    "unlike any key": (
        "language: en",
        "zzz: 1",
        4,
        "expected one of environment, feedback, groups",
    ),
    "unknown check": ("linear.forward", "linear.foward", 12, "did you mean 'linear.forward'"),
    "unlike any check": ("linear.forward", "qqq", 12, "expected one of linear.backward.input"),
    "check twice": ("mse.forward", "linear.forward", 17, "twice (before in line 12)"),
    "negative points": ("points: 6", "points: -6", 14, "found -6 for points"),
    "no points": (", points: 4", "", 12, "found no points in entry 1 of items"),
    "points are text": ("points: 6", 'points: "6"', 14, "the text '6'"),
    "points are words": ("points: 6", "points: six", 14, "found 'six' for points"),
    "points are true": ("points: 6", "points: true", 14, "found true for points"),
    "points are nothing": ("points: 6", "points:", 14, "found nothing for points"),
    "points are a list": ("points: 6", "points: [6]", 14, "found a list for points"),
    "points are nan": ("points: 6", "points: .nan", 14, "'.nan' for points"),
    "points are infinite": ("points: 6", "points: -.inf", 14, "'-.inf' for points"),
    "points overflow": ("points: 6", "points: 1e999", 14, "'1e999' for points"),
    "points are enormous": ("points: 6", "points: " + "9" * 900, 14, "number of points"),
    "key twice": ("points: 6", "points: 6\n        points: 7", 15, "twice (before in line 14)"),
    "wrong total": ("total: 10", "total: 11", 3, "sum to 10"),
    "total of nothing": ("total: 10", "total: 0", 3, "above 0"),
    "version": ("version: 1", "version: 2", 1, "expected 1, the only version"),
    "true version": ("version: 1", "version: true", 1, "found true for version"),
    "no title": ('title: "Lab"\n', "", 1, "found no title in the rubric"),
    "language": ("language: en", "language: fr", 4, "expected en or zh_TW"),
    "zero seconds": ("seconds: 5", "seconds: 0", 5, "above 0"),
    "too patient": ("seconds: 9", "seconds: 61", 17, "total_seconds, which is 60"),
    "half a file": ("seconds: 5", "files: 1.5", 5, "whole number of files"),
    "visibility": ("hidden", "secret", 17, "visible, hidden or after_due"),
    "bonus": ("bonus: true", "bonus: 1", 17, "true or false"),
    "item is a word": ("{check: linear.forward, points: 4}", "linear.forward", 12, "an item such"),
    "group twice": ("title: More", "title: Linear", 15, "two groups"),
    "alias twice": ("[MSELoss]", "[A]\n  ReLU: [A]", 8, "for ReLU and for MSE"),
    "alias with a space": ("[MSELoss]", "[MSE Loss]", 7, "a Python name"),
    "name with a dash": ("  MSE:", "  M-S-E:", 7, "a Python name"),
    "packages as a word": ("[numpy]", "numpy", 8, "a list of packages"),
    "tab": ("    items", "\titems", 11, "tab"),
    "open bracket": ("[numpy]", "[numpy", 9, "not YAML"),
    "open quote": ('"Lab"', '"Lab', 2, "not YAML"),
    "anchor": ("[numpy]", "&a [numpy]", 8, "anchor or alias 'a'"),
    "alias without anchor": ("[numpy]", "*a", 8, "anchor or alias 'a'"),
    "tag": ("language: en", "language: !!python/name:os.system en", 4, "tag"),
    "merge": ("language: en", "<<: {language: en}", 4, "unknown key '<<'"),
    "list as key": ("language: en", "? [a]\n: b", 4, "a word as key"),
    "control character": ("language: en", "language: \x07", 4, "control character"),
    "escaped surrogate": ('"Lab"', '"\\ud800"', 2, "control character"),
    "two documents": ("groups:", "---\ngroups:", 9, "second document"),
    "a date": ("points: 6", "points: 2024-99-99", 14, "found '2024-99-99' for points"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rubric_is_named_with_its_line(name: str) -> None:
    """Whatever is wrong in a rubric is one sentence, in words, with the line that is wrong."""
    old, new, line, sentence = WRONG[name]
    assert old in GOOD
    error = _complaint(GOOD.replace(old, new, 1))
    assert sentence in error.expected
    assert line in (0, error.line)
    assert "\n" not in str(error)
    assert str(error).startswith(f"r.yaml, line {error.line}: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"---\n...\n", "empty"),
        (b"- a\n- b\n", "found a list for the rubric"),
        (b"hello", "found 'hello' for the rubric"),
        (b"{}", "found no version in the rubric"),
        (b"\xff\xfev\x00", "UTF-8"),
        (b"title: caf\xe9", "UTF-8"),
        (b"a" * (1024 * 1024 + 1), "more than 1 MiB"),
        (b"a: " + b"[" * 100_000, "nested too deep"),
        (b"a: " + b"x" * 2000, "2000 characters"),
        (GOOD[: GOOD.index("groups")].encode() + b"groups: []", "found an empty list for groups"),
        (GOOD[: GOOD.index("groups")].encode() + b"groups: [{title: a, items: []}]", "one item"),
    ],
)
def test_file_that_is_no_rubric_is_refused(text: bytes, sentence: str) -> None:
    """What is empty, binary, huge or of another shape is refused in one sentence."""
    assert sentence in _complaint(text).expected


def test_alias_bomb_is_refused_at_once() -> None:
    """Nine lines that would unfold to a billion entries are refused at the first anchor."""
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    assert _complaint(bomb).line == 1


def test_sentences_are_free_of_jargon() -> None:
    """A teaching assistant never reads the words of the schema's library."""
    for old, new, *_ in WRONG.values():
        sentence = _complaint(GOOD.replace(old, new, 1)).expected
        assert not re.search(r"schema|propert|instance|\$ref|not of type|is not valid", sentence)


def test_unknown_check_where_none_exist() -> None:
    """With no checks at all the sentence still makes sense."""
    with pytest.raises(RubricError, match="there are none"):
        reader.loads(GOOD.encode(), "r.yaml", ())


def test_missing_rubric(tmp_path: Path) -> None:
    """A rubric that is not there is a wrong path."""
    with pytest.raises(PathError, match="no such rubric"):
        reader.load(tmp_path / "none.yaml", CHECKS)


def test_folder_or_fifo_as_rubric(tmp_path: Path) -> None:
    """A folder and a FIFO are refused without waiting for anybody to write."""
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo"):
        with pytest.raises(PathError, match="not a file"):
            reader.load(path, CHECKS)


def test_unreadable_rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rubric without read permission is a wrong path, with the system's reason."""

    def refuse_access(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse_access)
    with pytest.raises(PathError, match=r"cannot be read \(Permission denied\)"):
        reader.load(tmp_path / "r.yaml", CHECKS)


def test_huge_rubric_file(tmp_path: Path) -> None:
    """A file of more than one MiB is not even read to its end."""
    path = tmp_path / "r.yaml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(RubricError, match="1 MiB"):
        reader.load(path, CHECKS)


@pytest.mark.parametrize(
    ("line", "share", "points"),
    [
        ("", 1 / 3, 3.33),
        ("", 0.285 / 10, 0.29),
        ("rounding: 0.5\n", 1 / 3, 3.5),
        ("rounding: 1\n", 0.25, 3),
        ("rounding: 1\n", 0.04, 0),
        ("rounding: 1\n", 1, 10),
    ],
)
def test_points_are_rounded_where_they_are_earned(line: str, share: float, points: float) -> None:
    """What is earned in part is the nearest multiple of the rubric's rounding, half way goes up."""
    groups = "groups: [{title: A, items: [{check: mse.forward, points: 10}]}]\n"
    text = f"version: 1\ntitle: x\ntotal: 10\n{line}{groups}"
    [item] = reader.loads(text.encode(), "r.yaml", CHECKS).items
    assert Outcome(item, Verdict.FAILED, share).points == points


def test_what_holds_earns_all_that_it_is_worth() -> None:
    """A full share earns exactly the points of the rubric, and no part earns more than those."""
    item = Item("mse.forward", 2.3, "A", 1.0, rounding=0.5)
    assert (item.points_for(1.0), item.points_for(0.99), item.points_for(0.0)) == (2.3, 2.3, 0.0)
