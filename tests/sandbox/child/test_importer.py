"""The importer: a submission's files are found under every name that students use."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.sandbox.child import source_scan
from grader.sandbox.child.source_text import decode_source
from grader.sandbox.host import LocalSandbox, Wire

ImportAll = Callable[..., list[Any]]
LINEAR = b"class Linear: pass\n"


@pytest.fixture
def import_all() -> Iterator[ImportAll]:
    """Return a function that imports files in this process and says what each met."""
    wires: list[Wire] = []

    def run(files: dict[str, bytes], label: str = "lab1", bind: tuple[str, ...] = ()) -> list[Any]:
        wire = LocalSandbox().open()
        wires.append(wire)
        lines: list[list[Any]] = [["load", "_", files, label]]
        lines += [["import", "_", path, 5.0] for path in sorted(files)]
        lines += [["bind", "_", {name: [] for name in bind}, {"Linear": "layers.py"}]]
        return wire.exchange(lines, 5)[1:]

    yield run
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
def test_every_way_to_import_a_neighbour(import_all: ImportAll, line: bytes) -> None:
    """Flat, relative, by the folder's name: all mean the same class object."""
    same = b"\nimport layers as again\nassert again.Linear is Linear\n"
    assert import_all({"layers.py": LINEAR, "network.py": line + same})[:2] == [None, None]


def test_packages_are_importable(import_all: ImportAll) -> None:
    """A folder with and one without __init__.py are packages, from the top and from inside."""
    files = {
        "src/__init__.py": b"", "src/layers.py": LINEAR, "src/network.py": b"from .layers import Linear",
        "util/help.py": b"from src.layers import Linear\nimport layers\nassert layers.Linear is Linear",
    }  # fmt: skip
    assert import_all(files)[:4] == [None] * 4


@pytest.mark.parametrize(
    "name",
    ["Lab1 _0756.py", "作業一.py", "my net.py", "lab1.final.py", "0756-a.py", "a b/c.d/e f.py", "class.py"],
)  # fmt: skip
def test_a_file_with_any_name_is_searched(import_all: ImportAll, name: str) -> None:
    """Blanks, dots, Chinese letters and words of Python in a name keep no class from being found."""
    answers = import_all({name: LINEAR, "lab1.py": b"x = 1\n"}, bind=("Linear",))
    assert answers[:2] == [None, None]
    assert answers[2]["value"] == {"Linear": [["Linear", name]]}


def test_a_chinese_name_is_importable(import_all: ImportAll) -> None:
    """A neighbour is imported by any name that Python accepts."""
    files = {"圖層.py": LINEAR, "網路.py": "from 圖層 import Linear\nimport 圖層 as 層".encode()}
    assert import_all(files)[:2] == [None, None]


def test_circular_imports_work_as_in_python(import_all: ImportAll) -> None:
    """Two modules that import each other work where they do in Python."""
    files = {"a.py": b"import b\ndef f(): return b.g()", "b.py": b"import a\ndef g(): return 1"}
    assert import_all(files)[:2] == [None, None]


def test_a_module_runs_once(import_all: ImportAll) -> None:
    """However often and under whatever name it is imported, its source runs once."""
    counting = (
        b"import builtins\nbuiltins.ran = getattr(builtins, 'ran', 0) + 1\nassert builtins.ran == 1"
    )
    user = b"import layers, lab1.layers\nfrom . import layers as again\nassert again is layers\n"
    assert import_all({"layers.py": counting, "user.py": user + b"import builtins\ndel builtins.ran"})[:2] == [
        None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["numpy", "matplotlib", "os", "sys", "codecs"])
def test_a_file_cannot_replace_a_library(import_all: ImportAll, name: str) -> None:
    """A submission's numpy.py is a module of its own, and numpy stays numpy."""
    user = f"import {name}\nassert not hasattr({name}, 'planted')".encode()
    assert import_all({f"{name}.py": b"planted = 1", "user.py": user})[:2] == [None, None]


@pytest.mark.parametrize("name", ["statistics", "code", "random", "json", "typing", "turtle"])
@pytest.mark.parametrize(
    "line",
    ["import {0}\nassert {0}.planted", "from {0} import planted", "import {0} as x\nx.planted"],
)
def test_a_file_named_like_a_standard_module_is_importable(
    import_all: ImportAll, name: str, line: str
) -> None:
    """As in plain Python the neighbour comes first; for everybody else the standard module stays."""
    before = sys.modules.get(name)
    files = {
        f"src/{name}.py": b"planted = 1\n", "src/layers.py": line.format(name).encode(),
        "other/x.py": b"from random import random\nimport numpy.random\n",
    }  # fmt: skip
    assert import_all(files)[:3] == [None, None, None]
    assert sys.modules.get(name) is before
    assert builtins.__import__.__qualname__ != "__import__"


