"""Seeds that follow from one seed, yet tell nothing about it or about each other."""

from __future__ import annotations

import hashlib

CHILD_BITS = 63
"""Bits of a seed that a child gets: the wire carries whole numbers of 64 bits with a sign."""


def derive_seed(seed: int, *names: str, bits: int = 128) -> int:
    """Return the whole number of so many bits that follows from a seed and some names.

    Nobody can compute the seed from such a number, nor the number of one name from that of another:
    each is a part of SHA-256 over the seed and the names.
    """
    text = "\n".join((str(seed), *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") >> (256 - bits)
