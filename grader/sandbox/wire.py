"""Frames over a socket: a header, a sequence number, and values of a few plain kinds.

Both sides use this module, and neither trusts the other with more than bytes:
decoding is total (it returns a value or raises ``WireError``, nothing else), sizes
are capped before anything is allocated, and nothing that arrives is ever called,
evaluated or unpickled.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

MAGIC = b"BPG1"
HEADER = struct.Struct("<4sIQ")
LIMIT = 16 * 1024 * 1024  # bytes of a frame: several times what the largest honest check moves
DEPTH = 12
VALUES = 200_000  # values of a frame, so that decoding one takes a fraction of a second at most
DIMENSIONS = 8
DTYPES = (
    "<f8",
    "<f4",
    "<f2",
    "<i8",
    "<i4",
    "<i2",
    "|i1",
    "|u1",
    "<u2",
    "<u4",
    "<u8",
    "|b1",
    "<c16",
)

_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_U32 = struct.Struct("<I")
_SIMPLE: Dict[bytes, Any] = {b"N": None, b"T": True, b"F": False}


class WireError(Exception):
    """The other side broke the rules of the wire, or is gone."""


class Late(WireError):
    """The other side did not answer before its deadline."""


class Gone(WireError):
    """The other side closed its end, or died."""


def encode(value: Any) -> bytes:
    """Turn a value into bytes.

    Parameters
    ----------
    value
        None, bool, int (64 bits), float, str, bytes, a numpy array of one of
        ``DTYPES``, or a list, tuple or str-keyed dict of such.

    Raises
    ------
    WireError
        If the value is of another kind, nests too deep, or an int is too large.
    """
    out: List[bytes] = []
    _put(value, out.append, 0)
    return b"".join(out)


def decode(body: bytes) -> Any:
    """Turn bytes back into a value: the inverse of ``encode``, tuples becoming lists.

    Raises
    ------
    WireError
        If the bytes are anything but exactly one well-formed value.
    """
    reader = _Reader(body)
    value = reader.value(0)
    if reader.at != len(body):
        raise WireError("bytes are left over")
    return value


def _put(value: Any, put: Callable[[bytes], None], depth: int) -> None:
    if depth > DEPTH:
        raise WireError("too deep")
    if value is None or value is True or value is False:
        put(b"N" if value is None else b"T" if value else b"F")
    elif isinstance(value, (str, bytes)):
        raw = value.encode("utf-8", "replace") if isinstance(value, str) else value
        put((b"s" if isinstance(value, str) else b"y") + _U32.pack(len(raw)) + raw)
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise WireError("an int beyond 64 bits")
        put(b"i" + _I64.pack(value))
    elif isinstance(value, float):
        put(b"f" + _F64.pack(value))
    elif isinstance(value, np.ndarray):
        _put_array(value, put)
    elif isinstance(value, (list, tuple)):
        put(b"l" + _U32.pack(len(value)))
        for entry in value:
            _put(entry, put, depth + 1)
    elif isinstance(value, dict):
        put(b"d" + _U32.pack(len(value)))
        for key, entry in value.items():
            _put(str(key), put, depth + 1)
            _put(entry, put, depth + 1)
    else:
        raise WireError("a " + type(value).__name__ + " cannot travel")


def _put_array(array: Any, put: Callable[[bytes], None]) -> None:
    code = array.dtype.newbyteorder("<").str
    if code not in DTYPES or array.ndim > DIMENSIONS:
        raise WireError("an array of " + code + " cannot travel")
    put(b"a" + bytes([DTYPES.index(code), array.ndim]))
    put(struct.pack("<%dI" % array.ndim, *array.shape))
    put(np.ascontiguousarray(array).astype(code, copy=False).tobytes())


class _Reader:
    """Reads one value after another from a frame's body."""

    def __init__(self, body: bytes) -> None:
        self.body, self.length, self.at, self.values = body, len(body), 0, 0

    def take(self, size: int) -> bytes:
        start = self.at
        self.at = end = start + size
        if end > self.length:
            raise WireError("the frame ends too soon")
        return self.body[start:end]

    def value(self, depth: int) -> Any:
        self.values += 1
        if depth > DEPTH or self.values > VALUES:
            raise WireError("too deep, or too many values")
        tag = self.take(1)
        if tag == b"s":
            return self.text(self.size())
        if tag == b"l":
            deeper = depth + 1
            return [self.value(deeper) for _ in range(self.checked(self.size()))]
        if tag == b"d":
            return dict([self.pair(depth + 1) for _ in range(self.checked(self.size()))])
        if tag in _SIMPLE:
            return _SIMPLE[tag]
        if tag == b"a":
            return self.array()
        if tag == b"f":
            return _F64.unpack(self.take(8))[0]
        if tag == b"i":
            return _I64.unpack(self.take(8))[0]
        if tag == b"y":
            return self.take(self.size())
        raise WireError("an unknown kind of value")

    def size(self) -> int:
        size: int = _U32.unpack(self.take(4))[0]
        return size

    def checked(self, count: int) -> int:
        """A count of values: each takes a byte at least, so it cannot exceed what is left."""
        if count > self.length - self.at:
            raise WireError("a count beyond the frame")
        return count

    def text(self, size: int) -> str:
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def pair(self, depth: int) -> Tuple[str, Any]:
        key = self.value(depth)
        if not isinstance(key, str):
            raise WireError("a key that is not text")
        return key, self.value(depth)

    def array(self) -> Any:
        kind, ndim = self.take(2)
        if kind >= len(DTYPES) or ndim > DIMENSIONS:
            raise WireError("an unknown kind of array")
        shape = struct.unpack("<%dI" % ndim, self.take(4 * ndim))
        dtype = np.dtype(DTYPES[kind])
        count, sides = 1, 1
        for length in shape:
            count, sides = count * length, sides * (length or 1)
        raw = self.take(count * dtype.itemsize)
        if dtype.kind == "b" and raw.strip(b"\0\1"):
            raise WireError("a bool that is neither 0 nor 1")
        if sides * dtype.itemsize > LIMIT:
            raise WireError("an empty array with huge sides")
        return np.frombuffer(raw, dtype).reshape(shape).copy()


