"""The wire: what travels arrives, and what is broken is refused, whatever it is."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox.child import packing, wire
from grader.sandbox.child.packing import WireError, decode, encode
from grader.sandbox.child.wire import Channel, DeadlinePassed, Gone
from tests.sandbox.child.damaged_frames import damage, sample_values

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("abc"), inner, max_size=5),
    max_leaves=20,
)


@given(PLAIN)
@settings(max_examples=200, deadline=None)
def test_plain_values_arrive_unchanged(value: Any) -> None:
    """Every plain value comes back as it was sent."""
    assert decode(encode(value)) == value


@pytest.mark.parametrize("dtype", packing.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3), (1,) * 8])
def test_arrays_arrive(dtype: str, shape: tuple[int, ...]) -> None:
    """An array comes back with its shape, dtype and entries, and can be written to."""
    frame = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
    array = decode(encode(frame))
    assert array.shape == frame.shape
    assert array.dtype == frame.dtype
    assert np.array_equal(array, frame)
    assert array.flags.writeable


@pytest.mark.parametrize(
    "value",
    [
        {1, 2}, 2**64, -(2**63) - 1, object(), np.float32(1), np.bool_(True), np.array([object()]), np.array(["text"]),
        np.zeros((1,) * 9), np.datetime64("2020-01-01", "s").reshape(1), lambda: None,
    ],
)  # fmt: skip
def test_other_values_are_refused(value: Any) -> None:
    """A value of another kind is an error of the wire, on the side that sends it."""
    with pytest.raises(WireError):
        encode(value)


def test_nesting_and_size_are_limited() -> None:
    """A value nested too deep is refused on both sides; a hundred thousand small ones where they arrive."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(WireError):
        encode(deep)
    many: list[list[int]] = [[] for _ in range(packing.PLAIN_LIMIT)]
    for body in (pack(b"\x91" * 100_000 + b"\xc0"), encode(many)):
        with pytest.raises(WireError):
            decode(body)
    assert decode(encode(many), packing.LIMIT) == many


def test_lone_surrogates_are_replaced() -> None:
    """Half of a surrogate pair does not arrive."""
    assert decode(encode("a\ud800b")) == "a?b"


def test_arrays_do_not_count_as_plain_data() -> None:
    """Bytes as an array count as an array does, and None stays None."""
    frame = bytes(packing.PLAIN_LIMIT + 1)
    assert decode(encode(packing.byte_array(frame))).tobytes() == frame
    assert packing.byte_array(None) is None


def pack(plain: bytes, rest: bytes = b"") -> bytes:
    return struct.pack("<I", len(plain)) + plain + rest


def pack_array(code: int, *shape: int, raw: bytes = b"") -> bytes:
    packed = struct.pack(f"<{len(shape)}I", *shape)
    return pack(b"\xc7" + bytes([len(packed), code % 256]) + packed, raw)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0\0", b"\xff\xff\xff\xff\1", pack(b""), pack(b"\xc1"), pack(b"\1\2"), pack(b"\1", b"\1"),
        pack(b"\xa1\xff"), pack(b"\xa3\xed\xa0\x80"), pack(b"\xa5ab"), pack(b"\xdd\xff\xff\xff\xff"),
        pack(b"\x81\1\1"), pack(b"\xd4\0\0"), pack(b"\xd4\xff\0"), pack_array(0, 2), pack_array(13), pack_array(-2),
        pack_array(0, *(1,) * 9), pack_array(0, 2, raw=b"8" * 15), pack_array(0, *(2**32 - 1,) * 8),
        pack_array(0, 0, 2**32 - 1), pack_array(0, 0, *(200_000,) * 7), pack_array(11, raw=b"\2"),
    ],
)  # fmt: skip
def test_broken_bodies_are_refused(body: bytes) -> None:
    """Whatever is wrong with a body, decoding ends with an error of the wire and nothing else."""
    with pytest.raises(WireError):
        decode(body)


