"""Frames: programs that try plans in the child, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.numeric import Array
from grader.recognition.plans import Plan

Answer = Mapping[str, Any] | None
Ask = Callable[[Sequence[Sequence[Any]]], Sequence[Answer]]
"""Sends instructions to a child in one frame; returns an answer for each."""

Arrays = dict[str, Array]
"""The arrays that can be reached from an object, by the path to each."""


class Frame:
    """Instructions for one exchange; registers of one frame do not survive the next."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lines: list[list[Any]] = []
        self._answers: Sequence[Answer] = ()

    def add(self, instruction: str, *operands: Any) -> int:
        """Add an instruction; return its number."""
        number = len(self._lines)
        self._lines.append([instruction, f"recognise{number}", *operands])
        return number

    def ref(self, number: int) -> dict[str, str]:
        """The operand that means what an instruction of this frame left in its register."""
        return {"$": f"recognise{number}"}

    def put(self, value: Any) -> dict[str, str]:
        """Keep a value in the child; return the operand that means it."""
        return self.ref(self.add("put", value))

    def adapted(self, plan: Plan, *args: Any) -> dict[str, str]:
        """Construct an adapter by a plan; return the operand that means it."""
        name = f"candidate {len(self._lines)}"
        self.add("adapt", name, plan.data)
        return self.ref(self.add("new", name, list(args), {}))

    def call(self, target: dict[str, str], method: str, *args: Any) -> int:
        """Call a method; return the number of the instruction."""
        return self.add("call", target, method, list(args), {})

    def read(self, number: int) -> int:
        """Ask for what an instruction left; return the number of the question."""
        return self.add("read", self.ref(number))

    def arrays(self, target: dict[str, str]) -> int:
        """Ask for all arrays of an object; return the number of the question."""
        return self.add("arrays", target)

    def parameters(self, target: dict[str, str], x: dict[str, str]) -> int:
        """Ask which arrays of an object its forward follows; return the number of the question."""
        name = f"recognise{len(self._lines)}"
        copied, out = f"{name} x", f"{name} y"
        body = [["copy", copied, x], ["call", out, target, "forward", [{"$": copied}], {}]]
        return self.add("perturb_arrays", target, body, out)

    def parameter_paths(self, number: int) -> set[str]:
        """Return the paths of the arrays that ``parameters`` showed to be followed; none if it failed."""
        rest, *moved = (self._answers[number] or {}).get("value") or [{"out": None}]
        return {str(e["path"]) for e in moved if not np.array_equal(e["out"], rest["out"])}

    def run(self) -> None:
        """Send the frame."""
        self._answers = self._ask(self._lines) if self._lines else ()

    def succeeded(self, number: int) -> bool:
        """Whether an instruction met no error."""
        answer = self._answers[number]
        return answer is None or "value" in answer

    def array(self, number: int) -> Array | None:
        """Return the float array that a question was answered with; None if it was none, or not finite."""
        answer = self._answers[number] or {}
        value = (answer.get("value") or {}).get("value")
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            return None
        floats = value.astype(np.float64)
        return floats if np.all(np.isfinite(floats)) else None

    def listed(self, number: int) -> Arrays | None:
        """Return the arrays that ``arrays`` was answered with, or None."""
        answer = self._answers[number] or {}
        if "value" not in answer:
            return None
        return {str(entry["path"]): np.asarray(entry["array"]) for entry in answer["value"]}