class Channel:
    """One end of the wire: whole frames, numbered, in turn.

    Parameters
    ----------
    sock
        A connected stream socket; the channel owns it from now on.
    limit
        The largest body, in bytes, that is sent or accepted.
    """

    def __init__(self, sock: socket.socket, limit: int = LIMIT) -> None:
        self._sock, self._limit = sock, limit
        self._sent = self._received = 0
        self._timeout: Optional[float] = sock.gettimeout()

    def send(self, value: Any, deadline: Optional[float] = None) -> None:
        """Send one frame; ``deadline`` is a ``time.monotonic()`` second.

        Raises
        ------
        WireError
            If the value cannot travel or is too large, or the other side is gone
            (``Late``: does not read).
        """
        body = encode(value)
        if len(body) > self._limit:
            raise WireError("a frame of %d bytes is too large" % len(body))
        self._sent += 1
        try:
            self._wait_until(deadline)
            self._sock.sendall(HEADER.pack(MAGIC, self._sent & 0xFFFFFFFF, len(body)) + body)
        except socket.timeout:
            raise Late("the other side does not read") from None
        except OSError:
            raise Gone("the other side is gone") from None

    def receive(self, deadline: Optional[float] = None) -> Any:
        """Receive one frame's value; ``deadline`` is a ``time.monotonic()`` second.

        Raises
        ------
        Late
            If the whole frame was not there at the deadline.
        WireError
            If the header, sequence number, length or body is wrong, or the other
            side is gone.
        """
        magic, number, length = HEADER.unpack(self._exactly(HEADER.size, deadline))
        self._received += 1
        if magic != MAGIC or number != self._received & 0xFFFFFFFF or length > self._limit:
            raise WireError("a frame that breaks the rules")
        return decode(self._exactly(length, deadline))

    def _exactly(self, size: int, deadline: Optional[float]) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            try:
                self._wait_until(deadline)
                part = self._sock.recv(min(size - len(parts), 1 << 20))
            except socket.timeout:
                raise Late("the other side is late") from None
            except OSError:
                raise Gone("the other side is gone") from None
            if not part:
                raise Gone("the other side is gone")
            parts += part
        return bytes(parts)

    def _wait_until(self, deadline: Optional[float]) -> None:
        left = _left(deadline)
        if left != self._timeout:  # a confined child may not even ask: it has no deadlines
            self._sock.settimeout(left)
            self._timeout = left

    def close(self) -> None:
        """Close the socket; the other side sees its end."""
        self._sock.close()


def _left(deadline: Optional[float]) -> Optional[float]:
    """Seconds until the deadline; a passed one is as late as a missed one."""
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise Late("the deadline has passed")
    return left
