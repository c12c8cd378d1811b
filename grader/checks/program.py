"""Checks of a whole program, whatever its structure: it is watched while it trains.

They ask for no class of the lab. A rubric for the free form has them as its items; elsewhere they
stand in for the checks of classes that a submission organises in another way.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.main_figures import MIN_CURVE_POINTS, collect_pictures
from grader.model import Failure, Message, Outcome, Part, Verdict, frozen
from grader.numeric import Array
from grader.observation import program_forms, program_observation, step_fit
from grader.observation.plot_analysis import panels_of, visible_colours, visible_lines
from grader.observation.program_forms import Form
from grader.observation.program_observation import ProgramObservation
from grader.observation.step_fit import StepFit
from grader.remote import Lab

LEAST_ACCURACY = 0.95
"""A right program misses a point or two of 100 near the border in one run of ten; one that learned
nothing is right about half of them."""

XOR_POINTS = 21
"""The XOR data of the lab have so many points; its linear data have another number."""

HIDDEN_LAYERS = 2
MOST_WEIGHTS = 12
"""Of more matrices than these no order is looked for; biases that are rows or columns count, too."""

MOST_RUNS = 3
"""Of 100 starts on XOR 4 to 7 never arrive, so one run would misjudge one right program in 20;
three runs misjudge one in 5,000."""

ACCURACY = re.compile(r"acc\w*\W{0,12}(\d+(?:\.\d+)?)\s*(%?)", re.IGNORECASE)
"""How a program prints its accuracy: ``Accuracy: 98.0%``, ``acc = 0.98``."""


@check("program.network", subject="program", stage="program")
def network(lab: Lab) -> Outcome:
    """The program has a network with two hidden layers that learns its weights.

    A function returns one output for each sample (one for each class is as good), and its output
    follows the weights of three layers, which start with different numbers.
    """
    observation = program_observation.observed(lab)
    form = _form(lab)
    shapes = [array.shape for array in observation.initial]
    hidden = hidden_layers(shapes) if form is None else form.hidden
    if hidden is None:
        # Arrays that form no layers may be a table of the answers: it descends, and learns nothing.
        raise Failure("program_without_layers", who=observation.place, undecided=True, usable=False)

    def require_hidden_layers() -> None:
        if hidden < HIDDEN_LAYERS:
            raise Failure("program_few_layers", hidden=hidden)

    parts = [
        part("two hidden layers", require_hidden_layers, 2.0),
        part("units with different initial weights", lambda: _units_differ(observation)),
    ]
    who = {
        "who": observation.place,
        "file": observation.forward["file"],
        "line": observation.forward["line"],
    }
    kind = (
        Message("program_form_unknown", frozen(who=observation.place))
        if form is None
        else Message("program_role_form", frozen(activations=", ".join(form.activations)))
    )
    remarks = (
        kind,
        Message("program_role_forward", frozen(**who)),
        Message("program_role_parameters", frozen(names=", ".join(observation.names))),
    )
    return lab.outcome(parts, remarks=tuple(remarks))


def hidden_layers(shapes: Sequence[tuple[int, ...]]) -> int | None:
    """Return the number of hidden layers that weights of these shapes form; None where none is formed.

    Weights lead from two features to one or two outputs, in either orientation, and may have a row
    or column more for a bias.
    """
    weights = [shape for shape in shapes if len(shape) == 2]

    @functools.cache
    def longest(width: int, rest: tuple[tuple[int, ...], ...]) -> int | None:
        best = 0 if width in (1, 2) else None
        for k, (a, b) in enumerate(rest):
            if (a, b) in rest[:k]:
                continue  # one of several alike stands for all of them
            for before, after in ((a, b), (b, a)):
                if before in (width, width + 1):
                    further = longest(after, rest[:k] + rest[k + 1 :])
                    if further is not None and (best is None or further + 1 > best):
                        best = further + 1
        return best

    matrices = [(a, b) for a, b in weights if not _may_be_bias((a, b), weights)]
    if len(weights) > MOST_WEIGHTS:
        return None  # in how many ways they may follow each other grows with their factorial
    count = longest(2, tuple(sorted(matrices))) or longest(2, tuple(sorted(weights)))
    return count - 1 if count else None


def _may_be_bias(shape: tuple[int, int], weights: Sequence[tuple[int, ...]]) -> bool:
    """Whether a row or column may be a bias: another matrix of the network has as many columns or rows."""
    size = max(shape)
    return 1 in shape and any(
        other != shape and size in other and 1 not in other for other in weights
    )


def _units_differ(observation: ProgramObservation) -> None:
    for name, array in zip(observation.names, observation.initial, strict=True):
        if array.ndim == 2 and min(array.shape) > 1 and np.ptp(array) == 0:
            raise Failure("units_alike", name=name)


@check("program.gradient", subject="program", stage="program")
def gradient(lab: Lab) -> Outcome:
    """Every step of the program's training goes down the gradient of its loss.

    The parameters are set to new values, one step of your own training is taken, and the step is
    compared with numerical differences of your own forward pass. The learning rate and what
    the loss is divided by are yours; one common factor is the same for all parameters.
    """
    observation = program_observation.observed(lab)
    if not observation.steps:
        _fail_without_steps(observation)
    if not _has_layers(lab):
        raise Failure("program_without_layers", who=observation.place, undecided=True, usable=False)
    fit = _fit(lab)
    is_driven = observation.path == program_observation.CLASSES
    if fit.rule == "unknown" or (is_driven and fit.rule in ("uphill", "none")):
        # A class that came without a program may have been called with wrong arguments.
        raise Failure("program_steps_unknown", undecided=True, usable=False)
    if fit.rule == "uphill":
        raise Failure("program_uphill")
    if fit.rule == "none":
        raise Failure("program_not_descent", who=observation.place)
    parts = [one for k, name in enumerate(observation.names) for one in _step_parts(fit, k, name)]
    parts.append(part("the learning rate is passed on", lambda: _require_one_rate(observation)))
    if not all(fit.fits):
        return lab.outcome(parts)
    role = Message("program_role_rule", frozen(rule=fit.rule, loss=fit.loss))
    return lab.outcome(parts, remarks=(role,))


def _form(lab: Lab) -> Form | None:
    """Return the closed form of the program's network; None where it is not recognised."""
    observation = program_observation.observed(lab)
    return lab.once("program form", lambda: program_forms.recognise(observation))


