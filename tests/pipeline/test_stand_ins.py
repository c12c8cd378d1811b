"""The program as a whole stands in for items about classes that are not there."""

from __future__ import annotations

from dataclasses import replace

from grader.model import Item, Message, Outcome, Verdict, frozen
from grader.pipeline import stand_ins

ITEM = Item(check="linear.init", points=2.0, group="Linear", seconds=10.0)
MISSING = Outcome(ITEM, Verdict.FAILED, 0.0, usable=False)
NO_TIME = Message("total_time", frozen(seconds=40.0))


def stood_in(network_share: float) -> dict[str, Verdict]:
    """Return the verdicts of two items where the program's own time ended before its gradient was seen."""

    def examine(item: Item) -> Outcome:
        if item.check == stand_ins.NETWORK:
            verdict = Verdict.PASSED if network_share else Verdict.TIMED_OUT
            return Outcome(item, verdict, network_share, message=None if network_share else NO_TIME)
        return Outcome(item, Verdict.TIMED_OUT, 0.0, message=NO_TIME, usable=False)

    other = replace(MISSING, item=replace(ITEM, check="network.gradient"))
    items = {"linear.init": MISSING, "network.gradient": other}
    done = stand_ins.stand_in(list(items), items, examine)
    return {id_: outcome.verdict for id_, outcome in done.items()}


def test_a_network_that_had_no_time_to_show_its_steps_waits_for_a_person() -> None:
    """Watching it took the time of the submission; where no network was seen, late is late."""
    assert stood_in(1.0) == {"linear.init": Verdict.PASSED, "network.gradient": Verdict.REVIEW}
    assert set(stood_in(0.0).values()) == {Verdict.TIMED_OUT}