def test_decoding_is_total() -> None:
    """Ten thousand damaged frames are read or refused, and none does anything else."""
    rng = random.Random(7)
    bodies = [encode(value) for value in sample_values()]
    for _ in range(10_000):
        body = damage(bytearray(rng.choice(bodies)), rng)
        try:
            decode(body)
        except WireError:
            continue


@pytest.fixture
def channel_and_peer() -> Any:
    """Two ends of a wire: a channel, and the bare socket of a liar."""
    socket_a, socket_b = socket.socketpair()
    channel = Channel(socket_a)
    yield channel, socket_b
    channel.close()
    socket_b.close()


BODY = pack(b"\1")


def frame_of(
    body: bytes, magic: bytes = wire.MAGIC, number: int = 1, length: int | None = None
) -> bytes:
    return wire.HEADER.pack(magic, number, len(body) if length is None else length) + body


@pytest.mark.parametrize(
    "frame",
    [
        b"GET / HTTP/1.1\r\n\r\n", frame_of(BODY, magic=b"BPG3"), frame_of(BODY, number=2),
        frame_of(BODY, number=0), frame_of(BODY, length=2**63), frame_of(BODY, length=packing.LIMIT + 1),
        frame_of(BODY + b"\1"), frame_of(b""),
    ],
)  # fmt: skip
def test_broken_frames_are_refused(channel_and_peer: Any, frame: bytes) -> None:
    """A wrong mark, number, length or body breaks the rules."""
    channel, peer = channel_and_peer
    peer.sendall(frame)
    with pytest.raises(WireError):
        channel.receive(time.monotonic() + 1)


def test_a_frame_sent_twice_is_refused(channel_and_peer: Any) -> None:
    """An answer cannot be repeated: each frame has the next number."""
    channel, peer = channel_and_peer
    peer.sendall(frame_of(BODY) * 2)
    assert channel.receive(time.monotonic() + 1) == 1
    with pytest.raises(WireError):
        channel.receive(time.monotonic() + 1)


def test_no_answer_is_late(channel_and_peer: Any) -> None:
    """Who says nothing until the deadline is late."""
    with pytest.raises(DeadlinePassed):
        channel_and_peer[0].receive(time.monotonic() + 0.05)


def test_a_slow_answer_is_late(channel_and_peer: Any) -> None:
    """The deadline holds for the whole frame, not for each byte of it."""
    channel, peer = channel_and_peer
    stop = threading.Event()

    def drip() -> None:
        for byte in frame_of(b"y\xff\0\0\0" + bytes(255)):
            if stop.wait(0.02):
                return
            peer.sendall(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    start = time.monotonic()
    with pytest.raises(DeadlinePassed):
        channel.receive(start + 0.3)
    stop.set()
    thread.join()
    assert time.monotonic() - start < 0.6


def test_a_peer_that_does_not_read_is_late(channel_and_peer: Any) -> None:
    """Who does not read is late as well."""
    with pytest.raises(DeadlinePassed):
        channel_and_peer[0].send(bytes(8_000_000), time.monotonic() + 0.1)


def test_the_end_of_the_wire_is_gone(channel_and_peer: Any) -> None:
    """A wire that ends within a frame is gone."""
    channel, peer = channel_and_peer
    peer.sendall(frame_of(b"N")[:5])
    peer.close()
    with pytest.raises(Gone):
        channel.receive(time.monotonic() + 1)


def test_a_large_frame_is_refused(channel_and_peer: Any) -> None:
    """The limit holds for what is sent, too."""
    with pytest.raises(WireError):
        channel_and_peer[0].send(bytes(packing.LIMIT + 1))


def test_a_passed_deadline_is_late(channel_and_peer: Any) -> None:
    """Nothing is received after its deadline, even if it is there."""
    channel, peer = channel_and_peer
    peer.sendall(frame_of(b"N"))
    with pytest.raises(DeadlinePassed):
        channel.receive(time.monotonic() - 1)
