"""Outlines a source text before any of it runs: where its classes and methods stand, and what their statements use.

It judges nothing. Whoever asks decides by it in which statement a mistake can be.
"""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set

from .source_text import first_line

MAX_BLOCKS = 300  # classes, methods and functions of one file: the lab has some forty
MAX_STATEMENTS = 60  # of one method: a longer one is told as a whole
MAX_NAMES = 30  # of one statement
TEXT = 200  # characters of a name or a statement
OPAQUE = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Global, ast.Nonlocal, ast.Await,
    ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Delete,
)  # fmt: skip
"""What lets a statement change names elsewhere, or be changed from elsewhere."""
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def outline(tree: ast.Module) -> Dict[str, Any]:
    """Describe the classes, methods and functions of a file, and its other names.

    Returns
    -------
    dict
        ``blocks``: each class, method and function with its ``name`` (``Linear.backward``), ``line``
        (decorators included), ``end_line``, ``bases`` of a class, ``parameters`` of a function, and
        ``statements`` (see ``_statements``), None where they cannot be told apart. ``names``: what else
        the file gives a name, with ``line``, ``end_line``, the ``module`` that it comes from, or "",
        and the ``value`` of a constant, or "".
    """
    blocks: List[Dict[str, Any]] = []
    for node in tree.body:
        if isinstance(node, FUNCTIONS):
            blocks.append(_function(node, ""))
        elif isinstance(node, ast.ClassDef):
            bases = [_name_of(base)[:TEXT] for base in node.bases]
            blocks.append(_block(node, node.name, bases[:MAX_NAMES], [], None))
            methods = [part for part in node.body if isinstance(part, FUNCTIONS)]
            blocks += [_function(method, node.name + ".") for method in methods]
    return {"blocks": blocks[:MAX_BLOCKS], "names": list(_module_names(tree))[:MAX_BLOCKS]}


def _block(
    node: ast.stmt, name: str, bases: List[str], parameters: List[str], statements: Any
) -> Dict[str, Any]:
    lines = {"line": first_line(node), "end_line": _end(node)}
    more = {"bases": bases, "parameters": parameters, "statements": statements}
    return {"name": name[:TEXT], **lines, **more}


def _function(node: Any, owner: str) -> Dict[str, Any]:
    arguments = node.args
    plain = [*getattr(arguments, "posonlyargs", []), *arguments.args, *arguments.kwonlyargs]
    parameters = [argument.arg[:TEXT] for argument in plain][:MAX_NAMES]
    own = parameters[0] if owner and parameters else ""
    return _block(node, owner + node.name, [], parameters, _statements(node, own))


def _module_names(tree: ast.Module) -> Iterator[Dict[str, Any]]:
    """Yield what a file gives a name besides its classes and functions."""
    for node in tree.body:
        lines = {"line": first_line(node), "end_line": _end(node)}
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                is_from = isinstance(node, ast.ImportFrom)
                module = node.module or "." if is_from else alias.name  # type: ignore[union-attr]
                yield {"name": name[:TEXT], "module": module[:TEXT], "value": "", **lines}
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            is_plain = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            value = ast.unparse(node.value)[:TEXT] if is_plain else ""  # type: ignore[arg-type]
            for name in _sorted(Names([node], "").sets):
                yield {"name": name[:TEXT], "module": "", "value": value, **lines}


def _statements(function: Any, own: str) -> Any:
    """List the statements of a function, or None where they are too many or change names elsewhere.

    Each has ``line``, ``end_line``, ``kind``, ``sets`` and ``uses`` (names; an attribute of the object
    is ``self.NAME`` whatever its parameter is called), ``within`` (numbers of the statements that it
    stands in) and ``text``. Of a loop, a condition and their like it is the head.
    """
    entries: List[Dict[str, Any]] = []
    is_plain = _append(function.body, [], own, entries)
    return entries if is_plain and len(entries) <= MAX_STATEMENTS else None


