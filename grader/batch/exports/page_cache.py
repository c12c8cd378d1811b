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


class Made:
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

    def __init__(self, store: Store, name: str, asked: Pages) -> None:
        self._store, self._name, self._asked = store, name, asked
        self._before = self._read()
        self._now: dict[str, str] = {}

    def needs(self, name: str, document: Document) -> bool:
        """Say whether a page was made from anything but this report, and note that it is now."""
        self._now[name] = self._key(document)
        return self._before.get(name) != self._now[name]

    def begin(self, places: Iterable[str]) -> None:
        """Remember that pages are written now, at these places and where some were before.

        Raise `OutputFull` if the disk is full.
        """
        self._write(dict.fromkeys([*self._before, *places], ""))

    def left_over(self) -> list[str]:
        """Return the places of pages that were made before, and now belong to nobody."""
        old = [place for place in self._before if place not in self._now]
        return [place for place in old if _PAGE.fullmatch(place)]

    def save(self) -> None:
        """Remember what was made; raise `OutputFull` if the disk is full."""
        self._write(self._now)

    def _write(self, made: dict[str, str]) -> None:
        self._store.write(self._name, json.dumps(made, indent=1, sort_keys=True) + "\n")

    def _read(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return dict(json.loads((self._store.folder / self._name).read_text("utf-8")))
        return {}

    def _key(self, document: Document) -> str:
        """Return what stands for a report, the wishes, and how pages are made."""
        facts = [document["batch"]["seal"], asdict(self._asked), _looks()]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@cache
def _looks() -> str:
    """Return SHA-256 over everything of ours that a page is made with."""
    total = hashlib.sha256()
    for file in sorted(_REPORTS.rglob("*.*")):
        if file.suffix in (".py", ".j2", ".css", ".js", ".mo"):
            total.update(file.read_bytes())
    return total.hexdigest()
