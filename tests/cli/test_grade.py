"""`grade SUBMISSION` looks at a submission before anything checked what it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRANGE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link without end": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_file_is_not_read(name: str, tmp_path: Path) -> None:
    """A submission that holds something strange under a name of Python is graded all the same."""
    folder = tmp_path / "lab"
    folder.mkdir()
    STRANGE[name](folder / "a.py")
    (folder / "layers.py").write_bytes((ROOT / "tests/zoo/base/layers.py").read_bytes())
    command = [sys.executable, "-P", "-m", "grader", str(folder), "-o", str(tmp_path / "r.json")]
    subprocess.run(command, cwd=tmp_path, timeout=60, check=True, capture_output=True)
