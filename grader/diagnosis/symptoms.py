"""Mistakes that a check's own message proves: the demand that failed is the positive test.

Not guesses: each of these messages is sent only when the very thing was seen to happen.
"""

from __future__ import annotations

NAMES = {
    "changed": "mutates_argument",
    "overwritten": "returns_aliased_buffer",
    "shared": "instances_share",
    "instances_alike": "instances_alike",
    "forward_stale": "stale_cache",
    "backward_stale": "stale_cache",
    "step_stale": "stale_cache",
    "not_updated": "parameter_not_updated",
    "bias_not_left_out": "bias_flag_ignored",
    "weights_not_distinct": "symmetric_init",
    "units_alike": "symmetric_init",
    "weights_not_centred": "init_not_centred",
    "rate_not_used": "train_lr_ignored",
    "net_not_trained": "train_on_copy",
    "batch_size_not_used": "train_batch_size_ignored",
    "ends_too_small": "bce_eps_too_big",
    "returned_none": "return_missing",
}
"""Message id -> the slug of the mistake that it proves."""

SYMPTOMS = {
    "mutates_argument": (
        "An array that belongs to the caller is changed in place.",
        "A second name is no copy: use np.copy, or an expression that makes a new array.",
    ),
    "returns_aliased_buffer": (
        "The same array is handed out twice.",
        "Return a new array from every call; a later call must not change an earlier result.",
    ),
    "instances_share": (
        "Two objects of the class share what each should have for itself.",
        "Keep it on self, made in __init__, not on the class or in a default argument.",
    ),
    "instances_alike": (
        "Every new object starts with the same numbers.",
        "Draw them anew in __init__; do not fix the seed there.",
    ),
    "stale_cache": (
        "Something of an earlier call is used again.",
        "Remember in each forward what backward needs, every time.",
    ),
    "parameter_not_updated": (
        "A parameter is not updated.",
        "backward takes one step for each parameter: it subtracts lr times the gradient.",
    ),
    "bias_flag_ignored": (
        "bias=False is ignored.",
        "Make no bias, and add and update none, where the flag is False.",
    ),
    "symmetric_init": (
        "Units start alike, so they get the same gradient and stay alike for ever.",
        "Draw the weights at random, each unit its own.",
    ),
    "init_not_centred": (
        "The weights do not have mean zero at the start.",
        "np.random.rand draws from 0 to 1; np.random.randn has mean zero.",
    ),
    "train_lr_ignored": (
        "train does not pass its learning rate on.",
        "Hand lr to net.backward.",
    ),
    "train_on_copy": (
        "The network that train was given has not learned.",
        "Train that very object, not a new one or a copy.",
    ),
    "train_batch_size_ignored": (
        "train does not use its batch_size.",
        "Take batch_size samples, with their labels, for each step.",
    ),
    "bce_eps_too_big": (
        "The guard against log(0) is so large that it changes the loss.",
        "1e-7 is enough to keep the logarithm finite.",
    ),
    "return_missing": (
        "The method returns nothing.",
        "Is there a return at its end, on the right level of indentation?",
    ),
}
