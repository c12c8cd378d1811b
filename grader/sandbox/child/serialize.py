"""Describes a student's objects as data: what they are, what they hold, what they raised."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from types import FunctionType
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np

from .absent_packages import Absent, AbsentPackage
from .alarm import Late
from .packing import DTYPES
from .source_text import Undecodable
from .student_objects import attributes_of, is_a

Path = List[List[Any]]
"""The way from an object to an array in it: ``["attr", name]``, ``["item", index]``, or
``["free", name]`` for a variable that a function uses from where it was defined."""

MAX_ENTRIES = 1_000_000  # of one described array: 8 MB, below the limit of a frame
MAX_ARRAYS = 200  # no network of this lab has a tenth of it
MAX_TOTAL_ENTRIES = 20_000  # of all arrays of an object: no parameters here have a tenth of it
MAX_LIST_ENTRIES = 2_000  # of a list that may hold parameters: the largest layer has 1,200 weights
MAX_DEPTH = 6  # of a path: a network holds a list of layers, which hold arrays
MAX_AXES = 8  # as many as the wire packs
MAX_CHILDREN = 30  # of a container: a list that grows must not hide what is beside it
TEXT = 400  # characters: a report shows fewer

PYTHON_SYNTAX_ERRORS = (SyntaxError, IndentationError, TabError)
GRADER_ERRORS = ("Missing", "Ragged", "Late", "Died", "Undecodable")
"""Types that only the grader may report: a student's class of that name gets another one."""

PYTHON_FOLDERS = [
    os.path.normpath(folder) + os.sep
    for folder in (os.path.dirname(os.__file__), sys.prefix, sys.base_prefix, sys.exec_prefix)
]
"""Where this Python is installed: a student learns no path of this machine."""


class ListArray:
    """A list of floats, or of equally long lists of floats, that is written to like an array.

    Parameters
    ----------
    rows
        The student's own list (see ``is_float_list``), which every write changes in place.
    """

    dtype = np.dtype("<f8")

    def __init__(self, rows: List[Any]) -> None:
        self.rows = rows
        self.shape = np.shape(rows)
        self.size = int(np.prod(self.shape))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.rows, dtype or np.float64)

    @property
    def flat(self) -> ListArray:
        """The object itself: its indices count entries row by row, as those of ``array.flat``."""
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


def is_float_list(value: Any) -> bool:
    """Return whether a value is a list of floats, or of lists of floats that are equally long."""
    if type(value) is not list or not value:
        return False
    rows = value if type(value[0]) is list else [value]
    if any(type(row) is not list or len(row) != len(rows[0]) for row in rows):
        return False
    is_small = 0 < len(rows) * len(rows[0]) <= MAX_LIST_ENTRIES
    return is_small and all(is_a(entry, float) for row in rows for entry in row)


def plain_view(array: Any) -> Any:
    """View an array as a plain ``ndarray`` in the same memory.

    A matrix, a masked array or a student's subclass computes some things otherwise; what the
    grader does with an array must not depend on that.
    """
    return np.ndarray.view(array, np.ndarray)


def follow_path(target: Any, path: Path) -> Any:
    """Return what stands at the end of a path; arrays and lists as ``find_arrays`` gives them."""
    for kind, key in path:
        if kind == "attr":
            target = getattr(target, key)
        elif kind == "free":
            target = _free_variables(target)[key].cell_contents
        else:
            target = list(target.values())[key] if is_a(target, dict) else target[key]
    if is_a(target, np.ndarray):
        return plain_view(target)
    return ListArray(target) if is_float_list(target) else target


def in_chunks(values: Dict[str, Any]) -> List[Dict[str, Any]]:
    """Divide many variables into containers of which ``find_arrays`` looks at every entry."""
    names = list(values)
    starts = range(0, len(names), MAX_CHILDREN)
    return [{name: values[name] for name in names[k : k + MAX_CHILDREN]} for k in starts]


def find_arrays(target: Any) -> List[Tuple[Path, Any]]:
    """List the float arrays that can be reached through attributes and containers, nearest first.

    Lists of floats are among them, as ``ListArray``.
    """
    arrays: List[Tuple[Path, Any]] = []
    visited, room = set(), MAX_TOTAL_ENTRIES
    queue: List[Tuple[Path, Any]] = [([], target)]
    while queue and len(arrays) < MAX_ARRAYS:
        path, node = queue.pop(0)
        if id(node) in visited or len(path) > MAX_DEPTH:
            continue
        visited.add(id(node))
        if is_a(node, np.ndarray):
            earlier = [array for _, array in arrays if isinstance(array, np.ndarray)]
            is_view = any(np.may_share_memory(node, array) for array in earlier)
            if is_view or node.dtype.kind != "f" or not node.size or node.ndim > MAX_AXES:
                continue
            array = plain_view(node)
        elif is_float_list(node):
            array = ListArray(node)
        else:
            queue += [([*path, step], child) for step, child in _children(node)]
            continue
        if array.size <= room:
            arrays.append((path, array))
            room -= array.size
    return arrays


def _children(node: Any) -> Iterator[Tuple[List[Any], Any]]:
    if is_a(node, (dict, list, tuple)):
        values = list(node.values()) if is_a(node, dict) else node
        for index, child in enumerate(values[:MAX_CHILDREN]):
            yield ["item", index], child
    elif is_a(node, FunctionType):
        for name, cell in _free_variables(node).items():
            with contextlib.suppress(ValueError):  # the variable is not assigned yet
                yield ["free", name], cell.cell_contents
    elif type(node).__module__.split(".")[0] not in ("numpy", "builtins"):
        names = list(attributes_of(node))
        for base in type(node).__mro__:
            slots = base.__dict__.get("__slots__", ())
            names += [slots] if isinstance(slots, str) else list(slots)
            containers = (np.ndarray, dict, list)
            names += [name for name, value in vars(base).items() if isinstance(value, containers)]
        for name in dict.fromkeys(names):
            child = None
            with contextlib.suppress(Exception):  # what a student's class raises for an attribute
                child = getattr(node, name, None)
            if child is not None and not is_a(child, type):
                yield ["attr", name], child


