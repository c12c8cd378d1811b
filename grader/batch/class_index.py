"""What a batch remembers of its class beside the reports: ``class.json``."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from grader.batch.roster import Student
from grader.batch.store import CLASS_INDEX, Store
from grader.errors import PathError
from grader.model import Rubric
from grader.reports.language import ENGLISH
from grader.reports.sanitize import clean
from grader.reports.text_catalogue import default

People = tuple[tuple[str, str, str], ...]
"""The people of a submission: id, name and e-mail of each."""


@dataclass(frozen=True, slots=True)
class Column:
    """One item of the rubric, as the files that come out name it; older files know less."""

    id: str
    points: float
    bonus: bool
    title: str = ""
    group: str = ""
    visibility: str = "visible"


@dataclass(frozen=True, slots=True)
class Pages:
    """How the pages of a class are written: in which language, and whether the due date is past.

    Parameters
    ----------
    language
        One of ``LANGUAGES``.
    after_due
        Whether students may read the items of visibility ``after_due``.
    """

    language: str = ENGLISH
    after_due: bool = False


@dataclass(frozen=True, slots=True)
class SheetRequest:
    """A sheet of a platform that is filled in: its file's name, and the column asked for."""

    name: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class ClassIndex:
    """A class: who handed in, in which order, who is on the roster, and what belongs to nobody.

    Parameters
    ----------
    ids
        Of all submissions, in the order of the gradebook.
    unread
        Names in the download that belong to nobody.
    troubles
        Why a submission has no report, by its id: our own faults.
    pages
        How pages were asked for; None where nobody did. Once written, they follow every change.
    people
        The people of each submission, in the order of ``ids``; older files do not say.
    sheets
        Which sheets are filled in; they follow every change, too, from originals kept in the folder.
    """

    title: str
    platform: str
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    max_score: float
    roster: tuple[Student, ...] = ()
    unread: tuple[str, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    pages: Pages | None = None
    sheets: tuple[SheetRequest, ...] = ()
    people: tuple[People, ...] = ()

    def people_of(self, id_: str) -> People:
        """Return the people of a submission, also without a report; its id if nobody knows them."""
        people_by_id = dict(zip(self.ids, self.people, strict=False))
        return people_by_id.get(id_) or ((id_, "", ""),)

    def save(self, store: Store) -> None:
        """Write it beside the reports."""
        store.write(CLASS_INDEX, json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def columns(rubric: Rubric) -> tuple[Column, ...]:
    """Return a column for each item, in the rubric's order."""
    titles = {check: entry.title for check, entry in default(plugins=rubric.plugins).checks.items()}
    return tuple(
        Column(
            id=item.check,
            points=item.points,
            bonus=item.bonus,
            title=clean(item.title or titles[item.check]),
            group=clean(item.group),
            visibility=item.visibility.value,
        )
        for item in rubric.items
    )


def load(store: Store) -> ClassIndex:
    """Read the index of a batch; raise `PathError` if there is none, or it is not one."""
    path = store.folder / CLASS_INDEX
    try:
        return _from_json(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise PathError(
            f"{store.folder}: there is no {CLASS_INDEX}; expected the OUT of a batch"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PathError(f"{path}: this is not the class.json of a batch ({error})") from None


def load_if_present(store: Store) -> ClassIndex | None:
    """Return the index of the run before, or None."""
    with contextlib.suppress(PathError):
        return load(store)
    return None


def _from_json(data: dict[str, Any]) -> ClassIndex:
    return ClassIndex(
        title=data["title"],
        platform=data["platform"],
        ids=tuple(data["ids"]),
        columns=tuple(Column(**column) for column in data["columns"]),
        max_score=data["max_score"],
        roster=tuple(
            Student(**{**student, "others": tuple(student["others"])}) for student in data["roster"]
        ),
        unread=tuple(data["unread"]),
        troubles=tuple((id_, why) for id_, why in data["troubles"]),
        pages=Pages(**data["pages"]) if data.get("pages") else None,
        people=tuple(tuple((i, n, e) for i, n, e in person) for person in data.get("people", ())),
        sheets=tuple(SheetRequest(**sheet) for sheet in data.get("sheets", ())),
    )
