"""Small edits of source text, one at a time: what a slip of the hand or of thought may change."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SUBJECTS = ("Linear", "Sigmoid", "ReLU", "MSE", "BinaryCrossEntropy", "TLNN")
TWIN_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
}
TWIN_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a program: where, of which class, what it says, and the files after it."""

    program: str
    subject: str
    says: str
    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """Program, class and method, old text -> new text."""
        return f"{self.program} {self.says}"


def edits(
    program: str, files: Mapping[str, bytes], known: set[str] | None = None
) -> Iterator[Edit]:
    """Make every edit of the classes of the lab in a program's files, in a fixed order.

    Parameters
    ----------
    program, files
        The program's name, and what it is made of.
    known
        Texts of classes edited before, in this program or another: they are not edited again.
    """
    known = set() if known is None else known
    for path in sorted(p for p in files if p.endswith(".py")):
        tree = ast.parse(files[path])
        for klass in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
            text = ast.unparse(klass)
            if klass.name in SUBJECTS and text not in known:
                known.add(text)
                for says, edited in _of_class(tree, klass):
                    yield Edit(program, klass.name, says, {**files, path: edited.encode()})


def _of_class(tree: ast.Module, klass: ast.ClassDef) -> Iterator[tuple[str, str]]:
    seen = {ast.unparse(tree)}
    times: Counter[str] = Counter()
    for method in (n for n in klass.body if isinstance(n, ast.FunctionDef)):
        for says, text in () if method.name == "__repr__" else _edited(tree, method):
            if text not in seen:
                seen.add(text)
                where = f"{klass.name}.{method.name}: {says}"
                times[where] += 1
                yield where + (f" (#{times[where]})" if times[where] > 1 else ""), text


def _edited(tree: ast.Module, method: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Each edit of a method: what it says, and the whole text with it."""
    for parent in ast.walk(method):
        if isinstance(parent, ast.arguments | ast.AnnAssign):
            continue
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "ctx"):
                continue
            places = value if isinstance(value, list) else [value]
            for k, node in enumerate(places):
                if isinstance(node, ast.AST) and not _is_docstring(parent, node):
                    for new in _variants(node):
                        _put(parent, name, k, new)
                        text = ast.unparse(tree)
                        _put(parent, name, k, node)
                        yield f"{_one_line(node)} -> {_one_line(new)}", text


def _put(parent: ast.AST, name: str, place: int, node: ast.AST) -> None:
    value = getattr(parent, name)
    if isinstance(value, list):
        value[place] = node
    else:
        setattr(parent, name, node)


def _is_docstring(parent: ast.AST, node: ast.AST) -> bool:
    return (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or (
        isinstance(parent, ast.Expr) and isinstance(node, ast.Constant)
    )


def _one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.Compare(ops=[operator]):
            for twin in TWIN_COMPARISONS.get(type(operator), ()):
                yield ast.Compare(node.left, [twin()], node.comparators)
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Call():
            yield from _of_call(node)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
            yield ast.Constant(number * 2)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield node.operand
        case ast.stmt():
            yield from _of_statement(node)


def _of_operation(node: ast.BinOp) -> Iterator[ast.AST]:
    """Another operator; one side alone; the sides swapped; a transpose more."""
    twin = TWIN_OPERATORS.get(type(node.op))
    if twin is not None:
        yield ast.BinOp(node.left, twin(), node.right)
    yield node.left
    yield node.right
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T", ast.Load()), node.op, node.right)
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load()))


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    """The first two arguments swapped; an axis changed; an option left out; a call left out."""
    if len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    for k, keyword in enumerate(node.keywords):
        rest = node.keywords[:k] + node.keywords[k + 1 :]
        yield ast.Call(node.func, node.args, rest)
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            other = ast.keyword("axis", ast.Constant(0 if keyword.value.value else 1))
            yield ast.Call(node.func, node.args, [*rest, other])
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def _of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    """A statement left out; a result negated; a condition turned round."""
    match node:
        case ast.Return(value=ast.expr() as value):
            yield ast.Return(ast.UnaryOp(ast.USub(), value))
            yield ast.Pass()
        case ast.Assign(value=value):
            yield ast.Assign(node.targets, ast.UnaryOp(ast.USub(), value), lineno=node.lineno)
            yield ast.Pass()
        case ast.AugAssign(op=operator):
            yield ast.Pass()
            twin = TWIN_OPERATORS.get(type(operator))
            if twin is not None:
                yield ast.AugAssign(node.target, twin(), node.value)
        case ast.If():
            turned = copy.copy(node)
            turned.test = ast.UnaryOp(ast.Not(), node.test)
            yield turned
            yield ast.Pass()
        case ast.Expr() | ast.For():
            yield ast.Pass()
