"""One file -> `Submission`: Python, a notebook or a zip; any other says why not."""

from __future__ import annotations

import codecs
import io
import tokenize
from functools import partial
from pathlib import Path

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import SOURCE, Collector, known_as, name_of, sealed
from grader.model import Limits, Message, Submission, frozen

# Codecs that Python knows but that no editor writes: they hide code, or take very long.
_NOT_FOR_SOURCE = frozenset(
    {"utf-7", "punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"}
)


def accepts(path: Path) -> bool:
    """Say whether this is a regular file; what is in it, `read` will see."""
    return path.is_file()


def read(path: Path, limits: Limits) -> Submission:
    """Take one file.

    Raises
    ------
    OSError
        Where the file cannot be opened.
    """
    # Cut nowhere: what is cut off a name may be the ending by which the file is known.
    name, file = name_of(path), known_as(files.cleaned(path.name, len(path.name)))
    if not file.endswith(SOURCE):
        return nested_archives.collect_submission(name, limits, partial(_put, path, file))
    try:
        content = files.read_regular(path, limits.file_kb * 1024, follow=True)
    except files.TooBigError:
        too_big = Message("file_too_big", frozen(file=file, limit_kb=limits.file_kb))
        return sealed(name, {}, invalid=too_big)
    return sealed(name, {file: content}, invalid=_why_not_source(file, content))


def _put(path: Path, file: str, collector: Collector) -> None:
    if collector.sees(file):
        collector.take(file, partial(files.read_regular, path, follow=True))


def _why_not_source(file: str, content: bytes) -> Message | None:
    """Return why this cannot be Python source text, or None; syntax is not judged here."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Message("wide_text", frozen(file=file))
    if b"\0" in content:
        return Message("nul_bytes", frozen(file=file))
    encoding = "utf-8"
    plain = bytes(byte if byte < 128 else ord("?") for byte in content[:1000])
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(plain).readline)
        # Without a declaration Python looks at no byte of a comment: the child tries what it reads.
        text = content.strip(b"\xef\xbb\xbf \r\n\t").decode("latin-1")
        text = text if encoding == "utf-8" else _decoded(content, encoding)
    except (SyntaxError, LookupError, ValueError):
        return Message("undecodable", frozen(file=file, encoding=encoding))
    return None if text.strip() else Message("empty_file", frozen(file=file))


def _decoded(content: bytes, encoding: str) -> str:
    if codecs.lookup(encoding).name in _NOT_FOR_SOURCE:
        raise LookupError(f"{encoding} is no encoding for source text")
    return content.decode(encoding)
