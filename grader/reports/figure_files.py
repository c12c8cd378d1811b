"""The figures beside a report: where they lie, and how a page gets their bytes.

The document names them; their bytes lie in a folder beside it, `NAME.figures` beside
`NAME.json`. A file that is missing, or is not the one that was drawn, is not shown.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader import files
from grader.model import Document, Picture, Report
from grader.reports.sanitize import clean
from grader.sandbox import png_file

NAME = re.compile(r"[1-9][0-9]{0,3}\.(png|svg)", re.ASCII)
"""What a figure's file may be called; a report that somebody edited must not name another file."""


def folder_of(stored: Path) -> Path:
    """Return where the figures of a stored report lie: ``X.figures`` beside ``X.json``."""
    return stored.with_name(stored.name.removesuffix(".json") + ".figures")


def contents(report: Report) -> dict[str, bytes]:
    """Return the bytes of every figure of a report by its file's name, in the document's order."""
    return {file: picture.content for file, picture in _with_file_names(report)}


def descriptions(report: Report) -> list[Document]:
    """Describe every figure of a report for its document; ``digest`` is that of the file."""
    return [
        {
            "check": picture.check,
            "source": clean(picture.source),
            "title": clean(picture.title),
            "file": file,
            "width": picture.width,
            "height": picture.height,
            "digest": hashlib.sha256(picture.content).hexdigest(),
        }
        for file, picture in _with_file_names(report)
    ]


def _with_file_names(report: Report) -> Iterator[tuple[str, Picture]]:
    pictures = (picture for outcome in report.outcomes for picture in outcome.pictures)
    return ((f"{number}.{picture.suffix}", picture) for number, picture in enumerate(pictures, 1))


def with_pictures(document: Document, folder: Path) -> Document:
    """Return a copy of a document in which each figure carries its bytes, where they are there.

    Parameters
    ----------
    document
        A valid one; it stays as it is, and one without figures comes back as it is.
    folder
        Where the figures lie; it need not exist.

    Returns
    -------
    dict
        Each entry of ``figures`` whose file is the one that was drawn has ``data``: the PNG or SVG
        in base64, safe within the ``data:`` address of an ``img``, where no script runs. The others
        have none.
    """
    figures = document.get("figures", [])
    return {**document, "figures": [_with_data(figure, folder) for figure in figures]}


def _with_data(figure: Mapping[str, Any], folder: Path) -> Document:
    raw = content(figure, folder)
    if raw is None:
        return dict(figure)
    return {**figure, "data": base64.b64encode(raw).decode("ascii")}


def content(figure: Mapping[str, Any], folder: Path) -> bytes | None:
    """Return the bytes of a figure, or None where they are not there or are not those drawn."""
    if not NAME.fullmatch(figure["file"]):
        return None
    try:
        raw = files.read_regular(folder / figure["file"], png_file.MAX_BYTES)
    except OSError:
        return None
    if hashlib.sha256(raw).hexdigest() != figure["digest"]:
        return None
    is_picture = (
        raw.startswith(b"<svg ") if figure["file"].endswith("svg") else png_file.rebuild(raw)
    )
    return raw if is_picture else None


__all__ = ["NAME", "content", "contents", "descriptions", "folder_of", "with_pictures"]
