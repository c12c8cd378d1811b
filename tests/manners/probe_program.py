"""Runs one program and looks at one of its steps; knows nothing of the grader.

    python probe_program.py FOLDER MAIN PROBE [ARGUMENT ...]

MAIN, a file or the dotted name of a module, is run as a student would run it, but nothing is
drawn. Then PROBE, a file of Python, is executed among the program's names. It has ``RATE``, ``X``
``(N, 2)`` and ``Y`` ``(N, 1)``, and defines ``step()``, ``loss()`` and ``parameters()``. One line
of JSON is printed: ``losses`` that the program printed, and ``errors``, relative, that its step
has beside the numerical gradient, with the step's length in units of ``RATE`` times the gradient.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

RATES = (0.1, 0.03)
H = 1e-5
NUMBER = re.compile(r"(?:loss|error|cost|mse|誤差)[^\n]*?(\d+\.\d+(?:e[-+]\d+)?)", re.IGNORECASE)
INCIDENTAL = ("matplotlib", "pandas", "seaborn", "sklearn", "tqdm", "torch", "tensorboardX")


class Anything:
    """Stands for whatever a program draws or logs with."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *args: Any, **_: Any) -> Any:  # noqa: D102  anything can be called
        return Anything()

    def __iter__(self) -> Any:
        return iter((Anything(), Anything()))

    def __getitem__(self, _: Any) -> Any:
        return Anything()

    def __format__(self, _: str) -> str:
        return "?"

    def __float__(self) -> float:
        return 0.0


class Stub(types.ModuleType):
    """A package of which only the names are there."""

    __path__: list[str] = []  # noqa: RUF012  as the import system reads it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("tqdm", "trange"):
            return lambda values, **_: range(values) if isinstance(values, int) else values
        return Anything()


class Finder:
    """Finds the packages that programs draw and log with."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        """Return a specification of a stub, or None."""
        if name.partition(".")[0] not in INCIDENTAL:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, Finder(), is_package=True)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: Any) -> Stub:
        """Return the stub."""
        return Stub(spec.name)

    @staticmethod
    def exec_module(module: Any) -> None:
        """Leave it as it is."""


def run(main: str) -> tuple[dict[str, Any], list[float]]:
    """Run a program; return its names and the losses that it printed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        if Path(main).exists():
            names = runpy.run_path(main, run_name="__main__")
        else:
            names = runpy.run_module(main, run_name="__main__")
    return names, [float(number) for number in NUMBER.findall(output.getvalue())]


def numerical(loss: Callable[[], Any], arrays: list[Any]) -> list[Any]:
    """Return the central differences of a loss by each entry of some arrays."""
    gradients = []
    for array in arrays:
        gradient = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            before = array[place]
            array[place] = before + H
            above = np.sum(loss())
            array[place] = before - H
            gradient[place] = (above - np.sum(loss())) / (2 * H)
            array[place] = before
        gradients.append(gradient)
    return gradients


def step_error(names: dict[str, Any], code: str, rate: float) -> tuple[float, float]:
    """Return the relative error of a step beside the numerical gradient, and the step's length."""
    rng = np.random.default_rng(5)
    x = rng.uniform(0.1, 0.9, (6, 2))
    scope = dict(names, np=np, RATE=rate, X=x, Y=(x[:, :1] > x[:, 1:]).astype(float))
    np.random.seed(3)  # noqa: NPY002  the generator that students use
    exec(code, scope)
    arrays = scope["parameters"]()
    before = [np.array(array, float) for array in arrays]
    wanted = np.concatenate([g.ravel() for g in numerical(scope["loss"], arrays)])
    scope["step"]()
    moves = [b - np.asarray(a) for b, a in zip(before, scope["parameters"](), strict=True)]
    moved = np.concatenate([move.ravel() for move in moves]) / rate
    if scope.get("SIGN"):
        wanted, moved = np.sign(wanted), np.sign(moved)
    length = float(moved @ wanted / (wanted @ wanted))
    error = np.abs(moved - length * wanted).max() / (abs(length) * np.abs(wanted).max() + 1e-300)
    return float(error), length


def main(folder: str, program: str, probe: str, *arguments: str) -> None:
    """Run a program, probe it, and print what came of it."""
    code = Path(probe).read_text("utf-8")
    sys.meta_path.insert(0, Finder())
    os.chdir(folder)
    sys.path.insert(0, os.getcwd())
    sys.argv = [program, *arguments]
    sys.stdin = io.StringIO("1\n" * 50)
    warnings.simplefilter("ignore")
    np.random.seed(1)  # noqa: NPY002
    names, losses = run(program)
    results = []
    with contextlib.redirect_stdout(io.StringIO()):
        results = [step_error(names, code, rate) for rate in RATES]
    errors, lengths = zip(*results, strict=True)
    print(json.dumps({"losses": losses, "errors": errors, "lengths": lengths}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
