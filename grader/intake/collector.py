"""What every way in shares: the caps on what is taken, and the making of a `Submission`."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import files
from grader.model import NOTHING, Frozen, Limits, Message, Refused, Submission, frozen

DEEPEST = 8
_TELLING = {
    "refused_not_zip": "file_not_zip",
    "refused_not_archive": "file_not_archive",
    "refused_other_archive": "file_other_archive",
    "refused_empty_archive": "file_empty_archive",
    "refused_nested": "file_nested",
    "refused_encrypted": "file_encrypted",
    "refused_too_big": "file_too_big",
}
"""Why a file was left out, where that says more than that no Python is there -> what is said then."""
MOST_ENTRIES = 20_000
MOST_REFUSED = 100
_LISTED = 8
SOURCE, NOTEBOOK = ".py", ".ipynb"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
WRAPPED = (*ARCHIVES, NOTEBOOK)
"""Files that hold sources within; opened only where no source lies beside them."""
_ALIASES = {
    **{ending: ending for ending in (SOURCE, *WRAPPED)},
    ".pyw": SOURCE,
    ".py.txt": SOURCE,
    ".ipynb.txt": NOTEBOOK,
    ".ipynb.json": NOTEBOOK,
}
"""Endings that mean a source, an archive or a notebook -> as the rest of this program knows them.
Browsers and mail programs add ``.txt`` to a text that they do not know, and ``.json`` to a notebook."""
OTHER_ARCHIVES = {".rar": "RAR", ".7z": "7-Zip"}
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
_OUR_FIGURES, _OUR_REPORT = ".figures", ".report.figures"
_FIGURE = re.compile(r"[1-9][0-9]{0,3}\.png")
"""What this program writes beside a report: pictures in a folder that is named after the report."""
WRAPPED_MB, MOST_WRAPPED = 32, 20
PICTURES = (".png", ".jpg", ".jpeg")
PICTURE_KB, MOST_PICTURES = 2048, 20
"""Pictures are carried beside the sources, and counted apart: too many cost no source its place."""

_KIB = 1024


@dataclass(slots=True)
class Collector:
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
    notebooks: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    ours: set[str] = field(default_factory=set)
    entries: int = 0
    size: int = 0
    closed: bool = False
    too_many_pictures: bool = False

    def refuse(self, path: str, reason: str, **values: int | str) -> None:
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

    def notice(self, paths: Iterable[str]) -> None:
        """Look through all paths of a folder or an archive for figures that this program wrote."""
        there = set(paths)
        folders = {path.rpartition("/")[0] for path in there} | {p.rstrip("/") for p in there}
        self.ours |= {
            folder
            for folder in folders
            if folder.endswith(_OUR_REPORT)
            or (
                folder.endswith(_OUR_FIGURES)
                and not there.isdisjoint(_reports_of(folder.removesuffix(_OUR_FIGURES)))
            )
        }

    def leave(self, path: str) -> None:
        """Remember a file that is not read here: where nothing else is, its name is told."""
        self.others.append(path)
        ending = next((e for e in OTHER_ARCHIVES if path.lower().endswith(e)), None)
        if ending:
            self.refuse(path, "refused_other_archive", kind=OTHER_ARCHIVES[ending])

    def holds(self, path: str) -> bool:
        """Say whether something of this name was taken already."""
        known = known_as(path)
        return any(known in taken for taken in (self.files, self.wrapped, self.images))

    def take(self, path: str, read: Callable[[int], bytes]) -> None:
        """Take a source file or a picture, or set aside what may hold some, unless a cap forbids it.

        What is none of these is left where it is.

        Parameters
        ----------
        read
            Returns the contents when told the most bytes that it may return;
            raises `grader.files.TooBigError` for more, and OSError as the system does.
        """
        if self.holds(path):
            self.refuse(path, "refused_twice")
            return
        if is_picture(path):
            self._take_picture(path, read)
            return
        if not is_wanted(path):
            self.leave(path)
            return
        path = known_as(path)
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
        folder, _, name = path.rpartition("/")
        if folder in self.ours and _FIGURE.fullmatch(name):
            return
        if len(self.images) >= MOST_PICTURES:
            if not self.too_many_pictures:
                self.refuse(path, "refused_pictures", limit=MOST_PICTURES)
            self.too_many_pictures = True
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
        held = {**self.files, **self.notebooks}
        contents = unwrapped(held)
        whole, short = next(iter(held), ""), next(iter(contents), "")
        folder = whole.removesuffix(short)
        images = _below(folder, self.images)
        notebooks = {path.removeprefix(folder) for path in self.notebooks}
        return sealed(
            name,
            {path: content for path, content in contents.items() if path not in notebooks},
            self.refused,
            self._why_invalid(),
            images,
            {path: content for path, content in contents.items() if path in notebooks},
        )

    def _why_invalid(self) -> Message | None:
        if not self.entries:
            return Message("empty_folder")
        held = [*self.files.values(), *self.notebooks.values()]
        if not held:
            return self._nothing_to_read()
        return None if any(map(bytes.strip, held)) else Message("only_empty")

    def _nothing_to_read(self) -> Message:
        """Say why there is no source, and which files are there."""
        there = dict.fromkeys((*(r.path for r in self.refused), *self.others, *self.images))
        found = tuple(_named(path) for path in itertools.islice(there, _LISTED))
        found += ("…",) if len(there) > _LISTED else ()
        for refused in self.refused:
            if refused.reason.id in _TELLING:
                values = {**refused.reason.values, "file": refused.path, "found": found}
                return Message(_TELLING[refused.reason.id], frozen(**values))
        return Message("no_python", frozen(found=found)) if found else Message("no_file")


def sealed(
    name: str,
    contents: Mapping[str, bytes],
    refused: list[Refused] | None = None,
    invalid: Message | None = None,
    images: Mapping[str, bytes] = NOTHING,
    notebooks: Mapping[str, bytes] = NOTHING,
) -> Submission:
    """Make a `Submission`: files in order, digest, and a bounded list of refusals."""
    ordered = dict(sorted(contents.items()))
    shown = dict(sorted(images.items()))
    unread = dict(sorted(notebooks.items()))
    return Submission(
        name=name,
        files=Frozen(ordered),
        digest=digest({**ordered, **shown, **unread}),
        refused=_bounded(sorted(refused or [], key=lambda entry: entry.path)),
        invalid=invalid,
        images=Frozen(shown),
        notebooks=Frozen(unread),
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


def known_as(path: str) -> str:
    """Return a path with the ending that the rest of this program knows it by.

    Capitals, a dot or a blank at the end, and an ending that a browser added are no matter.

    Examples
    --------
    >>> known_as("lab1/Layers.PY"), known_as("lab1.ZIP"), known_as("layers.py.txt")
    ('lab1/Layers.py', 'lab1.zip', 'layers.py')
    """
    whole = path.rstrip(" .")
    small = whole.lower()
    ending = max((e for e in _ALIASES if small.endswith(e)), key=len, default=None)
    return path if ending is None else whole[: -len(ending)] + _ALIASES[ending]


def is_wanted(name: str) -> bool:
    """Say whether a file of this name can hold sources."""
    return known_as(name).endswith((SOURCE, *WRAPPED))


def is_archive(name: str) -> bool:
    """Say whether a file of this name is an archive that can be opened."""
    return known_as(name).endswith(ARCHIVES)


def _reports_of(figures: str) -> tuple[str, str]:
    """Return the files beside which this program would have written a folder of figures."""
    return figures, f"{figures}.json"


def _named(path: str) -> str:
    """Return a file's name, with its kind where that is known."""
    kind = next((kind for ending, kind in _FORMATS.items() if path.lower().endswith(ending)), None)
    name = files.cleaned(path)
    return f"{name} ({kind})" if kind else name


def is_picture(name: str) -> bool:
    """Say whether a file of this name is a picture, by its ending alone."""
    return name.lower().endswith(PICTURES)


def is_carried(name: str) -> bool:
    """Say whether a file of this name is taken along: it can hold sources, or is a picture."""
    return is_wanted(name) or is_picture(name)


def stem_of(name: str) -> str:
    """Return a file's name without the ending of what can hold sources."""
    known = known_as(name)
    ending = max((e for e in (SOURCE, *WRAPPED) if known.endswith(e)), key=len, default="")
    return known.removesuffix(ending) or name


def name_of(path: Path) -> str:
    """Return what to call a submission: the last part of its path, without `.py`, cleaned."""
    whole = path.resolve() if path.name in ("", "..") else path
    return files.cleaned(stem_of(whole.name)) or "submission"
