"""Converts a notebook to Python source: its code cells in order, without what only notebooks know.

The format is plain JSON and has been stable for ten years, so it is read as that. It is parsed in
a child, because anybody may have written it, and every step takes time in proportion to its length.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from types import ModuleType
from typing import Any, Dict, Iterator, List, Tuple

HARMLESS = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Magics that only watch the Python code of their cell."""

MAX_TEXT_DEFINITIONS = 20  # of one notebook: a report names a few
CELL_START = re.compile(r"^# (?:%%|In\[)", re.MULTILINE)
"""How the source of a cell begins: as converted here, by an editor, or by Jupyter's own export."""

_WRITEFILE = re.compile(r"^%%(?:writefile|file)\s+([\w./-]+\.py)\s*$")
_QUESTION = re.compile(r"[\w.]+\?\??")
_TARGETS = re.compile(r"[\w., ]+")
_DEFINES = re.compile(r"^(class|def)[ \t]+(\w+)", re.MULTILINE)
_HEAD = "# %%\n"


class Unreadable(Exception):
    """Why a notebook cannot be read: ``not_notebook``, ``language`` or ``too_big``."""


def convert(raw: bytes, path: str, most: int) -> Dict[str, Any]:
    """Convert a notebook.

    Parameters
    ----------
    raw, path
        Its bytes; its name, which becomes a module's.
    most
        The most characters that its code may have.

    Returns
    -------
    dict
        ``trouble``: why it cannot be read, or None. ``files``: ``[path, source as bytes]`` of the
        module and of each file that a cell would write. ``texts``: ``[number of the cell, class or
        def, name]`` of what is defined in no code cell but stands in a text cell. ``starts``:
        ``[line of the module, number of the cell]`` where each cell begins. ``written``: ``[path,
        number of the cell]`` of each file that a cell would write.
    """
    try:
        cells = _cells(raw)
    except Unreadable as why:
        return {"trouble": str(why), "files": [], "texts": [], "starts": [], "written": []}
    code = [(number, text) for number, kind, text in cells if kind == "code"]
    if sum(len(text) for _, text in code) > most:
        return {"trouble": "too_big", "files": [], "texts": [], "starts": [], "written": []}
    source, starts, writing = _join_cells(code)
    written = {name: text for name, (_, text) in writing.items()}
    numbers = {name: number for name, (number, _) in writing.items()}
    texts = [(number, text) for number, kind, text in cells if kind != "code"]
    return {
        "trouble": None,
        "files": [
            [file_path, text.encode("utf-8", "replace")]
            for _, file_path, text in _placed_files(path, source, written)
            if text.strip()
        ],
        "texts": _text_definitions(texts, [text for _, text in code]),
        "starts": starts,
        "written": [
            [file_path, numbers[name]]
            for name, file_path, _ in _placed_files(path, source, written)
            if name in numbers
        ],
    }


def _cells(raw: bytes) -> List[Tuple[int, str, str]]:
    """List the cells: number, kind and text; raises Unreadable."""
    try:
        document = json.loads(raw.decode("utf-8-sig"))
        language = _language(document)
        cells = list(_cell_texts(document))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unreadable("not_notebook") from None
    if language != "python":
        raise Unreadable("language")
    return cells


def _language(document: Any) -> str:
    metadata = document.get("metadata", {})
    declared = metadata.get("kernelspec", {}).get("language") or metadata.get(
        "language_info", {}
    ).get("name")
    # A custom kernel may be called "Python 3" or "ipython".
    name = str(declared or "python").lower()
    return "python" if name.startswith(("python", "ipython")) else name


def _cell_texts(document: Any) -> Iterator[Tuple[int, str, str]]:
    """Yield the cells of version 4, and of version 3 with its worksheets."""
    sheets = [sheet["cells"] for sheet in document.get("worksheets", [])]
    cells = (
        document["cells"] if "cells" in document else [cell for cells in sheets for cell in cells]
    )
    for number, cell in enumerate(cells, 1):
        text = cell.get("source", cell.get("input", ""))
        yield number, cell["cell_type"], text if isinstance(text, str) else "".join(text)


def _join_cells(
    code: List[Tuple[int, str]],
) -> Tuple[str, List[List[int]], Dict[str, Tuple[int, str]]]:
    """Return the notebook's source, where its cells begin in it, and the files that cells would write."""
    sources: List[str] = []
    starts: List[List[int]] = []
    written: Dict[str, Tuple[int, str]] = {}
    line = 1
    for number, cell in code:
        first, _, rest = cell.partition("\n")
        written_name = _WRITEFILE.match(first)
        if written_name:
            name = written_name[1]
            written[name.removeprefix("./")] = number, rest + "\n"
            continue
        text = _HEAD + convert_cell(cell) + "\n"
        starts.append([line, number])
        sources.append(text)
        line += text.count("\n") + 1
    return "\n".join(sources), starts, written


