"""What the processes of a test run share is computed once, and by all of them together."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from tests.shared_results import SharedResults


def test_a_part_is_computed_once(tmp_path: Path) -> None:
    """Whoever asks again, in another process as well, gets what was computed first."""
    assert SharedResults(tmp_path).part("squares", 3, lambda n: n * n) == 9
    assert SharedResults(tmp_path).part("squares", 3, lambda n: -n) == 9
    assert SharedResults(tmp_path).part("cubes", 3, lambda n: n**3) == 27


def test_what_another_process_computes_comes_last(tmp_path: Path) -> None:
    """Of all parts, those that nobody else is computing come first; then the others are waited for."""
    other = FileLock(tmp_path / "squares 1.pickle.lock")
    other.acquire()
    order = []

    def square(number: int) -> int:
        order.append(number)
        if number == 2:
            other.release()
        return number * number

    assert SharedResults(tmp_path).every_part("squares", 3, square) == [0, 1, 4]
    assert order == [0, 2, 1]


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    """Where computing fails, the next that asks computes."""
    shared = SharedResults(tmp_path)
    with pytest.raises(ZeroDivisionError):
        shared.part("inverse", 0, lambda n: 1 / n)
    assert shared.part("inverse", 0, float) == 0.0