def test_closing_restores_imports() -> None:
    """Once a submission's modules are forgotten, nothing of ours stands in an import's way."""
    before = builtins.__import__
    wire = LocalSandbox().open()
    wire.exchange([["load", "_", {"code.py": b"x = 1", "a.py": b"from code import x"}, ""]], 5)
    assert wire.exchange([["import", "_", "a.py", 5.0]], 5) == [None]
    assert builtins.__import__ != before
    wire.close()
    assert builtins.__import__ is before


def test_an_error_has_its_line(import_all: ImportAll) -> None:
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
def test_malformed_sources_are_errors(import_all: ImportAll, raw: bytes) -> None:
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


def test_every_import_is_listed() -> None:
    """Modules are listed once, wherever they are imported; relative ones are the submission's own."""
    raw = b"import torch.nn as nn\nfrom . import layers\ndef f():\n    from jax import grad\n    import torch\n"
    assert [(i["module"], i["line"]) for i in source_scan.scan(raw)["imports"]] == [
        ("torch", 1),
        ("jax", 4),
    ]


def test_a_crowd_of_one_sign_hides_no_other() -> None:
    """Of each kind of sign the first are listed, however many of another kind stand above them."""
    signs = source_scan.scan(b"x = 1j\n" * 500 + b"exec('')\n")["signs"]
    assert len(signs) < 10
    assert {"kind": "exec", "what": "exec", "line": 501} in signs


def test_the_file_of_the_convention_comes_first(import_all: ImportAll) -> None:
    """Where two files define a class, the one where it belongs is used, and both are named."""
    files = {"a_copy.py": LINEAR, "layers.py": LINEAR, "use.py": b"from layers import Linear"}
    answers = import_all(files, bind=("Linear",))[-1]["value"]
    assert answers["Linear"] == [["Linear", "layers.py"], ["Linear", "a_copy.py"]]


@pytest.mark.parametrize(
    "line",
    [
        b"from mine import Linear", b"from .mine import Linear", b"import mine", b"from mine import *",
        b"from . import mine", b"if 1:\n    from lab1.mine import Linear as L",
    ],
)  # fmt: skip
def test_the_class_that_another_file_uses_comes_first(import_all: ImportAll, line: bytes) -> None:
    """Of two classes of one name the one counts that is imported, not the first in the alphabet."""
    files = {"abandoned.py": LINEAR, "mine.py": LINEAR, "network.py": line}
    answers = import_all(files, bind=("Linear",))[-1]["value"]
    assert answers["Linear"] == [["Linear", "mine.py"], ["Linear", "abandoned.py"]]


@pytest.mark.parametrize(
    "raw",
    [
        "# 許功蓋\n# 二\nx = 1".encode("cp950"), "x = 1  # Aktivität".encode("latin-1"), b"x = 1\n# \xff\xfe",
        "# coding: big5\nx = '許'".encode("big5"), "\ufeffx = 1".encode(), b"# coding: latin-1\nx = '\xe4'",
    ],
)  # fmt: skip
def test_every_encoding_that_python_reads_is_read(import_all: ImportAll, raw: bytes) -> None:
    """Bytes that are not UTF-8 do no harm in a comment, as in Python, nor where a cookie declares them."""
    compile(raw, "layers.py", "exec")
    assert import_all({"layers.py": raw})[0] is None


@pytest.mark.parametrize(
    ("raw", "encoding", "line"),
    [
        ("a = 1\nx = '許'".encode("cp950"), "utf-8", 2),
        ("x = 'ä'".encode("latin-1"), "utf-8", 1),
        (b"# coding: ascii\n\n# \xe4", "ascii", 3),
        (b"# coding: nonsense\n", "nonsense", 1),
        (b"# coding: hex\n00", "hex", 1),
        ("x = 1".encode("utf-16"), "UTF-8 (it is UTF-16)", 1),
    ],
)
def test_an_unreadable_encoding_is_an_error_with_its_line(
    import_all: ImportAll, raw: bytes, encoding: str, line: int
) -> None:
    """A source in another encoding is an error of its own kind, with the encoding and the line."""
    error = import_all({"layers.py": raw})[0]["error"]
    assert (error["type"], error["file"], error["line"]) == ("Undecodable", "layers.py", line)
    assert encoding.lower() in error["text"].lower()


CELLS = b"# %%\n"


