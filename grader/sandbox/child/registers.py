"""The registers of an interpreter, and the guard around every call of a student's code."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence

import numpy as np

from . import serialize
from .serialize import Path


class EmptyRegister(Exception):
    """An operand's register was never filled: the instruction that should have filled it failed."""


class StudentError(Exception):
    """What a student's code did wrong, described as data."""

    def __init__(self, error: Dict[str, Any]) -> None:
        super().__init__(error.get("type"))
        self.error = error


class Registers:
    """Values by name; operands are plain values, or ``{"$": name}`` for what a register holds."""

    def __init__(self) -> None:
        self.registers: Dict[str, Any] = {}

    def operand(self, value: Any) -> Any:
        """Return the value of an operand."""
        if isinstance(value, dict) and "$" in value:
            try:
                return self.registers[value["$"]]
            except KeyError:
                raise EmptyRegister(value["$"]) from None
        return value

    def guard(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call something that runs a student's code; whatever it raises becomes data."""
        try:
            return function(*args, **kwargs)
        except StudentError:
            raise
        except BaseException as error:  # noqa: BLE001  a student may raise anything, SystemExit too
            raise StudentError(serialize.explain(error)) from None

    def call_function(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Dict[str, Any]
    ) -> Any:
        """Call a student's function with operands."""
        positional = [self.operand(value) for value in args]
        keywords = {key: self.operand(value) for key, value in kwargs.items()}
        return self.guard(function, *positional, **keywords)

    def follow(self, target: Any, path: Path) -> Any:
        """Return what stands at the end of a path from an operand."""
        return self.guard(serialize.follow_path, self.operand(target), path)


def stack(results: Sequence[Any]) -> Any:
    """Stack results of equal shape; raise ``StudentError`` where they differ or are no numbers."""
    try:
        return np.stack([np.asarray(result, np.float64) for result in results])
    except (TypeError, ValueError):
        text = "results differ in shape, or are not numbers"
        raise StudentError({"type": "Ragged", "text": text}) from None
