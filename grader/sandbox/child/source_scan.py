"""Scans a source text before any of it runs: its imports, what it defines, and signs for a person.

A sign proves nothing and costs no points. It is a kind, what stands there, and a line.
"""

from __future__ import annotations

import ast
import collections
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from .definitions import is_unfinished
from .source_outline import outline
from .source_text import decode_source, parse

MAX_SIGNS = 5  # of one kind in one file: a person needs no more to decide
MAX_DEFINITIONS = 100  # of one file: the lab has sixteen
TEXT = 80  # characters of one sign
NAMES = {
    "frames": {
        "_getframe", "_current_frames", "currentframe", "f_back", "f_globals", "f_locals", "tb_frame", "gi_frame",
        "get_objects", "get_referrers", "get_referents", "settrace", "setprofile", "gettrace", "getprofile",
        "__subclasses__", "__globals__",
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
KINDS = {name: kind for kind, names in NAMES.items() for name in names}
CALLS = {"exec": "exec", "eval": "exec", "compile": "exec", "__import__": "import"}
PAIRS = {
    "inspect.stack": "frames", "inspect.trace": "frames", "sys.modules": "import",
    "os.system": "process", "importlib.import_module": "import", "importlib.reload": "import",
    "builtins.exec": "exec", "builtins.eval": "exec", "gc.get_objects": "frames",
}  # fmt: skip
MODULES = {
    "ctypes": "native", "cffi": "native", "subprocess": "process", "multiprocessing": "process",
    "socket": "process", "atexit": "process", "faulthandler": "process", "pty": "process", "gc": "frames",
    "inspect": "frames", "importlib": "import", "runpy": "import", "builtins": "import",
}  # fmt: skip
NO_STATEMENTS = (
    ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass,
)  # fmt: skip
WITH_NAMES = (
    ast.Attribute, ast.Name, ast.Call, ast.Constant, ast.Import, ast.ImportFrom, ast.FunctionDef,
    ast.AsyncFunctionDef,
)  # fmt: skip
"""The nodes that may be a sign: all others, most of a tree, are passed over at once."""
DIRECTION_MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that turn the direction of writing: an editor then shows other code than runs."""


def scan(raw: bytes) -> Dict[str, Any]:
    """Describe a source text.

    Returns
    -------
    dict
        ``imports`` (each with ``module``, ``line``), ``signs`` (``kind``, ``what``, ``line``),
        ``definitions`` (the ``name`` of each class and function, and whether it is ``written``),
        ``statements`` (how many others there are) and ``outline`` (see ``source_outline``).

    Raises
    ------
    SyntaxError
        If the text is no Python.
    """
    text = decode_source(raw)
    tree = parse(text)
    nodes = [node for node in _walk(tree) if isinstance(node, WITH_NAMES)]
    return {
        "imports": _list_imports(nodes),
        "signs": _list_signs(text, nodes),
        "definitions": _list_definitions(tree),
        "statements": _count_statements(tree.body),
        "outline": outline(tree),
    }


def _list_definitions(tree: ast.Module) -> List[Dict[str, Any]]:
    """List the classes and functions of a file, each once, and whether the last of a name does anything."""
    nodes = [node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    written = {node.name[:TEXT]: not is_unfinished(node) for node in nodes}
    entries = [{"name": name, "written": is_written} for name, is_written in written.items()]
    return entries[:MAX_DEFINITIONS]


def _count_statements(body: Sequence[ast.stmt]) -> int:
    """Count the statements that run and define no class or function; imports and texts do nothing.

    What stands in a loop or a condition counts as well.
    """
    count, waiting = 0, collections.deque(body)
    while waiting:
        node = waiting.popleft()
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        count += not isinstance(node, NO_STATEMENTS) and not is_text
        waiting.extend(() if isinstance(node, NO_STATEMENTS) else getattr(node, "body", ()))
    return count


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node of a tree in the order of ``ast.walk``, which takes nearly twice as long."""
    waiting = collections.deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif type(value) is list:
                waiting.extend(entry for entry in value if isinstance(entry, ast.AST))


def _list_imports(nodes: Sequence[ast.AST]) -> List[Dict[str, Any]]:
    """List every module that is imported, wherever that stands: top-level name and first line.

    Calls with a plain name count as well: ``__import__("x")``, ``import_module("x")``.
    """
    calls: List[Tuple[str, int]] = []
    statements: List[Tuple[str, int]] = []
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            statements += [(name, node.lineno) for name in _imported_names(node)]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = getattr(node.func, "id", getattr(node.func, "attr", ""))
            name = node.args[0].value
            if function in ("__import__", "import_module") and isinstance(name, str):
                calls += [] if name.startswith(".") else [(name, node.lineno)]
    lines: Dict[str, int] = {}
    for name, line in calls + statements:
        lines.setdefault(name.split(".")[0], line)
    return [{"module": module, "line": line} for module, line in lines.items()]


def _list_signs(text: str, nodes: Sequence[Any]) -> List[Dict[str, Any]]:
    """List the first signs of each kind in a source text: a crowd of one kind hides no other."""
    signs = {("bidi", "U+%04X" % ord(mark), line) for mark, line in _direction_marks(text)}
    for node in nodes:
        signs.update((kind, what, node.lineno) for kind, what in _signs_of(node))
    counts: Dict[str, int] = collections.Counter()
    first = []
    for kind, what, line in sorted(signs, key=lambda sign: (sign[2], sign)):
        counts[kind] += 1
        if counts[kind] <= MAX_SIGNS:
            first.append({"kind": kind, "what": what[:TEXT], "line": line})
    return first


def _direction_marks(text: str) -> Iterator[Tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        for character in line:
            if character in DIRECTION_MARKS:
                yield character, number


def _imported_names(node: ast.AST) -> List[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    is_absolute = isinstance(node, ast.ImportFrom) and not node.level and node.module
    return [node.module] if is_absolute else []  # type: ignore[attr-defined]


def _signs_of(node: ast.AST) -> Iterator[Tuple[str, str]]:
    """Yield kind and text of the signs that one node of a syntax tree is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, complex):
        yield "complex", str(node.value)
    name = _name_in(node)
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
    owner = node.value.id + "." if _is_dotted(node) else ""  # type: ignore[attr-defined]
    if called in CALLS:
        yield CALLS[str(called)], str(called)
    elif owner + name in PAIRS:
        yield PAIRS[owner + name], owner + name
    else:
        yield from [(KINDS[name], name)] if name in KINDS else []
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for module in [imported.split(".")[0] for imported in _imported_names(node)]:
            if module in MODULES:
                yield MODULES[module], module


def _is_dotted(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def _name_in(node: ast.AST) -> str:
    """Return the name in a node: of an attribute, a variable or a function, or in a text for getattr."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else ""  # type: ignore[attr-defined]
