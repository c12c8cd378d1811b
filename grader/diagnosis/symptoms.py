"""Mistakes that a check's own message shows, each with its own positive test.

A message says what was seen, and often several mistakes look alike: a layer that steps
at a learning rate of zero seems to remember an earlier batch. So a symptom may speak only
where its test rules the others out; the tests use what the checks observed already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.diagnosis.base import agrees
from grader.diagnosis.cases import cases, net_steps
from grader.diagnosis.families_losses import bce_eps_too_big, ce_eps_too_big
from grader.diagnosis.structure import structure
from grader.diagnosis.variants import wrong_forward
from grader.model import Finding, Message
from grader.remote import Lab

GRADIENT = {"MSE": "dy", "BinaryCrossEntropy": "dy", "CrossEntropy": "dy"}


@dataclass(frozen=True, slots=True)
class View:
    """What a test may look at: the failures of one check, and what the lab observed before."""

    lab: Lab
    check: str
    subject: str
    failures: tuple[Message, ...]

    def has(self, *ids: str) -> bool:
        """Whether any part failed with one of these messages."""
        return any(message.id in ids for message in self.failures)

    def numbers(self, message_id: str, key: str) -> list[float]:
        """A number that each message of an id carries."""
        return [float(m.values[key]) for m in self.failures if m.id == message_id]

    def right(self, array: str) -> bool:
        """Whether an array was observed, and right in the first call of every trial."""
        found = [case for case in cases(self.lab, self.subject, array) if case.turn == 0]
        return bool(found) and all(agrees(case.wanted, case.given) for case in found)

    def near(self, array: str) -> bool:
        """Whether an array was observed, and nearly right: guards against log(0) may show."""
        found = cases(self.lab, self.subject, array)
        return bool(found) and all(
            case.given is not None
            and case.given.shape == case.right.shape
            and bool(abs(case.given - case.right).max() <= 2e-5 * abs(case.right).max())
            for case in found
        )

    def right_but_for_guard(self) -> bool:
        """Whether a loss is right, or is the right one with a guard that is too large."""
        found = cases(self.lab, self.subject, "value")
        guards = [f for f in (bce_eps_too_big, ce_eps_too_big) if self.subject in f.subjects]
        return self.near("value") or any(guard.fitted(found) for guard in guards)

    def rests(self) -> bool:
        """Whether a layer's parameters stayed as they were at a learning rate of zero."""
        if self.subject != "Linear":
            return True
        resting = [c for a in ("dw", "db") for c in cases(self.lab, "Linear", a) if c.at_rest]
        return bool(resting) and all(agrees(case.wanted, case.given) for case in resting)

    def remembers_too_much(self) -> bool:
        """Whether only memory can explain that an object's answers change: no chance, no step."""
        return self.near("value") and self.right(GRADIENT.get(self.subject, "dx")) and self.rests()

    def net_is_right(self) -> bool:
        """Whether the network takes the right step, so that training is what is wrong."""
        rounds = net_steps(self.lab)
        return bool(rounds) and all(
            bool(abs(taken - numeric).max() <= 1e-6 + 1e-4 * abs(numeric).max())
            for steps in rounds
            for _, taken, numeric in steps
        )


Test = Callable[[View, Message], bool]


def _always(view: View, message: Message) -> bool:
    del view, message
    return True


def _changed(view: View, message: Message) -> bool:
    """An output that differs from another call's may also come of chance."""
    return message.values["what"] != "what forward returned" or view.near("value")


def _stale(view: View, message: Message) -> bool:
    del message
    return view.remembers_too_much()


def _stale_step(view: View, message: Message) -> bool:
    """Layers that share their weights also step otherwise than a new one does."""
    return _stale(view, message) and not view.has("shared")


def _shared_step(view: View, message: Message) -> bool:
    """What a layer remembers of its own calls makes its step differ as well."""
    return _stale(view, message) and not view.has("step_stale")


def _all_left(view: View, message: Message) -> bool:
    del message
    left = [m for m in view.failures if m.id == "not_updated"]
    return len(left) == len(view.failures) and len(left) > 1


def _has_bias(view: View, message: Message) -> bool:
    del view
    return float(message.values["got"]) > float(message.values["wanted"])


def _no_bias(view: View, message: Message) -> bool:
    return float(message.values["got"]) == 6 and not view.has("bias_not_left_out")


def _inverted(view: View, message: Message) -> bool:
    without = view.numbers("bias_not_left_out", "got")
    return float(message.values["got"]) == 6 and without == [8.0]


