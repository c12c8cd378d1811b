"""A zoo of programs that is unsound is refused, with the slug of what is wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader.audit import zoo

SINGLE = {
    "bug": "sign", "subject": "Linear", "says": "The sign is wrong.", "fails": ["linear.forward"],
    "edits": [{"file": "layers.py", "replace": "+ b", "with": "- b"}],
}  # fmt: skip
OTHER = {
    **SINGLE, "bug": "name", "fails": ["mse.forward"],
    "edits": [{"file": "losses.py", "replace": "loss = 1", "with": "loss = 2"}],
}  # fmt: skip
PAIR = {"bugs": ["sign", "name"]}
RIGHT = {
    "name": "spaced",
    "says": "Spaces.",
    "edits": [{"file": "layers.py", "replace": "w + b", "with": "w  + b"}],
}


def write(folder: Path, singles: Any, pairs: Any, rights: Any, **files: str) -> zoo.Zoo:
    """Write a zoo of two files, and read it."""
    for name, text in {
        "base/layers.py": "y = x @ w + b\n",
        "base/losses.py": "loss = 1\n",
        **files,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name, entries in (
        ("wrong/all.yaml", singles), ("wrong/pairs.yaml", pairs), ("right/index.yaml", rights),
    ):  # fmt: skip
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        YAML(typ="safe").dump(entries, path)
    return zoo.load(folder)


def test_a_sound_zoo_is_read_whole(tmp_path: Path) -> None:
    """Edits apply to the base, pairs have both mistakes, and right programs may be files of their own."""
    rights = [
        RIGHT, {"name": "alone", "says": "One file."}, {"name": "windows", "says": "Line ends.", "over_base": True,
        "line_ends": "crlf", "bom": True},
        {"name": "less", "says": "Without losses.", "edits": [{"file": "losses.py", "delete": True}]},
        {"name": "whole", "says": "Another text.", "edits": [{"file": "losses.py", "whole": "loss = 1.0"}]},
    ]  # fmt: skip
    own = {"right/alone.py": "y = 1\n", "base/.hidden": "", "base/__pycache__/x": ""}
    read = write(tmp_path, [SINGLE, OTHER], [PAIR], rights, **own)
    assert set(read.base) == {"layers.py", "losses.py"}
    assert [one.bug for one in read.wrongs] == ["sign", "name", "sign+name"]
    pair = read.wrongs[-1]
    assert pair.files == {"layers.py": b"y = x @ w - b\n", "losses.py": b"loss = 2\n"}
    assert pair.fails == ("linear.forward", "mse.forward")
    files = {one.name: one.files for one in read.rights}
    assert files["alone"] == {"alone.py": b"y = 1\n"}
    assert files["windows"]["losses.py"] == b"\xef\xbb\xbfloss = 1\r\n"
    assert set(files["less"]) == {"layers.py"}
    assert files["whole"]["losses.py"] == b"loss = 1.0"


def edit(**changes: Any) -> dict[str, Any]:
    """Return the first mistake with other edits."""
    return {**SINGLE, "edits": [{**SINGLE["edits"][0], **changes}]}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("singles", "pairs", "rights", "text"),
    [
        ({}, [], [], "expected a list of entries"),
        ([SINGLE, SINGLE], [], [], "sign: this slug is used twice"),
        ([{**SINGLE, "odd": 1}], [], [], "sign: unknown key 'odd'"),
        ([{**SINGLE, "says": ""}], [], [], "sign: `says` must be a text"),
        ([{**SINGLE, "fails": "all"}], [], [], "sign: `fails` must be a list of names"),
        ([edit(file="gone.py")], [], [], "sign: there is no file gone.py"),
        ([edit(replace="zz")], [], [], "sign: 'zz' occurs 0 times"),
        ([edit(**{"with": "+ b"})], [], [], "sign: the same files as the base"),
        ([SINGLE], [{"bugs": ["sign", "gone"]}], [], "a pair names two bugs"),
        ([SINGLE], [], [{"name": "nowhere", "says": "x"}], "nowhere: no file, no folder"),
        ([SINGLE], [], [RIGHT, {**RIGHT, "name": "again"}], "again: the same files as spaced"),
    ],
)
def test_what_is_unsound_is_named(
    tmp_path: Path, singles: Any, pairs: Any, rights: Any, text: str
) -> None:
    """A mistake that is none, an edit that does not apply, a key that nobody knows."""
    with pytest.raises(ValueError, match=text):
        write(tmp_path, singles, pairs, rights)


def test_a_program_that_the_index_does_not_name_is_named(tmp_path: Path) -> None:
    """It would be tried by nobody."""
    with pytest.raises(ValueError, match="left: is in right/ but not in its index"):
        write(tmp_path, [SINGLE], [], [RIGHT], **{"right/left.py": "x"})
