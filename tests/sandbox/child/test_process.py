"""What a student's code finds around it in a child: codecs, and nobody who answers."""

from __future__ import annotations

import encodings
import pkgutil
from typing import Any

import pytest

from grader.sandbox.host import ProcessSandbox


def import_answer(sandbox: ProcessSandbox, text: str) -> Any:
    """What the import of one file meets in a real child."""
    wire = sandbox.open()
    try:
        lines: list[list[Any]] = [
            ["load", "_", {"layers.py": text.encode()}, ""],
            ["import", "_", "layers.py", 5.0],
        ]
        return wire.exchange(lines, 10.0)[1]
    finally:
        wire.close()


def test_codecs_of_python_exist(sandbox: ProcessSandbox) -> None:
    """Every codec that Python brings can be looked up behind the walls."""
    names = {codec.name for codec in pkgutil.iter_modules(encodings.__path__)}
    names -= {"mbcs", "oem", "aliases", "cp65001"}
    source = (
        f"import codecs\nfor name in {sorted(names)}: codecs.lookup(name)\n'許'.encode('gbk')\n"
    )
    assert import_answer(sandbox, source) is None


@pytest.mark.parametrize(
    "call", ["z = input()\ndef f(): return z", "breakpoint()", "import pdb; pdb.set_trace()"]
)
def test_waiting_for_input_is_an_error_with_its_line(sandbox: ProcessSandbox, call: str) -> None:
    """Where code asks for input, or stops for a debugger, the error stands in its line."""
    error = import_answer(sandbox, f"x = 1\n{call}\ny = 2\n")["error"]
    assert (error["type"], error["line"]) == ("EOFError", 2)
