"""Runs the host's programs on a student's classes.

A program is a list of instructions ``[name, destination, operand, ...]``; the method ``do_NAME``
runs one. Its answer is None, or ``{"value": ...}`` (of those in ``ANSWERING``), or
``{"error": ...}``, or ``{"skipped": register}`` where a register that it needs was never filled.
The interpreter holds no expected value and judges nothing: it calls, copies and describes.
"""

from __future__ import annotations

import random
import warnings
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from . import (
    adapters,
    figure_capture,
    notebooks,
    run_main,
    serialize,
    source_scan,
)
from .alarm import Late
from .image_decode import decode_image
from .method_edits import EditInstructions
from .packing import byte_array
from .perturbation import PerturbationInstructions
from .program_instructions import ProgramInstructions
from .registers import EmptyRegister, StudentError
from .serialize import MAX_ARRAYS, TEXT, Path
from .submission_instructions import SubmissionInstructions
from .test_instructions import TestInstructions

ANSWERING = {
    "arrays", "bind", "decode_image", "draw", "foreign_modules", "inventory", "kind", "left_out", "list_edits",
    "look_at_edits", "methods", "notebook", "other_names", "perturb_arrays", "read", "redefinitions",
    "replaced_packages", "run_main", "run_program", "run_tests", "scan_source", "signature", "survey_program",
    "warnings", "watch_steps",
}  # fmt: skip
"""Instructions whose result is sent; that of the others stays in a register."""


