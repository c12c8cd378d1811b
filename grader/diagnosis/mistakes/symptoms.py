"""Mistakes that a check's own message shows, each with its own positive test.

A message says what was seen, and often several mistakes look alike: a layer that steps
at a learning rate of zero seems to remember an earlier batch. So a symptom is named only
where its test rules the others out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.diagnosis.view import View
from grader.model import Message

Test = Callable[[View, Message], bool]


@dataclass(frozen=True, slots=True)
class Symptom:
    """A mistake that messages show: the id of each, with the test that has to hold as well."""

    slug: str
    shown_by: Mapping[str, Test]
    explanation: str
    advice: str


WEIGHTS, WITH_BIAS = 6, 8.0
"""The entries of a layer with three inputs and two outputs, without and with its bias."""


def _always(view: View, message: Message) -> bool:
    del view, message
    return True


def _stale(view: View, message: Message) -> bool:
    del message
    return view.remembers_too_much()


def _is_alone(view: View, message: Message) -> bool:
    """Whether training is what is wrong: the network is right, and train changes it."""
    alone = message.values.get("like") != "shares"
    return alone and view.net_is_right() and not view.has("net_not_trained")


def _all_left(view: View, message: Message) -> bool:
    del message
    left = [one for one in view.failures if one.id == "not_updated"]
    return len(left) == len(view.failures) and len(left) > 1


SYMPTOMS = (
    Symptom("mutates_argument",
        # an output that differs from another call's may also come of chance
        {"changed": lambda view, m: m.values["what"] != "the output of forward" or view.is_nearly_right("value")},
        "An array that is still used elsewhere is changed in place.",
        "A second name for an array does not copy it: use np.copy, or an expression that makes a new array."),
    Symptom("returns_aliased_buffer", {"overwritten": _always},
        "An array that was returned earlier is changed by a later call.", "Return a new array from every call."),
    Symptom("instances_alike", {"instances_alike": _always},
        "Every new object starts with the same numbers.",
        "Draw new numbers for every object: no fixed seed in __init__, and no array stored in the class."),
    Symptom("instances_share",
        # what a layer remembers of its own calls makes its step differ as well
        {"shared": _stale, "step_shared": lambda view, m: _stale(view, m) and not view.has("step_stale")},
        "Two objects of the class share arrays that each should have for itself.",
        "Create them in __init__ and store them in self, not in the class or in a default argument."),
    Symptom("stale_memory",
        # layers that share their weights also step otherwise than a new one does
        {"forward_stale": _stale, "backward_stale": _stale,
            "step_stale": lambda view, m: _stale(view, m) and not view.has("shared")},
        "State left over from an earlier call changes later results.",
        "Overwrite in every forward what backward needs; do not accumulate it."),
    Symptom("backward_spoils_memory", {"backward_differs": _stale},
        "A second backward returns another result than the first: backward changes values that it needs.",
        "Let backward only read what forward stored; give other names to its results."),
    Symptom("parameter_not_updated", {"not_updated": _all_left},
        "A parameter is never updated.",
        "backward updates each parameter once: it subtracts the learning rate times its gradient."),
    Symptom("bias_flag_inverted",
        {"parameter_count": lambda view, m: float(m.values["got"]) == WEIGHTS
            and view.numbers("bias_not_left_out", "got") == [WITH_BIAS]},
        "The flag bias works the wrong way round: True makes no bias, and False makes one.",
        "Look at the condition, or at the order of its two results."),
    Symptom("bias_not_used",
        {"parameter_count": lambda view, m: float(m.values["got"]) == WEIGHTS
            and not view.has("bias_not_left_out")},
        "Besides its weights, the layer has no bias array that forward adds.",
        "Make an array with one entry for each output, and add it in forward."),
    Symptom("bias_flag_ignored",
        {"bias_not_left_out": lambda _, m: float(m.values["got"]) > float(m.values["wanted"])},
        "bias=False is ignored: there is a bias all the same.",
        "With bias=False, create no bias, and neither add nor update one."),
    Symptom("symmetric_init",
        {"weights_not_distinct": lambda view, _: not view.has("parameter_count"), "units_alike": _always},
        "Weights that should differ start with the same value.",
        "Draw each weight at random: units that start alike get the same gradient and stay alike."),
    Symptom("init_not_centred", {"weights_not_centred": _always},
        "The weights do not have mean zero at the start.",
        "With np.random.rand they lie between 0 and 1; with np.random.randn their mean is zero."),
    Symptom("train_forgets",
        {id_: lambda _, m: m.values.get("like") == "forgets" for id_ in ("train_differs", "rate_not_used")},
        "train gives the same result whatever weights the network has before: it starts from new ones.",
        "Inside train, do not construct the network again, and do not draw its weights again."),
    Symptom("train_steps_twice",
        {"train_differs": lambda view, m: m.values.get("like") == "twice" and view.net_is_right()},
        "train takes every step twice.", "One forward, one loss and one backward for each step."),
    Symptom("train_lr_ignored", {"rate_not_used": _is_alone},
        "train does not pass its learning rate on: at lr = 0 the network still changed.",
        "Pass the lr of train to the backward of the network."),
    Symptom("saturated_init", {"not_learned_own": lambda _, m: bool(m.values.get("spread"))},
        "The weights are so large at the start that the sigmoids are saturated: their derivative is nearly 0.",
        "Draw weights from N(0, 1), or smaller ones: with them this network learns."),
    Symptom("train_leaves_network", {"net_not_trained": lambda view, _: view.net_is_right()},
        "After train, the network that it was given still returns the same outputs.",
        "Train that object itself, not a copy and not a new one; each step needs forward, loss and backward."),
    Symptom("train_batch_size_ignored", {"batch_size_not_used": _is_alone},
        "train does not use its batch_size.", "Take batch_size samples, with their labels, for each step."),
    Symptom("train_loss_count", {"loss_count": _always},
        "train returns another number of losses than there are epochs.",
        "Append one number per epoch: the mean loss of that epoch."),
    Symptom("guard_too_large", {"ends_too_small": lambda view, _: view.one_guard()},
        "The guard against log(0) is so large that it changes the loss.",
        "1e-7 is enough to keep the logarithm finite."),
    Symptom("ends_not_finite", {"returned_nan": lambda view, _: view.check.endswith(".ends")},
        "Where the prediction is exactly 0 or 1, the result is NaN or infinity.",
        "Keep the prediction a little away from 0 and from 1, in forward and in backward; 1 - 1e-20 is "
        "still 1 for a float."),
    Symptom("overflow_nan",
        # only the large inputs gave NaN, and all others are right
        {"returned_nan": lambda view, _: view.check.endswith(".forward") and view.is_right("value")},
        "Large inputs turn into NaN or infinity.",
        "exp(1000) is too large for a float, and exp(-1000) is 0: write the formula so that neither spoils "
        "the result."),
    Symptom("return_missing", {"returned_none": _always},
        "The method returns nothing.", "Is there a return at its end, with the right indentation?"),
    Symptom("returns_tuple", {"returned_kind": lambda _, m: m.values["kind"] == "tuple"},
        "The method returns several values, but one array is expected.",
        "backward returns only the gradient at its input; the layer itself uses the other gradients."),
)  # fmt: skip
"""All of them; where a message may show several, the first whose test holds is named."""
