"""Watches a training loop whose body holds everything: forward pass, gradients and update.

A flat script, and a function that trains by itself, have no forward pass that could be called. But
the body of their loop can: it is run again on a copy of its variables, with other parameters.
What it leaves in a variable are the outputs before its step, and in the parameters the step itself.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import time
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import spell_path
from .loop_bodies import Line, LoopBody, copy_variables
from .perturbation import SHIFT, scale_down
from .program_watch import Enough
from .samples import is_bare, read_labels, read_outputs, read_samples
from .serialize import Path
from .step_watch import STEP

VISITS = 3  # of a loop's body before its variables are taken: by then all of them exist
MOST_LOOPS = 8
LEAST_SAMPLES = 5


class LoopWatch:
    """Runs a program until some loops were visited often enough, and keeps their variables.

    Attributes
    ----------
    bodies
        What is known of each loop, the innermost first as far as they were met.
    """

    def __init__(self, sources: Dict[str, str]) -> None:
        self._loops: Dict[Line, Any] = {}
        for file, text in sources.items():
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                for node in ast.walk(ast.parse(text)):
                    if isinstance(node, (ast.For, ast.While)):
                        self._loops[(file, node.body[0].lineno)] = node
        self._files = set(sources)
        self._visits: Dict[Line, int] = {}
        self.bodies: List[LoopBody] = []

    def __enter__(self) -> None:
        self._earlier = sys.gettrace()
        # A tracer that saw this function begin sees it end, so that its calls stay in pairs.
        frame: Any = sys._getframe()  # noqa: SLF001
        frame.f_trace = self._earlier
        sys.settrace(self._trace)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._earlier)

    def _trace(self, frame: Any, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in self._files:
            return None
        if event == "line":
            line = (frame.f_code.co_filename, frame.f_lineno)
            node = self._loops.get(line)
            if node is not None:
                self._visit(frame, line, node)
        return self._trace

    def _visit(self, frame: Any, line: Line, node: Any) -> None:
        self._visits[line] = self._visits.get(line, 0) + 1
        if self._visits[line] != VISITS:
            return
        variables = {**frame.f_globals, **frame.f_locals}
        with contextlib.suppress(SyntaxError, ValueError):  # a body with return or yield
            self.bodies.append(LoopBody(node, line, copy_variables(variables)))
        if len(self.bodies) >= MOST_LOOPS:
            raise Enough


def candidate_of(body: LoopBody) -> Optional[Dict[str, Any]]:
    """Describe the network of a loop as a survey describes a forward pass; None where it has none."""
    for labels_name, samples in _labels_of(body.variables):
        outputs = _outputs(body, labels_name, samples)
        if outputs is None:
            continue
        name, parameters = outputs
        file, line = body.line
        return {
            "file": file, "name": name, "line": line, "owner": "", "calls": 0, "samples": samples,
            "kind": "loop", "trainer": "", "x": ["labels", labels_name], "y": ["variable", name],
            "arrays": [
                {
                    "path": path, "name": _spell(body, path),
                    "array": np.array(array, np.float64), "dtype": array.dtype.str,
                }
                for path, array in parameters
            ],
        }  # fmt: skip
    return None


def is_same(one: Any, other: Any) -> bool:
    """Return whether two outputs, each of which may be missing, are equal."""
    return one is not None and other is not None and bool(np.array_equal(one, other))


def _labels_of(variables: Dict[str, Any]) -> Iterator[Tuple[str, int]]:
    """Yield the variables that may be labels of a batch, each with the number of its samples."""
    for name, value in variables.items():
        array = np.asarray(value) if isinstance(value, (np.ndarray, list)) else None
        if array is None or array.dtype.kind not in "fiub" or not array.size:
            continue
        samples = max(array.shape)
        if samples >= LEAST_SAMPLES and read_labels(value, samples) is not None:
            yield name, samples


def _outputs(
    body: LoopBody, labels: str, samples: int
) -> Optional[Tuple[str, List[Tuple[Path, Any]]]]:
    """Return the variable of the outputs, and the parameters that they follow; None where there is none."""
    first, again = body.copy(), body.copy()
    body.run(first)
    body.run(again)
    names = []
    for name, value in first.items():
        outputs = None if is_bare(value) or name == labels else read_outputs(value, samples)
        if outputs is None or not is_same(outputs, read_outputs(again[name], samples)):
            continue
        if np.all((outputs >= 0) & (outputs <= 1)) and read_labels(value, samples) is None:
            names.append(name)
    best: Optional[Tuple[str, List[Tuple[Path, Any]]]] = None
    for name in names:
        parameters = _parameters(body, name, samples, first)
        if parameters and (best is None or len(parameters) > len(best[1])):
            best = name, parameters
    return best


def _parameters(
    body: LoopBody, name: str, samples: int, after: Dict[str, Any]
) -> List[Tuple[Path, Any]]:
    """List the arrays that the outputs follow, if the body changes one of them."""
    base = body.copy()
    moving, changes = [], False
    for path, array in serialize.find_arrays(body.numbers(base)):
        given = read_samples(np.asarray(array))
        if (given is not None and len(given) == samples) or read_labels(
            np.asarray(array), samples
        ) is not None:
            continue
        results = []
        for shift in (0.0, SHIFT):
            variables = body.copy()
            target = serialize.follow_path(body.numbers(variables), path)
            scale_down(target)
            target[...] = np.asarray(target) + shift
            with contextlib.suppress(Exception):  # what the body raises at other parameters
                body.run(variables)
                results.append(read_outputs(variables[name], samples))
        if len(results) == 2 and not is_same(results[0], results[1]):
            moving.append((path, np.array(array)))
            now = serialize.follow_path(body.numbers(after), path)
            changes = changes or not np.array_equal(now, array)
    return moving if changes else []


def _spell(body: LoopBody, path: Path) -> str:
    """Return how a student would write what stands at the end of a path from the variables."""
    [_, chunk], [_, index], *rest = path
    variables = body.numbers(body.variables)[chunk]
    name = list(variables)[index]
    return spell_path(name, variables[name], rest)


def run_steps(
    body: LoopBody,
    candidate: Dict[str, Any],
    values: Sequence[Sequence[Any]],
    entries: Sequence[Sequence[int]],
) -> List[Dict[str, Any]]:
    """Run the body once from each of some parameters; list the steps."""
    samples, name, paths = candidate["samples"], candidate["y"][1], candidate["paths"]
    labels = read_labels(body.variables[candidate["x"][1]], samples)
    given = samples_of(body, samples)
    steps: List[Dict[str, Any]] = []
    for arrays in values:
        variables = body.copy()
        _set(body, variables, paths, arrays)
        body.run(variables)
        y = read_outputs(variables[name], samples)
        rows = [
            _differences(body, paths, arrays, k, chosen, name, samples)
            for k, chosen in enumerate(entries)
        ]
        after = [
            np.array(serialize.follow_path(body.numbers(variables), path), np.float64)
            for path in paths
        ]
        if y is None or any(a.shape != np.shape(b) for a, b in zip(after, arrays)):
            return steps
        forward = {
            "x": given,
            "y": y,
            "steady": True,
            "jacobians": rows,
            "labels": [labels],
            "rates": [],
        }
        before = [np.array(array, np.float64) for array in arrays]
        steps.append({"forwards": [forward], "before": before, "after": after})
    return steps


def samples_of(body: LoopBody, count: int) -> Any:
    """Return the samples ``(N, 2)`` among the variables of a loop; zeros where there are none."""
    values = (read_samples(value) for value in body.variables.values())
    return next((s for s in values if s is not None and len(s) == count), np.zeros((count, 2)))


def _set(
    body: LoopBody, variables: Dict[str, Any], paths: Sequence[Path], arrays: Sequence[Any]
) -> None:
    for path, array in zip(paths, arrays):
        serialize.follow_path(body.numbers(variables), path)[...] = array


def _differences(
    body: LoopBody,
    paths: Sequence[Path],
    arrays: Sequence[Any],
    k: int,
    chosen: Sequence[int],
    name: str,
    samples: int,
) -> Any:
    """Return central differences of the outputs by entries of one parameter: ``(entries, N, D)``."""
    rows = []
    for index in chosen:
        sides = []
        for change in (STEP, -STEP):
            variables = body.copy()
            _set(body, variables, paths, arrays)
            serialize.follow_path(body.numbers(variables), paths[k]).flat[index] += change
            body.run(variables)
            sides.append(np.asarray(read_outputs(variables[name], samples)))
        rows.append((sides[0] - sides[1]) / (2 * STEP))
    return np.stack(rows)


def train(body: LoopBody, candidate: Dict[str, Any], seconds: float) -> Any:
    """Run the body for some seconds from where it was met; return its last outputs and parameters.

    Outputs ``(N, D)`` are those before the last step, and so are the parameters.
    """
    variables = body.copy()
    end = time.monotonic() + seconds
    arrays: List[Any] = []
    while time.monotonic() < end:
        arrays = [
            np.array(serialize.follow_path(body.numbers(variables), path), np.float64)
            for path in candidate["paths"]
        ]
        body.run(variables)
    return read_outputs(variables[candidate["y"][1]], candidate["samples"]), arrays
