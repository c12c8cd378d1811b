"""Which files of a submission are those of the template, as they were handed out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from grader.contract import FILES
from grader.rubric import resources

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DEFINITION = re.compile(rb"^(?:class|def) (\w+)", re.MULTILINE)


def untouched(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the paths whose text is that of the template's file of this name.

    Line endings, a byte order mark and trailing blanks do not matter.
    """
    template = _template()
    return frozenset(
        path for path, raw in files.items() if _normal(raw) == template.get(_name(path))
    )


def is_template(files: Mapping[str, bytes]) -> bool:
    """Whether a submission is the template, in which nothing was written yet.

    Every source is a file of it, and among them is one in which there is something to write.
    """
    sources = {path: raw for path, raw in files.items() if path.endswith(".py")}
    has_task = any(_name(path) in FILES.values() for path in sources)
    return has_task and untouched(sources) >= sources.keys()


def complete_names(path: str) -> frozenset[str]:
    """Return what the template itself writes in the file of this name; empty where students write."""
    name = _name(path)
    if name in FILES.values():
        return frozenset()
    return frozenset(match.decode() for match in _DEFINITION.findall(_template().get(name, b"")))


@cache
def _template() -> Mapping[str, bytes]:
    folder = resources.student_template()
    return {path.name: _normal(path.read_bytes()) for path in sorted(folder.glob("*.py"))}


def _normal(raw: bytes) -> bytes:
    lines = raw.removeprefix(BYTE_ORDER_MARK).splitlines()
    return b"\n".join(line.rstrip() for line in lines).strip()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
