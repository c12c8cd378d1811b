"""Names in archives that do not say how they are encoded: UTF-8, or the code page of some Windows.

A zip tells only whether a name is UTF-8. What is not may come from a machine in Taiwan, China,
Japan or Korea, and there the second byte of a character may be that of a backslash.
"""

from __future__ import annotations

from collections.abc import Sequence

_CODE_PAGES = (
    ("cp950", range(0xA4, 0xC7)),
    ("gbk", range(0xB0, 0xD8)),
    ("cp932", (0x82, 0x83, *range(0x88, 0x98))),
    ("cp949", range(0xB0, 0xC9)),
)
"""Code pages, and the first bytes of the characters that are common there; of two that fit
equally well the first is chosen, because this lab is taught in Taiwan."""
_SAMPLE = 4096
"""Characters of all names that are looked at: more would change no decision."""
_DEFAULT = "cp437"
"""The encoding that the format of zips prescribes; it decodes every byte."""


def decode_names(names: Sequence[bytes]) -> list[str]:
    r"""Decode the names of one archive, all in the same way.

    Examples
    --------
    >>> decode_names(["許功.py".encode("cp950"), b"a.py"])
    ['許功.py', 'a.py']
    """
    codec = _codec(b"\n".join(names))
    return [name.decode(codec) for name in names]


def _codec(text: bytes) -> str:
    try:
        text.decode()
    except UnicodeDecodeError:
        shares = [(_common_share(text, codec, set(leads)), codec) for codec, leads in _CODE_PAGES]
        share, codec = max(shares, key=lambda entry: entry[0])
        return codec if share >= 0.5 else _DEFAULT
    return "utf-8"


def _common_share(data: bytes, codec: str, leads: set[int]) -> float:
    """Return how many of the characters beyond ASCII are common ones; 0 if it cannot be decoded."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    # Not each of them can be encoded again: some code pages decode two codes to one character.
    firsts = [
        letter.encode(codec, "replace")[0] for letter in text[:_SAMPLE] if not letter.isascii()
    ]
    return sum(first in leads for first in firsts) / len(firsts) if firsts else 0.0
