"""Mistakes in how the network is built, which the number of its parameters shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.checks.network import sizes
from grader.model import Message

USUAL = (4, 4)

STRUCTURE = {
    "net_bias_in_last_layer": (
        "The last linear layer has a bias.",
        "The lab asks for no bias there: see bias=False.",
    ),
    "net_hidden_bias_missing": (
        "The hidden layers have no biases.",
        "Only the last linear layer goes without a bias.",
    ),
    "net_widths_swapped": (
        "The two widths of the hidden layers are swapped.",
        "The argument layer_1_units is the width of the first hidden layer.",
    ),
    "net_first_width_twice": (
        "Both hidden layers have the width of the first.",
        "The argument layer_2_units is the width of the second hidden layer.",
    ),
    "net_second_width_twice": (
        "Both hidden layers have the width of the second.",
        "The argument layer_1_units is the width of the first hidden layer.",
    ),
    "net_widths_ignored": (
        "The hidden layers have four units each, whatever is asked for.",
        "Use layer_1_units and layer_2_units.",
    ),
    "net_default_widths": (
        "The widths have other default values than 4 and 4.",
        "TLNN() without arguments makes two hidden layers of four units.",
    ),
}
"""Slug -> what is wrong, and what to do."""

Count = Callable[[int, int], int]

EVERYWHERE: dict[str, Count] = {
    "net_bias_in_last_layer": lambda a, b: sizes(a, b) + 1,
    "net_hidden_bias_missing": lambda a, b: sizes(a, b) - a - b,
}
"""Mistakes that show at both pairs of widths that are tried."""

UNEQUAL: dict[str, Count] = {
    "net_widths_swapped": lambda a, b: sizes(b, a),
    "net_first_width_twice": lambda a, _: sizes(a, a),
    "net_second_width_twice": lambda _, b: sizes(b, b),
    "net_widths_ignored": lambda *_: sizes(*USUAL),
}
"""Mistakes that show where the two widths differ, and only there."""


def structure(failures: Sequence[Message]) -> str | None:
    """Name what the numbers of parameters show; nothing where anything else failed as well."""
    if not failures or any(message.id != "network_parameters" for message in failures):
        return None
    seen = [
        (int(m.values["first"]), int(m.values["second"]), int(m.values["got"])) for m in failures
    ]
    if len(seen) == 1 and seen[0][:2] == USUAL:
        return "net_default_widths" if _of_other_widths(seen[0][2]) else None
    known = EVERYWHERE if len(seen) > 1 else UNEQUAL
    fitting = [bug for bug, count in known.items() if all(count(a, b) == got for a, b, got in seen)]
    return fitting[0] if len(fitting) == 1 else None


def _of_other_widths(got: int) -> bool:
    """Whether some pair of equal widths has this number of parameters."""
    return any(sizes(width, width) == got for width in range(1, 20))