def _shows_network(lab: Lab) -> bool:
    """Return whether a forward pass was recognised, whose parameters may be those of a network."""
    try:
        return _has_layers(lab)
    except Failure:
        return False


def _has_layers(lab: Lab) -> bool:
    """Return whether the parameters may be those of a network, by its form or by their shapes."""
    observation = program_observation.observed(lab)
    shapes = [array.shape for array in observation.initial]
    return _form(lab) is not None or hidden_layers(shapes) is not None


def _fit(lab: Lab) -> StepFit:
    """Return what explains the program's steps, by differences that were taken here if possible."""
    observation, form = program_observation.observed(lab), _form(lab)
    if form is not None:
        observation = program_forms.with_differences(observation, form)
    return lab.once("program fit", lambda: step_fit.fit(observation))


def _fail_without_steps(observation: ProgramObservation) -> NoReturn:
    """Raise the failure of a program that never moved its parameters, or was not seen to."""
    if observation.has_ended and observation.idle > len(program_observation.ROUNDS):
        raise Failure("program_never_steps", who=observation.place, calls=observation.idle)
    raise Failure("program_without_steps", who=observation.place, undecided=True, usable=False)


def _require_one_rate(observation: ProgramObservation) -> None:
    """Fail where a function of a step is given another learning rate than the one that calls it."""
    for step in observation.steps:
        rates = [rate for forward in step.forwards for rate in forward.rates]
        for inner, value in rates[1:]:
            outer, given = rates[0]
            if inner != outer and value != given:
                raise Failure(
                    "program_rate_not_passed", outer=outer, inner=inner,
                    given=expect.number(given), value=expect.number(value),
                )  # fmt: skip


