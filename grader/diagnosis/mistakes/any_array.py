"""Mistakes that many classes share: what happens to a result that was right at first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.case import Case, moving, wrong
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Rank, mistake, per_array
from grader.diagnosis.solvers import DECIMALS, affine, clip_of_upstream, half_precision, largest

ENTRY_BY_ENTRY = ("Sigmoid", "ReLU", "LeakyReLU", "Tanh")
ACTIVATIONS = (*ENTRY_BY_ENTRY, "Softmax")
LAYERS = ("Linear", *ACTIVATIONS)
LOSSES = ("MSE", "BinaryCrossEntropy", "CrossEntropy")

INPUT = {"dx": LAYERS}
STEPS = {"dw": ("Linear",), "db": ("Linear",)}
GRADIENTS = {**INPUT, **STEPS, "dy": LOSSES}
RETURNED = {**INPUT, "dy": LOSSES, "value": LAYERS}
NUMBERS = {"value": (*LAYERS, *LOSSES)}


def _shows_as_a_limit(cases: Sequence[Case], limit: float) -> bool:
    """Whether a limit shows as one: often, in two trials, or beside entries that it leaves alone.

    In a linear layer, whose gradients are sums, a clipped upstream gradient may look the same.
    """
    wrong_cases = list({case.trial: case for case in wrong(moving(cases))}.values())
    cut = [np.abs(case.numbers[case.wrong_entries]) >= limit * (1 - 1e-9) for case in wrong_cases]
    kept = any(not np.all(case.wrong_entries) or case.right.size == 1 for case in wrong_cases)
    often = sum(int(np.sum(entries)) for entries in cut) > 5
    return often or len(wrong_cases) > 1 or (kept and not any(case.w.size for case in wrong_cases))


def _some_are_shorter(cases: Sequence[Case], limit: float) -> bool:
    """Whether some array is shorter than the limit: else its length is always the same."""
    several = any(case.right.size > 1 for case in wrong(moving(cases)))
    return several and any(float(np.linalg.norm(case.right)) <= limit for case in cases)


ANY_ARRAY = (
    mistake("derivative_missing", ACTIVATIONS, "dx", "prev_grad",
        "The upstream gradient is returned as it came.",
        "Multiply it with the derivative of the activation, entry by entry."),
    mistake("dx_summed_over_batch", ACTIVATIONS, "dx",
        Formula("right.sum(axis=0, keepdims=True)", "its sum over the batch, one row for all"),
        "dX is summed over the batch, so that every sample gets the same gradient.",
        "Only the gradients of parameters are summed over the batch; dX has one row per sample."),
    mistake("loss_grad_summed_over_batch", LOSSES, "dy",
        Formula("right.sum(axis=0, keepdims=True)", "its sum over the batch, one row for all"),
        "The gradient of the loss is summed over the batch and comes back as one row.",
        "Every entry of y has its own derivative: the gradient has the shape of y."),
    mistake("loss_grad_is_prediction", LOSSES, "dy", "y",
        "The gradient is the prediction itself.", "Differentiate what forward computes with respect to y."),
    mistake("loss_grad_ones", LOSSES, "dy", "ones",
        "The gradient is all ones.", "Differentiate what forward computes with respect to y."),
    *per_array("{array}_zero", {**INPUT, "dy": LOSSES}, "zeros",
        "It is all zeros.", "No gradient reaches the earlier layers: look for a factor that is always 0.",
        rank=Rank.TRANSFORM),
    *per_array("{array}_negatives_lost", GRADIENTS, "max(0, right)",
        "It loses its negative entries: they become 0.",
        "A gradient may well be negative; a ReLU is a layer of its own.", rank=Rank.TRANSFORM),
    *per_array("{array}_absolute", GRADIENTS, "abs(right)",
        "It loses its signs.", "The sign says in which direction the loss falls.", rank=Rank.TRANSFORM),
    *per_array("{array}_sign_only", GRADIENTS, "sign(right)",
        "It contains only signs, no sizes.", "The size of an entry says how much the loss depends on it.",
        rank=Rank.TRANSFORM),
    *per_array("{array}_squared", GRADIENTS, "(right) ** 2",
        "It is squared.", "A square belongs to the loss alone, not to a gradient.", rank=Rank.TRANSFORM),
    *per_array("{array}_normalised", GRADIENTS, Formula("right / norm(right)", "the right one / its norm"),
        "It is divided by its own length.", "Plain gradient descent takes the gradient as it is.", rank=Rank.TRANSFORM),
    *per_array("{array}_divided_by_largest", GRADIENTS,
        Formula("right / abs(right).max()", "the right one / its largest entry"),
        "It is divided by its largest entry.", "Plain gradient descent takes the gradient as it is.",
        rank=Rank.TRANSFORM),
    *per_array("{array}_transposed", RETURNED, Formula("right.T", "the right one, transposed"),
        "It is transposed: it has one column per sample.",
        "Rows are samples; follow the shapes through the formula.", rank=Rank.TRANSFORM),
    *per_array("{array}_squeezed", RETURNED,
        Formula("right.squeeze()", "the right one without its axes of length 1"),
        "It has lost its axes of length 1.",
        "A batch of one sample, and a layer of one output, keep both their axes: drop the squeeze.",
        rank=Rank.TRANSFORM),
    *per_array("{array}_flattened", RETURNED, Formula("right.ravel()", "the right one, flat"),
        "It comes back flat, with one axis only.", "Keep both axes: rows are samples.", rank=Rank.TRANSFORM),
    *per_array("{array}_clipped", {**GRADIENTS, **NUMBERS},
        ("min({k}, right)", Formula("clip(right, -{k}, {k})", "the right one, clipped to -{k} ... {k}")),
        "It is clipped: entries beyond a limit are cut off.",
        "Nothing in the formula limits it. Remove the clip; if it hides an overflow, look for its cause.",
        constant=largest("abs(actual)", condition=_shows_as_a_limit)),
    *per_array("{array}_rounded", {**GRADIENTS, **NUMBERS}, "round(right, {k})",
        "It is rounded.", "Rounding throws away what differences and small steps need. Round only what you print.",
        constant=DECIMALS),
    *per_array("{array}_half_precision", {**INPUT, **STEPS, **NUMBERS},
        Formula("", "the right one, as float16 has it"),
        "It is computed with numbers of 16 bits.", "Let numpy keep its usual float64; nothing here needs float16.",
        constant=half_precision),
    *per_array("{array}_limited_in_length", GRADIENTS,
        Formula("right * min(1, {k} / norm(right))", "the right one, cut down to a length of {k}"),
        "It is cut down to a certain length where it is longer.",
        "Nothing in the formula limits it. Remove the clip.",
        constant=largest("norm(actual)", condition=_some_are_shorter)),
    *per_array("{array}_shifted", {**GRADIENTS, **NUMBERS}, "right + {k}",
        "It has a constant added to every entry.",
        'No constant is part of this formula. Look for an epsilon that is too large, or a stray "+".',
        constant=affine(entries=4)),
    mistake("upstream_clipped", ENTRY_BY_ENTRY, "dx",
        Formula("right * g / prev_grad with g = clip(prev_grad, -{k}, {k})",
            "the right formula with prev_grad clipped to -{k} ... {k}"),
        "The upstream gradient is clipped before it is used.",
        "The upstream gradient may be large. Remove the clip.", constant=clip_of_upstream),
)  # fmt: skip
