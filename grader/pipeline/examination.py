"""The examination of one submission: each item in turn, and what earlier outcomes mean for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.checks import Check, checks_with
from grader.contract import rows_with
from grader.diagnosis.mistakes import mistakes_with
from grader.errors import OurFault
from grader.flags import detection, handed_out
from grader.model import (
    Failure,
    Item,
    Message,
    Outcome,
    Rubric,
    Submission,
    Verdict,
)
from grader.pipeline import outcomes, scoring
from grader.pipeline.conventions import merge_conventions
from grader.pipeline.findings import with_findings
from grader.pipeline.import_remarks import import_remarks
from grader.pipeline.order import more_secret, plan
from grader.pipeline.own_structures import OwnStructure
from grader.pipeline.places import Places
from grader.pipeline.quoted_source import as_handed_in
from grader.pipeline.repair_memory import RepairMemory
from grader.pipeline.sessions import Sessions
from grader.pipeline.stand_ins import TO_THE_END
from grader.remote import may_draw
from grader.sandbox.host import CONTRACT, FIGURES, ChildGone, LocalSandbox, Sandbox

log = logging.getLogger(__name__)


class Examination:
    """One submission under examination, and the outcomes so far.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them.
    explains
        Whether a failed check is followed by the search for the mistake's name.
    detects
        Whether the code is tried for what a person should look at (see ``flags``).
    repairs
        The repairs of submissions before, where repairs are looked for once the verdicts stand (see
        ``repairs``); None where they are not.
    """

    def __init__(
        self,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sandbox: Sandbox,
        *,
        explains: bool = True,
        detects: bool = False,
        repairs: RepairMemory | None = None,
    ) -> None:
        self._submission, self._rubric, self._sandbox = submission, rubric, sandbox
        self._seed, self._repairs = seed, repairs
        self._explains = explains
        self._checks, self._rows = checks_with(rubric.plugins), rows_with(rubric.plugins)
        self._replaceable = tuple(row.name for row in self._rows.values() if row.replaceable)
        self._mistakes = mistakes_with(rubric.plugins)
        self._outcomes: dict[str, Outcome] = {}
        self._sessions = Sessions(
            submission, rubric, seed, sandbox, self._outcomes, detects=detects
        )
        self._own_structure = OwnStructure(
            submission, rubric, self._sessions, self._outcomes, self._checks
        )

    def run(self) -> tuple[Outcome, ...]:
        """Examine everything; return the outcomes in the rubric's order."""
        for item in plan(self._rubric.items, self._checks):
            start = time.monotonic()
            outcome = self._outcome_of(self._checks[item.check], item)
            self._outcomes[item.check] = replace(outcome, seconds=time.monotonic() - start)
        self._outcomes.update(self._own_structure.stand_ins(self._examine_program))
        self._outcomes.update({o.item.check: o for o in self._left_to_program()})
        self._sessions.leave()
        self._outcomes.update(scoring.without_training(self._outcomes, self._checks))
        merged = merge_conventions([self._outcomes[item.check] for item in self._rubric.items])
        return self._with_places(self._with_repairs(merged))

    def _with_repairs(self, examined: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Add the repairs that are proven. The verdicts stand whatever happens here."""
        # In this very process nothing would end an edited method that runs for ever.
        is_endless = isinstance(self._sandbox, LocalSandbox)
        holds = all(o.verdict is Verdict.PASSED for o in examined)
        if self._repairs is None or is_endless or holds:
            return examined
        order = list(self._outcomes)
        settled = sorted(examined, key=lambda outcome: order.index(outcome.item.check))
        stood_in = self._own_structure.stood_in
        own = [outcome for outcome in settled if outcome.item.check not in stood_in]
        # Nine modules, and most submissions have nothing that could be repaired.
        from grader.pipeline.repairs import RepairSearch  # noqa: PLC0415

        search = RepairSearch(
            self._submission, self._rubric, self._seed, self._sandbox, self._sessions.files,
            self._checks, own, self._places(examined), self._wrong_layers(),
            self._repairs,
        )  # fmt: skip
        try:
            repairs = search.run()
        except Exception:
            log.exception("the search for repairs broke off")
            return examined
        return tuple(replace(o, repair=repairs.get(o.item.check, ())) for o in examined)

    def _with_places(self, examined: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Add where each failure is. The verdicts stand whatever happens here."""
        places = self._places(examined)
        try:
            return tuple(places.place(outcome) for outcome in examined)
        except Exception:
            log.exception("the places of the failures could not be looked up")
            return examined

    def _places(self, examined: tuple[Outcome, ...]) -> Places:
        sessions = self._sessions
        return Places(
            self._submission, sessions.first, sessions.files.scans, examined, self._checks
        )

    def flags(self) -> tuple[Message, ...]:
        """Return what a person should look at: in the sources, in the outcomes, in the behaviour."""
        signs = detection.signs(self._submission.files, self._sessions.files.scans)
        seen = (*scoring.flags(self._outcomes), *self._sessions.flags)
        messages = (*self._own_structure.flags(), *signs, *seen)
        handed_in = (as_handed_in(self._submission, message) for message in messages)
        return tuple(dict.fromkeys(handed_in))[: detection.MAX_MESSAGES]

    def _left_to_program(self) -> Iterator[Outcome]:
        """Yield the outcomes of what was left to the program, where nothing stood in for it."""
        for outcome in list(self._outcomes.values()):
            if outcome.message is not None and outcome.message.id == "left_to_program":
                check = self._checks[outcome.item.check]
                yield self._blamed_on_causes(check, self._figures(check, outcome.item))

    def _examine_program(self, item: Item) -> Outcome:
        start = time.monotonic()
        outcome = self._program(self._checks[item.check], item)
        return replace(outcome, seconds=time.monotonic() - start)

    def remarks(self) -> Iterator[Message]:
        """Yield what is worth saying about the submission as a whole."""
        if handed_out.is_template(self._submission.files):
            yield Message("template_untouched")
        if self._sessions.first is not None:
            places = self._places(())
            for message in import_remarks(self._sessions.first):
                sentence = as_handed_in(self._submission, message)
                yield replace(sentence, location=places.trouble(message))
        yield from self._own_structure.remarks()

    def close(self) -> None:
        """End every child."""
        self._sessions.close()

    def _outcome_of(self, check: Check, item: Item) -> Outcome:
        """Examine an item unless an earlier outcome blocks it, and count each mistake once."""
        if self._sessions.clock.seconds_left <= 0:
            return outcomes.child_gone(item, self._sessions.clock.time_error())
        for required in check.needs:
            before = self._outcomes.get(required)
            if before is not None and not before.usable:
                return outcomes.blocked(item, before, self._checks)
        missing_forward = scoring.broken_forward(check, self._outcomes)
        if missing_forward is not None:
            return outcomes.blocked(item, missing_forward, self._checks)
        if check.id == "plots.main" and self._own_structure.may_be_own():
            return outcomes.left_to_program(item)
        examine = {
            "dependent": self._built_of_layers, "figures": self._figures, "program": self._program,
        }.get(check.stage)  # fmt: skip
        outcome = examine(check, item) if examine else self._examine_with(check, item, ())
        return self._blamed_on_causes(check, outcome)

    def _blamed_on_causes(self, check: Check, outcome: Outcome) -> Outcome:
        """Block an outcome that failed beside something that its check uses."""
        # One mistake is counted once: what failed beside something that it uses waits for that.
        causes = (self._outcomes[id_] for id_ in check.blames if id_ in self._outcomes)
        cause = next((o for o in causes if o.verdict is not Verdict.PASSED), None)
        if cause is None or outcome.verdict in (Verdict.PASSED, Verdict.BROKEN):
            return outcome
        blocked = outcomes.blocked(outcome.item, cause, self._checks)
        return replace(blocked, pictures=outcome.pictures)

    def _figures(self, check: Check, item: Item) -> Outcome:
        """Examine figures as data; where that leaves something open, in a child that reads fonts.

        A figure that its description does not tell wholly is drawn there. So that no program fails
        for want of a font, one that failed is examined there as well, unless it was late.
        """
        outcome = self._examine_with(check, item, ())
        message_id = outcome.message.id if outcome.message else ""
        is_late = outcome.verdict is Verdict.TIMED_OUT or message_id == "main_late"
        is_complete = outcome.verdict is Verdict.PASSED and not outcome.undrawn
        if is_late or is_complete or not may_draw(self._submission):
            return outcome
        again = self._examine_with(check, item, (), kind=FIGURES)
        # What is right as data stays right, however long it takes to draw it.
        is_better = again.share > outcome.share or (again.share == outcome.share and again.usable)
        return again if is_better else outcome

    def _program(self, check: Check, item: Item) -> Outcome:
        """Examine the whole program; what runs it to its end does so once, where fonts can be read."""
        draws = check.id in TO_THE_END and may_draw(self._submission)
        outcome = self._examine_with(check, item, (), kind=FIGURES if draws else CONTRACT)
        is_total = outcome.message is not None and outcome.message.id == "total_time"
        if outcome.verdict in (Verdict.CRASHED, Verdict.TIMED_OUT) and not is_total:
            # Nobody could see what it does: that is no proof that it does nothing.
            return replace(outcome, verdict=Verdict.REVIEW)
        return outcome

    def _built_of_layers(self, check: Check, item: Item) -> Outcome:
        """Examine what is built of layers, with sound ones in the place of those that are wrong.

        Sound ones replace as well the layers of which some items are more secret than this one:
        whether those are right, its outcome must not tell. Where they do not fit, the student's
        own are asked.
        """
        wrong, secret = self._wrong_layers(), self._more_secret(item)
        if scoring.may_be_empty(check, secret, self._outcomes, self._checks):
            secret = ()
        missing = scoring.not_own(check, wrong, self._outcomes, self._checks)
        if missing is not None:
            return outcomes.training_not_own(item, missing, wrong, self._checks)
        outcome = self._beside_sound_layers(check, item, wrong, secret)
        slips = self._slipping_layers(wrong)
        if (
            outcome.verdict is not Verdict.PASSED
            and len(slips) > len(wrong)
            and scoring.not_own(check, slips, self._outcomes, self._checks) is None
        ):
            # The student's own layers, right but for a slip of state, fail what is built of them.
            other = self._beside_sound_layers(check, item, slips, secret)
            outcome = other if other.share > outcome.share else outcome
        if outcome.verdict is Verdict.PASSED or not secret:
            return outcome
        without = self._beside_sound_layers(check, item, wrong, ())
        return without if without.share > outcome.share or not outcome.usable else outcome

    def _beside_sound_layers(
        self, check: Check, item: Item, wrong: tuple[str, ...], secret: tuple[str, ...]
    ) -> Outcome:
        """Examine with sound layers; where they do not fit what the student built, without."""
        sound = tuple(name for name in self._replaceable if name in wrong or name in secret)
        outcome = self._examine_with(check, item, sound)
        says_nothing = scoring.say_nothing(wrong, self._outcomes, self._rows)
        if wrong and not outcome.usable and not says_nothing:
            own = self._examine_with(check, item, ())
            if own.share > 0:
                return own
        return outcomes.with_replaced(outcome, wrong, secret)

    def _examine_with(
        self, check: Check, item: Item, sound_layers: tuple[str, ...], kind: str = CONTRACT
    ) -> Outcome:
        try:
            lab = self._sessions.lab(item, sound_layers, kind)
            forward = self._outcomes.get(scoring.forward_of(check) or "")
            mistake_has_name = scoring.mistake_has_name(forward, self._outcomes)
            try:
                outcome = outcomes.with_verdict(
                    outcomes.examined(check, lab), mistake_has_name=mistake_has_name
                )
            except Failure as failure:
                outcome = outcomes.failed(item, failure)
            # Whether a mistake in forward has a name decides what else is paid, see scoring.
            explains = self._explains or check.id.endswith(".forward")
            return with_findings(check, lab, outcome, self._mistakes) if explains else outcome
        except ChildGone as gone:
            return outcomes.child_gone(item, gone)
        except (OurFault, Exception) as error:
            log.exception("check %s is broken", check.id)
            return outcomes.broken(item, error)

    def _more_secret(self, item: Item) -> tuple[str, ...]:
        """Return the classes in whose place sound ones run because of secrecy (see ``order``)."""
        return more_secret(item, self._rubric.items, self._checks, self._replaceable)

    def _wrong_layers(self) -> tuple[str, ...]:
        """Return the classes in whose place sound ones run: each was examined before its users."""
        wrong = scoring.wrong_classes(self._outcomes, self._checks)
        return tuple(name for name in self._replaceable if name in wrong)

    def _slipping_layers(self, wrong: Sequence[str]) -> tuple[str, ...]:
        """Return the wrong classes, and those with a slip of state: they stay while their users hold."""
        slips = scoring.slipping_classes(self._outcomes, self._checks)
        return tuple(name for name in self._replaceable if name in wrong or name in slips)
