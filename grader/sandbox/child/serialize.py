"""A student's objects told as data: what they are, what they hold, what they raised."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from types import FunctionType
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy as np

from .alarm import Late
from .importer import Undecodable
from .packing import DTYPES

Path = List[List[Any]]
"""The way from an object to an array in it: ``["attr", name]``, ``["item", index]``, or ``["free", name]``
of a variable that a function keeps from where it was made."""

MAX_ENTRIES = 1_000_000  # of an array that is described: 8 MB, below the wire's limit
MAX_ARRAYS = 200
MAX_LISTED = 20_000  # entries of all arrays of an object: no parameters here have a tenth
MAX_DEPTH = 6
MAX_AXES = 8
MAX_ROWS = (
    2_000  # entries of a list that may hold parameters: the largest layer here has 1,200 weights
)
MAX_CHILDREN = 30  # of a container: a list that grows must not hide what is beside it
TEXT = 400


def followed(thing: Any, path: Path) -> Any:
    """What stands at the end of a way; of an array the plain one that it holds (see ``plain``)."""
    for kind, key in path:
        if kind == "attr":
            thing = getattr(thing, key)
        elif kind == "free":
            thing = _free(thing)[key].cell_contents
        else:
            thing = list(thing.values())[key] if isinstance(thing, dict) else thing[key]
    if isinstance(thing, np.ndarray):
        return plain(thing)
    return Rows(thing) if is_rows(thing) else thing


def is_rows(thing: Any) -> bool:
    """Whether a thing is a list of floats, or of lists of floats that are equally long."""
    if type(thing) is not list or not thing:
        return False
    rows = thing if type(thing[0]) is list else [thing]
    if any(type(row) is not list or len(row) != len(rows[0]) for row in rows):
        return False
    few = 0 < len(rows) * len(rows[0]) <= MAX_ROWS
    return few and all(isinstance(entry, float) for row in rows for entry in row)


class Rows:
    """A list of floats, or of such lists, that is written to as an array of float64 is.

    Parameters
    ----------
    rows
        The student's own list (see ``is_rows``): what is written here stands there.
    """

    dtype = np.dtype("<f8")

    def __init__(self, rows: List[Any]) -> None:
        self.rows = rows
        self.shape = np.shape(rows)
        self.size = int(np.prod(self.shape))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.rows, dtype or np.float64)

    @property
    def flat(self) -> Rows:
        """Itself: an index counts entries row by row, as that of an array's ``flat``."""
        return self

    def __getitem__(self, index: int) -> Any:
        return np.array(self.rows, np.float64).flat[index]

    def __setitem__(self, key: Any, value: Any) -> None:
        values = np.array(self.rows, np.float64)
        if key is Ellipsis:
            values[...] = value
        else:
            values.flat[key] = value
        self.rows[:] = values.tolist()


def plain(array: Any) -> Any:
    """View an array as one of numpy's own kind, in the same memory.

    A matrix, a masked array and a class of the student's do some things otherwise; what this side
    does with an array must not depend on that.
    """
    return np.ndarray.view(array, np.ndarray)


def _free(function: Any) -> Dict[str, Any]:
    """The cells of a function's free variables."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or ()))


def kind(thing: Any, bound: Dict[str, Any]) -> Dict[str, Any]:
    """Name an object's class, the contract's names that it is an instance of, and its length."""
    contract = [
        n for n, known in bound.items() if isinstance(known, type) and isinstance(thing, known)
    ]
    size = len(thing) if isinstance(thing, (list, tuple, dict)) else None
    return {"type": type(thing).__name__[:TEXT], "is": contract, "size": size}


def signature(thing: Any, method: str) -> List[List[Any]]:
    """List a method's parameters: name, whether by position, whether it must be given."""
    parameters = inspect.signature(getattr(thing, method)).parameters.values()
    return [
        [
            p.name[:TEXT],
            p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD),
            p.default is p.empty,
        ]
        for p in parameters
    ]


def methods(thing: Any) -> List[Any]:
    """List an object's public methods besides forward and backward, with their parameters."""
    names = [
        n for n in dir(type(thing)) if not n.startswith("_") and n not in ("forward", "backward")
    ]
    found = []
    for name in names[:MAX_ARRAYS]:
        if inspect.isroutine(getattr(thing, name, None)):
            with contextlib.suppress(TypeError, ValueError):
                found.append([name[:TEXT], signature(thing, name)])
    return found


SYNTAX = (SyntaxError, IndentationError, TabError)
OURS = (
    "Missing",
    "Ragged",
    "Late",
    "Died",
    "Undecodable",
)  # kinds of error that only this side and the host name


def _name(thing: Any) -> str:
    """The name of a thing's class, whatever a metaclass says it is."""
    return str(type.__dict__["__name__"].__get__(type(thing)))[:TEXT]


HOMES = [
    os.path.normpath(home) + os.sep
    for home in (os.path.dirname(os.__file__), sys.prefix, sys.base_prefix, sys.exec_prefix)
]
"""Where this Python lies: nobody's business, and no help to a student who reads an error's text."""


