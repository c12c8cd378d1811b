"""Which files of a submission may run the whole lab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.remote import module_paths

MAIN_NAMES = ("main.py", "__main__.py")
RUNS = re.compile(rb"^(?:def main\(|if __name__)", re.MULTILINE)
LOOPS = re.compile(rb"^(?:for|while|plt\.|print)\b", re.MULTILINE)

MOST_FILES = 4
"""So many files are tried until one shows a network."""


def entry_files(sources: Mapping[str, bytes]) -> list[str]:
    """Return the files that may run the lab, the likeliest first: ``main.py``, or what can be run."""

    def rank(path: str) -> tuple[Any, ...]:
        name, text = path.rpartition("/")[2], sources[path]
        kind = [name in MAIN_NAMES, bool(RUNS.search(text)), bool(LOOPS.search(text))]
        return kind.index(True) if any(kind) else len(kind), path.count("/"), path

    modules = module_paths(sources)
    paths = [p for p in sources if p in modules or p.rpartition("/")[2] in MAIN_NAMES]
    return sorted(paths, key=rank)[:MOST_FILES]
