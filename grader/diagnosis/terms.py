"""The terms that arrays of the lab are sums of, and those that people add: each alone is no mistake by name."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnosis.formula import Formula

ACTIVATION = ("prev_grad", "x", "y", "prev_grad * x", "prev_grad * y", "prev_grad * y ** 2", "ones")

TERMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    **{(name, "dx"): ACTIVATION for name in ("Sigmoid", "ReLU", "LeakyReLU", "Tanh")},
    **{(name, "value"): ("x", "abs(x)", "x ** 2") for name in ("Sigmoid", "ReLU", "LeakyReLU", "Tanh", "Softmax")},
    ("Softmax", "dx"): (
        "prev_grad * y", "y * (prev_grad * y).sum(axis=1, keepdims=True)", "(prev_grad * y).sum(axis=1, keepdims=True)",
        "prev_grad", "y", "x", "ones",
    ),
    ("Linear", "dx"): ("x", "ones"),
    ("Linear", "dw"): ("w", "sign(w)", "1 / lr", "w / lr", "sign(w) / lr", "x.T @ ones"),
    ("Linear", "db"): ("b", "sign(b)", "1 / lr", "b / lr", "sign(b) / lr"),
    ("Linear", "value"): ("x @ w", "b + zeros", "ones"),
    ("MSE", "dy"): (
        "y / size", "ground_truth / size", "y", "ground_truth", "sign(y - ground_truth) / size",
        "1 / size",
    ),
    ("MSE", "value"): (
        "(y ** 2).mean()", "(y * ground_truth).mean()", "(ground_truth ** 2).mean()", "abs(y - ground_truth).mean()",
    ),
    ("BinaryCrossEntropy", "dy"): (
        "ground_truth / y / size", "(1 - ground_truth) / (1 - y) / size", "ground_truth / y",
        "(1 - ground_truth) / (1 - y)", "y / size", "ground_truth / size", "1 / size",
    ),
    ("BinaryCrossEntropy", "value"): (
        "mean(ground_truth * log(y))", "mean((1 - ground_truth) * log(1 - y))", "sum(ground_truth * log(y))",
        "sum((1 - ground_truth) * log(1 - y))",
    ),
    ("CrossEntropy", "dy"): (
        "ground_truth / y / N", "ground_truth / y", "y / N", "ground_truth / N", "(1 - ground_truth) / (1 - y) / N",
        "1 / N",
    ),
    ("CrossEntropy", "value"): ("sum(ground_truth * log(y)) / N", "sum((1 - ground_truth) * log(1 - y)) / N"),
}  # fmt: skip
"""Class and array -> expressions."""


def terms_of(subject: str, array: str) -> list[Formula]:
    """Return the terms that an array of a class may be a sum of; none for one that is unknown."""
    return [Formula(text) for text in TERMS.get((subject, array), ())]
