"""Instructions that list the edits of a method, and have one take the place of what the student wrote."""

from __future__ import annotations

import inspect
from types import CodeType, FunctionType
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from .edit_list import Discounts, EditList
from .registers import Registers, StudentError

EDITED = "<edited>"
"""The file of the code that was edited: no traceback quotes it."""


class EditInstructions(Registers):
    """Edits methods of the classes that are bound; an edit lasts until another one replaces it."""

    bound: Dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self._lists: Dict[Any, EditList] = {}
        self._originals: Dict[Tuple[str, str], Tuple[FunctionType, CodeType]] = {}

    def do_list_edits(
        self, raw: bytes, name: str, discounts: Discounts, first: int, end: int
    ) -> Dict[str, Any]:
        """List some edits of one method of a source text, none of which is run."""
        return self.guard(self._list_edits, raw, name, discounts, first, end)  # type: ignore[no-any-return]

    def _list_edits(
        self, raw: bytes, name: str, discounts: Discounts, first: int, end: int
    ) -> Dict[str, Any]:
        key = raw, name, tuple(discounts.items())
        if key not in self._lists:
            self._lists[key] = EditList(raw, name, discounts)
        return self._lists[key].listed(first, end)

    def do_use_method(self, name: str, method: str, text: str) -> None:
        """Have a method of a bound class (of a function: "") run another text; "" for its own again."""
        self.guard(self._use_method, name, method, text)

    def do_look_at_edits(
        self,
        name: str,
        method: str,
        texts: List[str],
        program: Sequence[Sequence[Any]],
        reads: Sequence[int],
    ) -> List[Optional[List[Any]]]:
        """Run a program with each of some texts in the place of a method; None where one is no method.

        Of the answers only those are sent whose places are ``reads``: an array, a list of arrays with
        their paths, or None for anything else. The last text stays in its place.
        """
        results: List[Optional[List[Any]]] = []
        for text in texts:
            if self.answer(["use_method", "_", name, method, text]):
                results.append(None)
            else:
                answers = [self.answer(instruction) for instruction in program]
                results.append([_arrays_of(answers[place]) for place in reads])
        return results

    def answer(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        """Run one instruction; the interpreter knows how."""
        raise NotImplementedError

    def _use_method(self, name: str, method: str, text: str) -> None:
        if (name, method) not in self._originals:
            function = _function(self.bound.get(name), method)
            self._originals[name, method] = function, function.__code__
        function, original = self._originals[name, method]
        function.__code__ = compile_like(original, text) if text else original


def _arrays_of(answer: Optional[Dict[str, Any]]) -> Any:
    """Return the array that an answer describes, or its list of arrays; None where there is none."""
    value = answer.get("value") if answer else None
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, (np.ndarray, list)) else None


def _function(owner: Any, method: str) -> FunctionType:
    """Return the function behind a method of a class, its own or inherited."""
    value = owner
    if method:
        classes = inspect.getmro(owner) if isinstance(owner, type) else ()
        value = next((vars(one)[method] for one in classes if method in vars(one)), None)
    value = inspect.unwrap(value) if callable(value) else value
    if not isinstance(value, FunctionType):
        raise StudentError({"type": "Missing", "text": method})
    return value


def compile_like(original: CodeType, text: str) -> CodeType:
    """Compile the text of a function so that it can take the place of another one's code.

    Raises
    ------
    StudentError
        If it uses other variables of what encloses it.
    SyntaxError
        If the text is no Python.
    """
    if original.co_freevars:  # ``super()`` needs the class around it
        text = "class _:\n" + "\n".join("    " + line for line in text.splitlines())
    code = compile(text, EDITED, "exec", dont_inherit=True)
    for inner in _codes(code):
        if inner.co_name == original.co_name and inner.co_freevars == original.co_freevars:
            return inner
    raise StudentError({"type": "Missing", "text": original.co_name})


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
