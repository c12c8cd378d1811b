"""Which pages are up to date: a page is written again only if something that it shows changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path

from grader.batch.class_index import Pages
from grader.batch.store import Store
from grader.model import Document

_PAGE = re.compile(r"(?:pages|feedback)/[^/]+\.html")
"""Paths that may be removed, whatever the stored list says."""
_REPORTS = Path(__file__).parents[2] / "reports"


class PageCache:
    """A key for each page in a folder, which identifies what the page was made from.

    While pages are being written, the file on the disk has their names without keys, so that no
    page of a run that was killed counts as up to date. Files that no batch wrote are in no list,
    and stay. ``name`` is the file of the keys, below the folder of the store.
    """

    def __init__(self, store: Store, name: str, options: Pages) -> None:
        self._store, self._name, self._options = store, name, options
        self._before = self._read()
        self._current: dict[str, str] = {}

    def needs(self, name: str, document: Document) -> bool:
        """Return whether a page must be written, and remember that it belongs to this report."""
        self._current[name] = self._key(document)
        return self._before.get(name) != self._current[name]

    def begin(self, paths: Iterable[str]) -> None:
        """Remember that pages at these paths, and at those of before, are being written.

        Raise `OutputFull` if the disk is full.
        """
        self._write(dict.fromkeys([*self._before, *paths], ""))

    def unused_paths(self) -> list[str]:
        """Return the paths of pages that were written before, and now belong to nobody."""
        paths = [path for path in self._before if path not in self._current]
        return [path for path in paths if _PAGE.fullmatch(path)]

    def save(self) -> None:
        """Write the keys of all pages; raise `OutputFull` if the disk is full."""
        self._write(self._current)

    def _write(self, keys: dict[str, str]) -> None:
        self._store.write(self._name, json.dumps(keys, indent=1, sort_keys=True) + "\n")

    def _read(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return dict(json.loads((self._store.folder / self._name).read_text("utf-8")))
        return {}

    def _key(self, document: Document) -> str:
        """Return the key of a page: its report, the options, and the code that writes pages."""
        parts = [document["batch"]["seal"], asdict(self._options), _code_digest()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _code_digest() -> str:
    """Return SHA-256 over the code, templates and texts of the pages."""
    total = hashlib.sha256()
    for file in sorted(_REPORTS.rglob("*.*")):
        if file.suffix in (".py", ".j2", ".css", ".js", ".mo"):
            total.update(file.read_bytes())
    return total.hexdigest()
