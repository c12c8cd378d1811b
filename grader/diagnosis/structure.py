"""Mistakes in how the network is built, which the number of its parameters shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.model import Message

USUAL = (4, 4)


def _sizes(first: int, second: int) -> int:
    """The number of parameters of the lab's network: biases in the hidden layers, none in the last."""
    return 2 * first + first + first * second + second + second


@dataclass(frozen=True, slots=True)
class WrongSize:
    """A mistake in the network's structure, and how many parameters it makes for two widths.

    ``everywhere`` says whether it shows at both pairs of widths that are tried, or only where the
    two differ.
    """

    slug: str
    explanation: str
    advice: str
    count: Callable[[int, int], int]
    everywhere: bool = False


STRUCTURE = (
    WrongSize("net_bias_in_last_layer",
        "The last linear layer has a bias.", "The lab asks for no bias there: see bias=False.",
        lambda a, b: _sizes(a, b) + 1, everywhere=True),
    WrongSize("net_hidden_bias_missing",
        "The hidden layers have no biases.", "Only the last linear layer goes without a bias.",
        lambda a, b: _sizes(a, b) - a - b, everywhere=True),
    WrongSize("net_widths_swapped",
        "The two widths of the hidden layers are swapped.",
        "The argument layer_1_units is the width of the first hidden layer.",
        lambda a, b: _sizes(b, a)),
    WrongSize("net_first_width_twice",
        "Both hidden layers have the width of the first.",
        "The argument layer_2_units is the width of the second hidden layer.",
        lambda a, _: _sizes(a, a)),
    WrongSize("net_second_width_twice",
        "Both hidden layers have the width of the second.",
        "The argument layer_1_units is the width of the first hidden layer.",
        lambda _, b: _sizes(b, b)),
    WrongSize("net_widths_ignored",
        "The hidden layers have four units each, whatever is asked for.", "Use layer_1_units and layer_2_units.",
        lambda *_: _sizes(*USUAL)),
)  # fmt: skip

DEFAULT_WIDTHS = WrongSize("net_default_widths",
    "The widths have other default values than 4 and 4.",
    "TLNN() without arguments makes two hidden layers of four units.", lambda *_: 0)  # fmt: skip
"""What shows at the usual widths alone: some other pair of equal widths has that size."""


def structure(failures: Sequence[Message]) -> str | None:
    """Name what the numbers of parameters show; nothing where anything else failed as well."""
    if not failures or any(message.id != "network_parameters" for message in failures):
        return None
    keys = ("first", "second", "got")
    counts = [tuple(int(message.values[key]) for key in keys) for message in failures]
    if len(counts) == 1 and counts[0][:2] == USUAL:
        is_other = any(_sizes(width, width) == counts[0][2] for width in range(1, 20))
        return DEFAULT_WIDTHS.slug if is_other else None
    fitting = [
        one.slug
        for one in STRUCTURE
        if one.everywhere == (len(counts) > 1)
        and all(one.count(first, second) == got for first, second, got in counts)
    ]
    return fitting[0] if len(fitting) == 1 else None
