"""A notebook -> Python source: its code cells in order, without what only a notebook knows.

The format is plain JSON and has been stable for ten years, so it is read as that.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

from grader.files import TooBigError
from grader.intake.basket import Basket

_MAGIC = re.compile(r"^(\s*)(?:[%!?]|[\w., ]+=\s*[%!]|[\w.]+\?\??\s*$)")
_HARMLESS = ("%%time", "%%timeit", "%%capture", "%%prun")
_WRITES = re.compile(r"^%%(?:writefile|file)\s+([\w./-]+\.py)\s*$")
_HEAD = "# %%\n"


def pour(data: bytes, path: str, basket: Basket) -> None:
    """Put the source of a notebook into a basket, and the files that its cells write.

    Parameters
    ----------
    data, path
        Its bytes; its name, which becomes a module's.
    """
    cells = _cells(data, path, basket)
    if not cells:
        return
    source, written = _sorted(cells)
    folder = path.rpartition("/")[0]
    for name, text in {_module(path): source, **written}.items():
        whole = f"{folder}/{name}" if folder and "/" not in name else name
        if text.strip() and whole not in basket.files and ".." not in whole.split("/"):
            basket.take(whole.lstrip("/"), partial(_within, text))


def _within(text: str, limit: int) -> bytes:
    content = text.encode("utf-8", "replace")
    if len(content) > limit:
        raise TooBigError(f"this has more than {limit} bytes")
    return content


def _cells(data: bytes, path: str, basket: Basket) -> list[str]:
    """Return the sources of the code cells; none where this is no notebook in Python."""
    try:
        book = json.loads(data.decode("utf-8-sig"))
        language = _language(book)
        cells = list(_code(book))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        basket.refuse(path, "refused_not_notebook")
        return []
    if language != "python":
        basket.refuse(path, "refused_language")
        return []
    return cells


def _language(book: Any) -> str:
    about = book.get("metadata", {})
    spoken = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get(
        "name"
    )
    return str(spoken or "python").lower()


def _code(book: Any) -> Iterator[str]:
    """Yield the sources of code cells, of version 4 and of version 3 with its worksheets."""
    sheets = [sheet["cells"] for sheet in book.get("worksheets", [])]
    for cell in book["cells"] if "cells" in book else [cell for cells in sheets for cell in cells]:
        if cell["cell_type"] == "code":
            text = cell.get("source", cell.get("input", ""))
            yield text if isinstance(text, str) else "".join(text)


def _sorted(cells: list[str]) -> tuple[str, dict[str, str]]:
    """Return the notebook's own source, and the files that it would write."""
    own, written = [], {}
    for cell in cells:
        first, _, rest = cell.partition("\n")
        writes = _WRITES.match(first)
        if writes:
            written[writes[1].removeprefix("./")] = rest + "\n"
        else:
            own.append(_HEAD + plain(cell) + "\n")
    return "\n".join(own), written


def plain(cell: str) -> str:
    r"""Return a cell as Python: magics become ``pass``, so that indented ones stay legal.

    Examples
    --------
    >>> plain("%matplotlib inline\nx = 1")
    'pass  # %matplotlib inline\nx = 1'
    """
    first, _, rest = cell.partition("\n")
    if first.startswith("%%"):
        return plain(rest) if first.startswith(_HARMLESS) else _commented(cell)
    if _is_python(cell):
        return cell
    return "\n".join(_MAGIC.sub(_passed, line, count=1) for line in cell.split("\n"))


def _passed(found: re.Match[str]) -> str:
    return f"{found[1]}pass  # {found[0].strip()}"


def _commented(cell: str) -> str:
    return "\n".join(f"# {line}" for line in cell.split("\n"))


def _is_python(cell: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _module(path: str) -> str:
    """Return the name of a Python file that can be imported."""
    stem = path.rpartition("/")[2].removesuffix(".ipynb")
    name = re.sub(r"\W", "_", stem) or "notebook"
    return f"{'_' if name[0].isdigit() else ''}{name}.py"
