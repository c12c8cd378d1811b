"""The proof of a repair: everything holds on the numbers that failed, and on those of five other seeds."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Item
from grader.observation.convergent_starts import TASKS_OF_CHECK
from grader.pipeline.repair_screen_training import LOSSES, SHUFFLED
from grader.pipeline.repair_screens import right_without_edit, screen_of
from grader.pipeline.repair_trials import Trials
from grader.remote import derive_seed

OTHERS = (("fresh",), *(("fresh", str(number)) for number in range(1, 5)))
"""The names of the other seeds."""
FEW = 1  # of these, on which the checks run where the closed forms hold on all


def prove(trials: Trials, subject: str, items: Sequence[Item]) -> bool:
    """Return whether all of some items hold on their own numbers, and on those of five other seeds.

    Where what a class computes has its closed form on all five, its checks are asked on one of them, for
    what they ask besides; what learns from weights of the examiner's, which take long to find, is not.
    Else everything is asked on one, and all but that on each.
    """
    if not trials.hold(None, None, items):
        return False
    quick = [item for item in items if item.check not in TASKS_OF_CHECK]
    if has_closed_forms(trials, subject):
        return not quick or all(trials.hold(None, None, quick, *names) for names in OTHERS[:FEW])
    first, *others = OTHERS
    return trials.hold(None, None, items, *first) and all(
        trials.hold(None, None, quick, *names) for names in others
    )


def has_closed_forms(trials: Trials, subject: str) -> bool:
    """Return whether all that a class computes is that of its closed forms, on each of the other seeds."""
    for names in OTHERS:
        screen = screen_of(trials, subject, "", derive_seed(trials.seed, "proof", *names))
        if screen is None:
            return False
        if not screen.whole - {LOSSES, SHUFFLED} <= right_without_edit(trials, screen):
            return False
    return True
