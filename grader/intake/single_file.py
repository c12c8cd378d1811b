"""One file -> `Submission`: Python, a notebook or an archive; any other says why not."""

from __future__ import annotations

import codecs
import io
import tokenize
from functools import partial
from pathlib import Path

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import Collector, make_submission
from grader.intake.file_kinds import SOURCE, normalize_ending, submission_name
from grader.model import Limits, Message, Submission, frozen

_NOT_FOR_SOURCE = frozenset(
    {"utf-7", "punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"}
)
"""Codecs that Python knows but that no editor writes: they hide code, or take very long."""


def accepts(path: Path) -> bool:
    """Whether this is a regular file, whatever it contains."""
    return path.is_file()


def read(path: Path, limits: Limits) -> Submission:
    """Read one file; raise OSError if it cannot be opened."""
    # Nothing is cut off the name: that may be the ending by which the file is known.
    name, file = (
        submission_name(path),
        normalize_ending(files.clean_name(path.name, len(path.name))),
    )
    if not file.endswith(SOURCE):
        return nested_archives.collect_submission(name, limits, partial(_collect, path, file))
    try:
        content = files.read_regular(path, limits.file_kb * 1024, follow=True)
    except files.TooBigError:
        too_big = Message("file_too_big", frozen(file=file, limit_kb=limits.file_kb))
        return make_submission(name, {}, invalid=too_big)
    return make_submission(name, {file: content}, invalid=_why_not_source(file, content))


def _collect(path: Path, file: str, collector: Collector) -> None:
    if collector.count_entry(file):
        collector.add(file, partial(files.read_regular, path, follow=True))


def _why_not_source(file: str, content: bytes) -> Message | None:
    """Return why this cannot be Python source text, or None; its syntax does not matter here."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Message("wide_text", frozen(file=file))
    if b"\0" in content:
        return Message("nul_bytes", frozen(file=file))
    encoding = "utf-8"
    ascii_start = bytes(byte if byte < 128 else ord("?") for byte in content[:1000])
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(ascii_start).readline)
        if encoding == "utf-8":
            # Without a declaration Python ignores bad bytes in comments: the child tries to read it.
            text = content.strip(b"\xef\xbb\xbf \r\n\t").decode("latin-1")
        elif codecs.lookup(encoding).name in _NOT_FOR_SOURCE:
            return Message("undecodable", frozen(file=file, encoding=encoding))
        else:
            text = content.decode(encoding)
    except (SyntaxError, LookupError, ValueError):
        return Message("undecodable", frozen(file=file, encoding=encoding))
    return None if text.strip() else Message("empty_file", frozen(file=file))
