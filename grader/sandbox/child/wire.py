"""Frames over a socket: a header, a sequence number, and one value of a few plain kinds.

Both sides use this module, and neither trusts the other with more than bytes.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any, Optional

from .packing import LIMIT, PLAIN_LIMIT, WireError, decode, encode

MAGIC = b"BPG2"
HEADER = struct.Struct("<4sIQ")


class DeadlinePassed(WireError):
    """The other side did not answer before its deadline."""


class Gone(WireError):
    """The other side closed its end, or died."""


class Channel:
    """One end of the wire: whole frames, numbered, in turn.

    Parameters
    ----------
    sock
        A connected stream socket; the channel owns it from now on.
    limit
        The largest body, in bytes, that is sent or accepted.
    accepts, sends
        The largest part of it besides arrays that is accepted, and that is sent.
    """

    def __init__(
        self,
        sock: socket.socket,
        limit: int = LIMIT,
        accepts: int = PLAIN_LIMIT,
        sends: int = LIMIT,
    ) -> None:
        self._sock, self._limit, self._accepts, self._sends = sock, limit, accepts, sends
        self._sent = self._received = 0
        self.bytes_received = 0
        self._timeout: Optional[float] = sock.gettimeout()

    def send(self, value: Any, deadline: Optional[float] = None) -> None:
        """Send one frame; ``deadline`` is a ``time.monotonic()`` second.

        Raises
        ------
        WireError
            If the value cannot travel or is too large, or the other side is gone
            (``DeadlinePassed``: does not read).
        """
        body = encode(value, self._sends)
        if len(body) > self._limit:
            raise WireError("a frame of %d bytes is too large" % len(body))
        self._sent += 1
        try:
            self._wait_until(deadline)
            self._sock.sendall(HEADER.pack(MAGIC, self._sent & 0xFFFFFFFF, len(body)) + body)
        except socket.timeout:
            raise DeadlinePassed("the other side does not read") from None
        except OSError:
            raise Gone("the other side is gone") from None

    def receive(self, deadline: Optional[float] = None) -> Any:
        """Receive one frame's value; ``deadline`` is a ``time.monotonic()`` second.

        Raises
        ------
        DeadlinePassed
            If the whole frame was not there at the deadline.
        WireError
            If the header, sequence number, length or body is wrong, or the other
            side is gone.
        """
        magic, number, length = HEADER.unpack(self._exactly(HEADER.size, deadline))
        self._received += 1
        if magic != MAGIC or number != self._received & 0xFFFFFFFF or length > self._limit:
            raise WireError("a frame that breaks the rules")
        return decode(self._exactly(length, deadline), self._accepts)

    def _exactly(self, size: int, deadline: Optional[float]) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            try:
                self._wait_until(deadline)
                part = self._sock.recv(min(size - len(parts), 1 << 20))
            except socket.timeout:
                raise DeadlinePassed("the other side is late") from None
            except OSError:
                raise Gone("the other side is gone") from None
            if not part:
                raise Gone("the other side is gone")
            parts += part
        self.bytes_received += size
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
        raise DeadlinePassed("the deadline has passed")
    return left