def _append(
    body: Sequence[ast.stmt], within: List[int], own: str, entries: List[Dict[str, Any]]
) -> bool:
    """Append the statements of a body; return whether all names in them can be told."""
    for node in map(_without_annotation, body):
        if node is None:
            continue
        if isinstance(node, OPAQUE) or len(entries) > MAX_STATEMENTS:
            return False
        number, bodies = len(entries), _bodies(node)
        heads = [
            part
            for part in ast.iter_child_nodes(node)
            if isinstance(part, (ast.expr, ast.withitem))
        ]
        parts: List[ast.AST] = list(heads) if bodies else [node]
        names = Names(parts, own)
        if names.is_opaque:
            return False
        if isinstance(node, ast.AugAssign):
            names.uses.add(_root(node.target, own))
        if isinstance(node, ast.Expr):  # a call that stands alone may change what it is given
            names.sets |= names.uses
        end = max([node.lineno, *(_end(head) for head in heads if hasattr(head, "lineno"))])
        entries.append({
            "line": node.lineno, "end_line": end if bodies else _end(node), "kind": type(node).__name__,
            "within": list(within), "sets": _sorted(names.sets - names.inner),
            "uses": _sorted(names.uses - names.inner),
            "text": _text(node, parts if bodies else [node])[:TEXT],
        })  # fmt: skip
        if not all(_append(inner, [*within, number], own, entries) for inner in bodies):
            return False
    return True


def _text(node: ast.stmt, parts: Sequence[ast.AST]) -> str:
    """Return the text of a statement, or of the head of a loop or a condition; "" of any other head."""
    if isinstance(node, ast.For):
        return "for {} in {}".format(ast.unparse(node.target).strip("()"), ast.unparse(node.iter))
    return "" if len(parts) > 1 else ast.unparse(parts[0] if parts else node)


def _without_annotation(node: ast.stmt) -> Optional[ast.stmt]:
    """Return an assignment without the type that it declares; None for what does nothing."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return None
    if isinstance(node, ast.AnnAssign):
        plain = node.value and ast.Assign([node.target], node.value)
        return ast.copy_location(plain, node) if plain else None
    return node


def _bodies(node: ast.stmt) -> List[List[ast.stmt]]:
    fields = vars(node)
    bodies = [fields.get(field) for field in ("body", "orelse", "finalbody")]
    parts = [*fields.get("handlers", ()), *fields.get("cases", ())]
    return [body for body in bodies + [part.body for part in parts] if body]


def _sorted(names: Set[str]) -> List[str]:
    return [name[:TEXT] for name in sorted(names - {""})][:MAX_NAMES]


class Names:
    """The names in some nodes: those that are set, those that are read, and those of comprehensions."""

    def __init__(self, parts: Sequence[ast.AST], own: str) -> None:
        self.sets: Set[str] = set()
        self.uses: Set[str] = set()
        self.inner: Set[str] = set()
        self.is_opaque = False
        self._own = own
        waiting = list(parts)
        while waiting:
            node = waiting.pop()
            if not self._read(node):
                for value in vars(node).values():
                    if isinstance(value, ast.AST):
                        waiting.append(value)
                    elif type(value) is list:
                        waiting.extend(entry for entry in value if isinstance(entry, ast.AST))

    def _read(self, node: ast.AST) -> bool:
        """Read one node; return whether nothing in it is left to read."""
        if isinstance(node, ast.Name):
            name = "self" if node.id == self._own else node.id
            (self.uses if isinstance(node.ctx, ast.Load) else self.sets).add(name)
            return True
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            if not isinstance(node.ctx, ast.Load):
                self.sets.add(_root(node, self._own))
            if isinstance(node, ast.Attribute) and _is_own(node.value, self._own):
                if isinstance(node.ctx, ast.Load):
                    self.uses.add("self." + node.attr)
                return True
        elif isinstance(node, ast.keyword) and node.arg == "out":
            self.sets |= Names([node.value], self._own).uses
        elif isinstance(node, COMPREHENSIONS):
            for generator in node.generators:
                self.inner |= {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
        elif isinstance(node, OPAQUE):
            self.is_opaque = True
        return False


def _root(node: ast.AST, own: str) -> str:
    """Return the name that a target belongs to: ``self.w`` of ``self.w[0]``, ``x`` of ``x.y[1]``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        if isinstance(node, ast.Attribute) and _is_own(node.value, own):
            return "self." + node.attr
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_own(node: ast.AST, own: str) -> bool:
    return bool(own) and isinstance(node, ast.Name) and node.id == own


def _name_of(node: ast.AST) -> str:
    """Return the last name of a base class: ``Layer`` of ``layers.Layer``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _end(node: Any) -> int:
    return int(getattr(node, "end_lineno", None) or node.lineno)
