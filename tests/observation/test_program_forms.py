"""A program's network is recognised as layers, and what it reports is computed again from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from grader.contract import sigmoid
from grader.numeric import Array
from grader.observation import program_forms
from grader.observation.program_forms import Form, Layer
from grader.observation.program_observation import ForwardPass, ProgramObservation, ProgramStep

X = np.random.default_rng(1).uniform(size=(7, 2))


def observe(
    forward: Form, shapes: Sequence[tuple[int, ...]], number: float = 0.0
) -> ProgramObservation:
    """Make the observation of a network of a known form, at three draws of its parameters."""
    rng = np.random.default_rng(2)
    steps = []
    for _ in range(3):
        before = tuple(rng.standard_normal(shape) for shape in shapes)
        y = forward.outputs(before, X, number)
        one = ForwardPass(X, y, True, tuple(np.zeros((1, *y.shape)) for _ in shapes), ())
        steps.append(ProgramStep((one,), before, before))
    names = tuple(f"p{k}" for k in range(len(shapes)))
    return ProgramObservation(
        "lab.py",
        {},
        names,
        steps[0].before,
        ((0,),) * len(shapes),
        tuple(steps),
        (),
        0,
        False,
        False,
    )


FORMS: dict[str, tuple[Form, list[tuple[int, ...]]]] = {
    "without biases": (
        Form((Layer(0, False), Layer(1, False), Layer(2, False)), ("sigmoid",) * 3),
        [(2, 4), (4, 4), (4, 1)],
    ),
    "weights first, biases after, all of one width": (
        Form((Layer(0, False, 3), Layer(1, False, 4), Layer(2, False, 5)), ("ReLU", "ReLU", "sigmoid")),
        [(2, 4), (4, 4), (4, 1), (1, 4), (1, 4), (1,)],
    ),
    "columns": (
        Form((Layer(0, True, 1), Layer(2, True, 3), Layer(4, True, 5)), ("tanh", "tanh", "sigmoid")),
        [(5, 2), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1)],
    ),
    "a bias as the first row of the weights": (
        Form(
            tuple(Layer(k, False, bias_row=0) for k in range(3)), ("sigmoid", "sigmoid", "none")
        ),
        [(3, 4), (5, 6), (7, 1)],
    ),
    "two outputs, and hidden layers that differ": (
        Form((Layer(0, False), Layer(1, False), Layer(2, False)), ("ReLU", "tanh", "softmax")),
        [(2, 6), (6, 3), (3, 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_recognised_by_its_outputs(name: str) -> None:
    """What is recognised computes the outputs of every step, whatever the layout of its arrays."""
    form, shapes = FORMS[name]
    observation = observe(form, shapes)
    recognised = program_forms.recognise(observation)
    assert recognised is not None
    for step in observation.steps:
        assert np.allclose(recognised.outputs(step.before, X), step.forwards[0].y)
    assert recognised.activations == form.activations


def test_a_plain_number_may_be_the_last_bias() -> None:
    """A bias that is a float stands in no array, and is found by the outputs."""
    form = Form(tuple(Layer(k, False) for k in range(3)), ("sigmoid",) * 3)
    recognised = program_forms.recognise(observe(form, [(2, 4), (4, 4), (4, 1)], number=0.7))
    assert recognised is not None
    assert recognised.has_number


def test_outputs_that_follow_no_layers_have_no_form() -> None:
    """A table, a formula and a forged report are no network."""
    form, shapes = FORMS["without biases"]
    whole = observe(form, shapes)
    forged = [
        replace(s, forwards=(replace(s.forwards[0], y=sigmoid(X @ [[1.0], [-1.0]])),))
        for s in whole.steps
    ]
    assert program_forms.recognise(replace(whole, steps=tuple(forged))) is None


def test_differences_are_taken_from_the_form_and_not_believed() -> None:
    """What the child reports as differences is replaced where the form is known."""
    form, shapes = FORMS["without biases"]
    observation = program_forms.with_differences(observe(form, shapes), form)
    step = observation.steps[0]
    moved = [np.array(array) for array in step.before]
    moved[2].flat[0] += 1e-6
    slope = (form.outputs(moved, X) - form.outputs(step.before, X)) / 1e-6
    assert np.allclose(step.forwards[0].jacobians[2][0], slope, atol=1e-5)


def test_answers_must_follow_from_the_parameters() -> None:
    """Labels in the place of outputs are seen through, and so are parameters of other shapes."""
    form, shapes = FORMS["without biases"]
    parameters: list[Array] = [np.ones(shape) for shape in shapes]
    assert form.gives(parameters, X, form.outputs(parameters, X))
    assert not form.gives(parameters, X, np.round(X[:, :1]))
    assert not form.gives([np.ones((3, 3))] * 3, X, np.ones((7, 1)))
    assert not form.gives([], X, np.ones((7, 1)))


@pytest.mark.timeout(20)
def test_parameters_that_form_no_layers_are_given_up() -> None:
    """The search ends where arrays could be set one after another in ways without number."""
    form, shapes = FORMS["without biases"]
    whole = observe(form, shapes)
    for strange in ([(2, 4), *[(4, 4)] * 12, (4, 1)], [(2,), (1,)] * 5, [(2, 1), (1,)] * 9):
        arrays = tuple(np.ones(shape) for shape in strange)
        steps = tuple(replace(step, before=arrays) for step in whole.steps)
        assert program_forms.recognise(replace(whole, steps=steps)) is None
