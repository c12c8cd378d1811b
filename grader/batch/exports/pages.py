"""``class.html``, ``pages/`` for staff and ``feedback/`` to hand back: a class to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from grader import files, reports
from grader.batch.class_index import ClassIndex, Pages
from grader.batch.exports import overview
from grader.batch.exports.page_cache import PageCache
from grader.batch.exports.platform_sheets import UnfilledCell
from grader.batch.progress import PageTracker
from grader.batch.review_queue import ReviewEntry, review_entry, sort_entries
from grader.batch.store import Store
from grader.batch.student_rows import Row, unmatched_submissions
from grader.model import Document
from grader.reports.figure_files import folder_of
from grader.reports.language import translator
from grader.reports.pages.class_page import render_class

NAME = "class.html"
STAFF, STUDENTS = "pages", "feedback"
_CACHE_FILE = "pages/.made.json"


def write(
    store: Store,
    index: ClassIndex,
    students: list[Row],
    summary: Document,
    unfilled: Sequence[UnfilledCell] = (),
    track: PageTracker = iter,
) -> int:
    """Write the pages that the index asks for, remove all others, and return how many have one.

    Raise `OutputFull` if the disk is full.

    Parameters
    ----------
    summary
        The content of ``summary.json``.
    unfilled
        The cells of the sheets that got no grade.
    track
        Shows how far the pages are.
    """
    if index.pages is None:
        return 0
    writer = _Writer(store, index, index.pages, students)
    entries = writer.write_students(track)
    language = index.pages.language
    page_data = overview.page_data(
        summary, students, index, entries, unfilled, writer.address, language
    )
    store.write(NAME, render_class(page_data, translator(language)))
    return writer.number


class _Writer:
    """Writes the two pages of each submission, reading one report at a time."""

    def __init__(
        self, store: Store, index: ClassIndex, options: Pages, students: list[Row]
    ) -> None:
        self._store, self._index, self._options = store, index, options
        self._tr = translator(options.language)
        self._unmatched = set(unmatched_submissions(students))
        self._decided_ids = {row.grade.id for row in students if row.final_score and row.grade}
        self._file_names: dict[str, str] = {}
        self._cache = PageCache(store, _CACHE_FILE, options)

    @property
    def number(self) -> int:
        """How many submissions have a page."""
        return len(self._file_names)

    def write_students(self, track: PageTracker) -> list[ReviewEntry]:
        """Write their pages, remove those of others, and return what waits, worst first."""
        for name in (STAFF, STUDENTS):
            self._store.subfolder(name)
        names = [f"{files.path_name(id_)}.html" for id_ in self._index.ids]
        self._cache.begin(f"{folder}/{name}" for folder in (STAFF, STUDENTS) for name in names)
        entries = [self._one(id_) for id_ in track(self._index.ids)]
        for place in self._cache.unused_paths():
            (self._store.folder / place).unlink(missing_ok=True)
        self._cache.save()
        return sort_entries(entries)

    def address(self, id_: str) -> str | None:
        """Return where the page of the class links to; None where there is no page."""
        name = self._file_names.get(id_)
        return f"{STAFF}/{quote(name)}" if name else None

    def _one(self, id_: str) -> ReviewEntry | None:
        """Write the pages of one submission, where it has a report, and return what waits in it."""
        document = None if id_ in dict(self._index.troubles) else self._store.load(id_)
        if document is None:
            is_decided = id_ in self._decided_ids
            return None if is_decided else review_entry(id_, None, self._index, self._tr)
        name = f"{files.path_name(id_)}.html"
        for folder, audience in ((STAFF, "staff"), (STUDENTS, "student")):
            place = f"{folder}/{name}"
            if self._cache.needs(place, document) or not (self._store.folder / place).is_file():
                self._store.write(place, self._render(document, audience))
        self._file_names[id_] = name
        summary = reports.in_language(document, self._options.language)
        is_unmatched = id_ in self._unmatched
        return review_entry(id_, summary, self._index, self._tr, is_unmatched=is_unmatched)

    def _render(self, document: Document, audience: str) -> str:
        return reports.render(
            document, "html", audience=audience, due_passed=self._options.after_due,
            figures=folder_of(self._store.existing_path(document["batch"]["id"])),
            language=self._options.language,
        )  # fmt: skip
