"""What the tests of symptoms may look at: the messages of one check, and what was observed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grader.diagnosis.case import Case, resting
from grader.diagnosis.fitting import fitting_formula
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.observation import Observation
from grader.model import Message

GRADIENT = {"MSE": "dy", "BinaryCrossEntropy": "dy", "CrossEntropy": "dy"}
GUARDS = ("bce_eps_too_big", "ce_eps_too_big")


@dataclass(frozen=True, slots=True)
class View:
    """What a test may look at: the failures of one check, and what was observed of its class."""

    observation: Observation
    check: str
    subject: str
    failures: tuple[Message, ...]

    def has(self, *ids: str) -> bool:
        """Whether any part failed with one of these messages."""
        return any(message.id in ids for message in self.failures)

    def numbers(self, message_id: str, key: str) -> list[float]:
        """A number that each message of an id carries."""
        return [float(m.values[key]) for m in self.failures if m.id == message_id]

    def cases(self, array: str) -> tuple[Case, ...]:
        """The cases of an array; none where it was not observed."""
        return self.observation.cases.get(array, ())

    def is_right(self, array: str) -> bool:
        """Whether an array was observed, and right in the first call of every trial."""
        cases = [case for case in self.cases(array) if case.call_index == 0]
        return bool(cases) and all(case.is_right for case in cases)

    def is_nearly_right(self, array: str) -> bool:
        """Whether an array was observed, and nearly right: guards against log(0) may show."""
        cases = self.cases(array)
        return bool(cases) and all(
            case.has_right_shape
            and bool(abs(case.numbers - case.right).max() <= 2e-5 * abs(case.right).max())
            for case in cases
        )

    def is_right_but_for_guard(self) -> bool:
        """Whether a loss is right, or is the right one with a guard that is too large."""
        own = (one for one in MISTAKES if one.slug in GUARDS and self.subject in one.subjects)
        cases = self.cases("value")
        return self.is_nearly_right("value") or any(
            fitting_formula(one, cases) is not None for one in own
        )

    def rests_at_zero_rate(self) -> bool:
        """Whether a layer's parameters stayed as they were at a learning rate of zero."""
        if self.subject != "Linear":
            return True
        still = resting([*self.cases("dw"), *self.cases("db")])
        return bool(still) and all(case.is_right for case in still)

    def remembers_too_much(self) -> bool:
        """Whether only memory can explain that an object's answers change: no chance, no step."""
        return (
            self.is_nearly_right("value")
            and self.is_right(GRADIENT.get(self.subject, "dx"))
            and self.rests_at_zero_rate()
        )

    def net_is_right(self) -> bool:
        """Whether the network takes the right step, so that training is what is wrong."""
        moves = [move for step in self.observation.steps for move in step.moves]
        return bool(moves) and all(
            bool(abs(m.actual - m.numeric).max() <= 1e-6 + 1e-4 * abs(m.numeric).max())
            for m in moves
        )

    def one_guard(self) -> bool:
        """Whether the losses at both ends come from one and the same guard, and nothing else is wrong."""
        small, large = (self.numbers(f"ends_too_{end}", "got") for end in ("small", "large"))
        if len(small) != 1 or len(large) != 1 or not self.is_right_but_for_guard():
            return False
        binary = self.subject == "BinaryCrossEntropy"
        for eps in (1 - math.exp(-large[0]), math.exp(-large[0]) - 1):  # clipped; added
            if eps > 0:
                wrong_end = -math.log(eps)
                loss = (wrong_end + large[0]) / 2 if binary else wrong_end
                if abs(loss - small[0]) <= 1e-3 * abs(small[0]):
                    return True
        return False