def _free_variables(function: Any) -> Dict[str, Any]:
    """Return the cells of a function's free variables by name."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or ()))


def describe_class(target: Any, bound: Dict[str, Any]) -> Dict[str, Any]:
    """Return an object's type, the contract's classes that it is an instance of, and its length."""
    contract = [
        name
        for name, defined in bound.items()
        if isinstance(defined, type) and isinstance(target, defined)
    ]
    size = len(target) if isinstance(target, (list, tuple, dict)) else None
    return {"type": type(target).__name__[:TEXT], "is": contract, "size": size}


def list_parameters(target: Any, method: str) -> List[List[Any]]:
    """List a method's parameters: name, whether it is positional, whether it is required.

    Those that take any further arguments are called ``*args`` and ``**kwargs``, whatever their names.
    """
    further: Dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*args",
        inspect.Parameter.VAR_KEYWORD: "**kwargs",
    }
    return [
        [
            further.get(p.kind, p.name[:TEXT]),
            p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD),
            p.default is p.empty,
        ]
        for p in inspect.signature(getattr(target, method)).parameters.values()
    ]


def list_methods(target: Any) -> List[Any]:
    """List an object's public methods besides forward and backward, with their parameters."""
    methods = []
    public = [name for name in dir(type(target)) if not name.startswith("_")]
    for name in [name for name in public if name not in ("forward", "backward")][:MAX_ARRAYS]:
        if inspect.isroutine(getattr(target, name, None)):
            with contextlib.suppress(TypeError, ValueError):
                methods.append([name[:TEXT], list_parameters(target, name)])
    return methods


def explain(error: BaseException) -> Dict[str, Any]:
    """Describe an exception: type, text, and the last line of the submission that it passed."""
    if type(error) is Undecodable and error.filename:
        place = {"file": error.filename, "line": error.lineno}
        return {"type": "Undecodable", "text": str(error.msg)[:TEXT], **place}
    if type(error) is Late and error.file:
        return {"type": "Late", "text": "", "file": error.file, "line": error.line}
    trace = error.__traceback__
    cause = BaseException.__dict__["__cause__"].__get__(error)
    if type(cause) is AbsentPackage:  # numpy asked for a number
        error = cause
    try:
        text = str(error)[:TEXT]
    except BaseException:  # noqa: BLE001  a student's __str__ may raise anything
        text = ""
    for folder in PYTHON_FOLDERS:
        text = text.replace(folder, "")
    # Read past a metaclass, which may say anything of its class.
    name = str(type.__dict__["__name__"].__get__(type(error)))[:TEXT]
    description: Dict[str, Any] = {
        "type": name + "Error" if name in GRADER_ERRORS else name,
        "text": text,
    }
    while trace is not None:
        code = trace.tb_frame.f_code
        file = code.co_filename
        if file.endswith(".py") and not file.startswith(("/", "<")) and ":" not in file:
            description.update(file=file, line=trace.tb_lineno, function=code.co_name[:TEXT])
        trace = trace.tb_next
    # Only of Python's own types: a student's type may have anything in these attributes.
    if (
        isinstance(error, SyntaxError)
        and type(error) in PYTHON_SYNTAX_ERRORS
        and type(error.filename) is str
    ):
        line = error.lineno if type(error.lineno) is int and 0 <= error.lineno < 2**31 else 0
        message = str(error.msg)[:TEXT]  # the error's own text names file and line once more
        description.update(text=message, file=error.filename[:TEXT], line=line)
    return description


def describe(value: Any) -> Dict[str, Any]:
    """Describe a value: ``kind`` (none, array, number, list, text, huge, other), ``type``, ``value``.

    Raises
    ------
    AbsentPackage
        For something of a package that is not there.
    """
    type_name = type(value).__name__[:TEXT]
    if isinstance(value, Absent):
        value.refuse()
    if value is None:
        return {"kind": "none", "type": type_name}
    if isinstance(value, (np.ndarray, np.generic)):
        return {"type": type_name, **_describe_array(np.array(value, subok=False), "array")}
    if isinstance(value, (bool, int, float)):
        return {"type": type_name, **_describe_array(np.array(value), "number")}
    if isinstance(value, str):
        return {"kind": "text", "type": type_name, "value": value[:TEXT]}
    if isinstance(value, (list, tuple)) and not _is_deep(value, 1):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            return {"type": type_name, **_describe_array(np.array(value, np.float64), "list")}
    return {"kind": "other", "type": type_name}


def _is_deep(entries: Any, axes: int) -> bool:
    """Return whether lists nest deeper than an array does; numpy follows one that holds itself for ever."""
    inner = (entry for entry in entries if isinstance(entry, (list, tuple)))
    return axes > MAX_AXES or any(_is_deep(entry, axes + 1) for entry in inner)


def _describe_array(array: Any, kind: str) -> Dict[str, Any]:
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.size > MAX_ENTRIES or array.ndim > MAX_AXES:
        return {"kind": "huge"}
    if array.dtype.newbyteorder("<").str not in DTYPES:
        return {"kind": "other", "dtype": array.dtype.kind}
    return {"kind": kind, "value": array}
