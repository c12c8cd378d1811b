"""Lists the edits of one method of a source text, the cheapest first, as far as they are asked for."""

from __future__ import annotations

import ast
import copy
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .edit_scope import Scope
from .source_edits import FUNCTIONS, Edit, MethodTexts, Writing, statements_of
from .source_text import decode_source, parse

MAX_EDITS = 1000  # of one method, the cheapest: of 540 repairs of the zoo, none was above the 900th
MAX_STATEMENTS = 40  # of one method: a longer one is no method of the lab
MAX_TEXT = 8000  # characters of one method
MAX_ANSWER = 1_500_000  # four times the characters of all edits, more than which no answer holds

Discounts = Dict[str, Optional[float]]
"""Kind of edits -> by how much these are cheaper; None leaves a kind out."""


class EditList:
    """The edits of a method ``Class.method``, or of a function, the cheapest first.

    They are written only as far as they are asked for: most searches end among the first.

    Parameters
    ----------
    raw, name
        The source text and the method in it.
    discounts
        Kind of edits -> by how much these are cheaper here; kinds with None are left out.

    Raises
    ------
    SyntaxError
        If the text is no Python.
    """

    def __init__(self, raw: bytes, name: str, discounts: Optional[Discounts] = None) -> None:
        source = decode_source(raw)
        owner, function = _find(parse(source), name)
        self.line = self.end_line = 0
        self.text = ""
        self._written: List[Edit] = []
        self._waiting: Iterator[Writing] = iter(())
        if function is None or len(list(statements_of(function))) > MAX_STATEMENTS:
            return
        self.line, self.end_line = function.lineno, int(function.end_lineno or function.lineno)
        function = copy.deepcopy(function)
        function.decorator_list = []  # type: ignore[attr-defined]
        texts = MethodTexts(function, source.splitlines())
        self.text = texts.original
        self._known = {self.text}
        less = {kind: value for kind, value in (discounts or {}).items() if value is not None}
        scope = Scope(owner, function)
        scope.left_out |= {kind for kind, value in (discounts or {}).items() if value is None}
        edits = texts.edits(scope)
        self._waiting = iter(sorted(edits, key=lambda edit: edit[1] - less.get(edit[0], 0.0)))

    def listed(self, first: int = 0, end: int = MAX_EDITS) -> Dict[str, Any]:
        """List the edits from one number up to another.

        Returns
        -------
        dict
            ``line`` and ``end_line`` of the method without its decorators, its ``text`` as Python writes
            it, and ``edits``: the fields of ``Edit`` of each, but for its text the numbers of the first
            line of the method's text that it replaces and of the one after the last, and what stands there
            then. None are listed where there is no such method, or one that is too long.
        """
        end = min(end, MAX_EDITS)
        while len(self._written) < end:
            waiting = next(self._waiting, None)
            if waiting is None:
                break
            edit = waiting[2]()
            if edit.text not in self._known and len(edit.text) <= MAX_TEXT:
                self._known.add(edit.text)
                self._written.append(edit)
        original = self.text.split("\n")
        rows = [
            [*edit[:-1], *_replaced(original, edit.text.split("\n"))]
            for edit in self._written[first:end]
        ]
        lines = {"line": self.line, "end_line": self.end_line, "text": self.text}
        return {**lines, "edits": list(_fitting(rows))}


def _replaced(old: List[str], new: List[str]) -> Tuple[int, int, str]:
    """Return which lines differ, the first and the one after the last, and those in their place."""
    first, end = 0, 0
    least = min(len(old), len(new))
    while first < least and old[first] == new[first]:
        first += 1
    while end < least - first and old[-1 - end] == new[-1 - end]:
        end += 1
    return first, len(old) - end, "\n".join(new[first : len(new) - end])


def _fitting(rows: List[List[Any]]) -> Iterator[List[Any]]:
    """Yield the first rows, as many as one answer can hold."""
    size = 0
    for row in rows:
        size += 60 + sum(4 * len(part) for part in row if isinstance(part, str))
        if size > MAX_ANSWER:
            return
        yield row


def _find(tree: ast.Module, name: str) -> Tuple[Optional[ast.ClassDef], Optional[ast.stmt]]:
    """Return a method and its class, or a function; of two of a name the later one, as Python does."""
    class_name, _, method = name.rpartition(".")
    owner, body = None, tree.body
    if class_name:
        owners = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == class_name]
        owner = owners[-1] if owners else None
        body = owner.body if owner else []
    functions = [n for n in body if isinstance(n, FUNCTIONS) and n.name == method]
    return owner, functions[-1] if functions else None
