"""A wheel of the grader as it is installed here: platforms get it inside their packages.

It is put together from the installed files, so it needs neither a network nor a build, works from a
checkout as well, and its bytes follow from the files alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import reference
from grader.course.archive import pack
from grader.errors import PathError
from grader.rubric import resources

DISTRIBUTION = "backprop-grader"
_PACKAGE = Path(__file__).parents[1]
_TAG = "py3-none-any"
_LEFT_OUT = ("__pycache__", ".pytest_cache", "figures")


def build() -> tuple[str, bytes]:
    """Return the name of the wheel's file, and its bytes.

    Raises
    ------
    PathError
        If the package is not installed: nobody knows then what it depends on.
    """
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise PathError("the grader is not installed; expected: pip install -e .") from None
    stem = f"{DISTRIBUTION.replace('-', '_')}-{distribution.version}"
    info = f"{stem}.dist-info"
    files = dict(_files())
    for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"):
        files[f"{info}/{name}"] = (distribution.read_text(name) or "").encode()
    wheel = f"Wheel-Version: 1.0\nGenerator: {DISTRIBUTION}\nRoot-Is-Purelib: true\nTag: {_TAG}\n"
    files[f"{info}/WHEEL"] = wheel.encode()
    record = f"{info}/RECORD"
    lines = [f"{path},{_digest(content)},{len(content)}" for path, content in sorted(files.items())]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"{stem}-{_TAG}.whl", pack(files)


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield the package, what travels inside it, and the reference, by their paths in the wheel."""
    yield from _tree(_PACKAGE, "grader")
    yield from _tree(Path(reference.__path__[0]), "reference")
    if (_PACKAGE / "data").exists():
        return
    yield "grader/data/rubric.yaml", resources.default_rubric().read_bytes()
    yield from _tree(resources.student_template(), "grader/data/student_template")
    for name in ("base", "wrong", "right"):
        yield from _tree(resources.zoo() / name, f"grader/data/zoo/{name}")


def _tree(folder: Path, root: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part in _LEFT_OUT for part in relative.parts):
            yield f"{root}/{relative.as_posix()}", path.read_bytes()


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
