"""Computes what layers do that a student's tests call; they run in a child of their own.

So neither the formulas are in the child that has the student's code, nor does what it sends run here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.sandbox.host import Answer, ChildGone, Wire

PARAMETERS = ("w", "b")
MAX_CALLS = 50_000
"""Calls of one run of a test file: a careful check of all layers makes some thousands."""

CALL_SECONDS = 5.0
"""For one call, which takes microseconds unless its arrays are as large as a frame."""

SEED = 1
METHODS = ("forward", "backward")

Program = list[list[Any]]
Response = Mapping[str, Any]


class LayerServer:
    """Answers the questions of ``sandbox.child.remote_layers``.

    Parameters
    ----------
    start
        Starts a child in which the layers run.
    """

    def __init__(self, start: Callable[[], Wire]) -> None:
        self._start = start
        self._wire: Wire | None = None
        self._texts: Mapping[str, str] = {}
        self._names: dict[int, str] = {}
        self._calls = 0

    def load(self, texts: Mapping[str, str]) -> None:
        """Take the text of each class; objects that were made before are gone."""
        self._texts, self._calls = texts, 0
        self._names.clear()
        self._define()

    def _define(self) -> None:
        self._run([["define", "_", dict(self._texts)], ["seed", "_", SEED]])

    def respond(self, question: Any) -> Response:
        """Answer a question, whatever it is.

        Returns
        -------
        mapping
            ``number`` of a new object, or ``value`` of a call, and the object's ``parameters``; or
            ``error`` with ``type`` and ``text``.
        """
        self._calls += 1
        if self._calls > MAX_CALLS:
            return _error("RuntimeError", f"more than {MAX_CALLS} calls of layers")
        try:
            if self._is_new(question):
                return self._make(*question[1:])
            if self._is_call(question):
                return self._call(*question[1:])
        except ChildGone:
            self.close()
            self._names.clear()
            self._define()
            return _error("MemoryError", "these arrays are too large for the layer")
        return _error("TypeError", "this is no call of a layer")

    def _is_new(self, question: Any) -> bool:
        match question:
            case ["new", str(name), list(), dict()]:
                return name in self._texts
        return False

    def _is_call(self, question: Any) -> bool:
        match question:
            case ["call", int(number), str(method), list(), dict(), dict(parameters)]:
                is_known = number in self._names and method in METHODS
                return is_known and parameters.keys() <= set(self._parameters(number))
        return False

    def _parameters(self, number: int) -> tuple[str, ...]:
        return PARAMETERS if self._names[number] == "Linear" else ()

    def _make(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Response:
        number = len(self._names)
        self._names[number] = name
        make = [["new", f"o{number}", name, args, kwargs], *self._reads(number)]
        first, *states = self._run(make)
        if first:
            return {"error": _of(first)}
        return {"number": number, "parameters": self._state(number, states)}

    def _call(
        self,
        number: int,
        method: str,
        args: list[Any],
        kwargs: dict[str, Any],
        parameters: dict[str, Any],
    ) -> Response:
        target = {"$": f"o{number}"}
        assign = [
            ["assign", "_", target, [["attr", name]], value] for name, value in parameters.items()
        ]
        call = [["call", "y", target, method, args, kwargs], ["read", "_", {"$": "y"}]]
        answers = self._run([*assign, *call, *self._reads(number)])
        errors = [answer for answer in answers[: len(assign) + 1] if answer]
        if errors:
            return {"error": _of(errors[0])}
        value = _value(answers[len(assign) + 1])
        return {"value": value, "parameters": self._state(number, answers[len(assign) + 2 :])}

    def _reads(self, number: int) -> Program:
        return [
            line
            for name in self._parameters(number)
            for line in (["attr", name, {"$": f"o{number}"}, name], ["read", "_", {"$": name}])
        ]

    def _state(self, number: int, answers: list[Answer]) -> dict[str, Any]:
        values = map(_value, answers[1::2])
        return dict(zip(self._parameters(number), values, strict=True))

    def _run(self, program: Program) -> list[Answer]:
        if self._wire is None:
            self._wire = self._start()
        return self._wire.exchange(program, CALL_SECONDS)

    def close(self) -> None:
        """End the child in which the layers run."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None


def _value(answer: Answer) -> Any:
    """Return what a register was read as: an array, a number, or None for anything else."""
    content = (answer or {}).get("value") or {}
    if content.get("kind") == "number":
        return float(content["value"])
    return content.get("value") if content.get("kind") in ("array", "list") else None


def _of(answer: Answer) -> Mapping[str, Any]:
    """Return type and text of the error of an answer; of one that was skipped, nothing is known."""
    error = (answer or {}).get("error", {})
    return {"type": error.get("type", "RuntimeError"), "text": error.get("text", "")}


def _error(kind: str, text: str) -> Response:
    return {"error": {"type": kind, "text": text}}
