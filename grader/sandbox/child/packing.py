"""Packs a value into bytes and back: MessagePack, and behind it the entries of arrays.

Decoding is total: it returns a value or raises ``WireError``, nothing else. Sizes are
capped before anything is allocated, and nothing that arrives is ever called or evaluated.
Layout: the length of the MessagePack part in four bytes, that part, then the entries of all
arrays in the order in which it names them: an extension, whose code is the dtype and whose
data are the shape.
"""

from __future__ import annotations

import struct
from typing import Any, List, Optional

import msgpack
import numpy as np

LIMIT = 16 * 1024 * 1024  # bytes of a frame: several times what the largest honest check sends
PLAIN_LIMIT = 512 * 1024  # bytes of it besides arrays: an empty list takes one, and sixty in memory
MAX_AXES = 8  # of an array: no value of this lab has more than three
DTYPES = (
    "<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "|u1", "<u2", "<u4", "<u8", "|b1", "<c16"
)  # fmt: skip
"""The kinds of arrays that are sent; an array's code on the wire is its place here."""

_LENGTH = struct.Struct("<I")
_KINDS = [np.dtype(code) for code in DTYPES]
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_SHAPES = [struct.Struct("<%dI" % ndim) for ndim in range(MAX_AXES + 1)]


class WireError(Exception):
    """The other end broke the rules of the wire, or is gone."""


def encode(value: Any, most: int = LIMIT) -> bytes:
    """Turn a value into bytes.

    Parameters
    ----------
    value
        None, bool, int (64 bits), float, str, bytes, a numpy array of one of
        ``DTYPES``, or a list, tuple or str-keyed dict of such.
    most
        The largest part besides arrays, in bytes.

    Raises
    ------
    WireError
        If the value is of another kind or nests too deep, or a part of it is too large.
    """
    buffers: List[bytes] = []
    try:
        plain = msgpack.packb(
            value, default=lambda array: _pack_array(array, buffers), unicode_errors="replace"
        )
    except (TypeError, ValueError, OverflowError, RecursionError, struct.error) as error:
        raise WireError("cannot be packed: " + str(error)) from None
    if len(plain) > most:
        raise WireError("too much besides arrays: %d bytes" % len(plain))
    return b"".join([_LENGTH.pack(len(plain)), plain, *buffers])


def byte_array(content: Optional[bytes]) -> Any:
    """View bytes as an array, which does not count as plain data; None stays None."""
    return None if content is None else np.frombuffer(content, np.uint8)


def _pack_array(value: Any, buffers: List[bytes]) -> msgpack.ExtType:
    """Append an array's entries to the buffers; return their dtype and shape."""
    if not isinstance(value, np.ndarray):
        raise WireError("a " + type(value).__name__ + " cannot be packed")
    if value.dtype == np.bool_:
        value = value.view(np.uint8) != 0  # an array that was never filled may hold any byte
    kind = value.dtype.newbyteorder("<")
    if kind not in _CODES or value.ndim > MAX_AXES:
        raise WireError("an array of " + kind.str + " cannot be packed")
    buffers.append(value.astype(kind, copy=False).tobytes())
    return msgpack.ExtType(_CODES[kind], _SHAPES[value.ndim].pack(*value.shape))


def decode(body: bytes, most: int = PLAIN_LIMIT) -> Any:
    """Turn bytes back into a value: the inverse of ``encode``, tuples becoming lists.

    Parameters
    ----------
    body
        What ``encode`` returned, or anything at all.
    most
        The largest part besides arrays, in bytes.

    Raises
    ------
    WireError
        If the bytes are anything but exactly one well-formed value.
    """
    if len(body) < _LENGTH.size:
        raise WireError("the frame ends too soon")
    size = _LENGTH.unpack_from(body)[0]
    end = _LENGTH.size + size
    if end > len(body) or size > most:
        raise WireError("a part beyond the frame, or too long")
    reader = _ArrayReader(body, end)
    try:
        value = msgpack.unpackb(body[_LENGTH.size : end], ext_hook=reader.read_array)
    except (ValueError, RecursionError, MemoryError) as error:  # a text that is not UTF-8 too
        raise WireError("not MessagePack: " + str(error)) from None
    if reader.offset != len(body):
        raise WireError("bytes are left over")
    return value


class _ArrayReader:
    """Reads one array after another from behind the plain part."""

    def __init__(self, body: bytes, offset: int) -> None:
        self.body, self.offset = body, offset

    def read_array(self, code: int, data: bytes) -> Any:
        ndim = len(data) // 4
        if not 0 <= code < len(_KINDS) or ndim > MAX_AXES or len(data) != 4 * ndim:
            raise WireError("an unknown kind of array")
        kind, shape = _KINDS[code], _SHAPES[ndim].unpack(data)
        count, sides = 1, 1
        for length in shape:
            count, sides = count * length, sides * (length or 1)
        start, self.offset = self.offset, self.offset + count * kind.itemsize
        if self.offset > len(self.body) or sides * kind.itemsize > LIMIT:
            raise WireError("the frame ends too soon, or an array has huge sides")
        if kind.kind == "b" and self.body[start : self.offset].strip(b"\0\1"):
            raise WireError("a bool that is neither 0 nor 1")
        return np.ndarray(shape, kind, self.body, start).copy()