def _step_parts(fit: StepFit, k: int, name: str) -> list[Part]:
    """Return one part for a parameter, or two where some of its entries move as they should."""
    share = fit.shares[k] if fit.shares else 0.0
    whole = part(f"the steps of {name}", partial(_require_step, fit, k, name), 1.0 - share)
    if fit.fits[k] or not share:
        return [replace(whole, weight=1.0)]
    return [Part(f"some steps of {name}", weight=share), whole]


def _require_step(fit: StepFit, k: int, name: str) -> None:
    if fit.fits[k]:
        return
    actual, expected, scale = fit.actual[k], fit.expected[k], fit.scales[k]
    if not np.any(actual):
        raise Failure("program_step_zero", name=name)
    if np.isfinite(scale):
        raise Failure("program_step_scaled", name=name, ratio=expect.number(scale))
    worst = int(np.argmax(np.abs(actual - expected)))
    wanted, got = expect.pair(float(expected[worst]), float(actual[worst]))
    raise Failure("program_step_wrong", name=name, wanted=wanted, got=got)


@check("program.learning", subject="program", stage="program")
def learning(lab: Lab) -> Outcome:
    """The program learns the linear and the XOR data.

    It runs from start to end; then its networks are asked about every point. At least 95 % must be
    right. Very long loops are cut short.
    """
    runs, form = [_run(lab)], None
    with contextlib.suppress(Failure):
        form = _form(lab)
    best = _accuracies(runs[0], form)
    while not _is_enough(best) and len(runs) < MOST_RUNS and not _is_cut(runs[-1]):
        runs.append(_run_once(lab, len(runs)))
        for kind, accuracy in _accuracies(runs[-1], form).items():
            best[kind] = max(best.get(kind, 0.0), accuracy)
    run = runs[-1]
    parts = [_learned(kind, best[kind]) for kind in sorted(best) if _is_known(best[kind], run)]
    if not parts and best and _descends(lab):
        # What trains as it should, and has no time to arrive here, is no worse for that.
        parts = [Part(f"{kind} data") for kind in sorted(best)]
    if not parts:
        raise Failure("program_learning_unknown", undecided=True, usable=False)
    if "printed" in best and not (_is_enough(best) and _descends(lab)):
        percent = f"{100 * best['printed']:.0f}"
        raise Failure("program_printed", percent=percent, undecided=True, usable=False)
    _require_descent(lab)
    return lab.outcome(parts, remarks=tuple(_run_remarks(lab, run)))


def _require_descent(lab: Lab) -> None:
    """Fail where no parameter moves along its gradient: a solver or a search may arrive as well.

    Where that is not known, a person decides.
    """
    observation, fit = program_observation.observed(lab), _fit(lab)
    if any(fit.fits):
        return
    is_known = fit.rule in ("none", "uphill") and observation.path != program_observation.CLASSES
    id_ = "program_not_descent" if is_known else "program_steps_unknown"
    raise Failure(id_, who=observation.place, undecided=not is_known, usable=False)


