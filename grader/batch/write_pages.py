"""Pages of a batch that was graded before: nothing runs, and no report changes."""

from __future__ import annotations

from dataclasses import replace

from grader import reports
from grader.batch import class_index
from grader.batch import decisions as decision_file
from grader.batch.class_index import ClassIndex, Pages
from grader.batch.exports import export_all
from grader.batch.progress import PageTracker
from grader.batch.store import Store
from grader.reports.language import ENGLISH


def write_pages(
    store: Store, language: str | None = None, *, after_due: bool = False, track: PageTracker = iter
) -> int:
    """Write the pages of a class from now on; return how many submissions have one.

    Raise `PathError` if the folder is not that of a batch.

    Parameters
    ----------
    language
        The language of the pages; None: as before, else that of the rubric.
    after_due
        Whether students may read the items that wait for the due date.
    track
        Shows how far the pages are.
    """
    class_index.load(store)
    with store.locked():
        index = class_index.load(store)
        pages = Pages(language or _language(store, index), after_due)
        index = replace(index, pages=pages)
        index.save(store)
        decisions = decision_file.read(store.folder / decision_file.NAME)
        return export_all.write_pages(store, index, decisions, track)


def _language(store: Store, index: ClassIndex) -> str:
    """Return the language of the pages that were there, else the one that the rubric asks for."""
    if index.pages is not None:
        return index.pages.language
    stored = filter(None, map(store.load, index.ids))
    return next(map(reports.language_of, stored), ENGLISH)
