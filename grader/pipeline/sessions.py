"""The connections to a submission's children, of which one is open at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from grader.checks import checks_with
from grader.flags import detection
from grader.model import Item, Message, Outcome, Rubric, Submission, Verdict, Visibility
from grader.pipeline import scoring
from grader.remote import Clock, Connection, FileRecords, Lab, derive_seed
from grader.sandbox.host import Sandbox

CONTRACT = "contract"
OF_PROGRAMS = ("program", "program explained", "program form", "program fit")
"""What is known of a whole program over one kind of connection holds for the other kind: to watch a
program takes long."""


class SessionKey(NamedTuple):
    """What tells one connection from another.

    Parameters
    ----------
    visibility
        The visibility of its items: no child is asked for items of two.
    kind
        ``contract`` or ``figures``.
    sound_layers
        The classes in whose place sound ones of ours run.
    """

    visibility: Visibility
    kind: str
    sound_layers: tuple[str, ...]


class Sessions:
    """The connections of one examination, and what was seen of the code's behaviour over them.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them.
    outcomes
        The outcomes so far, by check; they are read when a connection is left.
    detects
        Whether the code is tried for what a person should look at (see ``flags``).
    """

    def __init__(
        self,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sandbox: Sandbox,
        outcomes: Mapping[str, Outcome],
        *,
        detects: bool,
    ) -> None:
        self._submission, self._rubric, self._seed = submission, rubric, seed
        self._sandbox, self._outcomes, self._detects = sandbox, outcomes, detects
        self._checks = checks_with(rubric.plugins)
        self._connections: dict[SessionKey, Connection] = {}
        self._memories: dict[SessionKey, dict[str, Any]] = {}
        self._open: SessionKey | None = None
        self._examined: set[SessionKey] = set()
        self.files = FileRecords()
        self.clock = Clock(rubric.limits.total_seconds)
        self.flags: list[Message] = []

    @property
    def first(self) -> Connection | None:
        """The connection that was opened first: no hidden check used it."""
        return next(iter(self._connections.values()), None)

    def lab(self, item: Item, sound_layers: tuple[str, ...], kind: str) -> Lab:
        """Return the lab in which an item is examined, over a connection of a kind.

        The connection before it is closed if it is another, so that one child lives at a time.
        What is built of layers shares the connection of the layers, unless some are replaced.
        """
        key = SessionKey(item.visibility, kind, sound_layers)
        seed = derive_seed(self._seed, item.visibility)
        if key != self._open:
            self.leave()
        self._open = key
        if key not in self._connections:
            self._connections[key] = Connection(
                self._sandbox, self._submission, self._rubric, seed, sound_layers, self.files,
                kind=kind, clock=self.clock,
            )  # fmt: skip
        memory = self._memories.setdefault(key, {})
        contract = self._memories.get(key._replace(kind=CONTRACT), {})
        memory.update((name, contract[name]) for name in OF_PROGRAMS if name in contract)
        # Twice the item's seconds: a check has several exchanges, each of which has those seconds.
        return Lab(self._connections[key], item, seed, memory, Clock(2 * item.seconds, "timed_out"))

    def leave(self) -> None:
        """Close the connection that is open, after a look at how its child behaves."""
        key = self._open
        if key is None:
            return
        connection = self._connections[key]
        is_first = key.kind == CONTRACT and not key.sound_layers and key not in self._examined
        if self._detects and (is_first or connection.is_open):
            backwards, forwards = (
                self._right(half, key.visibility) if is_first else set()
                for half in (".backward", ".forward")
            )
            seed = derive_seed(self._seed, key.visibility)
            self.flags += detection.behaviour(connection, backwards, seed, forwards, self._wrong())
        self._examined.add(key)
        connection.close()
        self._open = None

    def _right(self, half: str, visibility: Visibility) -> set[str]:
        """Return the classes of which an item of a visibility says that a half is right.

        The half is ``.forward`` or ``.backward``.
        """
        return {
            self._checks[outcome.item.check].subject
            for outcome in self._outcomes.values()
            if outcome.item.visibility is visibility
            and outcome.verdict is Verdict.PASSED
            and half in outcome.item.check
        }

    def _wrong(self) -> set[str]:
        """Return the classes of which a forward or a backward failed in more than half of its parts."""
        return {
            self._checks[outcome.item.check].subject
            for outcome in self._outcomes.values()
            if outcome.verdict is Verdict.FAILED
            and outcome.share < scoring.HALF
            and any(half in outcome.item.check for half in (".forward", ".backward"))
        }

    def close(self) -> None:
        """End every child."""
        for connection in self._connections.values():
            connection.close()
