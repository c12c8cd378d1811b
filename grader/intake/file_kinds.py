"""What a file is, by its name: a source, a notebook, an archive, a picture, or none of these."""

from __future__ import annotations

import re
from pathlib import Path

from grader import files

SOURCE, NOTEBOOK = ".py", ".ipynb"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
CONTAINERS = (*ARCHIVES, NOTEBOOK)
"""Files that contain sources; they are opened only if no source is beside them."""
PICTURES = (".png", ".jpg", ".jpeg")
OTHER_ARCHIVES = {".rar": "RAR", ".7z": "7-Zip"}
ZIP = "zip"
_STARTS = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"PK\x03\x04": ZIP}
"""How archives begin, whatever their names say. Documents of many programs begin as a zip does."""
LONGEST_START = max(map(len, _STARTS))
SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "venv", "env", "node_modules", "site-packages", "__MACOSX"}
)
"""Folders that a program made, and not the student."""

_ENDINGS = {
    **{ending: ending for ending in (SOURCE, *CONTAINERS)},
    ".pyw": SOURCE,
    ".py.txt": SOURCE,
    ".ipynb.txt": NOTEBOOK,
    ".ipynb.json": NOTEBOOK,
}
"""Endings of sources, archives and notebooks -> their usual form. Browsers and mail programs add
``.txt`` to a text that they do not know, and ``.json`` to a notebook."""
_SOURCE_LINES = re.compile(
    rb"^[ \t]*(?:import [\w.]+|from [\w.]+ import [\w(*]|def \w+\(.*\).*:|class \w+.*:|for \w.* in .*:)",
    re.MULTILINE,
)
"""Lines that only Python has; a report or a log has none of them."""
_FORMATS = {
    **OTHER_ARCHIVES,
    ".pdf": "PDF",
    ".doc": "Word",
    ".docx": "Word",
    ".odt": "OpenDocument",
    ".pages": "Pages",
    ".xlsx": "Excel",
    ".pptx": "PowerPoint",
}
"""What a file is that is not read here, by its ending."""


def normalize_ending(path: str) -> str:
    """Return a path with the usual form of its ending: neither capitals nor a dot at the end count.

    Examples
    --------
    >>> normalize_ending("lab1/Layers.PY"), normalize_ending("layers.py.txt")
    ('lab1/Layers.py', 'layers.py')
    """
    text = path.rstrip(" .")
    lower = text.lower()
    ending = max((e for e in _ENDINGS if lower.endswith(e)), key=len, default=None)
    return path if ending is None else text[: -len(ending)] + _ENDINGS[ending]


def may_contain_source(name: str) -> bool:
    """Whether a file of this name is a source, or can contain sources."""
    return normalize_ending(name).endswith((SOURCE, *CONTAINERS))


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive that can be opened."""
    return normalize_ending(name).endswith(ARCHIVES)


def has_no_ending(path: str) -> bool:
    """Whether the name of a file says nothing of what it is: it has no dot, or only digits after it."""
    name = path.rpartition("/")[2]
    return "." not in name or name.rpartition(".")[2].strip().isdigit()


def looks_like_source(content: bytes) -> bool:
    """Whether a text without an ending is Python: at least two of its lines can be nothing else.

    Nothing of it is parsed: a child does that later.
    """
    return b"\0" not in content and len(_SOURCE_LINES.findall(content)) >= 2


def archive_kind(content: bytes) -> str | None:
    """Return which kind of archive begins so, ``ZIP`` or one that is not read here, or None."""
    return next((kind for start, kind in _STARTS.items() if content.startswith(start)), None)


def has_known_format(path: str) -> bool:
    """Whether the ending of a file says what it is, though it is not read here."""
    return path.lower().endswith(tuple(_FORMATS))


def is_picture(name: str) -> bool:
    """Whether a file of this name is a picture, by its ending alone."""
    return name.lower().endswith(PICTURES)


def is_collected(name: str) -> bool:
    """Whether a file of this name belongs in a submission."""
    return may_contain_source(name) or is_picture(name)


def stem(name: str) -> str:
    """Return a file's name without the ending of a source, an archive or a notebook."""
    normal = normalize_ending(name)
    ending = max((e for e in (SOURCE, *CONTAINERS) if normal.endswith(e)), key=len, default="")
    return normal.removesuffix(ending) or name


def submission_name(path: Path) -> str:
    """Return the name of a submission: the last part of its path, without `.py`, cleaned."""
    whole = path.resolve() if path.name in ("", "..") else path
    return files.clean_name(stem(whole.name)) or "submission"


def name_with_format(path: str) -> str:
    """Return a file's name, with its format if that is one that is not read here."""
    formats = (name for ending, name in _FORMATS.items() if path.lower().endswith(ending))
    name, file_format = files.clean_name(path), next(formats, None)
    return f"{name} ({file_format})" if file_format else name
