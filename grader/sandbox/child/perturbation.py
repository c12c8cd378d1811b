"""Instructions that run a body of other instructions with one value after another changed."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Sequence

import numpy as np

from . import serialize
from .registers import Registers, stack

MAX_WEIGHT = (
    4.0  # no draw from N(0, 1) is larger but by chance, and a sum of some saturates nothing
)
SHIFT = 0.5  # of a whole array: large enough to move every output that depends on it
Body = List[List[Any]]


class PerturbationInstructions(Registers):
    """Perturb entries or whole arrays, or repeat a body; the values are restored afterwards."""

    def run_instruction(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        """Run one instruction of a body; the interpreter knows how."""
        raise NotImplementedError

    def _run_body(self, body: Body, out: str) -> Any:
        for instruction in body:
            self.run_instruction(instruction)
        return self.operand({"$": out})

    def do_repeat(self, times: int, body: Body, record: List[str]) -> List[Any]:
        """Run a body several times; stack what the recorded registers held after each round."""
        rows: List[List[Any]] = []
        for _ in range(times):
            for instruction in body:
                self.run_instruction(instruction)
            rows.append([self.operand({"$": name}) for name in record])
        return [self.guard(stack, column) for column in zip(*rows)]

    def do_perturb_entries(self, where: Any, step: float, body: Body, out: str) -> Any:
        """Move each entry of an array up and down by a step, run a body, and stack its results.

        ``where`` is a register, or ``[object, path]``. The result has the shape
        ``(entries, 2, ...)``: up first, then down.
        """
        steps = (
            self._perturb_register(where["$"], step)
            if isinstance(where, dict)
            else self._perturb_in_place(self.follow(*where), step)
        )
        # Copied at once: a student's buffer may be filled again by the next call.
        results = [self.guard(np.array, self._run_body(body, out)) for _ in steps]
        pairs = self.guard(stack, results)
        return pairs.reshape((len(pairs) // 2, 2, *pairs.shape[1:]))

    def _perturb_register(self, name: str, step: float) -> Iterator[None]:
        base = self.operand({"$": name})
        for index in range(base.size):
            for change in (step, -step):
                perturbed = np.array(base)
                perturbed.flat[index] += change
                self.registers[name] = perturbed
                yield
        self.registers[name] = base

    def _perturb_in_place(self, array: Any, step: float) -> Iterator[None]:
        for index in range(array.size):
            original = array.flat[index]
            try:
                for change in (step, -step):
                    self.guard(array.flat.__setitem__, index, original + change)
                    yield
            finally:
                array.flat[index] = original

    def do_perturb_arrays(self, target: Any, body: Body, out: str) -> List[Dict[str, Any]]:
        """List the float arrays of an object, each with what a body leaves when it is shifted.

        The first entry is the object at rest: no path, an empty array. Meanwhile large entries are
        scaled down: behind a saturated sigmoid nothing would move.
        """
        # Listed before anything runs: what forward remembers does not exist yet.
        arrays = self.guard(serialize.find_arrays, self.operand(target))
        originals = [np.array(array) for _, array in arrays]
        for _, array in arrays:
            self.guard(scale_down, array)
        try:
            result = self.guard(np.array, self._run_body(body, out), np.float64)
            entries = [{"path": None, "array": np.zeros(0), "dtype": "<f8", "out": result}]
            for (path, array), original in zip(arrays, originals):
                scaled = np.array(array)
                self.guard(array.__setitem__, Ellipsis, scaled + SHIFT)
                result = self.guard(np.array, self._run_body(body, out), np.float64)
                array[...] = scaled
                values = {"array": np.array(original, np.float64), "dtype": array.dtype.str}
                entries.append({"path": path, **values, "out": result})
            return entries
        finally:
            for (_, array), original in zip(arrays, originals):
                self.guard(array.__setitem__, Ellipsis, original)


def scale_down(array: Any) -> None:
    """Scale an array, in place, so that no entry is larger than ``MAX_WEIGHT``."""
    largest = float(np.max(np.abs(array), initial=0.0))
    if largest > MAX_WEIGHT:
        array[...] = np.array(array) * (MAX_WEIGHT / largest)
