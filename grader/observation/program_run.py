"""What a program drew and learned when it ran from start to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.model import Failure
from grader.numeric import Array
from grader.observation import program_observation
from grader.remote import Lab

if TYPE_CHECKING:
    from grader.observation.program_forms import Form

XOR_POINTS = 21
"""The XOR data of the lab have so many points; its linear data have another number."""

ACCURACY = re.compile(r"acc\w*\W{0,12}(\d+(?:\.\d+)?)\s*(%?)", re.IGNORECASE)
"""How a program prints its accuracy: ``Accuracy: 98.0%``, ``acc = 0.98``."""


def run_of(lab: Lab) -> Mapping[str, Any]:
    """Return what the program drew and learned: it runs once for all checks."""
    return lab.once("program run", lambda: run_again(lab, 0))


def run_again(lab: Lab, number: int) -> Mapping[str, Any]:
    """Return what the program drew and learned in one more run, whose random numbers ``number`` tells apart.

    A program whose forward pass was not recognised runs all the same. Raises Failure where there
    is no file to run.
    """
    forward: Mapping[str, Any] | None = None
    try:
        observation = program_observation.observed(lab)
        path, forward = observation.path, observation.forward
    except Failure:
        paths = program_observation.entry_files(lab.connection.sources)
        if not paths:
            raise
        path = paths[0]
    script = lab.script()
    script.seed(lab.child_seed(f"program run {number}"))
    seconds = lab.item.seconds
    reply = script.run_program(
        path,
        program_observation.RUN_SHARE * seconds,
        program_observation.LOOP_SHARE * seconds,
        forward,
    )
    lab.run(script)
    return {**reply.value, "path": path}


def is_cut(run: Mapping[str, Any]) -> bool:
    """Whether a program did not come to its own end: a longer run may have learned more."""
    return bool(run["cut"] or run["late"] or run["error"] or not run["path"])


def accuracies(run: Mapping[str, Any], form: Form | None) -> dict[str, float]:
    """Return the best accuracy of a program's networks by kind of data, or what it printed.

    Answers count only if they follow from the parameters, where the form of the network is known.
    """
    best: dict[str, float] = {}
    for answer in run["answers"]:
        if answer["dataset"] < len(run["datasets"]):
            data = run["datasets"][answer["dataset"]]
            kind = "XOR" if len(data["x"]) == XOR_POINTS else "linear"
            if form is not None and not form.gives(answer["arrays"], data["x"], answer["outputs"]):
                continue
            best[kind] = max(best.get(kind, 0.0), accuracy_of(answer["outputs"], data["labels"]))
    if not best and (printed := printed_accuracy(run["printed"])) is not None:
        best["printed"] = printed
    return best


def accuracy_of(outputs: Array, labels: Array) -> float:
    """Return the share of outputs (N, 1) or (N, classes) that agree with labels (N,), from 0 to 1."""
    if len(outputs) != len(labels):
        return 0.0
    if outputs.shape[1] > 1:
        return float(np.mean(np.argmax(outputs, axis=1) == (labels > 0)))
    threshold = 0.5 if np.min(labels) == 0 else 0.0
    shares = float(np.mean((outputs[:, 0] > threshold) == (labels > threshold)))
    # Outputs may be scores, whose threshold is 0.
    scores = float(np.mean((outputs[:, 0] > 0) == (labels > threshold)))
    return max(shares, scores if np.any(outputs < 0) else 0.0)


def printed_accuracy(text: str) -> float | None:
    """Return the last accuracy that stands in a program's text, from 0 to 1; None where there is none."""
    found = ACCURACY.findall(text)
    if not found:
        return None
    number, percent = found[-1]
    value = float(number) / 100 if percent or float(number) > 1 else float(number)
    return value if value <= 1 else None
