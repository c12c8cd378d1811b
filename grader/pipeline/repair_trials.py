"""Runs checks on a program with an edit in it, in a child of its own, within the time for repairs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Self

from grader.checks import Check
from grader.errors import OurFault
from grader.model import Failure, Item, Outcome, Rubric, Submission, Verdict
from grader.pipeline import outcomes
from grader.remote import Clock, Connection, FileRecords, Lab, derive_seed
from grader.remote.edited_methods import Edit, EditedMethod
from grader.sandbox.host import Answer, ChildGone, Sandbox

log = logging.getLogger(__name__)
MOST_SECONDS = 1.0
"""That one check of one edit may take: what takes longer repairs nothing."""


class Trials:
    """Tries edits of one program; a context manager.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them; the submission may be edited already.
    sound_layers
        The classes in whose place sound ones run.
    files
        What is known of the files.
    clock
        The time that is left for repairs.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all that a connection depends on
        self,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sandbox: Sandbox,
        checks: Mapping[str, Check],
        sound_layers: Sequence[str],
        files: FileRecords,
        clock: Clock,
    ) -> None:
        self.submission, self.seed, self._checks, self.clock = submission, seed, checks, clock
        self.sandbox, self.files = sandbox, files
        self._connection = Connection(
            sandbox,
            submission,
            rubric,
            derive_seed(seed, "repair"),
            sound_layers,
            files,
            clock=clock,
        )
        self.rows = self._connection.rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next exchange gets a new one."""
        self._connection.close()

    def exchange(
        self, lines: Sequence[Sequence[Any]], seconds: float = MOST_SECONDS
    ) -> list[Answer]:
        """Run a program; raises as ``Connection.exchange``."""
        return self._connection.exchange(lines, seconds)

    def prefix(self) -> str:
        """Return a prefix of register names that was not used before."""
        return self._connection.next_prefix()

    def hold(
        self,
        method: EditedMethod | None,
        edit: Edit | None,
        items: Sequence[Item],
        *names: str,
    ) -> bool:
        """Return whether all of some items hold with an edit; ``names`` name another seed."""
        memory: dict[str, Any] = {}
        try:
            if method is not None and any(self.exchange([method.use(edit)])):
                return False
            return all(self._holds(item, memory, names) for item in items)
        except ChildGone:
            return False

    def _holds(self, item: Item, memory: dict[str, Any], names: Sequence[str]) -> bool:
        self.clock.require()
        seed = derive_seed(self.seed, item.visibility, *names)
        lab = Lab(self._connection, item, seed, memory, Clock(min(item.seconds, MOST_SECONDS)))
        try:
            result = self._checks[item.check].examine(lab)
            whole = result if isinstance(result, Outcome) else lab.outcome(result or ())
            return outcomes.with_verdict(whole, mistake_has_name=False).verdict is Verdict.PASSED
        except Failure:
            return False
        except ChildGone:
            raise
        except (OurFault, Exception):
            log.info("an edit could not be tried with %s", item.check, exc_info=True)
            return False
