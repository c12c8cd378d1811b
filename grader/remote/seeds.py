"""Random numbers that follow from one seed, yet say nothing about it or about each other."""

from __future__ import annotations

import hashlib

CHILD_BITS = 63
"""What a child is told is a whole number that the wire can carry."""


def derived(seed: int, *names: str, bits: int = 128) -> int:
    """Return the whole number of so many bits that follows from a seed and some names.

    Nobody computes the seed from such numbers, nor the number of one name from that of another:
    each is a part of SHA-256 over all that it follows from.
    """
    said = "\n".join((str(seed), *names))
    return int.from_bytes(hashlib.sha256(said.encode()).digest(), "big") >> (256 - bits)