def _drawn(view: View, message: Message) -> bool:
    del message
    return not view.has("parameter_count")


def _overflows(view: View, message: Message) -> bool:
    """Only the large inputs gave NaN, and all others are right."""
    del message
    return view.check.endswith(".forward") and view.right("value")


def _net_right(view: View, message: Message) -> bool:
    alone = message.values.get("like") != "shares"
    return alone and view.net_is_right() and not view.has("net_not_trained")


def _net_right_but_untrained(view: View, message: Message) -> bool:
    del message
    return view.net_is_right()


def _guard_too_large(view: View, message: Message) -> bool:
    """The losses at both ends come from one and the same guard, and nothing else is wrong."""
    del message
    small, large = (view.numbers(f"ends_too_{end}", "got") for end in ("small", "large"))
    if len(small) != 1 or len(large) != 1 or not view.right_but_for_guard():
        return False
    binary = view.subject == "BinaryCrossEntropy"
    for eps in (1 - math.exp(-large[0]), math.exp(-large[0]) - 1):  # clipped; added
        if eps > 0:
            wrong_end = -math.log(eps)
            loss = (wrong_end + large[0]) / 2 if binary else wrong_end
            if abs(loss - small[0]) <= 1e-3 * abs(small[0]):
                return True
    return False


def _at_the_ends(view: View, message: Message) -> bool:
    del message
    return view.check.endswith(".ends")


def _tuple(view: View, message: Message) -> bool:
    del view
    return message.values["kind"] == "tuple"


def _forgets(view: View, message: Message) -> bool:
    del view
    return message.values.get("like") == "forgets"


def _twice(view: View, message: Message) -> bool:
    return message.values.get("like") == "twice" and view.net_is_right()


def _saturated(view: View, message: Message) -> bool:
    del view
    return bool(message.values.get("spread"))


TESTS: tuple[tuple[str, str, Test], ...] = (
    ("changed", "mutates_argument", _changed),
    ("overwritten", "returns_aliased_buffer", _always),
    ("instances_alike", "instances_alike", _always),
    ("shared", "instances_share", _stale),
    ("forward_stale", "stale_memory", _stale),
    ("backward_stale", "stale_memory", _stale),
    ("step_stale", "stale_memory", _stale_step),
    ("step_shared", "instances_share", _shared_step),
    ("backward_differs", "backward_spoils_memory", _stale),
    ("not_updated", "parameter_not_updated", _all_left),
    ("parameter_count", "bias_flag_inverted", _inverted),
    ("parameter_count", "bias_not_used", _no_bias),
    ("bias_not_left_out", "bias_flag_ignored", _has_bias),
    ("weights_not_distinct", "symmetric_init", _drawn),
    ("units_alike", "symmetric_init", _always),
    ("weights_not_centred", "init_not_centred", _always),
    ("train_differs", "train_forgets", _forgets),
    ("rate_not_used", "train_forgets", _forgets),
    ("train_differs", "train_steps_twice", _twice),
    ("rate_not_used", "train_lr_ignored", _net_right),
    ("not_learned_own", "saturated_init", _saturated),
    ("net_not_trained", "train_leaves_network", _net_right_but_untrained),
    ("batch_size_not_used", "train_batch_size_ignored", _net_right),
    ("loss_count", "train_loss_count", _always),
    ("ends_too_small", "guard_too_large", _guard_too_large),
    ("returned_nan", "ends_not_finite", _at_the_ends),
    ("returned_nan", "overflow_nan", _overflows),
    ("returned_none", "return_missing", _always),
    ("returned_kind", "returns_tuple", _tuple),
)
"""Message id, the mistake that it may show, and the test that has to hold as well."""


def symptoms(lab: Lab, check: str, subject: str, failures: Sequence[Message]) -> list[Finding]:
    """Name the first mistake that a failure shows.

    Only the first: an array that is changed in place also looks overwritten and stale later on.
    """
    view = View(lab, check, subject, tuple(failures))
    if check in ("network.structure", "network.forward"):
        shown = wrong_forward(lab)
        if shown:
            return [shown]
    found = structure(failures)
    if found and view.net_is_right():  # else some parameters may only seem to be missing
        return [Finding(found, subject)]
    for message in failures:
        for id_, bug, test in TESTS:
            if message.id == id_ and test(view, message):
                return [Finding(bug, subject)]
    return []
