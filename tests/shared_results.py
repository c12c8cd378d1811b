"""Results that the processes of one test run share, so that none is computed twice."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

T = TypeVar("T")


@dataclass(frozen=True)
class SharedResults:
    """Results in files of one folder, each computed by the process that asks for it first.

    Parameters
    ----------
    folder
        A folder of this run alone, for the results follow from the code of today.
    """

    folder: Path

    def part(self, name: str, number: int, compute: Callable[[int], T]) -> T:
        """Return one part of what has this name; compute it, unless a process has done so.

        Where another process is computing it, this one waits.
        """
        file = self.folder / f"{name} {number}.pickle"
        with FileLock(f"{file}.lock"):
            return self._read_or_compute(file, number, compute)

    def every_part(self, name: str, count: int, compute: Callable[[int], T]) -> list[T]:
        """Return all parts; first compute those that no other process is computing."""
        for number in range(count):
            file = self.folder / f"{name} {number}.pickle"
            try:
                with FileLock(f"{file}.lock", timeout=0):
                    self._read_or_compute(file, number, compute)
            except Timeout:
                continue  # another process is at it
        return [self.part(name, number, compute) for number in range(count)]

    @staticmethod
    def _read_or_compute(file: Path, number: int, compute: Callable[[int], T]) -> T:
        if file.exists():
            stored: T = pickle.loads(file.read_bytes())
            return stored
        result = compute(number)
        file.write_bytes(pickle.dumps(result))
        return result
