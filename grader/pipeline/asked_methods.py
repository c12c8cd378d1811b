"""Which method a check or a message is about, and what a message says of an array."""

from __future__ import annotations

from grader.diagnosis.explain import NUMBERS, SHAPES

NARROWED = NUMBERS | SHAPES | {"returned_kind", "returned_nan", "data_labels", "wrong_accuracy"}
"""Messages that say that something which was returned, or a parameter, is wrong."""

METHODS = {
    "init": "__init__", "structure": "__init__", "forward": "forward", "ends": "forward",
    "backward": "backward", "gradient": "backward",
}  # fmt: skip
"""The second word of a check's id -> the method that it asks; what is not here asks the whole class."""

MESSAGE_METHODS = {
    "forward_stale": "forward", "lockstep_forward": "forward", "answers_without_weights": "forward",
    **dict.fromkeys(("backward_differs", "backward_stale", "step_stale", "step_shared"), "backward"),
}  # fmt: skip
"""Messages that name a method although the check asks several."""

STALE = frozenset({
    "backward_differs", "forward_stale", "backward_stale", "step_stale", "step_shared", "shared", "changed",
    "overwritten",
})  # fmt: skip
"""Messages that say that something lives on from call to call, or changes in place."""

INITIAL = {
    "weights_not_distinct": ("w", "W", "weight", "weights"),
    "weights_not_centred": ("w", "W", "weight", "weights"),
    "bias_not_left_out": ("b", "bias"),
}
"""Messages about what a constructor draws -> the attributes that may hold it."""

ARRAY_CHECKS = {
    "linear.backward.weights": "dw",
    "linear.backward.bias": "db",
    "linear.init": "init",
}
