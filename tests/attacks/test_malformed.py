"""Malformed submissions are graded or invalid, and never a fault of the grader."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import intake
from grader.model import Rubric
from grader.pipeline import grading
from grader.sandbox.host import ProcessSandbox
from tests.attacks.inspection import Bait, assert_clean, broken_messages, living_children

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")


def make_fifo(path: Path) -> None:
    os.mkfifo(path / "layers.py")


def make_folder(path: Path) -> None:
    (path / "layers.py").mkdir()


def make_link_out(path: Path) -> None:
    (path / "layers.py").symlink_to(path.parent / "bait0" / "secret")


def make_device_link(path: Path) -> None:
    (path / "layers.py").symlink_to("/dev/zero")


def make_link_circle(path: Path) -> None:
    (path / "a").symlink_to(path)
    (path / "layers.py").symlink_to("layers.py")


def make_deep_folders(path: Path) -> None:
    for _ in range(60):
        path = path / "d"
        path.mkdir()
    (path / "layers.py").write_text("x = 1", "utf-8")


def make_many_files(path: Path) -> None:
    for number in range(1500):
        (path / f"m{number}.py").write_text("x = 1", "utf-8")


def make_socket(path: Path) -> None:
    folder = os.getcwd()
    os.chdir(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("layers.py")
    os.chdir(folder)


def write_file(raw: bytes, name: str = "layers.py") -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes(raw)  # type: ignore[return-value]


MALFORMED: dict[str, Callable[[Path], Any]] = {
    "nothing": lambda path: None,
    "empty": write_file(b""),
    "blank": write_file(b"\n\n"),
    "syntax-error": write_file(b"def f(:\n"),
    "python-2": write_file(b"print 'hello'\n"),
    "nul": write_file(b"x = 1\0\n"),
    "bad-utf-8": write_file(b"x = '\xff\xfe'\n"),
    "utf-7": write_file(b"# coding: utf-7\n+AAo-import os\n"),
    "unknown-coding": write_file(b"# coding: klingon\n"),
    "utf-16": write_file("import os\n".encode("utf-16")),
    "large": write_file(b"#" * (5 << 20)),
    "one-long-line": write_file(b"x = [" + b"0," * 300_000 + b"]"),
    "nested": write_file(b"x = " + b"(" * 90_000 + b")" * 90_000),
    "nested-minus": write_file(b"x = " + b"-" * 300_000 + b"1"),
    "nested-dots": write_file(b"x" + b".a" * 200_000),
    "nested-ifs": write_file(
        "".join(" " * n + "if 1:\n" for n in range(90)).encode() + b" " * 90 + b"x=1"
    ),
    "tabs-and-spaces": write_file(b"if 1:\n\tx = 1\n        y = 2\n"),
    "only-a-text": write_file(b"hello", "readme.txt"),
    "not-python-inside": write_file(b"\x7fELF" + bytes(200)),
    "name-with-newline": write_file(b"x = 1", "lay\ners.py"),
    "name-with-escape": write_file(b"x = 1/0", "\x1b[31mlayers.py"),
    "name-with-dash": write_file(b"x = 1/0", "--help.py"),
    "name-with-markup": write_file(b"x = 1/0", "<script>alert(1)<>.py"),
    "name-with-formula": write_file(b"x = 1/0", "=1+1.py"),
    "name-with-bidi": write_file(b"x = 1/0", "a\u202eyp.py"),
    "name-with-format": write_file(b"x = 1/0", "{0.__class__}%s.py"),
    "name-not-utf-8": lambda path: Path(os.fsdecode(bytes(path) + b"/\xff.py")).write_bytes(
        b"x = 1"
    ),
    "name-keyword": write_file(b"x = 1/0", "class.py"),
    "name-with-dots": write_file(b"x = 1/0", "a.b..c.py"),
    "name-init": write_file(b"x = 1/0", "__init__.py"),
    "name-main": write_file(b"x = 1/0", "__main__.py"),
    "fifo": make_fifo,
    "folder": make_folder,
    "link-out": make_link_out,
    "device": make_device_link,
    "circle": make_link_circle,
    "deep": make_deep_folders,
    "many": make_many_files,
    "socket": make_socket,
    "trains-at-import": write_file(b"import time\nfor epoch in range(10**9): time.sleep(0.01)\n"),
    "asks-at-import": write_file(b"n = int(input('epochs? '))\n"),
    "exits-at-import": write_file(b"import sys\nsys.exit(0)\n"),
    "wrong-signature": write_file(
        b"class Linear:\n    def __init__(self): pass\n    def forward(self): return 1\n"
    ),
    "not-a-class": write_file(b"Linear = 5\nSigmoid = None\nMSE = 'x'\n"),
    "lists": write_file(
        b"class MSE:\n    def forward(self, y, t): return [[1], [2, 3]]\n    backward = forward\n"
    ),
    "huge-int": write_file(
        b"class MSE:\n    def forward(self, y, t): return 2**70\n    backward = forward\n"
    ),
    "strings": write_file(
        b"class MSE:\n    def forward(self, y, t): return '1.0'\n    backward = forward\n"
    ),
    "complex": write_file(
        b"class MSE:\n    def forward(self, y, t): return 1j\n    backward = forward\n"
    ),
    "generator": write_file(
        b"class MSE:\n    def forward(self, y, t): yield 1\n    backward = forward\n"
    ),
    "async": write_file(
        b"class MSE:\n    async def forward(self, y, t): return 1\n    backward = forward\n"
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(
    name: str, tmp_path: Path, rubric: Rubric, sandbox: ProcessSandbox, bait: Bait
) -> None:
    """It is graded or called invalid, with no points; it is never our fault, and never late."""
    folder = tmp_path / "attack"
    folder.mkdir()
    MALFORMED[name](folder)
    start = time.monotonic()
    submission = intake.read(folder, rubric.limits)
    report = grading.grade(submission, rubric, seed=3, sandbox=sandbox)
    assert time.monotonic() - start < 12
    assert report.score == 0
    assert broken_messages(report) == []
    assert_clean(report)
    bait.assert_untouched()
    assert living_children() == []
