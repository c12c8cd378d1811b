"""What every way in shares: the caps on what is taken, and the making of a `Submission`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import files
from grader.model import NOTHING, Frozen, Limits, Message, Refused, Submission, frozen

DEEPEST = 8
_TELLING = ("refused_not_zip", "refused_not_notebook", "refused_encrypted")
"""Why a file was left out, where that says more than that no Python is there."""
MOST_ENTRIES = 20_000
MOST_REFUSED = 100
SOURCE = ".py"
WRAPPED = (".zip", ".ipynb")
"""Files that hold sources within; opened only where no source lies beside them."""
WRAPPED_MB, MOST_WRAPPED = 32, 20
PICTURES = (".png", ".jpg", ".jpeg")
PICTURE_KB, MOST_PICTURES = 2048, 20
"""Pictures are carried beside the sources, and counted apart: too many cost no source its place."""

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
    wrapped: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
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

    def holds(self, path: str) -> bool:
        """Say whether something of this name was taken already."""
        return any(path in taken for taken in (self.files, self.wrapped, self.images))

    def take(self, path: str, read: Callable[[int], bytes]) -> None:
        """Take a source file or a picture, or set aside what may hold some, unless a cap forbids it.

        Parameters
        ----------
        read
            Returns the contents when told the most bytes that it may return;
            raises `grader.files.TooBigError` for more, and OSError as the system does.
        """
        if is_picture(path):
            self._take_picture(path, read)
            return
        if not path.endswith(SOURCE):
            self._set_aside(path, read)
            return
        if len(self.files) >= self.limits.files:
            self.close(path, "refused_too_many", limit=self.limits.files)
            return
        content = self._content(path, read, self.limits.file_kb)
        if content is not None:
            self._keep(path, content)

    def _take_picture(self, path: str, read: Callable[[int], bytes]) -> None:
        """Take a picture; the first that is too many is told of, and the rest go with it."""
        if len(self.images) >= MOST_PICTURES:
            if all(refused.reason.id != "refused_pictures" for refused in self.refused):
                self.refuse(path, "refused_pictures", limit=MOST_PICTURES)
            return
        content = self._content(path, read, PICTURE_KB)
        if content is not None:
            self.images[path] = content

    def _set_aside(self, path: str, read: Callable[[int], bytes]) -> None:
        """Keep a zip or a notebook for later; sources may still follow, so nothing is closed."""
        held = sum(map(len, self.wrapped.values()))
        left_kb = WRAPPED_MB * _KIB - held // _KIB
        if len(self.wrapped) >= MOST_WRAPPED or left_kb <= 0:
            self.refuse(path, "refused_too_many", limit=MOST_WRAPPED)
            return
        content = self._content(path, read, left_kb)
        if content is not None:
            self.wrapped[path] = content

    def _content(self, path: str, read: Callable[[int], bytes], limit_kb: int) -> bytes | None:
        try:
            return read(limit_kb * _KIB)
        except files.TooBigError:
            self.refuse(path, "refused_too_big", limit_kb=limit_kb)
        except files.NotRegularError:
            self.refuse(path, "refused_special")
        except OSError:
            self.refuse(path, "refused_unreadable")
        return None

    def _keep(self, path: str, content: bytes) -> None:
        if self.size + len(content) > self.limits.total_kb * _KIB:
            self.close(path, "refused_total", limit_kb=self.limits.total_kb)
            return
        self.size += len(content)
        self.files[path] = content

    def submission(self, name: str) -> Submission:
        """Return what was collected, as one submission."""
        contents = unwrapped(self.files)
        whole, short = next(iter(self.files), ""), next(iter(contents), "")
        images = _below(whole.removesuffix(short), self.images)
        return sealed(name, contents, self.refused, self._why_invalid(), images)

    def _why_invalid(self) -> Message | None:
        if not self.entries:
            return Message("empty_folder")
        if not self.files:
            refused = next((r.reason for r in self.refused if r.reason.id in _TELLING), None)
            return refused or Message("no_python")
        return None if any(map(bytes.strip, self.files.values())) else Message("only_empty")


def sealed(
    name: str,
    contents: Mapping[str, bytes],
    refused: list[Refused] | None = None,
    invalid: Message | None = None,
    images: Mapping[str, bytes] = NOTHING,
) -> Submission:
    """Make a `Submission`: files in order, digest, and a bounded list of refusals."""
    ordered = dict(sorted(contents.items()))
    shown = dict(sorted(images.items()))
    return Submission(
        name=name,
        files=Frozen(ordered),
        digest=digest({**ordered, **shown}),
        refused=_bounded(sorted(refused or [], key=lambda entry: entry.path)),
        invalid=invalid,
        images=Frozen(shown),
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


def _below(folder: str, images: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Take the folder that the sources lost from the names of pictures, if they stay apart."""
    inside = {path.removeprefix(folder): content for path, content in images.items()}
    return inside if len(inside) == len(images) else images


def is_wanted(name: str) -> bool:
    """Say whether a file of this name can hold sources."""
    return name.endswith((SOURCE, *WRAPPED))


def is_picture(name: str) -> bool:
    """Say whether a file of this name is a picture, by its ending alone."""
    return name.lower().endswith(PICTURES)


def is_carried(name: str) -> bool:
    """Say whether a file of this name is taken along: it can hold sources, or is a picture."""
    return is_wanted(name) or is_picture(name)


def stem_of(name: str) -> str:
    """Return a file's name without the ending of what can hold sources."""
    ending = next((ending for ending in (SOURCE, *WRAPPED) if name.endswith(ending)), "")
    return name.removesuffix(ending) or name


def name_of(path: Path) -> str:
    """Return what to call a submission: the last part of its path, without `.py`, cleaned."""
    whole = path.resolve() if path.name in ("", "..") else path
    return files.cleaned(stem_of(whole.name)) or "submission"
