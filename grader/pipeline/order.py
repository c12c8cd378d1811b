"""The order in which the items of a rubric are examined.

An item comes after all that its check needs, and what students may not read comes after all
that they may. So nothing that a student reads follows from a hidden outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks import CHECKS, Check
from grader.model import Item, Visibility

STAGES = ("contract", "dependent", "figures", "program", "tests")
SECRECY = (Visibility.VISIBLE, Visibility.AFTER_DUE, Visibility.HIDDEN)
"""The order in which items are examined: an outcome follows from no more than what stands before it."""


def plan(items: Sequence[Item], checks: Mapping[str, Check] = CHECKS) -> list[Item]:
    """Order items by secrecy, then by stage, and what a check needs before the check itself.

    Within a stage every ``forward`` comes first: how many are wrong decides what else is paid.
    A visible item does not wait for a hidden one that it needs: that is as if the rubric left it out.
    """
    ordered: dict[str, Item] = {}

    def place(item: Item, alike: Mapping[str, Item]) -> None:
        check = checks[item.check]
        for needed in (*check.needs, *check.blames):
            if needed in alike and needed not in ordered:
                place(alike[needed], alike)
        ordered.setdefault(item.check, item)

    for visibility in SECRECY:
        alike = {item.check: item for item in items if item.visibility is visibility}
        for item in sorted(alike.values(), key=lambda item: _rank(item, checks)):
            place(item, alike)
    return list(ordered.values())


def _rank(item: Item, checks: Mapping[str, Check]) -> tuple[int, bool]:
    return STAGES.index(checks[item.check].stage), not item.check.endswith(".forward")


def more_secret(
    item: Item, items: Sequence[Item], checks: Mapping[str, Check], names: Sequence[str]
) -> tuple[str, ...]:
    """Return the classes, of some, of which an item is more secret than this, and every mistake counted.

    Where the rubric leaves out what a class computes, nobody but this check would see it.
    """
    checks_of_rubric = {other.check for other in items}
    later = SECRECY[SECRECY.index(item.visibility) + 1 :]
    secret = {checks[i.check].subject for i in items if i.visibility in later}
    return tuple(
        name
        for name in names
        if name in secret
        and all(
            check.id in checks_of_rubric
            for check in checks.values()
            if check.subject == name and check.id.split(".")[1] in ("forward", "backward")
        )
    )
