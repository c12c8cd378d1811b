"""Which submission a decision was about: one that was handed in again since is decided anew.

``decided.json`` remembers, for each line of ``decisions.csv``, the digest of the submission
that lay there when the line was first seen. A line that is changed is a new decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from grader.batch.decisions import WHOLE, Decision, Decisions, points_sentence
from grader.batch.store import Store
from grader.errors import PathError
from grader.model import Document
from grader.sentence import Sentence

NAME = "decided.json"
_DIGITS = 12
"""Digits of a digest that a person is shown, and that tell a class's submissions apart."""


class DecisionMatcher:
    """The decisions of a batch, compared with the submissions that they were about.

    Raise `PathError` if the ``decided.json`` of the store cannot be read: without it, decisions
    would be applied to submissions that they were not about.
    """

    def __init__(self, store: Store, decisions: Decisions) -> None:
        self._store = store
        self._earlier = _load_state(store)["seen"]
        self._by_id: dict[str, list[Decision]] = {}
        for decision in decisions.values():
            self._by_id.setdefault(decision.id, []).append(decision)
        self._current: dict[str, dict[str, Any]] = {}
        self._stale: list[dict[str, Any]] = []

    def matching(self, document: Document, id_: str) -> Decisions:
        """Return the decisions about the submission of this report; all others are stale."""
        digest, decisions = document["submission"]["digest"], {}
        lines = self._by_id.get(id_, [])
        earlier = self._store.load(id_) if any(self._is_new(line) for line in lines) else None
        for line in lines:
            digest_prefix = line.submission or self._first_seen(line, earlier) or digest
            self._current.setdefault(id_, {})[line.check] = {
                "line": _content(line),
                "digest": digest_prefix,
            }
            if digest.startswith(digest_prefix):
                decisions[id_, line.check] = line
            else:
                stale = {"id": id_, "check": line.check, "line": line.line, "points": line.points}
                self._stale.append({**stale, "digest": digest[:_DIGITS]})
        return decisions

    def _is_new(self, decision: Decision) -> bool:
        earlier = self._earlier.get(decision.id, {}).get(decision.check)
        return earlier is None or earlier["line"] != _content(decision)

    def _first_seen(self, decision: Decision, earlier: Document | None) -> str | None:
        """Return the digest of the submission that this line was first applied to."""
        if not self._is_new(decision):
            return str(self._earlier[decision.id][decision.check]["digest"])
        if earlier is None:
            return None
        # A run that was killed may have stored the report, and not this file: then the report tells.
        applied = [c["decision"] for c in earlier["checks"] if c["id"] == decision.check]
        if decision.check == WHOLE:
            applied = [earlier.get("decision")]
        is_shown = any(entry and _content(decision) == _applied_content(entry) for entry in applied)
        return str(earlier["submission"]["digest"]) if is_shown else None

    def save(self, target: Store) -> list[Sentence]:
        """Save the state beside the reports; return the notes about what a person must decide again.

        Raise `OutputFull` if the disk is full.
        """
        if self._by_id or (target.folder / NAME).exists():
            state = {"seen": {**self._earlier, **self._current}, "stale": self._stale}
            target.write(NAME, json.dumps(state, indent=1, ensure_ascii=False) + "\n")
        return list(_notes(self._stale))


def new_decisions(store: Store, decisions: Decisions) -> Decisions:
    """Return the decisions that no report had shown when they were first seen.

    If a submission has no report, only these may be about it: for all others nobody can tell
    whether they were about another version of it.
    """
    first_seen = _load_state(store)["seen"]
    return {
        key: line
        for key, line in decisions.items()
        if first_seen.get(line.id, {}).get(line.check, {}).get("line") != _content(line)
    }


def stale_notes(store: Store) -> list[Sentence]:
    """Return the notes about what a person must decide again, as the last run stored them."""
    return list(_notes(_load_state(store)["stale"]))


def _notes(stale: Iterable[Mapping[str, Any]]) -> Iterable[Sentence]:
    for entry in stale:
        yield Sentence(
            "decisions.csv, line {line}: {id} has handed in again since this was decided ({check}, "
            "{points}); it is not applied. Look at the new submission; if it holds for that, "
            "too, change the reason, or put {digest} into a column called submission",
            line=entry["line"],
            id=entry["id"],
            check=entry["check"],
            points=points_sentence(entry["points"]),
            digest=entry["digest"],
        )


def _content(decision: Decision) -> list[Any]:
    return [decision.points, decision.reason, decision.who]


def _applied_content(applied: Document) -> list[Any]:
    return [applied["points"], applied["reason"], applied["who"]]


def _load_state(store: Store) -> dict[str, Any]:
    """Return what ``decided.json`` says: ``seen`` by id and check, and the ``stale`` lines."""
    path = store.folder / NAME
    try:
        data = json.loads(path.read_text("utf-8"))
        first_seen = {id_: dict(checks) for id_, checks in data["seen"].items()}
        return {"seen": first_seen, "stale": list(data["stale"])}
    except FileNotFoundError:
        return {"seen": {}, "stale": []}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise PathError(
            "{file}: this cannot be read; remove it, and look again at the decisions about "
            "whoever handed in more than once",
            file=path,
        ) from None
