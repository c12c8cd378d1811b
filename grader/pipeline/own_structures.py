"""Submissions of a structure of their own: what the whole program stands in for, and who must look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.checks import Check
from grader.flags import own_structure
from grader.model import Message, Outcome, Rubric, Submission
from grader.pipeline import recognition_messages, stand_ins
from grader.pipeline.sessions import Sessions
from grader.pipeline.stand_ins import Examine


class OwnStructure:
    """What a submission has in the place of the lab's classes.

    Parameters
    ----------
    submission, rubric, sessions, checks
        Those of its examination.
    outcomes
        The outcomes so far, by check; they are read when they are needed.

    Attributes
    ----------
    stood_in
        The checks in whose place the whole program was examined.
    """

    def __init__(
        self,
        submission: Submission,
        rubric: Rubric,
        sessions: Sessions,
        outcomes: Mapping[str, Outcome],
        checks: Mapping[str, Check],
    ) -> None:
        self._submission, self._rubric, self._sessions = submission, rubric, sessions
        self._outcomes, self._checks = outcomes, checks
        self.stood_in: tuple[str, ...] = ()
        self._signs: tuple[Message, ...] = ()

    def may_be_own(self) -> bool:
        """Return whether the submission has code of its own in the place of the lab's classes."""
        first = self._sessions.first
        if first is None or self._rubric.interface == "contract":
            return False
        files, scans = self._submission.files, self._sessions.files.scans
        return own_structure.may_be_own(files, scans, first.definitions, self._subjects())

    def stand_ins(self, examine: Examine) -> dict[str, Outcome]:
        """Examine the whole program in the place of classes that are not there; return these outcomes.

        It is called once, when all items were examined.
        """
        self._signs = tuple(self._structure_signs())
        program = {} if self._rubric.interface == "contract" else self._program(examine)
        self.stood_in = tuple(program)
        return program

    def _program(self, examine: Examine) -> dict[str, Outcome]:
        first, is_free = self._sessions.first, self._rubric.interface == "black-box"
        ids_of_signs = {sign.id for sign in self._signs} - {"review_unread"}
        if not self._has_other_network():
            # The lab's own network runs through the lab's own classes: it says nothing of the others.
            ids_of_signs -= {"review_unexamined"}
        if is_free or ids_of_signs:
            ids = stand_ins.of_all(self._outcomes, every=is_free)
            return stand_ins.stand_in(ids, self._outcomes, examine)
        if first is None:
            return {}
        is_own, has_other_network = self.may_be_own(), self._has_other_network()
        if any(one.roles or one.undecided for one in self._sessions.files.recognitions):
            network = has_other_network or any(
                not o.usable and own_structure.is_misfit(o)
                for id_, o in self._outcomes.items()
                if id_.startswith("network.")
            )
            ids = stand_ins.of_absent(self._outcomes, first.definitions, network=network)
            return stand_ins.stand_in(ids, self._outcomes, examine)
        if not is_own and not has_other_network:
            return {}
        ids = (stand_ins.of_all if is_own else stand_ins.of_network)(self._outcomes)
        program = stand_ins.stand_in(ids, self._outcomes, examine, only_networks=True)
        # The layers are the lab's: what is wrong with the network stays wrong unless it is shown right.
        return {id_: outcome for id_, outcome in program.items() if not outcome.verdict.is_open}

    def _has_other_network(self) -> bool:
        """Return whether there is no ``TLNN``, or one that is made in another way."""
        first, structure = self._sessions.first, self._outcomes.get("network.structure")
        return (first is not None and "TLNN" not in first.definitions) or (
            structure is not None and not structure.usable and own_structure.is_misfit(structure)
        )

    def flags(self) -> Iterator[Message]:
        """Yield why a person should look at the structure: not where the program decided all."""
        is_open = [self._outcomes[id_].verdict.is_open for id_ in self.stood_in]
        if not is_open or any(is_open):
            yield from self._signs
        decided = {
            self._checks[id_].subject
            for id_, one in zip(self.stood_in, is_open, strict=True)
            if not one
        }
        yield from recognition_messages.flags(self._sessions.files.recognitions, decided)

    def remarks(self) -> Iterator[Message]:
        """Yield what was recognised, a line a role."""
        yield from recognition_messages.remarks(self._sessions.files.recognitions)

    def _structure_signs(self) -> Iterator[Message]:
        first = self._sessions.first
        if first is not None:
            yield from own_structure.flags(
                self._submission.files, self._sessions.files.scans, first.definitions,
                first.other_names, tuple(self._outcomes.values()), self._subjects(),
            )  # fmt: skip

    def _subjects(self) -> set[str]:
        """Return what those checks examine that are worth points."""
        items = [outcome.item for outcome in self._outcomes.values()]
        return {self._checks[item.check].subject for item in items if item.points > 0}
