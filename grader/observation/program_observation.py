"""What was observed of a student's own program: its forward pass, its steps, what it learned.

Nothing is asked of its structure: classes, functions and their names may be any. A function that
maps samples to outputs and follows arrays is a forward pass; what changes these arrays between two
of its calls is a step. The child reports; what it means is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.model import Failure
from grader.numeric import Array
from grader.observation.parameters import draw
from grader.observation.program_files import entry_files
from grader.remote import Lab

SURVEY_SHARE, WATCH_SHARE, RUN_SHARE = 0.3, 0.3, 0.8
"""The shares of an item's seconds after which each run of the program is interrupted."""

LOOP_SHARE = 0.25
"""The share of an item's seconds that one long loop may take: the lab trains on two data sets."""

MOST_ENTRIES = 24
"""So many entries of each parameter are compared with differences; a layer of the lab has 16."""

ROUNDS = (0, 1, 0, 2, 3, 4)
"""Which of some drawn parameters are set before each step: two are equal, and may show a memory."""
FIRST, AGAIN, NEAR, HARDLY = 0, 2, len(ROUNDS), 2.0**-49
"""The two steps from equal parameters; one more, from parameters that hardly differ; and by how much."""

SPREAD = 1.2
WIDEST = 6
"""The spread of weights that are set. For layers wider than this it shrinks, so that no sum of
products saturates a sigmoid."""

SPREAD_SHARES = (1.0, 0.5, 0.25)
"""Where some outputs come so near to 1 that differences of them are lost in rounding, these shares
of the weights are tried, one after the other."""

SATURATED = 1 - 1e-6
"""A cross-entropy divides by the distance to 1, and a difference of outputs errs by 1e-11."""

FORWARD_KEYS = ("file", "name", "line", "owner", "kind", "trainer", "samples", "calls", "x", "y")
KNOWN_STEP, UNKNOWN_STEP = 0, -1  # of a method that trains, in the place of its calls
MOST_TRIED = 4
"""So many functions, or loops, are tried until one shows steps."""

LEAST_DRIVEN = 3
"""A class that is trained here has so many parameters: a single layer has two, and is no network."""

CLASSES = ""
"""In the place of a program's path: a network class that came without a program is trained."""

