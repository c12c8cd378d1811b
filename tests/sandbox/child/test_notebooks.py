"""Notebooks as source: what is taken out of them, and that none of it takes long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.collector import make_submission
from grader.model import Limits
from grader.remote.notebooks import convert_notebooks
from grader.sandbox.answer_schema import VALUES
from grader.sandbox.child import notebooks
from grader.sandbox.child.packing import byte_array
from grader.sandbox.host import ProcessSandbox


def notebook(*cells: str, **more: object) -> bytes:
    """A notebook of code cells."""
    document = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": document, "metadata": {}, "nbformat": 4, **more}).encode()


def converted_files(raw: bytes, path: str = "a.ipynb", limit: int = 100_000) -> dict[str, bytes]:
    conversion = notebooks.convert(raw, path, limit)
    assert conversion["trouble"] is None
    return dict(conversion["files"])


def test_notebook_becomes_a_module() -> None:
    """Code cells in order, text cells left out, and a name that can be imported."""
    raw = json.loads(notebook("x = 1", "y = 2\n"))
    raw["cells"].insert(1, {"cell_type": "markdown", "source": ["# words"]})
    conversion = notebooks.convert(json.dumps(raw).encode(), "1 my lab.ipynb", 1000)
    assert conversion["files"] == [["_1_my_lab.py", b"# %%\nx = 1\n\n# %%\ny = 2\n\n"]]
    assert conversion["starts"] == [[1, 1], [4, 3]]


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("%matplotlib inline\nx = 1", "pass  # %matplotlib inline\nx = 1"),
        ("if x:\n    !ls", "if x:\n    pass  # !ls"),
        ("files = !ls", "pass  # files = !ls"),
        ("a, b = %time f()", "pass  # a, b = %time f()"),
        ("np.dot?", "pass  # np.dot?"),
        ("?np.dot\n x.y??  ", "pass  # ?np.dot\n pass  # x.y??  "),
        ("%%time\nx = 1", "# %%time\nx = 1"),
        ("%%bash\nls", "# %%bash\n# ls"),
        ("%%time\n%%bash\nls", "# %%time\n# %%bash\n# ls"),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ("x == %\n!ls", "x == %\npass  # !ls"),
    ],
)
def test_magics_are_made_harmless(cell: str, source: str) -> None:
    """What only a notebook knows becomes a comment; a percent sign in Python stays."""
    assert notebooks.convert_cell(cell) == source


def test_writefile_cells_become_files() -> None:
    """A cell that begins with %%writefile is a module of its own; none leads outside."""
    raw = notebook(
        "%%writefile layers.py\nx = 1", "%%writefile ../out.py\nx", "from layers import x"
    )
    assert set(converted_files(raw, "lab.ipynb")) == {"lab.py", "layers.py"}


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"{", "not_notebook"),
        (b"[1, 2]", "not_notebook"),
        (b"[" * 100_000, "not_notebook"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "not_notebook"),
        (notebook("x <- 1", metadata={"kernelspec": {"language": "R"}}), "language"),
        (notebook("x" * 2000), "too_big"),
    ],
)
def test_other_files_have_a_reason(raw: bytes, trouble: str) -> None:
    """Broken JSON, other JSON, other languages and too much code are told, never exceptions."""
    assert notebooks.convert(raw, "a.ipynb", 1000)["trouble"] == trouble


def test_version_3_is_read() -> None:
    """Version 3 kept its cells in worksheets, and called a source an input."""
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}], "metadata": {}}
    assert converted_files(json.dumps(old).encode()) == {"a.py": b"# %%\nx = 1\n"}


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\n" * 3000 + "x = 1", " " * 400_000 + "(", "a" * 400_000 + "?x", "a, " * 130_000 + "(",
        "%%writefile " + "a.py" * 90_000, "(" * 200_000, "class " + " " * 400_000, "=" * 400_000 + "%",
    ],
)  # fmt: skip
def test_long_cells_are_read_quickly(cell: str) -> None:
    """A cell of 400,000 characters is converted whatever it holds: were a step quadratic, this would hang."""
    assert "a.py" in converted_files(notebook(cell, "x = 1"), limit=1_000_000)


def test_definitions_in_text_cells_are_listed() -> None:
    """A class in a text or raw cell is named with its cell, unless it is an example or code has it too."""
    raw = json.loads(notebook("class MSE: pass"))
    raw["cells"] += [
        {"cell_type": "markdown", "source": "# Layers\nclass Linear:\n    pass\nclass MSE: pass"},
        {"cell_type": "raw", "source": "def train(x):\n    pass"},
        {"cell_type": "markdown", "source": "```python\nclass Example:\n```"},
    ]
    conversion = notebooks.convert(json.dumps(raw).encode(), "a.ipynb", 1000)
    assert conversion["texts"] == [[2, "class", "Linear"], [3, "def", "train"]]


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
KEYS = st.sampled_from(
    ["cells", "worksheets", "metadata", "kernelspec", "language", "language_info", "name", "source",
     "input", "cell_type", "x"]
)  # fmt: skip
SOURCES = st.text(alphabet="%!?=( x\n\r\t\\#.w'\"`\ud800é", max_size=40)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": SOURCES | st.lists(SOURCES),
    }
)
BOOKS = st.fixed_dictionaries({"cells": st.lists(CELL, max_size=5)}) | st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


@settings(max_examples=80, deadline=None)
@given(document=BOOKS, path=st.text(max_size=9).map(lambda name: f"{name}.ipynb"))
def test_any_json_is_converted_or_refused(document: Any, path: str) -> None:
    """Whatever JSON a notebook is, and whatever it is called, it is converted or refused, never raises."""
    conversion = notebooks.convert(json.dumps(document).encode(), path, 1000)
    assert VALUES["notebook"](
        {**conversion, "files": [[n, byte_array(text)] for n, text in conversion["files"]]}
    )
    assert all(".." not in name.split("/") and name[:1] != "/" for name, _ in conversion["files"])


@settings(max_examples=50, deadline=None)
@given(offset=st.integers(0, 80), byte=st.integers(0, 255))
def test_any_damage_is_converted_or_refused(offset: int, byte: int) -> None:
    """A notebook with one other byte anywhere is converted or refused."""
    raw = bytearray(notebook("x = 1"))
    raw[offset % len(raw)] = byte
    notebooks.convert(bytes(raw), "a.ipynb", 1000)


def test_notebooks_are_parsed_in_a_child(sandbox: ProcessSandbox) -> None:
    """In a real child one that nests too deep is refused, and a large one arrives in parts."""
    large = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}], "x": "y" * 9_000_000})
    document = {"a.ipynb": b"[" * 100_000, "b.ipynb": large.encode()}
    submission = convert_notebooks(
        make_submission("amy", {}, notebooks=document), Limits(), sandbox
    )
    assert [refused.path for refused in submission.refused] == ["a.ipynb"]
    assert dict(submission.files) == {"b.py": b"# %%\nx = 1\n"}
