"""Writes small edits of one method of a source text: what a slip of the hand or of thought may change.

Nothing of the student's runs here: a text comes in, and texts go out. Which edit repairs anything shows
elsewhere, where it runs.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .edit_scope import Scope, Variant
from .expression_edits import of_expression, of_value
from .source_text import first_line, parse
from .statement_edits import of_bodies

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
UNTOUCHED = ("annotation", "returns", "decorator_list", "ctx", "keywords")


class Edit(NamedTuple):
    """An edit: its kind and cost, the lines of the statement, both texts of it, and the whole method after it."""

    kind: str
    cost: float
    line: int
    end_line: int
    before: str
    after: str
    text: str


Writing = Tuple[str, float, Callable[[], Edit]]
"""Kind and cost of an edit, and what writes it."""


def statements_of(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield every statement within a node, in the order of the text."""
    for body in _bodies(node):
        for statement in body:
            yield statement
            if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                yield from statements_of(statement)


def _bodies(node: ast.AST) -> List[List[ast.stmt]]:
    fields = vars(node)
    bodies = [fields.get(field) for field in ("body", "orelse", "finalbody")]
    bodies += [handler.body for handler in fields.get("handlers", ())]
    return [body for body in bodies if isinstance(body, list) and body]


class _Change(NamedTuple):
    kind: str
    cost: float
    node: Any
    old: Any


Place = Tuple[Any, str, Optional[int], _Change]
"""Where a node stands: its parent, the field, the place in a list; and what takes its place."""


class MethodTexts:
    """A method whose tree is changed in one place at a time, and its text each time."""

    def __init__(self, function: Any, lines: Sequence[str]) -> None:
        self._function, self._lines = function, lines
        head = copy.copy(function)
        head.body = [ast.Pass()]
        self._head = ast.unparse(head).rsplit("\n", 1)[0]
        self.original = self._text()
        self._written = self.original.split("\n")
        self._heads = self._written_heads()

    def _written_heads(self) -> Dict[int, Tuple[int, int]]:
        """Return where in the text the head of each statement stands: its first line, and the one after."""
        again = parse(self.original).body[0]
        pairs = zip(statements_of(self._function), statements_of(again))
        return {id(own): (there.lineno - 1, self._span(there)[1]) for own, there in pairs}

    @staticmethod
    def _part(statement: ast.stmt) -> str:
        return textwrap.indent(ast.unparse(statement), "    ")

    def _text(self) -> str:
        """Return the text of the whole method."""
        parts = [self._part(statement) for statement in self._function.body]
        return "\n".join([self._head, *parts])

    def _text_with(self, statement: ast.stmt, head: str) -> str:
        """Return the text of the method in which only the head of one statement is not what it was."""
        first, end = self._heads[id(statement)]
        line = self._written[first]
        indent = line[: len(line) - len(line.lstrip())]
        if line.lstrip().startswith("elif "):
            head = "el" + head
        new = textwrap.indent(head, indent)
        return "\n".join([*self._written[:first], new, *self._written[end:]])

    def edits(self, scope: Scope) -> Iterator[Writing]:
        """Yield kind and cost of every edit, and what writes it; the tree is as it was after each."""
        for statement in list(statements_of(self._function)):
            if not isinstance(statement, ast.Try):
                for place in _places(statement, scope):
                    new = place[-1]
                    yield new.kind, new.cost, partial(self._of_expression, statement, place)
        for window in of_bodies(self._function, scope):
            yield window[1], window[2], partial(self._of_bodies, *window)

    def _of_bodies(self, body: List[ast.stmt], kind: str, cost: float, new: List[ast.stmt]) -> Edit:
        old = list(body)
        body[:] = new
        try:
            text = self._text()
        finally:
            body[:] = old
        return self._of_window(kind, cost, old, new, text)

    def _of_window(
        self, kind: str, cost: float, old: List[ast.stmt], new: List[ast.stmt], text: str
    ) -> Edit:
        """Make the edit of some statements next to each other: those that differ."""
        first = 0
        while first < min(len(old), len(new)) - 1 and old[first] is new[first]:
            first += 1
        last, end = len(old), len(new)
        while last > first + 1 and end > first and old[last - 1] is new[end - 1]:
            last, end = last - 1, end - 1
        line = first_line(old[first])
        end_line = int(getattr(old[last - 1], "end_lineno", None) or old[last - 1].lineno)
        before = textwrap.dedent("\n".join(self._lines[line - 1 : end_line]))
        after = "\n".join(map(ast.unparse, new[first:end]))
        return Edit(kind, cost, line, end_line, before, after, text)

    def _of_expression(self, statement: ast.stmt, change: Place) -> Edit:
        parent, field, place, new = change
        value = getattr(parent, field)
        _put(parent, field, place, new.node)
        try:
            after = head_text(statement)
        finally:
            if place is None:
                setattr(parent, field, value)
            else:
                value[place] = new.old
        line, end_line = self._span(statement)
        text = self._text_with(statement, after)
        return Edit(new.kind, new.cost, line, end_line, self._source(statement), after, text)

    def _span(self, statement: ast.stmt) -> Tuple[int, int]:
        """Return the first and the last line of a statement, of a loop or a condition that of its head."""
        bodies = _bodies(statement)
        end = int(getattr(statement, "end_lineno", None) or statement.lineno)
        if bodies:
            end = max(statement.lineno, min(first_line(body[0]) for body in bodies) - 1)
        return statement.lineno, end

    def _source(self, statement: ast.stmt) -> str:
        line, end_line = self._span(statement)
        return textwrap.dedent("\n".join(self._lines[line - 1 : end_line]))