def explain(error: BaseException) -> Dict[str, Any]:
    """Describe an exception: type, text, and the last line of the submission that it went through."""
    try:
        text = str(error)[:TEXT]
    except BaseException:  # noqa: BLE001  a student's __str__ may raise anything
        text = ""
    for home in HOMES:
        text = text.replace(home, "")
    kind = _name(error)
    facts: Dict[str, Any] = {"type": kind + "Error" if kind in OURS else kind, "text": text}
    if type(error) is Undecodable and error.filename:
        place = {"file": error.filename, "line": error.lineno}
        return {"type": "Undecodable", "text": str(error.msg)[:TEXT], **place}
    if type(error) is Late and error.file:
        return {"type": "Late", "text": "", "file": error.file, "line": error.line}
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".py") and not file.startswith(("/", "<")) and ":" not in file:
            facts.update(
                file=file, line=trace.tb_lineno, function=trace.tb_frame.f_code.co_name[:TEXT]
            )
        trace = trace.tb_next
    # Of Python's own kinds alone: a student's may have anything in these attributes.
    if isinstance(error, SyntaxError) and type(error) in SYNTAX and type(error.filename) is str:
        text = str(error.msg)[:TEXT]  # its text as a whole names file and line once more
        line = error.lineno if type(error.lineno) is int and 0 <= error.lineno < 2**31 else 0
        facts.update(text=text, file=error.filename[:TEXT], line=line)
    return facts


def describe(value: Any) -> Dict[str, Any]:
    """Describe a value: ``kind`` (none, array, number, list, text, huge, other), ``type``, ``value``."""
    kind_of = type(value).__name__[:TEXT]
    if value is None:
        return {"kind": "none", "type": kind_of}
    if isinstance(value, (np.ndarray, np.generic)):
        return {"type": kind_of, **_described_array(np.array(value, subok=False))}
    if isinstance(value, (bool, int, float)):
        return {"type": kind_of, **_described_array(np.array(value), "number")}
    if isinstance(value, str):
        return {"kind": "text", "type": kind_of, "value": value[:TEXT]}
    if isinstance(value, (list, tuple)):
        return _described_list(value, kind_of)
    return {"kind": "other", "type": kind_of}


def _described_array(array: Any, kind: str = "array") -> Dict[str, Any]:
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.size > MAX_ENTRIES or array.ndim > MAX_AXES:
        return {"kind": "huge"}
    if array.dtype.newbyteorder("<").str not in DTYPES:
        return {"kind": "other", "dtype": array.dtype.kind}
    return {"kind": kind, "value": array}


def _described_list(value: Sequence[Any], kind_of: str) -> Dict[str, Any]:
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return {"kind": "other", "type": kind_of}
    return {"type": kind_of, **_described_array(array, "list")}


def reach(thing: Any) -> List[Tuple[Path, Any]]:
    """List the float arrays that can be reached through attributes and containers, nearest first.

    Lists of floats are among them, as ``Rows``.
    """
    found: List[Tuple[Path, Any]] = []
    seen, left = set(), MAX_LISTED
    queue: List[Tuple[Path, Any]] = [([], thing)]
    while queue and len(found) < MAX_ARRAYS:
        path, node = queue.pop(0)
        if id(node) in seen or len(path) > MAX_DEPTH:
            continue
        seen.add(id(node))
        if isinstance(node, np.ndarray):
            arrays = [known for _, known in found if isinstance(known, np.ndarray)]
            if any(np.may_share_memory(node, known) for known in arrays):
                continue
            if node.dtype.kind == "f" and 0 < node.size <= left and node.ndim <= MAX_AXES:
                found.append((path, plain(node)))
                left -= node.size
            continue
        if is_rows(node):
            rows = Rows(node)
            if rows.size <= left:
                found.append((path, rows))
                left -= rows.size
            continue
        queue += [([*path, step], child) for step, child in _children(node)]
    return found


def _children(node: Any) -> Iterator[Tuple[List[Any], Any]]:
    if isinstance(node, dict):
        yield from (
            (["item", index], child)
            for index, child in enumerate(list(node.values())[:MAX_CHILDREN])
        )
    elif isinstance(node, (list, tuple)):
        yield from ((["item", index], child) for index, child in enumerate(node[:MAX_CHILDREN]))
    elif isinstance(node, FunctionType):
        for name, cell in _free(node).items():
            with contextlib.suppress(ValueError):  # not assigned yet
                yield ["free", name], cell.cell_contents
    elif type(node).__module__.split(".")[0] not in ("numpy", "builtins"):
        names = list(getattr(node, "__dict__", {}))
        for kind in type(node).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            names += [slots] if isinstance(slots, str) else list(slots)
            names += [
                name
                for name, held in vars(kind).items()
                if isinstance(held, (np.ndarray, dict, list))
            ]
        for name in dict.fromkeys(names):
            child = getattr(node, name, None)
            if child is not None and not isinstance(child, type):
                yield ["attr", name], child
