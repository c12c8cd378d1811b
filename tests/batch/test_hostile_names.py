"""A class in which some hand in whatever could stop it, read its secrets or earn what is not theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch import classroom

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")

COMMAND = Path(sys.executable).with_name("grade")
SECRET = "TOKEN-secret-91c2"
SHORT = classroom.QUICK.replace("groups:", "limits: {seconds: 2, import_seconds: 2}\ngroups:")
BRIBE = SHORT.replace("Quick", "Bribe")
EVERYTHING = """
import os, sys, time
for path in (@MARK@, "mark"):
    try: open(path, "a").write(repr(dict(os.environ)))
    except BaseException: pass
print(dict(os.environ), file=sys.stderr)
for attack in ("os.fork()", "os.system('touch ' + @MARK@)", "bytearray(10 ** 12)"):
    try: exec(attack)
    except BaseException: pass
"""
ENDINGS = {
    "loop": "while True:\n    try: time.sleep(1)\n    except BaseException: pass\n",
    "memory": "kept = []\nwhile True: kept.append(bytearray(10 ** 7))\n",
    "exit": "os._exit(0)\n",
}
NAMES = ("signal.py", "click.py", "pickle.py", "threading/__init__.py", "sitecustomize.py")


def hostile(mark: Path, ending: str) -> dict[str, str]:
    """One submission that does all of it: names of modules, attacks, a notebook, a rubric, an ending."""
    attacks = EVERYTHING.replace("@MARK@", repr(str(mark)))
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["%%time\n"] * 3000}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {
        **dict.fromkeys(NAMES, attacks),
        "layers.py": attacks + ENDINGS[ending],
        "lab.ipynb": json.dumps(book),
        "rubric.yaml": BRIBE,
    }


def test_hostile_submissions_disturb_nobody(tmp_path: Path) -> None:
    """Graded from within the class folder: right reports for all, and nothing is left or learnt."""
    mark, workspace = tmp_path / "mark", tmp_path / "temporary"
    workspace.mkdir()
    classroom.quick(tmp_path, SHORT)
    classroom.many(tmp_path / "class", 9)
    for ending in ENDINGS:
        classroom.grow(tmp_path / "class" / ending, hostile(mark, ending))
    attacks = EVERYTHING.replace("@MARK@", repr(str(mark)))
    classroom.grow(tmp_path / "class", {"signal.py": attacks, "rubric.yaml": BRIBE})
    before = sorted(path for path in (tmp_path / "class").rglob("*"))
    done = subprocess.run(
        [COMMAND, "batch", ".", "-o", "../out", "--rubric", "../quick.yaml", "--jobs", "2"],
        check=False, cwd=tmp_path / "class", text=True, timeout=110, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**os.environ, "GRADE_SECRET": SECRET, "TMPDIR": str(workspace)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    totals = {row["id"]: row["total"] for row in classroom.gradebook(tmp_path / "out")}
    honest = {f"s{at:04d}": "6" if at % 3 == 0 else "10" for at in range(9)}
    assert totals == honest | dict.fromkeys(
        (*ENDINGS, "signal"), ""
    )  # a person looks at what nobody could run
    assert not mark.exists()
    assert sorted(path for path in (tmp_path / "class").rglob("*")) == before
    assert list(workspace.iterdir()) == []
    texts = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in text for text in [*texts, done.stdout.encode()])