@check("program.figures", subject="program", stage="program")
def figures(lab: Lab) -> Outcome:
    """The program draws a comparison of the two classes and a learning curve."""
    run = _run(lab)
    drawn = [figure for figure in run["figures"] if figure["axes"]]
    if not drawn:
        stopped = run["late"] or run["error"] is not None
        raise Failure("program_no_figures", undecided=stopped, usable=False)
    panels = panels_of(drawn)
    has_classes = any(len(visible_colours(axes)) >= 2 for axes in panels)
    has_curve = any(
        len(line) >= MIN_CURVE_POINTS for axes in panels for line in visible_lines(axes)
    )
    parts = [
        Part("a comparison of two classes", None if has_classes else Failure("no_classes")),
        Part("a learning curve", None if has_curve else Failure("no_curve")),
    ]
    collection = collect_pictures(lab, run["path"], drawn)
    if not _shows_network(lab):
        # Anything may be drawn without a network; whoever looks at the program sees the pictures.
        open_ = lab.outcome([], pictures=collection.pictures, undrawn=collection.undrawn)
        message = Message("program_figures_alone")
        return replace(open_, verdict=Verdict.REVIEW, share=0.0, message=message, usable=False)
    return lab.outcome(parts, pictures=collection.pictures, undrawn=collection.undrawn)


def _run(lab: Lab) -> Mapping[str, Any]:
    """Return what the program drew and learned: it runs once for all checks."""
    return lab.once("program run", lambda: _run_once(lab, 0))


def _run_once(lab: Lab, number: int) -> Mapping[str, Any]:
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


def _accuracies(run: Mapping[str, Any], form: Form | None) -> dict[str, float]:
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
            best[kind] = max(best.get(kind, 0.0), _accuracy(answer["outputs"], data["labels"]))
    if not best and (printed := _printed_accuracy(run["printed"])) is not None:
        best["printed"] = printed
    return best


def _is_enough(best: Mapping[str, float]) -> bool:
    return bool(best) and min(best.values()) >= LEAST_ACCURACY


def _is_cut(run: Mapping[str, Any]) -> bool:
    """Whether a program did not come to its own end: a longer run may have learned more."""
    return bool(run["cut"] or run["late"] or run["error"] or not run["path"])


def _is_known(accuracy: float, run: Mapping[str, Any]) -> bool:
    return accuracy >= LEAST_ACCURACY or not _is_cut(run)


def _learned(kind: str, accuracy: float) -> Part:
    if accuracy >= LEAST_ACCURACY:
        return Part(f"{kind} data")
    failure = Failure(
        "program_not_learned", data=kind,
        percent=f"{100 * accuracy:.0f}", least=f"{100 * LEAST_ACCURACY:.0f}",
    )  # fmt: skip
    return Part(f"{kind} data", failure)


def _descends(lab: Lab) -> bool:
    """Whether every step that was watched goes down the gradient."""
    try:
        if not _has_layers(lab):
            return False
        fit = _fit(lab)
    except Failure:
        return False
    return bool(fit.fits) and all(fit.fits)


def _accuracy(outputs: Array, labels: Array) -> float:
    if len(outputs) != len(labels):
        return 0.0
    if outputs.shape[1] > 1:
        return float(np.mean(np.argmax(outputs, axis=1) == (labels > 0)))
    threshold = 0.5 if np.min(labels) == 0 else 0.0
    shares = float(np.mean((outputs[:, 0] > threshold) == (labels > threshold)))
    # Outputs may be scores, whose threshold is 0.
    scores = float(np.mean((outputs[:, 0] > 0) == (labels > threshold)))
    return max(shares, scores if np.any(outputs < 0) else 0.0)


def _printed_accuracy(text: str) -> float | None:
    """Return the last accuracy that stands in a program's text, from 0 to 1; None where there is none."""
    found = ACCURACY.findall(text)
    if not found:
        return None
    number, percent = found[-1]
    value = float(number) / 100 if percent or float(number) > 1 else float(number)
    return value if value <= 1 else None


def _run_remarks(lab: Lab, run: Mapping[str, Any]) -> Iterator[Message]:
    if run["late"]:
        seconds = program_observation.RUN_SHARE * lab.item.seconds
        yield Message("program_late", frozen(seconds=seconds))
    if run["error"]:
        error = {"kind": run["error"]["type"], "text": run["error"]["text"]}
        yield Message("program_raised", frozen(**error))
    if run["cut"]:
        yield Message("program_cut")
