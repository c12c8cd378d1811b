"""The importer: a submission's files are found under every name that students use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.sandbox.host import LocalSandbox, Wire
from grader.sandbox.importer import decode_source, scan

Importing = Callable[..., list[Any]]
LINEAR = b"class Linear: pass\n"


@pytest.fixture
def import_all() -> Iterator[Importing]:
    """Return a function that imports files in this process and says what each met."""
    wires: list[Wire] = []

    def imported(
        files: dict[str, bytes], label: str = "lab1", bind: tuple[str, ...] = ()
    ) -> list[Any]:
        wire = LocalSandbox().open()
        wires.append(wire)
        lines: list[list[Any]] = [["load", "_", files, label]]
        lines += [["import", "_", path, 5.0] for path in sorted(files)]
        lines += [["bind", "_", {name: [] for name in bind}, {"Linear": "layers.py"}]]
        return wire.exchange(lines, 5)[1:]

    yield imported
    for wire in wires:
        wire.close()


@pytest.mark.parametrize(
    "line",
    [
        b"from layers import Linear", b"from .layers import Linear", b"import layers\nLinear = layers.Linear",
        b"from . import layers\nLinear = layers.Linear", b"from lab1.layers import Linear",
        b"import lab1.layers as l\nLinear = l.Linear", b"from layers import *",
        b"import importlib\nLinear = importlib.import_module('layers').Linear",
        b"Linear = __import__('layers').Linear",
    ],
)  # fmt: skip
def test_every_way_to_import_a_neighbour(import_all: Importing, line: bytes) -> None:
    """Flat, relative, by the folder's name: all mean the same class object."""
    same = b"\nimport layers as again\nassert again.Linear is Linear\n"
    assert import_all({"layers.py": LINEAR, "network.py": line + same})[:2] == [None, None]


def test_a_package_is_found(import_all: Importing) -> None:
    """A folder with and one without __init__.py are packages, from the top and from inside."""
    files = {
        "src/__init__.py": b"", "src/layers.py": LINEAR, "src/network.py": b"from .layers import Linear",
        "util/help.py": b"from src.layers import Linear\nimport layers\nassert layers.Linear is Linear",
    }  # fmt: skip
    assert import_all(files)[:4] == [None] * 4


def test_a_circle_is_what_python_makes_of_it(import_all: Importing) -> None:
    """Two modules that import each other work where they do in Python."""
    files = {"a.py": b"import b\ndef f(): return b.g()", "b.py": b"import a\ndef g(): return 1"}
    assert import_all(files)[:2] == [None, None]


def test_a_module_runs_once(import_all: Importing) -> None:
    """However often and under whatever name it is imported, its source runs once."""
    counting = (
        b"import builtins\nbuiltins.ran = getattr(builtins, 'ran', 0) + 1\nassert builtins.ran == 1"
    )
    user = b"import layers, lab1.layers\nfrom . import layers as again\nassert again is layers\n"
    assert import_all({"layers.py": counting, "user.py": user + b"import builtins\ndel builtins.ran"})[:2] == [
        None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["numpy", "random", "matplotlib", "os", "json", "typing"])
def test_a_file_cannot_take_the_place_of_a_library(import_all: Importing, name: str) -> None:
    """A submission's numpy.py is a module of its own, and numpy stays numpy."""
    user = f"import {name}\nassert not hasattr({name}, 'planted')".encode()
    assert import_all({f"{name}.py": b"planted = 1", "user.py": user})[:2] == [None, None]


def test_an_error_has_its_line(import_all: Importing) -> None:
    """What an import raises comes back with its file and line."""
    error = import_all({"layers.py": b"x = 1\n\ny = 1 / 0\n"})[0]["error"]
    assert (error["type"], error["file"], error["line"]) == ("ZeroDivisionError", "layers.py", 3)


@pytest.mark.parametrize(
    "raw",
    [
        b"def f(:\n", b"print 'hello'", b"x = '\xff'", b"\0", b"# coding: utf-7\nx = 1", b"# coding: nonsense\n",
        b"# coding: unicode_escape\n", b"# coding: raw_unicode_escape\n", b"(" * 5000, b"x = " + b"-" * 100_000 + b"1",
        b"\xff\xfex\0=\0" + b"1\0", b"  x = 1", "x = 1\u2028y".encode(), b"raise SystemExit",
        b"raise KeyboardInterrupt",
    ],
)  # fmt: skip
def test_malformed_sources_are_errors(import_all: Importing, raw: bytes) -> None:
    """A source that cannot be read or parsed is an error of its file, and the next file is imported."""
    answers = import_all({"a.py": raw, "b.py": b"x = 1"})
    assert set(answers[0]["error"]) >= {"type", "text"}
    assert answers[1] is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("# -*- coding: utf-8 -*-\nx = '中'".encode(), "中"), ("\ufeffx = '中'".encode(), "中"),
        ("# coding: big5\nx = '中'".encode("big5"), "中"), ("# coding: latin-1\nx = 'é'".encode("latin-1"), "é"),
        (b"x = 'a'\r\ny = 2\r\n", "'a'"),
    ],
)  # fmt: skip
def test_sources_in_other_encodings(raw: bytes, text: str) -> None:
    """A cookie or a mark says how a source is decoded."""
    assert text in decode_source(raw)


def test_the_scan_sees_every_import() -> None:
    """Imports are listed wherever they stand; relative ones are the submission's own."""
    raw = b"import torch.nn as nn\nfrom . import layers\ndef f():\n    from jax import grad\n"
    assert [(i["module"], i["line"]) for i in scan(raw)] == [("torch", 1), ("jax", 4)]


def test_the_file_of_the_convention_comes_first(import_all: Importing) -> None:
    """Where two files define a class, the one where it belongs is used, and both are named."""
    files = {"a_copy.py": LINEAR, "layers.py": LINEAR, "use.py": b"from layers import Linear"}
    found = import_all(files, bind=("Linear",))[-1]["value"]
    assert found["Linear"] == [["Linear", "layers.py"], ["Linear", "a_copy.py"]]
