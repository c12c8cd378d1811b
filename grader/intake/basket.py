"""What every way in shares: the caps on what is taken, and the making of a `Submission`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import files
from grader.model import Frozen, Limits, Message, Refused, Submission, frozen

DEEPEST = 8
MOST_ENTRIES = 20_000
MOST_REFUSED = 100
_KIB = 1024


@dataclass(slots=True)
class Basket:
    """Collects files until a cap is reached; what it refuses, it remembers.

    Parameters
    ----------
    closed
        True once a cap of the whole was reached: nothing more is taken, and
        whoever walks can stop.
    """

    limits: Limits
    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    entries: int = 0
    size: int = 0
    closed: bool = False

    def refuse(self, path: str, reason: str, **values: int) -> None:
        """Remember that a path was left out, and why."""
        self.refused.append(Refused(files.cleaned(path, 200), Message(reason, frozen(**values))))

    def close(self, path: str, reason: str, **values: int) -> None:
        """Leave out this path and all that would follow."""
        self.refuse(path, reason, **values)
        self.closed = True

    def sees(self, path: str) -> bool:
        """Count an entry of whatever kind; say whether it may be looked at."""
        self.entries += 1
        if self.entries > MOST_ENTRIES and not self.closed:
            self.close(path, "refused_entries", limit=MOST_ENTRIES)
        return not self.closed

    def take(self, path: str, read: Callable[[int], bytes]) -> None:
        """Take a file unless a cap forbids it.

        Parameters
        ----------
        read
            Returns the contents when told the most bytes that it may return;
            raises `grader.files.TooBigError` for more, and OSError as the system does.
        """
        if len(self.files) >= self.limits.files:
            self.close(path, "refused_too_many", limit=self.limits.files)
            return
        try:
            content = read(self.limits.file_kb * _KIB)
        except files.TooBigError:
            self.refuse(path, "refused_too_big", limit_kb=self.limits.file_kb)
        except files.NotRegularError:
            self.refuse(path, "refused_special")
        except OSError:
            self.refuse(path, "refused_unreadable")
        else:
            self._keep(path, content)

    def _keep(self, path: str, content: bytes) -> None:
        if self.size + len(content) > self.limits.total_kb * _KIB:
            self.close(path, "refused_total", limit_kb=self.limits.total_kb)
            return
        self.size += len(content)
        self.files[path] = content

    def submission(self, name: str) -> Submission:
        """Return what was collected, as one submission."""
        return sealed(name, unwrapped(self.files), self.refused, self._why_invalid())

    def _why_invalid(self) -> Message | None:
        if not self.entries:
            return Message("empty_folder")
        if not self.files:
            return Message("no_python")
        return None if any(map(bytes.strip, self.files.values())) else Message("only_empty")


def sealed(
    name: str,
    contents: Mapping[str, bytes],
    refused: list[Refused] | None = None,
    invalid: Message | None = None,
) -> Submission:
    """Make a `Submission`: files in order, digest, and a bounded list of refusals."""
    ordered = dict(sorted(contents.items()))
    return Submission(
        name=name,
        files=Frozen(ordered),
        digest=digest(ordered),
        refused=_bounded(sorted(refused or [], key=lambda entry: entry.path)),
        invalid=invalid,
    )


def _bounded(refused: list[Refused]) -> tuple[Refused, ...]:
    if len(refused) <= MOST_REFUSED:
        return tuple(refused)
    kept, rest = refused[: MOST_REFUSED - 1], refused[MOST_REFUSED - 1 :]
    more = Message("refused_more", frozen(count=len(rest) - 1))
    return (*kept, Refused(rest[0].path, more))


def digest(contents: Mapping[str, bytes]) -> str:
    """Return SHA-256 over paths and contents, each after its own length."""
    total = hashlib.sha256()
    for path, content in contents.items():
        for part in (path.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


def unwrapped(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Take away the folder in which all files lie, unless it is a package.

    Examples
    --------
    >>> unwrapped({"lab1/layers.py": b"", "lab1/more/data.py": b""})
    {'layers.py': b'', 'more/data.py': b''}
    """
    inside = dict(contents)
    while tops := {path.partition("/")[0] for path in inside}:
        (top, *others) = tops
        if others or top in inside or f"{top}/__init__.py" in inside:
            break
        inside = {path.partition("/")[2]: content for path, content in inside.items()}
    return inside


def name_of(path: Path) -> str:
    """Return what to call a submission: the last part of its path, without `.py`, cleaned."""
    whole = path.resolve() if path.name in ("", "..") else path
    return files.cleaned(whole.name.removesuffix(".py")) or "submission"
