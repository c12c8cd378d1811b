"""Signs in a source text that a person should look at; found before any of it runs.

A sign proves nothing and costs no points. Each is a kind, what stands there, and a line.
"""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator, List, Optional, Tuple

Sign = Tuple[str, str, int]

MOST = 40  # signs of one file
TEXT = 80
NAMES = {
    "frames": {
        "_getframe", "_current_frames", "currentframe", "f_back", "f_globals", "f_locals", "tb_frame", "gi_frame",
        "get_objects", "get_referrers", "get_referents", "settrace", "setprofile", "__subclasses__", "__globals__",
        "__closure__", "co_consts", "monitoring", "setswitchinterval",
    },
    "process": {
        "fork", "forkpty", "execv", "execve", "execvp", "posix_spawn", "popen", "Popen", "_exit", "kill", "killpg",
        "setrlimit", "prctl", "mmap", "memfd_create",
    },
    "complex": {
        "complex", "complex64", "complex128", "complex256", "csingle", "cdouble", "clongdouble", "imag", "emath",
        "scimath", "iscomplexobj",
    },
    "lies": {"__array_ufunc__", "__array_function__", "__array_interface__", "__array_struct__"},
    "import": {"meta_path", "path_hooks", "SourceFileLoader", "spec_from_file_location", "set_wakeup_fd"},
}  # fmt: skip
CALLS = {"exec": "exec", "eval": "exec", "compile": "exec", "__import__": "import"}
PAIRS = {
    ("inspect", "stack"): "frames", ("inspect", "trace"): "frames", ("sys", "modules"): "import",
    ("os", "system"): "process", ("importlib", "import_module"): "import", ("importlib", "reload"): "import",
    ("builtins", "exec"): "exec", ("builtins", "eval"): "exec", ("gc", "get_objects"): "frames",
}  # fmt: skip
MODULES = {
    "ctypes": "native", "cffi": "native", "subprocess": "process", "multiprocessing": "process",
    "socket": "process", "atexit": "process", "faulthandler": "process", "pty": "process", "gc": "frames",
    "inspect": "frames", "importlib": "import", "runpy": "import", "builtins": "import",
}  # fmt: skip
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def signs(tree: ast.AST, text: str) -> List[Dict[str, Any]]:
    """List the signs in a source: ``kind``, ``what`` and ``line``, the first ones of each kind."""
    found = sorted(set(_turning(text)) | set(_walked(tree)), key=lambda sign: sign[2])
    return [{"kind": kind, "what": what[:TEXT], "line": line} for kind, what, line in found[:MOST]]


def _turning(text: str) -> Iterator[Sign]:
    """Characters that turn the direction of writing can show other code than runs."""
    for number, line in enumerate(text.splitlines(), 1):
        for character in line:
            if character in TURNING:
                yield "bidi", "U+%04X" % ord(character), number


def _walked(tree: ast.AST) -> Iterator[Sign]:
    for node in ast.walk(tree):
        for kind, what in [*filter(None, [_sign(node)]), *_of_import(node)]:
            yield kind, what, getattr(node, "lineno", 0)


def _sign(node: ast.AST) -> Optional[Tuple[str, str]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        kind = CALLS.get(node.func.id)
        return (kind, node.func.id) if kind else None
    if isinstance(node, ast.Attribute):
        return _of_attribute(node)
    if isinstance(node, ast.Name):
        return _named(node.id)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _named(node.name)
    return _of_constant(node.value) if isinstance(node, ast.Constant) else None


def _of_constant(value: Any) -> Optional[Tuple[str, str]]:
    if isinstance(value, complex):
        return "complex", str(value)
    return _named(value) if isinstance(value, str) else None


def _of_attribute(node: ast.Attribute) -> Optional[Tuple[str, str]]:
    whole = node.value.id + "." + node.attr if isinstance(node.value, ast.Name) else node.attr
    pair = tuple(whole.split("."))
    if pair in PAIRS:
        return PAIRS[pair], whole
    return _named(node.attr)


def _named(name: str) -> Optional[Tuple[str, str]]:
    """The kind of a name that says something by itself, also where it stands in a text for getattr."""
    return next(((kind, name) for kind, names in NAMES.items() if name in names), None)


def _of_import(node: ast.AST) -> List[Tuple[str, str]]:
    names: List[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    tops = [name.split(".")[0] for name in names]
    return [(MODULES[top], top) for top in tops if top in MODULES]


def called_imports(tree: ast.AST) -> Iterator[Tuple[str, int]]:
    """List the imports that are calls with a plain name: ``__import__("x")``, ``import_module("x")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("__import__", "import_module") and isinstance(node.args[0].value, str):
                yield node.args[0].value, node.lineno
