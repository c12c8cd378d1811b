"""Which pages are up to date: one is made anew only where something that it follows from changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from grader.batch.class_index import Pages
from grader.batch.store import Store

_PAGE = re.compile(r"(?:pages|feedback)/[^/]+\.html")
"""What may be removed, whatever the file that remembers says."""
Document = dict[str, Any]
_REPORTS = Path(__file__).parents[2] / "reports"


class PageCache:
    """What the pages that lie in a folder were made from.

    While pages are being written, the disk remembers their names and not what they were made
    from, so that a run that was killed leaves none that passes for something else. Files that
    no batch wrote are in no list, and stay.

    Parameters
    ----------
    name
        Of the file that remembers, below the folder of the store.
    asked
        How pages are wanted now.
    """

    def __init__(self, store: Store, name: str, options: Pages) -> None:
        self._store, self._name, self._options = store, name, options
        self._before = self._read()
        self._current: dict[str, str] = {}

    def needs(self, name: str, document: Document) -> bool:
        """Say whether a page was made from anything but this report, and note that it is now."""
        self._current[name] = self._key(document)
        return self._before.get(name) != self._current[name]

    def begin(self, paths: Iterable[str]) -> None:
        """Remember that pages are written now, at these places and where some were before.

        Raise `OutputFull` if the disk is full.
        """
        self._write(dict.fromkeys([*self._before, *paths], ""))

    def unused(self) -> list[str]:
        """Return the places of pages that were made before, and now belong to nobody."""
        unused = [path for path in self._before if path not in self._current]
        return [path for path in unused if _PAGE.fullmatch(path)]

    def save(self) -> None:
        """Remember what was made; raise `OutputFull` if the disk is full."""
        self._write(self._current)

    def _write(self, keys: dict[str, str]) -> None:
        self._store.write(self._name, json.dumps(keys, indent=1, sort_keys=True) + "\n")

    def _read(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return dict(json.loads((self._store.folder / self._name).read_text("utf-8")))
        return {}

    def _key(self, document: Document) -> str:
        """Return what stands for a report, the wishes, and how pages are made."""
        parts = [document["batch"]["seal"], asdict(self._options), _code_digest()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _code_digest() -> str:
    """Return SHA-256 over everything of ours that a page is made with."""
    total = hashlib.sha256()
    for file in sorted(_REPORTS.rglob("*.*")):
        if file.suffix in (".py", ".j2", ".css", ".js", ".mo"):
            total.update(file.read_bytes())
    return total.hexdigest()
