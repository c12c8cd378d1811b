"""What a program drew and learned when it ran from start to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.model import Failure
from grader.numeric import Array
from grader.observation import program_files, program_fit, program_observation
from grader.remote import Lab

if TYPE_CHECKING:
    from grader.observation.program_forms import Form

XOR_POINTS = 21
"""The XOR data of the lab have so many points; its linear data have another number."""

LEAST_CLASS = 0.1
"""The least share of a class: the lab's have about half of the points each."""

LEARNED, NOT_LEARNED = 0.95, 0.75
"""Accuracies of a network that learned its data, and of one that certainly did not."""

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
        observation = program_fit.observed(lab)
        path, forward = observation.path, observation.forward
    except Failure:
        paths = program_files.entry_files(lab.connection.sources)
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
    return bool(run["error"]) or had_no_time(run)


def had_no_time(run: Mapping[str, Any]) -> bool:
    """Whether it was the grader who ended a program, or a loop of it."""
    return bool(run["cut"] or run["late"] or not run["path"])


def accuracies(run: Mapping[str, Any], form: Form | None) -> dict[str, float]:
    """Return the best accuracy of a program's networks by kind of data, or what it printed.

    Answers count only if they follow from the parameters, where the form of the network is known.
    """
    best: dict[str, float] = {}
    for kind, accuracy in _by_dataset(run, form):
        best[kind] = max(best.get(kind, 0.0), accuracy)
    if not best and (printed := printed_accuracy(run["printed"])) is not None:
        best["printed"] = printed
    return best


def lost(run: Mapping[str, Any]) -> set[str]:
    """Return the kinds of data whose own network is not known: another one may have taken its place."""
    return {_kind_of(data["x"]) for data in run["datasets"] if data["lost"]}


def missed(run: Mapping[str, Any], form: Form | None) -> tuple[str, float] | None:
    """Return kind and accuracy of a data set that no network learned, where one learned another of its kind.

    The labels of that other one may be the network's own answers.
    """
    accuracies = sorted(_by_dataset(run, form), key=lambda entry: entry[1])
    learned = {kind for kind, accuracy in accuracies if accuracy >= LEARNED} - lost(run)
    return next((a for a in accuracies if a[0] in learned and a[1] < NOT_LEARNED), None)


def _by_dataset(run: Mapping[str, Any], form: Form | None) -> list[tuple[str, float]]:
    """List each data set that a network was asked about: its kind, and the accuracy of the best network."""
    best: dict[int, float] = {}
    for answer in run["answers"]:
        k = answer["dataset"]
        if k >= len(run["datasets"]):
            continue
        x, labels = run["datasets"][k]["x"], run["datasets"][k]["labels"]
        is_given = form is None or form.gives(answer["arrays"], x, answer["outputs"])
        if is_given and has_two_classes(labels):
            best[k] = max(best.get(k, 0.0), accuracy_of(answer["outputs"], labels))
    return [(_kind_of(run["datasets"][k]["x"]), accuracy) for k, accuracy in best.items()]


def _kind_of(x: Array) -> str:
    return "XOR" if len(x) == XOR_POINTS else "linear"


def has_two_classes(labels: Array) -> bool:
    """Whether both classes are there: to answer always the same is no learning."""
    share = float(np.mean(labels == np.max(labels)))
    return LEAST_CLASS <= share <= 1 - LEAST_CLASS


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
