"""Which argument of a loss is the prediction, and which the truth."""

from __future__ import annotations

from typing import NamedTuple

from grader.recognition import names
from grader.recognition.inventory import Parameters

Words = tuple[str, ...]


def orders(parameters: Parameters) -> tuple[list[Words], bool]:
    """In which order the first two parameters take the prediction ``y`` and the truth.

    Returns the orders to try, and whether the names say it.
    """
    first, second = parameters[0].name, parameters[1].name
    for pattern, role in ((names.TRUTH, "truth"), (names.PREDICTION, "y")):
        is_role = bool(pattern.search(first)), bool(pattern.search(second))
        if is_role[0] != is_role[1]:
            other = "y" if role == "truth" else "truth"
            return [(role, other) if is_role[0] else (other, role)], True
    return [("y", "truth"), ("truth", "y")], False


class Order(NamedTuple):
    """The order in which a forward takes prediction and truth, and whether the names say it."""

    parameters: Parameters
    order: Words
    sure: bool

    def of(self, parameters: Parameters) -> tuple[list[Words], bool]:
        """The orders for another function; what is called the same there means the same."""
        names_here = [p.name for p in self.parameters]
        if [p.name for p in parameters] == names_here:
            return [self.order], self.sure
        if [p.name for p in parameters] == names_here[::-1]:
            return [self.order[::-1]], self.sure
        return orders(parameters)


def two_of(parameters: Parameters) -> Parameters:
    """The first two parameters that are given by place."""
    return tuple(p for p in parameters if p.positional)[:2]
