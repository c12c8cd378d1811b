"""The program as a whole stands in for items about classes that are not there."""

from __future__ import annotations

from dataclasses import replace

from grader.model import Item, Message, Outcome, Verdict, frozen
from grader.pipeline import stand_ins

ITEM = Item(check="linear.init", points=2.0, group="Linear", seconds=10.0)
MISSING = Outcome(ITEM, Verdict.FAILED, 0.0, usable=False)
NO_TIME = Message("total_time", frozen(seconds=40.0))


def stood_in(network: Verdict) -> dict[str, Verdict]:
    """Return the verdicts of two items where the program's own time ended before its gradient was seen."""

    def examine(item: Item) -> Outcome:
        if item.check == stand_ins.NETWORK:
            late = NO_TIME if network is Verdict.TIMED_OUT else None
            return Outcome(item, network, float(network is Verdict.PASSED), message=late)
        return Outcome(item, Verdict.TIMED_OUT, 0.0, message=NO_TIME, usable=False)

    other = replace(MISSING, item=replace(ITEM, check="network.gradient"))
    items = {"linear.init": MISSING, "network.gradient": other}
    done = stand_ins.stand_in(list(items), items, examine)
    return {id_: outcome.verdict for id_, outcome in done.items()}


def test_a_network_that_had_no_time_to_show_its_steps_waits_for_a_person() -> None:
    """Watching it took the time of the submission; where no network was seen, late is late."""
    review, late, passed = Verdict.REVIEW, Verdict.TIMED_OUT, Verdict.PASSED
    assert stood_in(passed) == {"linear.init": passed, "network.gradient": review}
    assert stood_in(review) == {"linear.init": review, "network.gradient": review}
    assert stood_in(late) == {"linear.init": late, "network.gradient": late}
