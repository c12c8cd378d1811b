"""Grade every program of tests/manners, and print a line for each and the totals.

    PYTHONPATH=. python tools/try_manners.py [NAME ...] [--style STYLE] [--short] [--brief]

A NAME is that of a pair: the right program and its twin are graded. A line has the name, the style,
what the program is, its points, those that wait for a person, and its seconds; below it stand its
flags, and the failed checks by message. At the end: the totals, which demands of `tests/test_manners.py`
are not met, and which programs its list of exceptions no longer needs.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping

from tests.manners.evaluation import Result, escapes, examine, named, sandbox, totals, unmet
from tests.manners.manner import STYLES
from tests.manners.not_yet import NOT_YET


def describe(result: Result, right: Result | None) -> str:
    """Return the line of one program; ``right`` is the result of its right twin, if it has one."""
    manner = result.manner
    kind = "right" if manner.right else "wrong"
    worst = []
    if result.zero_without_flag or result.zero_for_its_shape:
        worst.append("ZERO")
    if manner.right and result.blamed_gradients:
        worst.append("BLAMED " + ", ".join(result.blamed_gradients))
    if right is not None and escapes(result, right):
        worst.append("ESCAPES")
    points = f"{result.score:6.2f} {result.waiting:6.2f}"
    head = f"{manner.name:55} {manner.style:9} {kind} {points} {result.seconds:5.1f} s"
    return f"{head}  {'; '.join(worst)}"


def details(result: Result) -> list[str]:
    """Return the flags, and the failed checks by message, as lines of their own."""
    by_message = defaultdict(list)
    for check, message in result.failed.items():
        by_message[message].append(check)
    lines = [f"    flags: {', '.join(result.flags)}"] if result.flags else []
    return lines + [f"    {message}: {', '.join(ids)}" for message, ids in by_message.items()]


def demands(results: Mapping[str, Result]) -> list[str]:
    """Return a line for each demand that a program does not meet, or meets although it is excepted."""
    pairs = [(results[r.manner.twin], r) for r in results.values() if not r.manner.right]
    missed = {one for pair in pairs for one in unmet(*pair)}
    listed = {(demand, name) for demand, names in NOT_YET.items() for name in names}
    lines = [f"not met{'' if one in listed else ', NEW'}: {one[0]}: {one[1]}" for one in missed]
    met = [one for one in listed - missed if one[1] in results]
    return sorted(lines + [f"met now: {demand}: {name}" for demand, name in met])


def main() -> None:
    """Grade, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="pairs, all if none is named")
    parser.add_argument("--style", choices=STYLES, help="only those of one style")
    parser.add_argument("--short", action="store_true", help="with their training made short")
    parser.add_argument("--brief", action="store_true", help="no flags and no checks")
    options = parser.parse_args()
    results: dict[str, Result] = {}
    with sandbox() as entered:
        for manner in named(options.names):
            if options.style not in (None, manner.style):
                continue
            result = results[manner.name] = examine(manner, entered, brief=options.short)
            print(describe(result, None if manner.right else results.get(manner.twin)))  # noqa: T201
            if not options.brief:
                print("\n".join(details(result)))  # noqa: T201
    for what, count in totals(results.values()).items():
        print(f"{count:4}  {what}")  # noqa: T201
    print("\n".join(demands(results)))  # noqa: T201


if __name__ == "__main__":
    main()