def head_text(statement: ast.stmt) -> str:
    """Return the text of a statement; of a loop or a condition, of its head."""
    if not _bodies(statement) or isinstance(statement, ast.Try):
        return ast.unparse(statement)
    head: Any = copy.copy(statement)
    head.body = [ast.Pass()]
    if hasattr(head, "orelse"):
        head.orelse = []
    return ast.unparse(head).rsplit("\n", 1)[0]


def _places(statement: ast.stmt, scope: Scope) -> Iterator[Place]:
    """Yield each change within a statement, but not within the statements in it: where, and what."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    value = getattr(statement, "value", None)
    if isinstance(value, ast.expr) and not isinstance(statement, ast.Expr):
        is_result = isinstance(statement, ast.Return)
        for new in _likely(of_value(value, scope, is_result=is_result), scope):
            yield statement, "value", None, _Change(new.kind, new.cost, new.node, value)
    for parent, field, place, node in _nodes(statement):
        for new in _likely(_variants(node, parent, scope), scope):
            yield parent, field, place, _Change(new.kind, new.cost, new.node, node)


def _likely(variants: Iterator[Variant], scope: Scope) -> Iterator[Variant]:
    """Yield what may be meant in a method."""
    return (new for new in variants if new.kind not in scope.left_out)


def _nodes(statement: ast.stmt) -> Iterator[Tuple[Any, str, Optional[int], ast.AST]]:
    """Yield every node within a statement, and where it stands: its parent, the field, the place in a list."""
    waiting: List[ast.AST] = [statement]
    while waiting:
        parent = waiting.pop(0)
        for field, content in ast.iter_fields(parent):
            is_list = isinstance(content, list)
            nodes = [node for node in (content if is_list else [content]) if _is_within(node)]
            waiting += nodes if field not in UNTOUCHED or field == "keywords" else []
            for place, node in enumerate(content if is_list else [content]):
                if field not in UNTOUCHED and _is_within(node):
                    yield parent, field, place if is_list else None, node


def _is_within(node: Any) -> bool:
    return isinstance(node, ast.AST) and not isinstance(node, (ast.stmt, ast.arguments))


def _variants(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Variant]:
    is_read = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    is_text = isinstance(parent, (ast.Expr, ast.JoinedStr, ast.FormattedValue)) and isinstance(
        node, ast.Constant
    )
    if is_read and not is_text:
        yield from of_expression(node, parent, scope)


def _put(parent: Any, field: str, place: Optional[int], node: Any) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node
