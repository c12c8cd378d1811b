"""Programs turned into single precision, by the edits that a student makes who wants float32."""

from __future__ import annotations

import ast
from collections.abc import Mapping

DRAWS = {
    "randn", "rand", "normal", "uniform", "standard_normal", "random", "random_sample", "zeros",
    "zeros_like",
}  # fmt: skip
"""What makes the first values of a parameter."""

APART = ("data.py", "plots.py", "training.py", "main.py")


class _Weights(ast.NodeTransformer):
    """Appends ``.astype(np.float32)`` to what is drawn, outside the functions that make data."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node if node.name.startswith(("generate", "train", "show")) else self._inside(node)

    def _inside(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        drawn = any(isinstance(part, ast.Call) and _draws(part) for part in ast.walk(node))
        return _single(node) if drawn else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _draws(node):
            return _single(node)
        self.generic_visit(node)
        return node


class _Returns(ast.NodeTransformer):
    """Lets every ``forward`` and ``backward`` return numbers of float32."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name in ("forward", "backward"):
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and part.value is not None:
                    part.value = _call("np.asarray", part.value, "np.float32")
        return node


def _draws(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS


def _single(node: ast.expr) -> ast.expr:
    return _call("np.float32", node)


def _call(function: str, node: ast.expr, *others: str) -> ast.expr:
    values = [ast.parse(text, mode="eval").body for text in (function, *others)]
    return ast.Call(values[0], [node, *values[1:]], [])


def weights(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A program whose parameters are drawn in float32."""
    return _edited(files, _Weights)


def returns(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A program whose layers, losses and networks return float32."""
    return _edited(files, _Returns)


def _edited(files: Mapping[str, bytes], edit: type[ast.NodeTransformer]) -> dict[str, bytes]:
    changed = {}
    for path, text in files.items():
        aside = path.rpartition("/")[2]
        if aside in APART or not path.endswith(".py") or aside.startswith("test_"):
            continue
        before = ast.parse(text)
        tree = edit().visit(ast.parse(text))
        if ast.dump(tree) != ast.dump(before):
            place = sum(_is_head(node) for node in tree.body)
            tree.body[place:place] = ast.parse("import numpy as np").body
            changed[path] = ast.unparse(ast.fix_missing_locations(tree)).encode()
    return {**files, **changed}


def _is_head(node: ast.stmt) -> bool:
    """Whether a statement must stay first: a docstring, or an import from the future."""
    doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return doc or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
