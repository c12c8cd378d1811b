"""What the search for repairs found for classes of the same text: a class of students pays for it once.

An entry is known by a digest of all that the search depends on, and holds lines counted from the method's
first one: nothing in it but the edit itself comes from the submission for which it was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.model import Outcome, Repair
from grader.pipeline.needed_text import needed_text
from grader.pipeline.quoted_source import quote
from grader.remote.edited_methods import Edit, EditedMethod

if TYPE_CHECKING:
    from grader.pipeline.places import Places
    from grader.pipeline.repairs import RepairSearch

MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class KnownRepair:
    """A repair with the number of its first line and of its last one after the first of its method."""

    method: str
    first: int
    last: int
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    is_alone: bool


Entry = Mapping[str, tuple[KnownRepair, ...]]
"""The repairs of each check of a class; none where none was found."""


@dataclass
class RepairMemory:
    """The entries so far by their digests; ``new`` are those that were made since it was last emptied."""

    entries: dict[str, Entry] = field(default_factory=dict)
    new: dict[str, Entry] = field(default_factory=dict)

    def add(self, key: str, entry: Entry) -> None:
        """Keep an entry; the oldest goes where there are too many."""
        self.update({key: entry})
        self.new[key] = entry

    def update(self, entries: Mapping[str, Entry]) -> None:
        """Keep entries that were made elsewhere."""
        self.entries.update(entries)
        for key in list(self.entries)[: max(0, len(self.entries) - MOST_ENTRIES)]:
            del self.entries[key]

    def take_new(self) -> dict[str, Entry]:
        """Return the new entries, and have none."""
        new, self.new = self.new, {}
        return new


def key_of(search: RepairSearch, subject: str, of_class: Iterable[Outcome]) -> str | None:
    """Return the digest of all that the repairs of a class follow from; None where that is too much."""
    block = search.places.bound(subject)
    if block is None:
        return None
    files = search.submission.files
    texts = needed_text(files, search.places.outlines, block)
    if texts is None:
        texts = [f"{file}\n{files[file]!r}" for file in sorted(files)]
    interpreter = search.sandbox.interpreter
    parts = [
        str(search.seed), search.rubric.digest, str(search.rubric.limits.repair_seconds), subject, block.name,
        interpreter.python, interpreter.numpy, list(search.sound_layers), [_facts(o) for o in of_class], texts,
    ]  # fmt: skip
    text = json.dumps(parts).encode()
    return hashlib.sha256(text).hexdigest()


def _facts(outcome: Outcome) -> list[object]:
    """Return what of an outcome the search asks."""
    message = outcome.message
    slugs = [finding.slug for finding in outcome.findings]
    named = [] if message is None else [message.id, str(message.values.get("who", ""))]
    item = outcome.item
    return [item.check, item.visibility, item.seconds, outcome.verdict, slugs, named]


def known(places: Places, repairs: Mapping[str, Sequence[Repair]]) -> Entry | None:
    """Return the repairs of a class as an entry; None where a method of theirs is not known."""
    entry: dict[str, tuple[KnownRepair, ...]] = {}
    for check, some in repairs.items():
        relative = [_relative(places, repair) for repair in some]
        entry[check] = tuple(one for one in relative if one is not None)
        if None in relative:
            return None
    return entry


def _relative(places: Places, repair: Repair) -> KnownRepair | None:
    place = repair.location
    blocks = [
        whole
        for file in places.outlines.files
        if (block := places.outlines.block(place.method, file)) is not None
        and (whole := quote(places.submission, block, block.line, block.end_line, "method"))
    ]
    starts = [
        whole.line for whole in blocks if (whole.file, whole.cell) == (place.file, place.cell)
    ]
    if len(starts) != 1:
        return None
    first, last = place.line - starts[0], place.end_line - starts[0]
    return KnownRepair(
        place.method, first, last, repair.kind, repair.before, repair.after, repair.is_alone
    )


def recalled(places: Places, subject: str, entry: Entry) -> dict[str, tuple[Repair, ...]] | None:
    """Return the repairs of an entry at the lines of this submission; None where one has no place here."""
    repairs: dict[str, tuple[Repair, ...]] = {}
    for check, some in entry.items():
        placed = [_placed(places, subject, one) for one in some]
        repairs[check] = tuple(repair for repair in placed if repair is not None)
        if None in placed:
            return None
    return repairs


def _placed(places: Places, subject: str, repair: KnownRepair) -> Repair | None:
    block = next((b for b in places.methods(subject) if b.name == repair.method), None)
    if block is None:
        return None
    lines = block.line + repair.first, block.line + repair.last
    edit = Edit(repair.kind, 0.0, *lines, "\n".join(repair.before), "\n".join(repair.after), "")
    method = EditedMethod(subject, "", block.file, block.name, block.line, block.end_line, ())
    return places.repair(method, edit, is_alone=repair.is_alone)
