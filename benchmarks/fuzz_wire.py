"""Damage a million frames; the decoder must read or refuse each, and do nothing else.

python benchmarks/fuzz_wire.py [TIMES] [SEED]
"""

from __future__ import annotations

import random
import sys
import time

from grader.sandbox.child.packing import WireError, decode, encode
from tests.sandbox.child.damaged_frames import damage, sample_values


def main() -> None:
    """Damage, decode, and say how many were read after all."""
    times, seed = (*map(int, sys.argv[1:]), *(1_000_000, 1)[len(sys.argv) - 1 :])
    rng = random.Random(seed)  # noqa: S311  not for secrets
    bodies = [encode(value) for value in sample_values()]
    read, start = 0, time.perf_counter()
    for _ in range(times):
        try:
            decode(damage(bytearray(rng.choice(bodies)), rng))
            read += 1
        except WireError:
            continue
    seconds = time.perf_counter() - start
    print(f"{times} frames in {seconds:.0f} s: {read} read, {times - read} refused")


if __name__ == "__main__":
    main()
