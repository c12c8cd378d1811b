"""The folder that a batch writes to: one report a submission, with a checksum, and a lock.

A report is written whole or not at all. Its checksum is a digest of its own text, so a report
that was cut off or edited counts as missing, and is made again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from grader import files
from grader.errors import OutputFull, OutputLocked, PathError
from grader.model import Document
from grader.reports import figure_files, report_store
from grader.reports.as_json import dump
from grader.reports.report_document import upgrade

NO_CHECKSUM = "0" * 64
CLASS_INDEX = "class.json"
"""What a batch remembers of its class; see `grader.batch.class_index`."""
MARK = ".grade-batch"
"""The file by which a batch recognises its own folder."""
_MARK_TEXT = """\
`grade batch` writes to this folder: it replaces and removes files here.
Of your own, put nothing here but decisions.csv.
"""
_ALLOWED_NAMES = frozenset(
    {".lock", "decisions.csv", ".DS_Store", "Thumbs.db", "desktop.ini", "@eaDir"}
)
"""Names in a folder that counts as empty: what a person decided, and what systems add."""
_CHECKSUM = re.compile(r'"seal": "([0-9a-f]{64})"')
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Store:
    """The reports of a batch in their folder.

    Parameters
    ----------
    folder
        The OUT of the command; it is made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.reports = folder, folder / "reports"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for this process alone, and remove what a killed run left half-written.

        Raises
        ------
        OutputLocked
            If another run holds it.
        PathError
            If it holds files and is not the folder of a batch; nothing is changed then.
        """
        self._require_own_folder()
        self._make_folder(self.reports)
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputLocked(f"{self.folder}: another run holds this folder") from None
        try:
            self._remove_half_written()
            self._mark()
            yield
        finally:
            lock.release()

    def _require_own_folder(self) -> None:
        """Refuse a folder with other people's files: a batch replaces and removes files there."""
        try:
            names = {entry.name for entry in self.folder.iterdir()}
        except OSError:
            return  # it does not exist yet, or `_make` says why it cannot be used
        foreign_names = sorted(names - _ALLOWED_NAMES)
        if foreign_names and MARK not in names and not self._is_older_batch():
            raise PathError(
                "{folder}: this holds files that no batch wrote ({name}); expected a new or an "
                "empty folder after -o, or the OUT of an earlier batch",
                folder=self.folder,
                name=foreign_names[0],
            )

    def _is_older_batch(self) -> bool:
        """Whether a version before the mark wrote here: its class, or the reports of a killed run."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            match = json.loads((self.folder / CLASS_INDEX).read_text("utf-8"))
            return isinstance(match, dict) and {"ids", "columns", "max_score"} <= match.keys()
        names = {entry.name for entry in self.folder.iterdir()}
        return ".lock" in names and names - _ALLOWED_NAMES == {"reports"}

    def _remove_half_written(self) -> None:
        """Remove what a killed run was writing, by the names that only this program gives."""
        for place in ("", "reports", "reports/*.figures", "pages", "feedback"):
            for file in self.folder.glob(f"{place}/.*.part".removeprefix("/")):
                if files.is_half_written(file.name):
                    file.unlink(missing_ok=True)

    def _mark(self) -> None:
        """Mark the folder as that of a batch, and rename the reports of older versions."""
        if (self.folder / MARK).exists():
            return
        for path in sorted(self.reports.glob("*.json")):
            document = self._read(path)
            new_path = self.path(document["batch"]["id"]) if document else path
            if new_path != path and not new_path.exists():
                with contextlib.suppress(FileNotFoundError):
                    figure_files.folder_of(path).rename(figure_files.folder_of(new_path))
                path.rename(new_path)
        self.write(MARK, _MARK_TEXT)

    def subfolder(self, name: str) -> Path:
        """Return a folder beside the reports, which is made where it is missing.

        Raise `OutputFull` if the disk is full.
        """
        self._make_folder(self.folder / name)
        return self.folder / name

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise _disk_full(self.folder) from None
            raise PathError(f"{self.folder}: cannot be written to ({error.strerror})") from None

    def clear(self) -> None:
        """Remove every report and its figures."""
        for report in self.reports.glob("*.json"):
            report.unlink(missing_ok=True)
            report_store.write_figures(report, {})

    def path(self, id_: str) -> Path:
        """Return where the report of an id is written; no two ids share a file."""
        return self.reports / f"{files.path_name(id_)}.json"

    def existing_path(self, id_: str) -> Path:
        """Return where the report of an id is: as `path` says, or where older versions put it."""
        new_path = self.path(id_)
        return (
            new_path
            if new_path.exists() or (self.folder / MARK).exists()
            else self._older_path(id_)
        )

    def _older_path(self, id_: str) -> Path:
        name = files.safe_name(id_)
        if name != id_ or name != name.casefold():
            name = f"{name}-{hashlib.sha256(id_.encode('utf-8', 'replace')).hexdigest()[:8]}"
        return self.reports / f"{name}.json"

    def load(self, id_: str) -> Document | None:
        """Return a stored report, or None if there is none with a correct checksum."""
        document = self._read(self.existing_path(id_))
        return document if document and document["batch"]["id"] == id_ else None

    def _read(self, path: Path) -> Document | None:
        """Return the report in a file, or None if its checksum is wrong."""
        try:
            text = path.read_text("utf-8")
            match = _CHECKSUM.search(text)
            if match is None or _digest(text, match) != match[1]:
                return None
            document: Document = upgrade(json.loads(text))
        except (OSError, ValueError, RecursionError):
            return None
        return document

    def figures(self, document: Document) -> dict[str, bytes]:
        """Return the figures of a stored report that exist."""
        return report_store.read_figures(self.existing_path(document["batch"]["id"]), document)

    def save(self, document: Document, figures: Mapping[str, bytes] | None = None) -> None:
        """Add the checksum to a report and write it, unless the same one is there.

        Its figures are written before it: a report with a correct checksum was written after them.

        Raise `OutputFull` if the disk is full.

        Parameters
        ----------
        document
            The report, with its section about the batch.
        figures
            Its figures by their files' names; None: the stored ones stay.
        """
        path, text = self.path(document["batch"]["id"]), with_checksum(document)
        if figures is not None:
            with self._writing(path):
                report_store.write_figures(path, figures)
        with contextlib.suppress(OSError):
            if path.read_bytes() == text.encode():
                return
        self._write(path, text)

    def write(self, name: str, text: str) -> None:
        """Write a file beside the reports; raise `OutputFull` if the disk is full."""
        self._write(self.folder / name, text)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file of bytes beside the reports; see `write`."""
        self._write(self.folder / name, content)

    def _write(self, path: Path, content: str | bytes) -> None:
        with self._writing(path):
            files.write_whole(path, content)

    @contextlib.contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        """Say in one sentence why something could not be written."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise _disk_full(self.folder) from None
            raise PathError(f"{path}: this cannot be written ({error.strerror})") from None


def with_checksum(document: Document) -> str:
    """Return the text of a report with its checksum."""
    batch = {**document["batch"], "seal": NO_CHECKSUM}
    whole = {"batch": batch, **{k: v for k, v in document.items() if k != "batch"}}
    text = dump(whole, indent=1)
    match = _CHECKSUM.search(text)
    if match is None:
        raise ValueError("a report without a place for its checksum")
    return text[: match.start(1)] + _digest(text, match) + text[match.end(1) :]


def _digest(text: str, match_: re.Match[str]) -> str:
    """Return SHA-256 of a text in which the checksum is zeros."""
    text_without_checksum = text[: match_.start(1)] + NO_CHECKSUM + text[match_.end(1) :]
    return hashlib.sha256(text_without_checksum.encode("utf-8", "surrogatepass")).hexdigest()


def _disk_full(folder: Path) -> OutputFull:
    return OutputFull(
        f"the disk is full; what was graded is kept in {folder}, "
        "and the same command goes on from there"
    )
