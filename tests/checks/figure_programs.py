"""Programs whose figures the tests examine, and how they are examined."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from grader.checks import CHECKS
from grader.model import Outcome, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import Sandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
ZOO_BASE = Path(__file__).parents[1] / "zoo" / "base"
BASE = {path.name: path.read_bytes() for path in ZOO_BASE.glob("*.py")}


def examine(
    sandbox: Sandbox,
    files: Mapping[str, bytes],
    *checks: str,
    images: Mapping[str, bytes] | None = None,
    seconds: float | None = None,
) -> dict[str, Outcome]:
    """Grade files with the named checks alone, perhaps with other seconds for each."""
    items = tuple(item for item in DEFAULT.items if item.check in checks)
    if seconds is not None:
        items = tuple(replace(item, seconds=seconds) for item in items)
    submission = Submission("lab", files, "0" * 64, images=images or {})
    rubric = replace(DEFAULT, items=items)
    report = grading.grade(submission, rubric, seed=3, sandbox=sandbox)
    return {outcome.item.check: outcome for outcome in report.outcomes}


def edit(*edits: tuple[str, str], file: str = "plots.py") -> dict[str, bytes]:
    """Replace texts, each of which stands once in a file of the base."""
    source = BASE[file].decode()
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {**BASE, file: source.encode()}


def png_bytes(image: Image.Image, **options: object) -> bytes:
    """Encode an image as PNG."""
    file = io.BytesIO()
    image.save(file, format="PNG", **options)
    return file.getvalue()
