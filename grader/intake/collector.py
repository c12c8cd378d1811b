"""What every way in shares: the limits on what is collected, and the making of a `Submission`."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from grader import files
from grader.intake.common_folder import common_folder, without_folder
from grader.intake.file_kinds import (
    LONGEST_START,
    OTHER_ARCHIVES,
    SOURCE,
    ZIP,
    archive_kind,
    has_known_format,
    has_no_ending,
    is_picture,
    looks_like_source,
    may_contain_source,
    name_with_format,
    normalize_ending,
)  # fmt: skip
from grader.model import NOTHING, Frozen, Limits, Message, Refused, Submission, frozen

MAX_DEPTH = 8
"""Folders within folders; a lab needs two, and endless ones would exhaust the stack."""
MAX_ENTRIES = 20_000
"""Files and folders that are looked at; a virtual environment that came along has some thousands."""
MAX_REFUSED = 100
"""Ignored files that a report lists."""
MAX_CONTAINERS, MAX_CONTAINERS_MB = 20, 32
"""Archives and notebooks of one submission, and MiB of all of them in memory."""
MAX_STARTS = 100
"""Files without a known ending whose first bytes are looked at."""
MAX_UNNAMED = 5
"""Texts without an ending that are kept, because they may be Python."""
MAX_PICTURES, MAX_PICTURE_KB = 20, 2048
"""Pictures are counted apart from the sources: too many of them cost no source its place."""
_MAX_LISTED = 8
"""Names in the sentence that says what was handed in instead of a program."""
_KIB = 1024

_INVALID_REASONS = {
    "refused_not_zip": "file_not_zip",
    "refused_not_archive": "file_not_archive",
    "refused_other_archive": "file_other_archive",
    "refused_unnamed_zip": "file_unnamed_zip",
    "refused_empty_archive": "file_empty_archive",
    "refused_nested": "file_nested",
    "refused_encrypted": "file_encrypted",
    "refused_too_big": "file_too_big",
}
"""Why a file was ignored -> why the submission is invalid, if that says more than "no Python"."""
_FIGURES, _REPORT_FIGURES = ".figures", ".report.figures"
_FIGURE = re.compile(r"[1-9][0-9]{0,3}\.(png|svg)")
"""What this program writes beside a report: pictures in a folder that is named after the report."""

ReadBytes = Callable[[int], bytes]
"""Returns contents when told the most bytes that it may return; raises `grader.files.TooBigError`
for more, and OSError as the system does."""


@dataclass(slots=True)
class Collector:
    """Collects files until a limit is reached, and remembers what it refuses.

    Parameters
    ----------
    containers
        Archives and notebooks, which are opened later if there is no source.
    unnamed
        Texts without an ending that look like Python; they count where there is nothing else.
    others
        Paths of files that are not read here.
    own_folders
        Folders with figures that this program wrote.
    closed
        True once a limit of the whole was reached: nothing more is collected.
    """

    limits: Limits
    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    containers: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    unnamed: dict[str, bytes] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    own_folders: set[str] = field(default_factory=set)
    entries: int = 0
    size: int = 0
    closed: bool = False
    has_too_many_pictures: bool = False

    def refuse(self, path: str, reason: str, **values: int | str) -> None:
        """Remember that a path was ignored, and why."""
        self.refused.append(Refused(files.clean_name(path, 200), Message(reason, frozen(**values))))

    def close(self, path: str, reason: str, **values: int) -> None:
        """Ignore this path and all that would follow."""
        self.refuse(path, reason, **values)
        self.closed = True

    def count_entry(self, path: str) -> bool:
        """Count a file or folder; return whether it may be looked at."""
        self.entries += 1
        if self.entries > MAX_ENTRIES and not self.closed:
            self.close(path, "refused_entries", limit=MAX_ENTRIES)
        return not self.closed

    def find_own_figures(self, paths: Iterable[str]) -> None:
        """Find figures that this program wrote among all paths of a folder or an archive."""
        names = set(paths)
        folders = {name.rpartition("/")[0] for name in names} | {n.rstrip("/") for n in names}
        for folder in folders:
            report = folder.removesuffix(_FIGURES)
            has_report = folder.endswith(_FIGURES) and not names.isdisjoint(
                (report, f"{report}.json")
            )
            if has_report or folder.endswith(_REPORT_FIGURES):
                self.own_folders.add(folder)

    def add_other(self, path: str, read: ReadBytes) -> None:
        """Remember a file that is not read here, for the case that there is nothing else."""
        self.others.append(path)
        kind = self._archive_kind(path, read)
        if kind == ZIP:
            self.refuse(path, "refused_unnamed_zip")
        elif kind:
            self.refuse(path, "refused_other_archive", kind=kind)
        elif has_no_ending(path) and len(self.unnamed) < MAX_UNNAMED:
            with contextlib.suppress(files.TooBigError, OSError):
                content = read(self.limits.file_kb * _KIB)
                if looks_like_source(content):
                    self.unnamed[path] = content

    def _archive_kind(self, path: str, read: ReadBytes) -> str | None:
        """Return which kind of archive a file is, by its ending or else by how it begins."""
        ending = next((e for e in OTHER_ARCHIVES if path.lower().endswith(e)), None)
        if ending:
            return OTHER_ARCHIVES[ending]
        if has_known_format(path) or len(self.others) > MAX_STARTS:
            return None
        try:
            kind = archive_kind(read(LONGEST_START))
        except files.TooBigError as error:
            kind = archive_kind(error.start)
        except OSError:
            return None
        # With another ending, it is a document of a program that keeps its own in a zip.
        return None if kind == ZIP and "." in path.rpartition("/")[2] else kind

    def add(self, path: str, read: ReadBytes) -> None:
        """Add a source, a picture, an archive or a notebook, unless a limit forbids it."""
        name = normalize_ending(path)
        if any(name in group for group in (self.files, self.containers, self.images)):
            self.refuse(path, "refused_twice")
        elif is_picture(path):
            self._add_picture(path, read)
        elif not may_contain_source(path):
            self.add_other(path, read)
        elif not name.endswith(SOURCE):
            self._add_container(name, read)
        else:
            self._add_source(name, read)

    def _add_picture(self, path: str, read: ReadBytes) -> None:
        """Add a picture; only the first one beyond the limit is reported."""
        folder, _, name = path.rpartition("/")
        if folder in self.own_folders and _FIGURE.fullmatch(name):
            return
        if len(self.images) >= MAX_PICTURES:
            if not self.has_too_many_pictures:
                self.refuse(path, "refused_pictures", limit=MAX_PICTURES)
            self.has_too_many_pictures = True
            return
        content = self._content(path, read, MAX_PICTURE_KB)
        if content is not None:
            self.images[path] = content

    def _add_container(self, path: str, read: ReadBytes) -> None:
        """Keep an archive or a notebook; sources may still follow, so nothing is closed."""
        size_kb = sum(map(len, self.containers.values())) // _KIB
        available_kb = MAX_CONTAINERS_MB * _KIB - size_kb
        if len(self.containers) >= MAX_CONTAINERS or available_kb <= 0:
            self.refuse(path, "refused_too_many", limit=MAX_CONTAINERS)
            return
        content = self._content(path, read, available_kb)
        if content is not None:
            self.containers[path] = content

    def _add_source(self, path: str, read: ReadBytes) -> None:
        if len(self.files) >= self.limits.files:
            self.close(path, "refused_too_many", limit=self.limits.files)
            return
        content = self._content(path, read, self.limits.file_kb)
        if content is None:
            return
        if self.size + len(content) > self.limits.total_kb * _KIB:
            self.close(path, "refused_total", limit_kb=self.limits.total_kb)
            return
        self.size += len(content)
        self.files[path] = content

    def _content(self, path: str, read: ReadBytes, limit_kb: int) -> bytes | None:
        try:
            return read(limit_kb * _KIB)
        except files.TooBigError:
            self.refuse(path, "refused_too_big", limit_kb=limit_kb)
        except files.NotRegularError:
            self.refuse(path, "refused_special")
        except OSError:
            self.refuse(path, "refused_unreadable")
        return None

    def submission(self, name: str) -> Submission:
        """Return what was collected, as one submission, without a folder that contains all of it."""
        folder = common_folder({*self.files, *self.notebooks})
        images = without_folder(folder, self.images)
        return make_submission(
            name,
            without_folder(folder, self.files),
            self.refused,
            self._why_invalid(),
            # A picture outside that folder could get the name of another one: then all names stay.
            images if len(images) == len(self.images) else self.images,
            without_folder(folder, self.notebooks),
        )

    def _why_invalid(self) -> Message | None:
        if not self.entries:
            return Message("empty_folder")
        contents = [*self.files.values(), *self.notebooks.values()]
        if contents:
            return None if any(map(bytes.strip, contents)) else Message("only_empty")
        paths = dict.fromkeys((*(r.path for r in self.refused), *self.others, *self.images))
        names = tuple(name_with_format(path) for path in itertools.islice(paths, _MAX_LISTED))
        names += ("…",) if len(paths) > _MAX_LISTED else ()
        for refused in self.refused:
            if refused.reason.id in _INVALID_REASONS:
                values = {**refused.reason.values, "file": refused.path, "found": names}
                return Message(_INVALID_REASONS[refused.reason.id], frozen(**values))
        return Message("no_python", frozen(found=names)) if names else Message("no_file")


def make_submission(
    name: str,
    contents: Mapping[str, bytes],
    refused: Iterable[Refused] = (),
    invalid: Message | None = None,
    images: Mapping[str, bytes] = NOTHING,
    notebooks: Mapping[str, bytes] = NOTHING,
) -> Submission:
    """Make a `Submission`: files in order, their digest, and at most 100 files that were ignored."""
    groups = [dict(sorted(group.items())) for group in (contents, images, notebooks)]
    ignored = sorted(refused, key=lambda entry: entry.path)
    if len(ignored) > MAX_REFUSED:
        last, count = ignored[MAX_REFUSED - 1], len(ignored) - MAX_REFUSED
        more = Refused(last.path, Message("refused_more", frozen(count=count)))
        ignored = [*ignored[: MAX_REFUSED - 1], more]
    return Submission(
        name=name,
        files=Frozen(groups[0]),
        digest=digest(groups[0] | groups[1] | groups[2]),
        refused=tuple(ignored),
        invalid=invalid,
        images=Frozen(groups[1]),
        notebooks=Frozen(groups[2]),
    )


def digest(contents: Mapping[str, bytes]) -> str:
    """Return SHA-256 over paths and contents, each after its own length."""
    total = hashlib.sha256()
    for path, content in contents.items():
        for part in (path.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()