def convert_cell(cell: str) -> str:
    r"""Return a cell as Python, line by line: magics become ``pass``, so that indented ones stay legal.

    Examples
    --------
    >>> plain("%matplotlib inline\nx = 1")
    'pass  # %matplotlib inline\nx = 1'
    """
    lines = cell.split("\n")
    header = 0
    while header < len(lines) and lines[header].startswith(HARMLESS):
        header += 1
    if header < len(lines) and lines[header].startswith("%%"):
        return "\n".join("# " + line for line in lines)
    rest = lines[header:]
    if not _is_python("\n".join(rest)):
        rest = [_comment_out(line) if _is_magic(line) else line for line in rest]
    return "\n".join(["# " + line for line in lines[:header]] + rest)


def _is_magic(line: str) -> bool:
    line_text = line.strip()
    if line_text[:1] in ("%", "!", "?") and line_text:
        return True
    if _QUESTION.fullmatch(line_text):
        return True
    targets, equals, value = line_text.partition("=")
    return bool(
        equals
        and value.lstrip()[:1] in ("%", "!")
        and value.strip()
        and _TARGETS.fullmatch(targets)
    )


def _comment_out(line: str) -> str:
    line_text = line.lstrip()
    return line[: len(line) - len(line_text)] + "pass  # " + line_text


def _is_python(cell: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _placed_files(
    path: str, source: str, written: Dict[str, str]
) -> Iterator[Tuple[str, str, str]]:
    """Yield name, path and text of each file; none lies outside."""
    folder = path.rpartition("/")[0]
    for name, text in {module_file_name(path): source, **written}.items():
        file_path = folder + "/" + name if folder and "/" not in name else name
        if ".." not in file_path.split("/"):
            yield name, file_path.lstrip("/"), text


def module_file_name(path: str) -> str:
    """Return the name of a Python file that can be imported.

    Examples
    --------
    >>> module_of("1 my lab.ipynb")
    '_1_my_lab.py'
    """
    stem = path.rpartition("/")[2][: -len(".ipynb")]
    name = re.sub(r"\W", "_", stem) or "notebook"
    return ("_" if name[0].isdigit() else "") + name + ".py"


def _text_definitions(texts: List[Tuple[int, str]], code: List[str]) -> List[List[Any]]:
    """List what stands in text cells and is defined in no code cell; what is fenced is an example."""
    defined = {match[2] for text in code for match in _DEFINES.finditer(text)}
    definitions: List[List[Any]] = []
    for number, text in texts:
        for kind, name in _DEFINES.findall(_without_examples(text)):
            if name not in defined and len(definitions) < MAX_TEXT_DEFINITIONS:
                definitions.append([number, kind, name[:100]])
    return definitions


def _without_examples(text: str) -> str:
    lines, is_example = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            is_example = not is_example
        elif not is_example:
            lines.append(line)
    return "\n".join(lines)


class Shell:
    """Stands for what ``get_ipython()`` returns: it runs the Python code of a harmless magic."""

    def __init__(self, names: Dict[str, Any]) -> None:
        self._names = names

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Run the cell of a harmless magic, as an export writes it."""
        del line
        if "%%" + magic in HARMLESS:
            exec(compile(convert_cell(cell), str(self._names.get("__file__")), "exec"), self._names)  # noqa: S102

    def __getattr__(self, name: str) -> Any:
        return _do_nothing


def _do_nothing(*args: Any, **kwargs: Any) -> None:
    """Do nothing."""


class _IPythonModule(ModuleType):
    """Stands for a module of IPython: all its functions do nothing."""

    version_info = (8, 24, 0)  # matplotlib asks for it, and needs nothing else of a newer one

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _do_nothing


def add_notebook_names(text: str, names: Dict[str, Any]) -> None:
    """Give a module the names that exist in every notebook, if its text is made of cells."""
    if not CELL_START.search(text):
        return
    shell = Shell(names)
    names.setdefault("display", _do_nothing)
    names.setdefault("get_ipython", lambda: shell)
    for name in ("IPython", "IPython.display", "IPython.core", "IPython.core.display"):
        sys.modules.setdefault(name, _IPythonModule(name))
