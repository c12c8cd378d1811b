"""What travels by the wire, and how it may be damaged on its way; for the tests and for a longer run."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from grader.sandbox.child import packing


def sample_values() -> list[Any]:
    """Return values of every kind that the wire takes."""
    return [
        [None, {"value": {"kind": "array", "value": np.eye(3)}}, {"error": {"type": "E", "text": "é"}}],
        {"a": [1, 2.5, "three", b"four", True, None], "b": {"c": np.zeros((0, 3), "<i4")}},
        [np.zeros((2, 2, 2), dtype) for dtype in packing.DTYPES],
        "text", 5, [], {},
    ]  # fmt: skip


def damage(body: bytearray, rng: random.Random) -> bytes:
    """Flip, insert, cut or double some bytes."""
    for _ in range(rng.randint(1, 6)):
        offset = rng.randrange(len(body) + 1)
        kind = rng.randrange(5)
        if kind == 0 and offset < len(body):
            body[offset] = rng.randrange(256)
        elif kind == 1:
            body[offset:offset] = rng.randbytes(rng.randint(1, 8))
        elif kind == 2:
            del body[offset : offset + rng.randint(1, 8)]
        elif kind == 3:
            body[offset : offset + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"])
        else:
            body += body[offset:]
    return bytes(body)
