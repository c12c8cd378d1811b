"""The frames in which the trials of a layer are sent: one for a quick layer, several for a slow one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.numeric import Array
from grader.observation.forward_time import PROBED, ForwardTime
from grader.observation.layer_observation import Listed, Parameter, Step, T, Trial
from grader.observation.update_convention import UpdateRule
from grader.remote import Lab, LostReply, Ref, Reply, Script
from grader.sandbox.host import ChildGone


@dataclass(frozen=True, slots=True)
class PreparedTrial:
    """A layer that was constructed for a trial, and the numbers that it is tried with."""

    trial: Trial
    layer: Ref
    x: Array
    upstream: Array
    arrays: Sequence[Listed]
    values: Sequence[Array]

    def set_parameters(self, script: Script) -> None:
        """Set the parameters."""
        for entry, array in _with_values(self):
            script.assign(self.layer, entry["path"], array)

    @property
    def moves(self) -> int:
        """The calls of ``forward`` that its differences take."""
        return 2 * (self.x.size + sum(array.size for array in self.values))


@dataclass(frozen=True, slots=True)
class TrialAnswers:
    """What one trial found: replies for the output, the differences and the steps."""

    y: Reply
    x_shifts: Reply | LostReply
    parameters: Sequence[Parameter]
    steps: Sequence[Step]
    after_step: Mapping[str, Reply]
    gone: ChildGone | None = None


def measure_forward(lab: Lab, one: PreparedTrial) -> float:
    """Return the seconds that one ``forward`` of a layer takes."""
    script = lab.script()
    for _ in range(PROBED):
        script.call(one.layer, "forward", script.put(one.x))
    lab.run(script)
    return script.seconds / PROBED


def in_one_frame(
    lab: Lab,
    prepared: Sequence[PreparedTrial],
    rule: UpdateRule,
    rates: Sequence[float],
    step: float,
) -> list[TrialAnswers]:
    """Ask for outputs, differences and steps of all trials in one frame, as a quick layer is asked."""
    script = lab.script()
    answers = []
    for one in prepared:
        one.set_parameters(script)
        y = _output(script, one)
        x_shifts, parameters = _differences(script, one, step)
        answers.append(TrialAnswers(y, x_shifts, parameters, *_steps(script, one, rule, rates)))
    lab.run(script)
    return answers


Differences = tuple[Reply | LostReply, list[Parameter]]


def without_differences(
    lab: Lab,
    prepared: Sequence[PreparedTrial],
    rule: UpdateRule,
    rates: Sequence[float],
    time: ForwardTime,
) -> list[TrialAnswers]:
    """Ask for the outputs in one frame, and for the steps in another, which may be lost."""
    script = lab.script()
    outputs = []
    for one in prepared:
        one.set_parameters(script)
        outputs.append(_output(script, one))
    lab.run(script)
    steps, gone = _in_time(
        lab,
        prepared,
        time.late(len(rates) * len(prepared)),
        lambda script, one: _steps(script, one, rule, rates),
    )
    if gone is not None:
        steps = [([], {}) for _ in prepared]
    lost_reply = LostReply(time.out_of_time(sum(one.moves for one in prepared)))
    return [
        TrialAnswers(y, *_lost_differences(one, lost_reply), *steps_of_trial, gone)
        for one, y, steps_of_trial in zip(prepared, outputs, steps, strict=True)
    ]


def with_differences(
    lab: Lab, prepared: Sequence[PreparedTrial], answers: Sequence[TrialAnswers], step: float
) -> list[TrialAnswers]:
    """Ask for the differences in a frame of their own, and add them to what was found."""
    differences, gone = _in_time(
        lab, prepared, None, lambda script, one: _differences(script, one, step)
    )
    if gone is not None:
        differences = [_lost_differences(one, LostReply(gone)) for one in prepared]
    return [
        replace(one, x_shifts=x_shifts, parameters=parameters)
        for one, (x_shifts, parameters) in zip(answers, differences, strict=True)
    ]


def _in_time(
    lab: Lab,
    prepared: Sequence[PreparedTrial],
    late: ChildGone | None,
    write: Callable[[Script, PreparedTrial], T],
) -> tuple[list[T], ChildGone | None]:
    """Ask one thing of all trials in one frame, unless it is too late; say how the child ended, if it did."""
    if late is not None:
        return [], late
    script = lab.script()
    results = []
    for one in prepared:
        one.set_parameters(script)
        results.append(write(script, one))
    try:
        lab.run(script)
    except ChildGone as gone:
        return [], gone
    return results, None


def _lost_differences(one: PreparedTrial, reply: LostReply) -> Differences:
    return reply, [Parameter(_path(entry), array, reply) for entry, array in _with_values(one)]


def _output(script: Script, one: PreparedTrial) -> Reply:
    """Ask for the output of a trial."""
    x = script.put(one.x, one.trial.layout)
    return script.read(script.call(one.layer, "forward", x))


def _steps(
    script: Script, one: PreparedTrial, rule: UpdateRule, rates: Sequence[float]
) -> tuple[list[Step], dict[str, Reply]]:
    """Take a step at each learning rate; ask what came of it, and what is left of the first arrays."""
    steps: list[Step] = []
    after_step: dict[str, Reply] = {}
    for rate in rates:
        one.set_parameters(script)
        x = script.put(one.x, one.trial.layout)
        g = script.put(one.upstream, "strided" if one.trial.layout != "C" else "C")
        y = script.call(one.layer, "forward", x)
        dx = rule.step(script, one.layer, g, rate=rate)
        steps.append(Step(rate, script.read(dx), script.arrays(one.layer)))
        for name, ref in (("y", y), ("x", x), ("upstream", g)):
            after_step.setdefault(name, script.read(ref))
    return steps, after_step


def _differences(script: Script, one: PreparedTrial, step: float) -> Differences:
    """Ask for the differences of ``forward`` by its input and by each array that it uses."""
    x, y = script.put(one.x, one.trial.layout), script.reserve(f"{one.layer.label}.forward")
    x_shifts = script.read(
        script.perturb_entries(x, step, [script.call_line(y, one.layer, "forward", x)], y)
    )
    copied, copying = script.copy_line(x)
    body = [copying, script.call_line(y, one.layer, "forward", copied)]
    parameters = []
    for entry, array in _with_values(one):
        reply = script.perturb_entries((one.layer, entry["path"]), step, body, y)
        parameters.append(Parameter(_path(entry), array, script.read(reply)))
    return x_shifts, parameters


def _with_values(one: PreparedTrial) -> Iterator[tuple[Listed, Array]]:
    """The parameters of a trial, each with what it was set to."""
    return zip(one.arrays, one.values, strict=True)


def _path(entry: Listed) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(part) for part in entry["path"])
