"""Print how long a confined child takes: from the request to ready, and the walls alone.

python benchmarks/fork.py [TIMES]
"""

from __future__ import annotations

import statistics
import sys
import time

from grader.model import Limits
from grader.sandbox.child import walls
from grader.sandbox.host import ProcessSandbox


def forks(kind: str, times: int) -> float:
    """Return the median milliseconds from the request for a child to its being ready."""
    took = []
    with ProcessSandbox(Limits()) as sandbox:
        sandbox.open(kind).close()
        for _ in range(times):
            start = time.perf_counter()
            wire = sandbox.open(kind)
            took.append(time.perf_counter() - start)
            wire.close()
    return statistics.median(took) * 1e3


def unescape(times: int) -> float:
    """Return the same for a child behind no wall."""
    took = []
    with ProcessSandbox(Limits(), walls=(), unsafe=True) as sandbox:
        for _ in range(times):
            start = time.perf_counter()
            wire = sandbox.open()
            took.append(time.perf_counter() - start)
            wire.close()
    return statistics.median(took) * 1e3


def started() -> float:
    """Return the milliseconds until a sandbox is ready, its own test included."""
    start = time.perf_counter()
    with ProcessSandbox(Limits()):
        return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Print the medians."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    lines = {"start": started(), "fork, no walls": unescape(times)}
    lines |= {f"fork, {kind}": forks(kind, times) for kind in ("contract", "figures")}
    for name, milliseconds in lines.items():
        print(f"{name:16} {milliseconds:8.2f} ms")
    print(
        f"{len(walls.WALLS)} walls take {lines['fork, contract'] - lines['fork, no walls']:.2f} ms"
    )


if __name__ == "__main__":
    main()
