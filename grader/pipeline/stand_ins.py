"""Items about classes that a submission does not have: the program as a whole stands in for them.

A network in one class, functions or a script may be right without a single class of the lab. Where
a submission has a structure of its own, it is watched while it trains, and what that shows counts
for the items that could not be examined. Items that were examined keep their outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from grader.checks import CHECKS
from grader.model import Item, Message, Outcome, Verdict, frozen

SECONDS = 20.0
"""What the program may take in each of its runs together: 30,000 epochs on both data sets take two
to six, and the limit of a submission is 40."""

NETWORK, GRADIENT, LEARNING, FIGURES = (
    "program.network", "program.gradient", "program.learning", "program.figures",
)  # fmt: skip

TO_THE_END = (LEARNING, FIGURES)
"""The checks for which the program runs to its end: once, for both."""

STAND_INS: Mapping[str, str] = {
    "linear.init": NETWORK, "linear.forward": NETWORK, "linear.backward.input": GRADIENT,
    "linear.backward.weights": GRADIENT, "linear.backward.bias": GRADIENT, "linear.state": GRADIENT,
    "sigmoid.forward": NETWORK, "sigmoid.backward": GRADIENT, "sigmoid.state": GRADIENT,
    "relu.forward": NETWORK, "relu.backward": GRADIENT, "relu.state": GRADIENT,
    "tanh.forward": NETWORK, "tanh.backward": GRADIENT, "tanh.state": GRADIENT,
    "leaky_relu.forward": NETWORK, "leaky_relu.backward": GRADIENT, "leaky_relu.state": GRADIENT,
    "mse.forward": GRADIENT, "mse.backward": GRADIENT, "mse.state": GRADIENT,
    "bce.forward": GRADIENT, "bce.ends": GRADIENT, "bce.backward": GRADIENT, "bce.state": GRADIENT,
    "network.structure": NETWORK, "network.forward": NETWORK, "network.gradient": GRADIENT,
    "training.lockstep": GRADIENT, "training.linear": LEARNING, "training.xor": LEARNING,
    "training.init": LEARNING, "training.train": LEARNING, "training.accuracy": LEARNING,
    "plots.result": FIGURES, "plots.curve": FIGURES, "plots.main": FIGURES,
}  # fmt: skip
"""Check of a class or function -> the check of the whole program that stands in for it."""

NETWORK_ITEMS = ("network.", "training.", "plots.")
"""How the items begin that are about the network, where a submission has the layers of the lab."""

Examine = Callable[[Item], Outcome]


def of_network(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return the items about the network that could not be examined."""
    return [id_ for id_ in of_all(outcomes) if id_.startswith(NETWORK_ITEMS)]


def of_absent(
    outcomes: Mapping[str, Outcome], defined: Collection[str], *, network: bool
) -> list[str]:
    """Return the items about what a submission that has some roles in its own manner does not define.

    What it defines in the lab's manner, and has not written, stays so. ``network`` says that its network
    is none of the lab's.
    """
    return [
        id_
        for id_ in of_all(outcomes)
        if CHECKS[id_].subject not in defined or (network and id_.startswith(NETWORK_ITEMS))
    ]


def of_all(outcomes: Mapping[str, Outcome], *, every: bool = False) -> list[str]:
    """Return the items for which the program can stand in: ``every`` one, or what was not examined."""
    return [
        id_
        for id_, outcome in outcomes.items()
        if id_ in STAND_INS and (every or _is_unexamined(outcome))
    ]


def _is_unexamined(outcome: Outcome) -> bool:
    """Whether a check came to no judgement of what it is about."""
    return outcome.verdict is not Verdict.PASSED and not outcome.usable


def stand_in(
    ids: Sequence[str],
    outcomes: Mapping[str, Outcome],
    examine: Examine,
    *,
    only_networks: bool = False,
) -> dict[str, Outcome]:
    """Return the outcomes of some items, with what the whole program came to in their place.

    Parameters
    ----------
    ids
        The items; see ``of_all``.
    outcomes
        The outcomes of all items by check.
    examine
        Examines one check of the whole program.
    only_networks
        Whether nothing stands in where no network of the program was recognised.
    """
    if not ids:
        return {}
    first = min((outcomes[id_].item for id_ in ids), key=lambda item: item.visibility != "visible")
    whole: dict[str, Outcome] = {}
    for check in (NETWORK, GRADIENT, LEARNING, FIGURES):
        is_asked = check == NETWORK and only_networks
        if is_asked or any(STAND_INS[id_] == check for id_ in ids):
            item = replace(first, check=check, seconds=SECONDS, title=None)
            whole[check] = _seen(examine(item), whole.get(NETWORK))
        if is_asked and not whole[NETWORK].share:
            return {}
    return {id_: _in_place(outcomes[id_], whole[STAND_INS[id_]]) for id_ in ids}


def _seen(outcome: Outcome, network: Outcome | None) -> Outcome:
    """Leave open what a program had no time to show, where it is no plain failure: watching took the time."""
    is_total = outcome.message is not None and outcome.message.id == "total_time"
    if is_total and network is not None and (network.share or network.verdict.is_open):
        return replace(outcome, verdict=Verdict.REVIEW)
    return outcome


def _in_place(outcome: Outcome, whole: Outcome) -> Outcome:
    """Give an item what the whole program came to.

    Where a person must decide, the item still says which code is there in the place of its class.
    """
    if whole.verdict is Verdict.REVIEW and outcome.message and outcome.message.id == "other_style":
        return replace(outcome, verdict=Verdict.REVIEW)
    title = CHECKS[whole.item.check].title
    remark = Message("program_role_stand_in", frozen(title=title))
    pictures = whole.pictures or outcome.pictures
    return replace(
        whole, item=outcome.item, remarks=(remark, *whole.remarks), pictures=pictures, seconds=0.0
    )
