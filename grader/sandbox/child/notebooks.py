"""A notebook -> Python source: its code cells in order, without what only a notebook knows.

The format is plain JSON and has been stable for ten years, so it is read as that. A stranger
wrote it: it is parsed in a child, and every step here takes time in proportion to its length.
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
MOST_TEXTS = 20
IN_CELLS = re.compile(r"^# (?:%%|In\[)", re.MULTILINE)
"""How the source of a cell begins: as converted here, by an editor, or by Jupyter's own export."""

_WRITES = re.compile(r"^%%(?:writefile|file)\s+([\w./-]+\.py)\s*$")
_QUESTION = re.compile(r"[\w.]+\?\??")
_TARGETS = re.compile(r"[\w., ]+")
_DEFINES = re.compile(r"^(class|def)[ \t]+(\w+)", re.MULTILINE)
_HEAD = "# %%\n"


class Unreadable(Exception):
    """Why a notebook cannot be read: ``not_notebook``, ``language`` or ``too_big``."""


def converted(raw: bytes, path: str, most: int) -> Dict[str, Any]:
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
        ``[line of the module, number of the cell]`` where each cell begins.
    """
    try:
        cells = _cells(raw)
    except Unreadable as why:
        return {"trouble": str(why), "files": [], "texts": [], "starts": []}
    code = [(number, text) for number, kind, text in cells if kind == "code"]
    if sum(len(text) for _, text in code) > most:
        return {"trouble": "too_big", "files": [], "texts": [], "starts": []}
    source, starts, written = _joined(code)
    texts = [(number, text) for number, kind, text in cells if kind != "code"]
    return {
        "trouble": None,
        "files": [
            [name, text.encode("utf-8", "replace")]
            for name, text in _placed(path, source, written)
            if text.strip()
        ],
        "texts": _misplaced(texts, [text for _, text in code]),
        "starts": starts,
    }


def _cells(raw: bytes) -> List[Tuple[int, str, str]]:
    """List the cells: number, kind and text; raises Unreadable."""
    try:
        book = json.loads(raw.decode("utf-8-sig"))
        language = _language(book)
        cells = list(_texts(book))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unreadable("not_notebook") from None
    if language != "python":
        raise Unreadable("language")
    return cells


def _language(book: Any) -> str:
    about = book.get("metadata", {})
    spoken = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get(
        "name"
    )
    # A kernel of one's own may say "Python 3" or "ipython".
    name = str(spoken or "python").lower()
    return "python" if name.startswith(("python", "ipython")) else name


def _texts(book: Any) -> Iterator[Tuple[int, str, str]]:
    """Yield the cells of version 4, and of version 3 with its worksheets."""
    sheets = [sheet["cells"] for sheet in book.get("worksheets", [])]
    cells = book["cells"] if "cells" in book else [cell for cells in sheets for cell in cells]
    for number, cell in enumerate(cells, 1):
        text = cell.get("source", cell.get("input", ""))
        yield number, cell["cell_type"], text if isinstance(text, str) else "".join(text)


def _joined(code: List[Tuple[int, str]]) -> Tuple[str, List[List[int]], Dict[str, str]]:
    """Return the notebook's own source, where its cells begin in it, and the files that it would write."""
    own: List[str] = []
    starts: List[List[int]] = []
    written: Dict[str, str] = {}
    line = 1
    for number, cell in code:
        first, _, rest = cell.partition("\n")
        writes = _WRITES.match(first)
        if writes:
            name = writes[1]
            written[name.removeprefix("./")] = rest + "\n"
            continue
        text = _HEAD + plain(cell) + "\n"
        starts.append([line, number])
        own.append(text)
        line += text.count("\n") + 1
    return "\n".join(own), starts, written


def plain(cell: str) -> str:
    r"""Return a cell as Python, line by line: magics become ``pass``, so that indented ones stay legal.

    Examples
    --------
    >>> plain("%matplotlib inline\nx = 1")
    'pass  # %matplotlib inline\nx = 1'
    """
    lines = cell.split("\n")
    above = 0
    while above < len(lines) and lines[above].startswith(HARMLESS):
        above += 1
    if above < len(lines) and lines[above].startswith("%%"):
        return "\n".join("# " + line for line in lines)
    rest = lines[above:]
    if not _is_python("\n".join(rest)):
        rest = [_passed(line) if _is_magic(line) else line for line in rest]
    return "\n".join(["# " + line for line in lines[:above]] + rest)


def _is_magic(line: str) -> bool:
    body = line.strip()
    if body[:1] in ("%", "!", "?") and body:
        return True
    if _QUESTION.fullmatch(body):
        return True
    targets, equals, value = body.partition("=")
    return bool(
        equals
        and value.lstrip()[:1] in ("%", "!")
        and value.strip()
        and _TARGETS.fullmatch(targets)
    )


def _passed(line: str) -> str:
    body = line.lstrip()
    return line[: len(line) - len(body)] + "pass  # " + body


def _is_python(cell: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _placed(path: str, source: str, written: Dict[str, str]) -> Iterator[Tuple[str, str]]:
    """Yield path and text of each file; none lies outside."""
    folder = path.rpartition("/")[0]
    for name, text in {module_of(path): source, **written}.items():
        whole = folder + "/" + name if folder and "/" not in name else name
        if ".." not in whole.split("/"):
            yield whole.lstrip("/"), text


def module_of(path: str) -> str:
    """Return the name of a Python file that can be imported.

    Examples
    --------
    >>> module_of("1 my lab.ipynb")
    '_1_my_lab.py'
    """
    stem = path.rpartition("/")[2][: -len(".ipynb")]
    name = re.sub(r"\W", "_", stem) or "notebook"
    return ("_" if name[0].isdigit() else "") + name + ".py"


def _misplaced(texts: List[Tuple[int, str]], code: List[str]) -> List[List[Any]]:
    """List what stands in text cells and is defined in no code cell; what is fenced is an example."""
    defined = {found[2] for text in code for found in _DEFINES.finditer(text)}
    found: List[List[Any]] = []
    for number, text in texts:
        for kind, name in _DEFINES.findall(_unfenced(text)):
            if name not in defined and len(found) < MOST_TEXTS:
                found.append([number, kind, name[:100]])
    return found


def _unfenced(text: str) -> str:
    lines, fenced = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            lines.append(line)
    return "\n".join(lines)


# ---- what a notebook always has ----


class Shell:
    """What ``get_ipython()`` returns: runs the Python in a cell's magic, and nothing else."""

    def __init__(self, names: Dict[str, Any]) -> None:
        self._names = names

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Run the cell of a magic that only watches it, as an export writes it."""
        del line
        if "%%" + magic in HARMLESS:
            exec(compile(plain(cell), str(self._names.get("__file__")), "exec"), self._names)  # noqa: S102

    def __getattr__(self, name: str) -> Any:
        return _quiet


def _quiet(*args: Any, **kwargs: Any) -> None:
    """Do nothing, whatever is given."""


class _Library(ModuleType):
    """A part of IPython as far as a notebook's own code needs it: whatever it is asked for does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _quiet


def furnish(text: str, names: Dict[str, Any]) -> None:
    """Give a module the names that exist in every notebook, if its text was made of cells."""
    if not IN_CELLS.search(text):
        return
    shell = Shell(names)
    names.setdefault("display", _quiet)
    names.setdefault("get_ipython", lambda: shell)
    for name in ("IPython", "IPython.display", "IPython.core", "IPython.core.display"):
        sys.modules.setdefault(name, _Library(name))
