"""Which column of a grading worksheet of Moodle holds what, in whatever language the site is.

Headers are known by their names where the language is known. In any other the columns are
found by their values: Moodle writes them in one order, ``Participant 12`` first, and
the grade just before the maximum grade, which is the same number in every row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NAMES = {
    "identifier": ("identifier", "identifikator", "識別號", "識別碼", "标识符", "编号", "identifiant",
                   "identificador", "identificatore", "識別子"),
    "name": ("full name", "vollständiger name", "全名", "姓名", "nom complet", "nombre completo",
             "nome completo", "氏名", "フルネーム"),
    "number": ("id number", "id-nummer", "學號", "學生證號碼", "学号", "identifiant national"),
    "email": ("email address", "e-mail-adresse", "電子郵件信箱", "電子郵件", "電子郵件位址",
              "电子邮件地址", "adresse de courriel", "dirección de correo", "メールアドレス"),
    "group": ("group", "gruppe", "群組", "小组", "groupe", "grupo", "gruppo", "グループ"),
    "grade": ("grade", "bewertung", "成績", "分數", "评分", "成绩", "note", "calificación",
              "valutazione", "評点"),
    "most": ("maximum grade", "bestwertung", "最高成績", "最高分", "最高分數", "最高成绩",
             "note maximale", "calificación máxima", "最大評点"),
    "open": ("grade can be changed", "bewertung kann geändert werden", "可以更改成績", "成績可以修改",
             "成绩可以更改", "la note peut être modifiée", "la calificación puede ser cambiada"),
    "comment": ("feedback comments", "feedback als kommentar", "回饋評語", "回饋意見", "反馈评语",
                "feedback par commentaires", "comentarios de retroalimentación"),
}  # fmt: skip
"""The headers in small letters, by what a column holds."""

_REFUSALS = frozenset(
    {"no", "nein", "否", "non", "nee", "não", "いいえ", "нет", "nei", "nej", "ne"}
)
"""The words for "no" in the column that says whether a grade can be changed."""

_IDENTIFIER = re.compile(r"(?P<word>\D*?)\s*(?P<number>\d+)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TO_COMMENT = 4
"""Maximum, whether it can be changed, two dates: only then may a last column be the comments."""

Texts = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class MoodleColumns:
    """The places of columns (0-based); None where a worksheet has no such column.

    Parameters
    ----------
    others
        Columns in a language that is not known, before the grade: one may hold a team's name.
    """

    identifier: int
    grade: int
    name: int | None = None
    number: int | None = None
    email: int | None = None
    group: int | None = None
    most: int | None = None
    open: int | None = None
    comment: int | None = None
    others: tuple[int, ...] = ()


def find(rows: Texts) -> MoodleColumns | None:
    """Return the columns of a worksheet, or None where it is none.

    Parameters
    ----------
    rows
        The header and the rows below it.
    """
    if not rows:
        return None
    headers = [text.strip().casefold() for text in rows[0]]
    columns_by_kind: dict[str, Any] = {
        kind: headers.index(name)
        for kind, names in _NAMES.items()
        for name in names
        if name in headers
    }
    data_rows = [row for row in rows[1:] if any(map(str.strip, row))]
    if not {"identifier", "grade"} <= columns_by_kind.keys():
        columns_by_kind = _by_values(data_rows, columns_by_kind)
    return (
        MoodleColumns(**columns_by_kind)
        if {"identifier", "grade"} <= columns_by_kind.keys()
        else None
    )


def participant(text: str) -> str:
    """Return the number of a participant, as ``Participant 12`` and its translations give it."""
    match = _IDENTIFIER.fullmatch(text.strip())
    return match["number"] if match else text.strip()


def is_refusal(text: str) -> bool:
    """Say whether a cell says that the grade cannot be changed."""
    return text.strip().casefold() in _REFUSALS


def _by_values(data_rows: Texts, named_columns: dict[str, Any]) -> dict[str, Any]:
    """Find the columns by what stands in them; those that are known by name stay."""
    width = min(map(len, data_rows), default=0)
    columns = [[row[at].strip() for row in data_rows] for at in range(width)]
    grade_columns = [at for at in range(2, width - 1) if _is_grade(columns[at], columns[at + 1])]
    if len(grade_columns) != 1 or not _are_participants(columns[0]):
        return {}
    grade = grade_columns[0]
    columns_by_kind: dict[str, Any] = {"name": 1, **named_columns, "identifier": 0, "grade": grade}
    columns_by_kind["most"] = grade + 1
    columns_by_kind.setdefault("open", grade + 2)
    emails = [at for at in range(1, grade) if _are_emails(columns[at])]
    if emails:
        columns_by_kind.setdefault("email", emails[0])
    if width - 1 > grade + _TO_COMMENT:
        columns_by_kind.setdefault("comment", width - 1)
    assigned_columns = {at for at in columns_by_kind.values() if isinstance(at, int)}
    columns_by_kind["others"] = tuple(at for at in range(2, grade) if at not in assigned_columns)
    return columns_by_kind


def _are_participants(column: Sequence[str]) -> bool:
    matches = [_IDENTIFIER.fullmatch(text) for text in column]
    words = {match["word"] for match in matches if match}
    return all(matches) and len(words) == 1 and words != {""}


def _is_grade(column: Sequence[str], following: Sequence[str]) -> bool:
    """Whether this is the grade, and the next column the maximum: one number in every row."""
    same = len(set(following)) == 1 and _NUMBER.fullmatch(following[0]) is not None
    return same and all(text in ("", "-") or _NUMBER.fullmatch(text) for text in column)


def _are_emails(column: Sequence[str]) -> bool:
    return bool(column) and all("@" in text for text in column if text) and any(column)