FORWARD_NAMES = re.compile(
    r"forward|predict|propag|__call__|output|run|inference|pass", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """One forward pass before a step: samples ``(N, 2)``, outputs ``(N, D)``, and their differences.

    Parameters
    ----------
    x, y
        Samples and outputs.
    is_steady
        Whether a second call gave the same.
    jacobians
        For each parameter ``(entries, N, D)``: differences of the outputs.
    labels
        What may be the labels ``(N,)``: arrays that the program had at hand.
    rates
        The learning rates that functions of the step were given: name of the function, and number.
    seconds
        How long it took, and what came between it and the next one; 0 where that is not known.
    """

    x: Array
    y: Array
    is_steady: bool
    jacobians: tuple[Array, ...]
    labels: tuple[Array, ...]
    rates: tuple[tuple[str, float], ...] = ()
    seconds: tuple[float, ...] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """A step of the program: the forward passes before it, its parameters before and after."""

    forwards: tuple[ForwardPass, ...]
    before: tuple[Array, ...]
    after: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class ProgramObservation:
    """A program's network as it showed itself.

    Parameters
    ----------
    path
        The file that was run.
    forward
        The child's description of the forward pass: file, name, line, owner, places.
    names, initial
        The parameters' names, and their values when the program first used them.
    entries
        For each parameter, the entries that were compared.
    steps
        The steps that were watched.
    datasets
        Samples ``(N, 2)`` and labels ``(N,)`` that stood beside each other.
    idle
        How many forward passes came after the last step.
    has_ended
        Whether the program came to its own end before enough steps.
    single
        Whether some parameter is of float32.
    """

    path: str
    forward: Mapping[str, Any]
    names: tuple[str, ...]
    initial: tuple[Array, ...]
    entries: tuple[tuple[int, ...], ...]
    steps: tuple[ProgramStep, ...]
    datasets: tuple[tuple[Array, Array], ...]
    idle: int
    has_ended: bool
    single: bool

    @property
    def place(self) -> str:
        """The forward pass as a student names it."""
        owner = self.forward["owner"]
        return f"{owner}.{self.forward['name']}" if owner else str(self.forward["name"])


def observed(lab: Lab) -> ProgramObservation:
    """Return what the program showed; raise Failure where it shows no network."""

    def observe() -> ProgramObservation | Failure:
        try:
            return _observe(lab)
        except Failure as failure:
            return failure  # to look for a network in vain takes long, too

    observation = lab.once("program", observe)
    if isinstance(observation, Failure):
        raise observation
    return observation


def _observe(lab: Lab) -> ProgramObservation:
    error: Mapping[str, Any] | None = None
    for path in (*entry_files(lab.connection.sources), CLASSES):
        best: ProgramObservation | None = None
        for kind in ("calls", "loops") if path else ("calls",):
            survey = _ask_survey(lab, path, kind)
            error = error or survey["error"]
            least = 0 if path else LEAST_DRIVEN
            known = [one for one in survey["candidates"] if len(one["arrays"]) >= least]
            for candidate in _in_order(known, lab.connection.roles.get("forward")):
                observation = _watch(lab, path, candidate)
                if best is None or len(observation.steps) > len(best.steps):
                    best = observation
                if best.steps:
                    return best
        if best is not None:
            return best
    if error is not None:
        values = {key: error.get(key, "") for key in ("type", "text", "file", "line")}
        raise Failure("program_without_network_raised", usable=False, undecided=True, **values)
    raise Failure("program_without_network", usable=False, undecided=True)


def watch_trainer(lab: Lab, path: str) -> ProgramObservation | None:
    """Watch a program by a method that trains and has a forward pass of its own; None where it has none.

    Without steps it is not known what one step of that method is.
    """
    for candidate in _ask_survey(lab, path, "trainers")["candidates"]:
        if candidate["calls"] <= 0:
            observation = _watch(lab, path, candidate)
            has_steps = candidate["calls"] != UNKNOWN_STEP
            return observation if has_steps else replace(observation, steps=())
    return None


def watch_loops(lab: Lab, path: str) -> Iterator[ProgramObservation]:
    """Watch a program by the loops whose body holds a forward pass and its step."""
    for candidate in _ask_survey(lab, path, "loops")["candidates"][:MOST_TRIED]:
        yield _watch(lab, path, candidate)


def _ask_survey(lab: Lab, path: str, kind: str) -> Mapping[str, Any]:
    """Ask for functions that may be a forward pass, for loops whose body holds one, or for trainers."""
    script = lab.script()
    script.seed(lab.child_seed("program"))
    reply = script.survey_program(path, SURVEY_SHARE * lab.item.seconds, kind)
    lab.run(script)
    survey: Mapping[str, Any] = reply.value
    return survey


def _in_order(candidates: Sequence[Mapping[str, Any]], role: str | None) -> list[Mapping[str, Any]]:
    """Put first what is called often, and among these what has a forward pass's name.

    Where the rubric names the forward pass there is no other.
    """
    if role is not None:
        named = [c for c in candidates if role in (c["name"], f"{c['owner']}.{c['name']}")]
        return named[:MOST_TRIED]

    def rank(candidate: Mapping[str, Any]) -> tuple[bool, bool, int]:
        is_named = bool(FORWARD_NAMES.search(candidate["name"]))
        is_between_steps = candidate["calls"] >= len(ROUNDS) or candidate["kind"] != "forward"
        return not is_between_steps, not is_named, -candidate["calls"]

    return sorted(candidates, key=rank)[:MOST_TRIED]


def _watch(lab: Lab, path: str, candidate: Mapping[str, Any]) -> ProgramObservation:
    """Watch the steps of a program from parameters that saturate none of its outputs, if there are some."""
    for share in SPREAD_SHARES:
        observation = _watch_once(lab, path, candidate, share)
        if not any(_is_saturated(f.y) for step in observation.steps for f in step.forwards):
            break
    return observation


def _is_saturated(y: Array) -> bool:
    return bool(np.all((y >= 0) & (y <= 1)) and np.any(y > SATURATED))


def _watch_once(
    lab: Lab, path: str, candidate: Mapping[str, Any], share: float
) -> ProgramObservation:
    rng = lab.rng("program")
    arrays = candidate["arrays"]
    single = any(entry["dtype"].endswith("f4") for entry in arrays)
    drawn = [
        [_draw(rng, entry["array"].shape, single, share) for entry in arrays] for _ in set(ROUNDS)
    ]
    values = [drawn[k] for k in ROUNDS]
    values.append(
        [array + HARDLY * rng.choice((-1.0, 1.0), array.shape) for array in values[FIRST]]
    )
    entries = tuple(_choose(rng, entry["array"].size) for entry in arrays)
    forward = {key: candidate[key] for key in FORWARD_KEYS}
    script = lab.script()
    script.seed(lab.child_seed("program"))
    forward["paths"] = [entry["path"] for entry in arrays]
    seconds = WATCH_SHARE * lab.item.seconds
    reply = script.watch_steps(path, seconds, forward, values, entries)
    lab.run(script)
    record = reply.value
    return ProgramObservation(
        path, forward, tuple(entry["name"] for entry in arrays),
        tuple(entry["array"] for entry in arrays), entries,
        tuple(_steps(record["steps"])),
        tuple((entry["x"], entry["labels"]) for entry in record["datasets"]),
        record["idle"], not record["late"] and record["error"] is None, single,
    )  # fmt: skip


def _draw(rng: np.random.Generator, shape: tuple[int, ...], single: bool, share: float) -> Array:
    width = max(shape, default=1)
    scale = SPREAD * min(1.0, np.sqrt(WIDEST / width)) if len(shape) > 1 else SPREAD / 2
    return draw(rng, shape, single, float(share * scale))


def _choose(rng: np.random.Generator, size: int) -> tuple[int, ...]:
    """Choose the entries of a parameter by which differences are taken."""
    if size <= MOST_ENTRIES:
        return tuple(range(size))
    return tuple(sorted(int(k) for k in rng.choice(size, MOST_ENTRIES, replace=False)))


def _steps(records: Sequence[Mapping[str, Any]]) -> Iterator[ProgramStep]:
    for record in records:
        forwards = tuple(map(_forward_pass, record["forwards"]))
        yield ProgramStep(forwards, tuple(record["before"]), tuple(record["after"]))


def _forward_pass(record: Mapping[str, Any]) -> ForwardPass:
    return ForwardPass(
        x=record["x"], y=record["y"], is_steady=record["steady"],
        jacobians=tuple(record["jacobians"]), labels=tuple(record["labels"]),
        rates=tuple((name, value) for name, value in record["rates"]),
        seconds=tuple(record["seconds"]),
    )  # fmt: skip
