"""The programs of ``tests/manners`` are what they say: right ones learn and step rightly, twins err."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.manners.manner import HERE, STYLES, Manner, load, write

TOLERANCE = 1e-5
"""Of a right step beside central differences; the least mistake here is a thousand times as large."""

pytestmark = pytest.mark.no_cover


def probed(manner: Manner, folder: Path) -> dict[str, Any]:
    """Run a program in a process of its own, and return what the probe measured."""
    write(manner.sources, folder / "program")
    probe = folder / "probe"
    probe.write_text(manner.probe, "utf-8")
    command = [sys.executable, str(HERE / "probe_program.py")]
    command += [str(folder / "program"), manner.main, str(probe), *manner.argv]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def is_right(measured: dict[str, Any]) -> bool:
    """Whether two steps descend along the gradient, and are as long as their rates say."""
    first, second = measured["lengths"]
    return (
        max(measured["errors"]) < TOLERANCE
        and min(first, second) > 0
        and math.isclose(first, second, rel_tol=1e-6)
    )


USUAL = [
    pytest.param(manner, id=manner.name, marks=() if k % 5 == 0 else pytest.mark.all_seeds)
    for k, manner in enumerate(load())
]
"""Every fifth in a usual run: what they are changes with their own text alone."""


@pytest.mark.parametrize("manner", USUAL)
def test_a_manner_is_what_it_says(manner: Manner, tmp_path: Path) -> None:
    """A right program's loss falls and its step follows the gradient; a wrong one runs, and errs."""
    measured = probed(manner, tmp_path)
    assert len(measured["losses"]) > 1
    if manner.right:
        assert min(measured["losses"][1:]) < measured["losses"][0]
    assert is_right(measured) == manner.right, measured


def test_pairs_are_many_and_mixed_as_what_is_handed_in() -> None:
    """There are at least 90 programs, half of them right, and each style has its share."""
    every = load()
    assert len(every) >= 90
    assert sum(manner.right for manner in every) * 2 == len(every)
    assert len({manner.name for manner in every}) == len(every)
    shares = Counter(manner.style for manner in every)
    assert set(shares) == set(STYLES)
    assert shares["network"] > 0.4 * len(every)
