"""Watches a training loop whose body holds everything: forward pass, gradients and update.

A flat script, and a function that trains by itself, have no forward pass that could be called. But
the body of their loop can: it is run again on a copy of its variables, with other parameters.
What it leaves in a variable, or in an object, are the outputs before its step, and in the parameters the
step itself.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import time
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .call_parts import spell_path
from .loop_bodies import Line, LoopBody, Place, copy_variables
from .loop_outputs import find_outputs, label_names, labels_of, samples_of
from .program_watch import Enough
from .samples import LEAST_SAMPLES, read_labels, read_numbers
from .serialize import Path
from .step_watch import STEP

VISITS = 3  # of a loop's body before its variables are taken: by then all of them exist
MOST_LOOPS = 8


class LoopWatch:
    """Runs a program until some loops were visited often enough, and keeps their variables.

    Parameters
    ----------
    sources
        The text of each file.
    wanted
        The loop that alone is looked for.

    Attributes
    ----------
    bodies
        What is known of each loop, the innermost first as far as they were met.
    """

    def __init__(self, sources: Dict[str, str], wanted: Optional[Line] = None) -> None:
        self._loops: Dict[Line, Any] = {}
        for file, text in sources.items():
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                for node in ast.walk(ast.parse(text)):
                    if isinstance(node, (ast.For, ast.While)):
                        self._loops[(file, node.body[0].lineno)] = node
        self._files, self._wanted = set(sources), wanted
        self._visits: Dict[Line, int] = {}
        self._starts: Dict[Line, Dict[str, Any]] = {}
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
        if self._visits[line] not in (1, VISITS):
            return
        variables = copy_variables({**frame.f_globals, **frame.f_locals})
        if self._visits[line] == 1:
            self._starts[line] = variables
            return
        with contextlib.suppress(SyntaxError, ValueError):  # a body with return or yield
            self.bodies.append(LoopBody(node, line, variables, self._starts.pop(line)))
        if len(self.bodies) >= MOST_LOOPS or line == self._wanted:
            raise Enough


def candidate_of(body: LoopBody) -> Optional[Dict[str, Any]]:
    """Describe the network of a loop as a survey describes a forward pass; None where it has none."""
    for labels_name, samples in _labels_of(body.variables):
        outputs = find_outputs(body, labels_name, samples)
        if outputs is None:
            continue
        place, parameters = outputs
        file, line = body.line
        name = place[1] if place[0] == "variable" else _spell(body, place[1])
        return {
            "file": file, "name": name, "line": line, "owner": "", "calls": 0, "samples": samples,
            "kind": "loop", "trainer": "", "x": ["labels", labels_name], "y": place,
            "arrays": [
                {
                    "path": path, "name": _spell(body, path),
                    "array": np.array(array, np.float64), "dtype": array.dtype.str,
                }
                for path, array in parameters
            ],
        }  # fmt: skip
    return None


def _labels_of(variables: Dict[str, Any]) -> Iterator[Tuple[str, int]]:
    """Yield the variables that may be labels of a batch, each with the number of its samples."""
    for name, value in variables.items():
        array = read_numbers(value)
        if array is None or not array.ndim:
            continue
        samples = max(array.shape)
        if samples >= LEAST_SAMPLES and read_labels(value, samples) is not None:
            yield name, samples


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
    """Run the body once from each of some parameters; list the steps.

    What the body remembers of a step, as a momentum, it has in the next.
    """
    samples, place, paths = candidate["samples"], candidate["y"], candidate["paths"]
    variables, names = _first_variables(body, paths, values[0]), label_names(body, paths, samples)
    has_rounds = _has_rounds(body, copy_variables(variables), len(values), place, samples)
    steps: List[Dict[str, Any]] = []
    for arrays in values:
        _set(body, variables, paths, arrays)
        body.run(variables)
        body.advance(variables, int(has_rounds))
        y = body.outputs(variables, place, samples)
        rows = [
            _differences(body, paths, arrays, k, chosen, place, samples)
            for k, chosen in enumerate(entries)
        ]
        after = _get(body, variables, paths)
        if y is None or any(a.shape != np.shape(b) for a, b in zip(after, arrays)):
            return steps
        forward = {
            "x": samples_of(variables, samples), "y": y, "steady": True, "jacobians": rows,
            "labels": labels_of(variables, names, samples), "rates": [], "seconds": [0.0, 0.0],
        }  # fmt: skip
        before = [np.array(array, np.float64) for array in arrays]
        steps.append({"forwards": [forward], "before": before, "after": after})
    return steps


def _first_variables(
    body: LoopBody, paths: Sequence[Path], arrays: Sequence[Any]
) -> Dict[str, Any]:
    """Return the variables of the first round, or of a later one if the first has no such parameters."""
    with contextlib.suppress(Exception):  # what the body raises at other parameters
        trial = body.copy_start()
        _set(body, trial, paths, arrays)
        body.run(trial)
        if all(a.shape == np.shape(b) for a, b in zip(_get(body, trial, paths), arrays)):
            return body.copy_start()
    return body.copy()


def _has_rounds(
    body: LoopBody, variables: Dict[str, Any], rounds: int, place: Place, samples: int
) -> bool:
    """Return whether a loop has so many more rounds with as many samples: batches may come to an end."""
    body.advance(variables, rounds)
    with contextlib.suppress(Exception):  # what the body raises without samples
        body.run(variables)
        return body.outputs(variables, place, samples) is not None
    return False


def _get(body: LoopBody, variables: Dict[str, Any], paths: Sequence[Path]) -> List[Any]:
    return [
        np.array(serialize.follow_path(body.numbers(variables), path), np.float64) for path in paths
    ]


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
    place: Place,
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
            sides.append(np.asarray(body.outputs(variables, place, samples)))
        rows.append((sides[0] - sides[1]) / (2 * STEP))
    return np.stack(rows)


def train(body: LoopBody, candidate: Dict[str, Any], seconds: float) -> Any:
    """Run the body for some seconds from where it was met; return its data, last outputs, and parameters.

    Outputs ``(N, D)`` are those before the last step, and so are the parameters.
    """
    samples, variables = candidate["samples"], body.copy()
    names = label_names(body, candidate["paths"], samples)
    end = time.monotonic() + seconds
    arrays: List[Any] = []
    while time.monotonic() < end:
        arrays = _get(body, variables, candidate["paths"])
        body.run(variables)
    x, outputs = samples_of(variables, samples), body.outputs(variables, candidate["y"], samples)
    datasets = [
        {"x": x, "labels": labels, "lost": False} for labels in labels_of(variables, names, samples)
    ]
    return datasets, outputs, arrays