class Interpreter(
    SubmissionInstructions,
    PerturbationInstructions,
    ProgramInstructions,
    EditInstructions,
    TestInstructions,
):
    """Runs programs; one lives as long as its child.

    Parameters
    ----------
    draws
        Whether figures become pictures, beyond being described: the fonts must be readable.
    """

    def __init__(self, draws: bool = False) -> None:
        super().__init__()
        self.draws = draws

    def run(self, program: Sequence[Sequence[Any]]) -> List[Optional[Dict[str, Any]]]:
        """Run a program; return an answer for each instruction, whatever the student's code does."""
        return [self.answer(instruction) for instruction in program]

    def answer(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        """Run one instruction; what kept it from its end is the answer."""
        try:
            return self.run_instruction(instruction)
        except EmptyRegister as empty:
            return {"skipped": str(empty)}
        except StudentError as raised:
            return {"error": raised.error}
        except (MemoryError, RecursionError) as error:  # a student's objects used the memory up
            return {"error": serialize.explain(error)}

    def run_instruction(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        """Run one instruction, and put its result in its register or in an answer."""
        name, destination, operands = instruction[0], instruction[1], instruction[2:]
        self.registers.pop(destination, None)
        value = getattr(self, "do_" + name)(*operands)
        if name in ANSWERING:
            return {"value": value}
        self.registers[destination] = value
        return None

    # ---- source files, none of which is run ----

    def do_scan_source(self, raw: bytes) -> Dict[str, Any]:
        """List the imports and definitions of a source text, and what in it a person should look at."""
        return self.guard(source_scan.scan, raw)  # type: ignore[no-any-return]

    def do_notebook(self, parts: List[Any], path: str, most: int) -> Dict[str, Any]:
        """Take the sources out of a notebook, whose bytes are the registers ``parts``."""
        raw = b"".join(self.operand(part) for part in parts)
        result = self.guard(notebooks.convert, raw, path, most)
        return {**result, "files": [[name, byte_array(text)] for name, text in result["files"]]}

    def do_decode_image(self, raw: bytes) -> Any:
        """Decode an image file; answer a PNG of limited size, or None."""
        return byte_array(decode_image(raw))

    def do_seed(self, seed: int) -> None:
        """Reseed every generator that a student may use, also those that ask the system for a seed."""
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        np.random.bit_generator.randbits = random.Random(seed).getrandbits  # type: ignore[attr-defined]

    # ---- values ----

    def do_put(self, value: Any, layout: str = "C") -> Any:
        """Keep a value; the layout of an array is C, F, or strided (every second entry of a larger one)."""
        if not isinstance(value, np.ndarray):
            return value
        if layout == "strided":
            larger = np.zeros(tuple(2 * n for n in value.shape), value.dtype)
            view = larger[tuple(slice(None, None, 2) for _ in value.shape)]
            view[...] = value
            return view
        return np.array(value, order="F" if layout == "F" else "C")

    def do_copy(self, source: Any) -> Any:
        """Copy an array into a register of its own, in the same layout."""
        value = self.operand(source)
        return value.copy(order="K") if isinstance(value, np.ndarray) else value

    def do_read(self, source: Any, path: Optional[Path] = None) -> Dict[str, Any]:
        """Describe what a register holds, or what stands at the end of a path from there."""
        value = self.follow(source, path) if path else self.operand(source)
        return self.guard(serialize.describe, value)  # type: ignore[no-any-return]

    def do_arrays(self, target: Any) -> List[Dict[str, Any]]:
        """List the float arrays that can be reached from an object, with the path to each."""
        return [
            {"path": path, "array": np.array(array, np.float64), "dtype": array.dtype.str}
            for path, array in self.guard(serialize.find_arrays, self.operand(target))
        ]

    def do_assign(self, target: Any, path: Path, value: Any) -> None:
        """Write a value, in place, into an array that can be reached from an object."""
        array, entries = self.follow(target, path), self.operand(value)
        # Looked up within the guard: what was an array may be a number by now, and has no entries.
        self.guard(lambda: array.__setitem__(Ellipsis, entries))

    def do_attr(self, target: Any, name: str) -> Any:
        """Read an attribute."""
        return self.guard(getattr, self.operand(target), name)

    def do_item(self, target: Any, index: int) -> Any:
        """Read an entry of a list, of a tuple, or of a dictionary's values in their order."""
        container = self.operand(target)
        values = list(container.values()) if isinstance(container, dict) else container
        return self.guard(lambda: values[index])

    def do_kind(self, target: Any) -> Dict[str, Any]:
        """Name an object's class, and the contract's names that it is an instance of."""
        kinds = {name: adapters.own_class(value) for name, value in self.bound.items()}
        return self.guard(serialize.describe_class, self.operand(target), kinds)  # type: ignore[no-any-return]

    def do_signature(self, target: Any, method: str) -> List[List[Any]]:
        """List a method's parameters: name, whether it is positional, whether it is required."""
        return self.guard(serialize.list_parameters, self.operand(target), method)  # type: ignore[no-any-return]

    def do_methods(self, target: Any) -> List[Any]:
        """List an object's public methods besides forward and backward, each with its parameters."""
        return self.guard(serialize.list_methods, self.operand(target))  # type: ignore[no-any-return]

    # ---- calls ----

    def _bound_value(self, name: str) -> Any:
        if name not in self.bound:
            raise StudentError({"type": "Missing", "text": name})
        return self.bound[name]

    def do_new(self, name: str, args: Sequence[Any], kwargs: Dict[str, Any]) -> Any:
        """Construct an object of a class of the contract, or call one of its functions."""
        return self.call_function(self._bound_value(name), args, kwargs)

    def do_call(self, target: Any, method: str, args: Sequence[Any], kwargs: Dict[str, Any]) -> Any:
        """Call a method of an object."""
        owner = self.operand(target)
        # Looked up within the guard: a student's __getattr__ may raise anything.
        return self.call_function(lambda *a, **k: getattr(owner, method)(*a, **k), args, kwargs)  # noqa: PLW0108

    def do_warnings(self, target: Any, method: str, args: Sequence[Any]) -> List[str]:
        """Call a method of an object; list the warnings that it gave, each once."""
        with warnings.catch_warnings(record=True) as messages:
            warnings.simplefilter("always")
            self.do_call(target, method, args, {})
        return sorted({str(warning.message)[:TEXT] for warning in messages})[:MAX_ARRAYS]

    def do_draw(self, name: str, args: Sequence[Any], shows: bool = True) -> Any:
        """Call a plotting function and describe every figure, with a picture only if it ``shows``."""
        function = self._bound_value(name)
        with figure_capture.capture(self.draws and shows) as recorder:
            self.call_function(function, args, {})
        return self.guard(recorder.describe)

    def do_run_main(
        self, path: str, names: List[str], most: Optional[int], seconds: float
    ) -> Dict[str, Any]:
        """Run a file as the main program and describe the figures that it drew until it ended.

        Functions called by one of ``names`` train for at most ``most`` epochs (None: as they like).
        Answers ``figures``, ``error`` (None where it ended well), ``late`` (whether it was
        interrupted), ``cut`` (whether a training was cut short) and ``asked`` (file and line where
        it first waited for input, and got an empty line) and ``given`` (arguments of the command
        line that it requires).
        """
        limit, train = run_main.EpochLimit(most), self.bound.get(names[0])
        self.library.given = []
        with figure_capture.capture(self.draws) as recorder, run_main.empty_input() as asked:
            error = run_main.run_main(self.library, path, train, names, limit, seconds)
        is_late = isinstance(error, Late)
        explanation = None if error is None or is_late else serialize.explain(error)
        if explanation is not None:
            self.library.add_package(explanation)
        figures = recorder.describe()
        return {
            "figures": figures,
            "error": explanation,
            "late": is_late,
            "cut": limit.used,
            "asked": asked,
            "given": self.library.given,
        }
