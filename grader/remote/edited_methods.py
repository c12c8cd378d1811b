"""The edits of a method as the host knows them: as texts, listed in a child that runs nothing of the student's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.sandbox.host import PLAIN, ChildGone, Sandbox, Wire

TIERS = (0, 120, 400, 10_000)
"""Numbers of edits after which others are listed: four of five repairs are among the first hundred."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a method.

    Parameters
    ----------
    kind, cost
        What it changes, and how unlikely it is.
    line, end_line
        The lines that it changes.
    before, after
        The text of these lines, and of what takes their place.
    text
        The whole method after the edit.
    """

    kind: str
    cost: float
    line: int
    end_line: int
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class EditedMethod:
    """A method and its edits.

    Parameters
    ----------
    subject, method
        The class or function by its name in the contract; the method, "" of a function.
    file, name
        Where it stands, and its name there: ``Linear.backward``.
    line, end_line
        Its lines in the file, without decorators.
    edits
        The cheapest of them, the cheapest first.
    """

    subject: str
    method: str
    file: str
    name: str
    line: int
    end_line: int
    edits: tuple[Edit, ...]

    def use(self, edit: Edit | None) -> list[Any]:
        """Return the instruction that has an edit take the method's place; None is no edit."""
        return ["use_method", "_", self.subject, self.method, "" if edit is None else edit.text]

    def look(
        self, edits: Sequence[Edit | None], program: Sequence[Any], reads: Sequence[int]
    ) -> list[Any]:
        """Return the instruction that runs a program with each of some edits; None is no edit.

        ``reads`` are the places of the instructions whose arrays are asked for.
        """
        texts = ["" if edit is None else edit.text for edit in edits]
        return ["look_at_edits", "_", self.subject, self.method, texts, program, reads]

    def file_with(self, edit: Edit, files: Mapping[str, bytes]) -> bytes | None:
        """Return the text of the file with an edit in it; None where the file is not UTF-8."""
        lines = lines_of(files[self.file])
        if lines is None or not 1 <= self.line <= self.end_line <= len(lines):
            return None
        first = lines[self.line - 1]
        indent = first[: len(first) - len(first.lstrip())]
        method = [indent + line if line else line for line in edit.text.split("\n")]
        return "\n".join([*lines[: self.line - 1], *method, *lines[self.end_line :]]).encode()


def lines_of(raw: bytes) -> list[str] | None:
    """Return the lines of a file as Python counts them; None where it is not UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class EditLister:
    """Lists edits of methods in a child of its own.

    Parameters
    ----------
    sandbox
        Where the child comes from.
    discounts
        Kind of edits -> by how much these are cheaper; kinds with None are left out.
    """

    def __init__(self, sandbox: Sandbox, discounts: Mapping[str, float | None]) -> None:
        self._sandbox, self._discounts = sandbox, dict(discounts)
        self._wire: Wire | None = None

    def first(
        self, raw: bytes, subject: str, method: str, file: str, name: str, seconds: float
    ) -> EditedMethod | None:
        """Return a method with its cheapest edits, or None where there are none.

        Raises
        ------
        ChildGone
            If the child did not answer within the seconds.
        """
        if lines_of(raw) is None:
            return None
        value = self._list(raw, name, TIERS[0], TIERS[1], seconds)
        if not value or not value["edits"]:
            return None
        lines = value["line"], value["end_line"]
        return EditedMethod(subject, method, file, name, *lines, _edits_of(value))

    def tier(
        self, raw: bytes, method: EditedMethod, number: int, seconds: float
    ) -> tuple[Edit, ...]:
        """Return the edits of a method in one of the later ``TIERS``; raises as ``first``."""
        if len(method.edits) < TIERS[1]:
            return ()
        value = self._list(raw, method.name, TIERS[number], TIERS[number + 1], seconds)
        return _edits_of(value) if value else ()

    def _list(self, raw: bytes, name: str, first: int, end: int, seconds: float) -> Any:
        self._wire = self._wire or self._sandbox.open(PLAIN)
        line = ["list_edits", "_", raw, name, self._discounts, first, end]
        try:
            return (self._wire.exchange([line], seconds)[0] or {}).get("value")
        except ChildGone:
            self.close()
            raise

    def close(self) -> None:
        """End the child; the next list gets a new one."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None


def _edits_of(value: Mapping[str, Any]) -> tuple[Edit, ...]:
    lines = value["text"].split("\n")
    return tuple(_edit(lines, entry) for entry in value["edits"])


def _edit(lines: list[str], entry: list[Any]) -> Edit:
    """Return an edit from what the child sent of it, and the lines of the method without it."""
    kind, cost, line, end_line, before, after, first, end, new = entry
    text = "\n".join([*lines[:first], *([new] if new else []), *lines[end:]])
    return Edit(kind, cost, line, end_line, before, after, text)
