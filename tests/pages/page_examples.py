"""Documents with numbers and figures to draw, as an examination would have left them."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from functools import cache
from typing import Any

from grader.reports.pages.surface import SIDE
from tests.reports import report_examples as examples

Document = dict[str, Any]


def typical() -> Document:
    """A document in which a gradient is wrong, training went well, and figures were drawn."""
    document = examples.write(examples.typical())
    found = {check["id"]: check for check in document["checks"]}
    found["linear.backward.input"]["evidence"] = {"arrays": [gradient(5, 3), gradient(12, 12)]}
    found["linear.backward.weights"]["evidence"] = {"arrays": [gradient(1, 1)]}
    found["train.learns"]["evidence"] = training()
    document["figures"] = [figure(n) for n in range(1, 9)]
    return document


def gradient(rows: int, columns: int) -> Document:
    """A pair of arrays of which the student's is half the numeric one, and lacks a number."""
    numeric = [[math.sin(3 * i + 5 * j) for j in range(columns)] for i in range(rows)]
    given: list[list[float | None]] = [[value / 2 for value in row] for row in numeric]
    if rows * columns > 1:
        given[0][-1] = None
    return {
        "name": "dX",
        "trial": "a batch of 5 (in_features 3, out_features 2)",
        "given": given,
        "numeric": numeric,
        "worst": [rows - 1, 0],
    }


def training() -> Document:
    """Curves of 200 points, a surface that is divided at x1 = x2, and points on both sides."""
    loss = [math.exp(-k / 40) / 3 for k in range(200)]
    points = [[k / 20, (7 * k % 20) / 20, int(k > 7 * k % 20)] for k in range(21)]
    return {
        "loss": loss,
        "accuracy": [1 - value for value in loss],
        "reference_loss": loss[:100],
        "reference_accuracy": [1 - value for value in loss[:100]],
        "steps": 400,
        "reference_steps": 200,
        "arrived": True,
        "surface": [
            1 / (1 + math.exp((k // SIDE - k % SIDE) * 0.8 + 0.1)) for k in range(SIDE * SIDE)
        ],
        "points": points,
    }


def figure(number: int, check: str = "plot.curve") -> Document:
    """A figure of noise, so that it is as large as a figure may be expected to be."""
    return {
        "check": check,
        "source": "show_learning_curve",
        "title": f"Figure {number}",
        "file": f"{number}.png",
        "width": 160,
        "height": 120,
        "digest": "ab" * 32,
        "data": png(160, 120),
    }


@cache
def png(width: int, height: int) -> str:
    """A PNG of grey noise in base64."""
    state, rows = 1, bytearray()
    for _ in range(height):
        rows.append(0)
        for _ in range(width):
            state = state * 1103515245 + 12345 & 0x7FFFFFFF
            rows.append(state >> 16 & 0xFF)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")
    content = b"".join(_chunk(name, body) for name, body in chunks)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + content).decode("ascii")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