@pytest.mark.parametrize(
    "line",
    [
        b"display('x')", b"get_ipython().run_line_magic('matplotlib', 'inline')", b"get_ipython().system('ls')",
        b"from IPython.display import display, clear_output, HTML\nclear_output(wait=True)\ndisplay(HTML(''))",
        b"import IPython\nIPython.get_ipython()", b"get_ipython().run_cell_magic('time', '', 'y = 1\\n')\ny + 1",
    ],
)  # fmt: skip
def test_notebook_names_exist_in_notebooks(import_all: ImportAll, line: bytes) -> None:
    """What every notebook has is there in a file of cells, and does nothing."""
    answers = import_all({"lab.py": CELLS + line + b"\n" + LINEAR}, bind=("Linear",))
    assert answers[0] is None
    assert answers[1]["value"] == {"Linear": [["Linear", "lab.py"]]}


def test_notebook_names_do_not_exist_in_scripts(import_all: ImportAll) -> None:
    """A script has no display: there it is the error that it is in Python."""
    assert import_all({"lab.py": b"display('x')"})[0]["error"]["type"] == "NameError"


@pytest.mark.parametrize(
    "reassignment",
    [b"Linear = Linear()", b"Linear = 3", b"Linear = None", b"Linear = [Linear()]"],
)
def test_a_class_survives_reassignment(import_all: ImportAll, reassignment: bytes) -> None:
    """A class is found although a later line gives its name to an object."""
    answers = import_all({"lab.py": LINEAR + reassignment}, bind=("Linear",))
    assert answers[1]["value"] == {"Linear": [["Linear", "lab.py"]]}


def test_a_wrapped_function_stays_wrapped(import_all: ImportAll) -> None:
    """What a student wraps stays wrapped: only what cannot be called is undone."""
    text = b"import functools\ndef Linear(x): pass\nLinear = functools.partial(Linear, 1)\n"
    wire_answers = import_all({"lab.py": text}, bind=("Linear",))
    assert wire_answers[1]["value"] == {"Linear": [["Linear", "lab.py"]]}


UNFINISHED = b"class Linear:\n    def forward(self):\n        raise NotImplementedError\n"
FINISHED = b"class Linear:\n    def forward(self):\n        return 1\n"


def test_a_finished_copy_is_preferred_to_the_template(import_all: ImportAll) -> None:
    """Of two files that define a class the one counts that does something, whatever they are called."""
    files = {"lab1.py": CELLS + UNFINISHED, "lab1__1_.py": CELLS + FINISHED}
    assert import_all(files, bind=("Linear",))[2]["value"]["Linear"][0] == ["Linear", "lab1__1_.py"]


def test_the_fuller_copy_of_a_notebook_is_preferred(import_all: ImportAll) -> None:
    """Of two copies of a notebook that both define a class the one counts that defines more."""
    files = {"lab1.py": CELLS + FINISHED, "lab1__1_.py": CELLS + FINISHED + b"class MSE: x = 1\n"}
    assert import_all(files, bind=("Linear",))[2]["value"]["Linear"][0] == ["Linear", "lab1__1_.py"]


def test_an_empty_redefinition_is_listed() -> None:
    """An empty class that replaces an earlier one is listed with both lines; a rewritten one is not."""
    text = FINISHED + FINISHED.replace(b"Linear", b"MSE") + FINISHED.replace(b"Linear", b"MSE")
    wire = LocalSandbox().open()
    lines: list[list[Any]] = [
        ["load", "_", {"lab.py": text + b"class Linear:\n    'try'\n    pass"}, ""]
    ]
    lines += [["import", "_", "lab.py", 5.0], ["redefinitions", "_", ["Linear", "MSE"]]]
    answers = wire.exchange(lines, 5)[2]
    wire.close()
    assert answers == {"value": [{"who": "Linear", "file": "lab.py", "line": 10, "earlier": 1}]}


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        (b"import torch_x\nx = 1\n", 0),
        (b"import torch_x\nx = 1\nclass Net(torch_x.nn.Module): pass\n", 3),
        (b"x = 1\n\nx / 0\ny = 2\n", 3),
    ],
)
def test_an_import_error_has_the_line_where_the_file_stopped(
    import_all: ImportAll, text: bytes, stopped: int
) -> None:
    """An import error comes with the line from which only definitions are run: 0 where all was run."""
    assert import_all({"layers.py": text})[0]["error"]["stopped"] == stopped


def test_error_texts_contain_no_path(import_all: ImportAll) -> None:
    """Python names the file of a module in some errors: where it is installed is cut off."""
    text = import_all({"layers.py": b"from colorsys import nothing"})[0]["error"]["text"]
    assert "colorsys.py" in text
    assert sys.base_prefix not in text
