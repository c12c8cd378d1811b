"""The examination of one submission: each item in turn, and what earlier outcomes mean for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.checks import Check, checks_with
from grader.contract import rows_with
from grader.diagnosis import explain
from grader.diagnosis.mistake import Mistake
from grader.diagnosis.mistakes import MISTAKES, mistakes_with
from grader.errors import OurFault, SandboxBroken
from grader.flags import detection, handed_out, own_structure
from grader.model import (
    LOOK_UP_FAILED,
    Failure,
    Finding,
    Item,
    Message,
    Outcome,
    Rubric,
    Submission,
    Verdict,
    frozen,
)
from grader.pipeline import outcomes, recognition_messages, scoring, stand_ins
from grader.pipeline.conventions import merge_conventions
from grader.pipeline.import_remarks import import_remarks
from grader.pipeline.observations import observe
from grader.pipeline.order import SECRECY, plan
from grader.pipeline.places import Places
from grader.pipeline.quoted_source import as_handed_in
from grader.pipeline.repairs import RepairSearch
from grader.pipeline.sessions import Sessions
from grader.remote import Lab, may_draw
from grader.sandbox.host import CONTRACT, FIGURES, ChildGone, Sandbox

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
        Whether repairs are looked for once the verdicts stand (see ``repairs``).
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
        repairs: bool = False,
    ) -> None:
        self._submission, self._rubric, self._sandbox = submission, rubric, sandbox
        self._seed, self._repairs = seed, repairs
        self._explains = explains
        self._checks, self._rows = checks_with(rubric.plugins), rows_with(rubric.plugins)
        self._replaceable = tuple(row.name for row in self._rows.values() if row.replaceable)
        self._mistakes = mistakes_with(rubric.plugins)
        self._outcomes: dict[str, Outcome] = {}
        self._stood_in: tuple[str, ...] = ()
        self._structure: tuple[Message, ...] = ()
        self._sessions = Sessions(
            submission, rubric, seed, sandbox, self._outcomes, detects=detects
        )

    def run(self) -> tuple[Outcome, ...]:
        """Examine everything; return the outcomes in the rubric's order."""
        for item in plan(self._rubric.items, self._checks):
            start = time.monotonic()
            outcome = self._outcome_of(self._checks[item.check], item)
            self._outcomes[item.check] = replace(outcome, seconds=time.monotonic() - start)
        program = self._stand_ins()
        self._outcomes.update(program)
        self._stood_in = tuple(program)
        self._sessions.leave()
        self._outcomes.update(scoring.without_training(self._outcomes, self._checks))
        merged = merge_conventions([self._outcomes[item.check] for item in self._rubric.items])
        return self._with_places(self._with_repairs(merged))

    def _with_repairs(self, examined: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Add the repairs that are proven. The verdicts stand whatever happens here."""
        if not self._repairs:
            return examined
        order = {id_: place for place, id_ in enumerate(self._outcomes)}
        settled = sorted(examined, key=lambda outcome: order[outcome.item.check])
        own = [outcome for outcome in settled if outcome.item.check not in self._stood_in]
        search = RepairSearch(
            self._submission, self._rubric, self._seed, self._sandbox, self._sessions.files,
            self._checks, own, self._places(examined), self._wrong_layers(),
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
        stand_ins_open = [self._outcomes[id_].verdict.is_open for id_ in self._stood_in]
        structure = () if stand_ins_open and not any(stand_ins_open) else self._structure
        signs = detection.signs(self._submission.files, self._sessions.files.scans)
        seen = (*scoring.flags(self._outcomes), *self._sessions.flags)
        decided = {
            self._checks[id_].subject
            for id_ in self._stood_in
            if not self._outcomes[id_].verdict.is_open
        }
        open_roles = recognition_messages.flags(self._sessions.files.recognitions, decided)
        messages = (*structure, *open_roles, *signs, *seen)
        handed_in = (as_handed_in(self._submission, message) for message in messages)
        return tuple(dict.fromkeys(handed_in))[: detection.MAX_MESSAGES]

    def _stand_ins(self) -> dict[str, Outcome]:
        """Examine the whole program in the place of classes that the submission does not have."""
        self._structure = tuple(self._structure_flags())
        if self._rubric.interface == "contract":
            return {}
        first, is_free = self._sessions.first, self._rubric.interface == "black-box"
        if is_free or self._structure:
            ids = stand_ins.of_all(self._outcomes, every=is_free)
            return stand_ins.stand_in(ids, self._outcomes, self._examine_program)
        if first is None:
            return {}
        is_own = self._may_be_own()
        structure = self._outcomes.get("network.structure")
        has_other_network = "TLNN" not in first.definitions or (
            structure is not None and not structure.usable and own_structure.is_misfit(structure)
        )
        known = self._sessions.files.recognitions
        if any(one.roles or one.undecided for one in known):
            network = has_other_network or any(
                not o.usable and own_structure.is_misfit(o)
                for id_, o in self._outcomes.items()
                if id_.startswith("network.")
            )
            ids = stand_ins.of_absent(self._outcomes, first.definitions, network=network)
            return stand_ins.stand_in(ids, self._outcomes, self._examine_program)
        if not is_own and not has_other_network:
            return {}
        ids = (stand_ins.of_all if is_own else stand_ins.of_network)(self._outcomes)
        program = stand_ins.stand_in(
            ids, self._outcomes, self._examine_program, only_networks=True
        )
        # The layers are the lab's: what is wrong with the network stays wrong unless it is shown right.
        return {id_: outcome for id_, outcome in program.items() if not outcome.verdict.is_open}

    def _may_be_own(self) -> bool:
        """Return whether the submission has code of its own in the place of the lab's classes."""
        first = self._sessions.first
        if first is None or self._rubric.interface == "contract":
            return False
        files, scans = self._submission.files, self._sessions.files.scans
        return own_structure.may_be_own(files, scans, first.definitions, self._subjects())

    def _examine_program(self, item: Item) -> Outcome:
        start = time.monotonic()
        outcome = self._program(self._checks[item.check], item)
        return replace(outcome, seconds=time.monotonic() - start)

    def _structure_flags(self) -> Iterator[Message]:
        first = self._sessions.first
        if first is not None:
            scans, outcomes = self._sessions.files.scans, tuple(self._outcomes.values())
            subjects = self._subjects()
            files, names = self._submission.files, first.other_names
            yield from own_structure.flags(
                files, scans, first.definitions, names, outcomes, subjects
            )

    def _subjects(self) -> set[str]:
        """Return what those checks examine that are worth points."""
        items = [outcome.item for outcome in self._outcomes.values()]
        return {self._checks[item.check].subject for item in items if item.points > 0}

    def remarks(self) -> Iterator[Message]:
        """Yield what is worth saying about the submission as a whole."""
        if handed_out.is_template(self._submission.files):
            yield Message("template_untouched")
        if self._sessions.first is not None:
            places = self._places(())
            for message in import_remarks(self._sessions.first):
                sentence = as_handed_in(self._submission, message)
                yield replace(sentence, location=places.trouble(message))
        yield from recognition_messages.remarks(self._sessions.files.recognitions)

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
        if check.id == "plots.main" and self._may_be_own():
            return outcomes.left_to_program(item)
        examine = {
            "dependent": self._built_of_layers, "figures": self._figures, "program": self._program,
        }.get(check.stage)  # fmt: skip
        outcome = examine(check, item) if examine else self._examine_with(check, item, ())
        # One mistake is counted once: what failed beside something that it uses waits for that.
        causes = (self._outcomes[id_] for id_ in check.blames if id_ in self._outcomes)
        cause = next((o for o in causes if o.verdict is not Verdict.PASSED), None)
        if cause is None or outcome.verdict in (Verdict.PASSED, Verdict.BROKEN):
            return outcome
        return replace(outcomes.blocked(item, cause, self._checks), pictures=outcome.pictures)

    def _figures(self, check: Check, item: Item) -> Outcome:
        """Examine figures as data; where that leaves something open, in a child that reads fonts.

        A figure that its description does not tell wholly is drawn there. So that no program fails
        for want of a font, one that failed is examined there as well, unless it was late.
        """
        outcome = self._examine_with(check, item, ())
        is_late = outcome.verdict is Verdict.TIMED_OUT or (
            outcome.message is not None and outcome.message.id == "main_late"
        )
        is_complete = outcome.verdict is Verdict.PASSED and not outcome.undrawn
        if is_late or is_complete or not may_draw(self._submission):
            return outcome
        again = self._examine_with(check, item, (), kind=FIGURES)
        # What is right as data stays right, however long it takes to draw it.
        is_better = again.share > outcome.share or (again.share == outcome.share and again.usable)
        return again if is_better else outcome

    def _program(self, check: Check, item: Item) -> Outcome:
        """Examine the whole program; what runs it to its end does so once, where fonts can be read."""
        draws = check.id in stand_ins.TO_THE_END and may_draw(self._submission)
        return self._examine_with(check, item, (), kind=FIGURES if draws else CONTRACT)

    def _built_of_layers(self, check: Check, item: Item) -> Outcome:
        """Examine what is built of layers, with sound ones in the place of those that are wrong.

        Sound ones replace as well the layers of which some items are more secret than this one:
        whether those are right, its outcome must not tell. Where they do not fit, the student's
        own are asked.
        """
        wrong, secret = self._wrong_layers(), self._secret_layers(item)
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
        if (
            wrong
            and not outcome.usable
            and not scoring.say_nothing(wrong, self._outcomes, self._rows)
        ):
            own = self._examine_with(check, item, ())
            if own.share > 0:
                return own
        replaced = {"standins": wrong, "standins_unread": secret}
        remarks = (
            Message(id_, frozen(names=", ".join(names))) for id_, names in replaced.items() if names
        )
        return replace(outcome, remarks=(*outcome.remarks, *remarks))

    def _examine_with(
        self, check: Check, item: Item, sound_layers: tuple[str, ...], kind: str = CONTRACT
    ) -> Outcome:
        try:
            lab = self._sessions.lab(item, sound_layers, kind)
            forward = self._outcomes.get(scoring.forward_of(check) or "")
            mistake_has_name = scoring.mistake_has_name(forward, self._outcomes)
            try:
                outcome = outcomes.with_verdict(
                    _examine(check, lab), mistake_has_name=mistake_has_name
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

    def _wrong_layers(self) -> tuple[str, ...]:
        """Return the classes in whose place sound ones run: each was examined before its users."""
        wrong = scoring.wrong_classes(self._outcomes, self._checks)
        return tuple(name for name in self._replaceable if name in wrong)

    def _slipping_layers(self, wrong: Sequence[str]) -> tuple[str, ...]:
        """Return the wrong classes, and those with a slip of state: they stay while their users hold."""
        slips = scoring.slipping_classes(self._outcomes, self._checks)
        return tuple(name for name in self._replaceable if name in wrong or name in slips)

    def _secret_layers(self, item: Item) -> tuple[str, ...]:
        """Return the classes of which some item is more secret than this, and every mistake counted.

        Where the rubric leaves out what a class computes, nobody but this check would see it.
        """
        checks_of_rubric = {other.check for other in self._rubric.items}
        later = SECRECY[SECRECY.index(item.visibility) + 1 :]
        secret = {
            self._checks[i.check].subject for i in self._rubric.items if i.visibility in later
        }
        return tuple(
            name
            for name in self._replaceable
            if name in secret
            and all(
                check.id in checks_of_rubric
                for check in self._checks.values()
                if check.subject == name and check.id.split(".")[1] in ("forward", "backward")
            )
        )


def _examine(check: Check, lab: Lab) -> Outcome:
    """Examine; once more where the zygote died of something, and took the child with it."""
    try:
        result = check.examine(lab)
    except SandboxBroken as error:
        log.warning("check %s is tried once more: %s", check.id, error)
        result = check.examine(lab)
    return result if isinstance(result, Outcome) else lab.outcome(result or ())


def with_findings(
    check: Check, lab: Lab, outcome: Outcome, mistakes: Sequence[Mistake] = MISTAKES
) -> Outcome:
    """Add what explains a failure to its outcome.

    The verdict stands whatever happens here. Where looking for the mistake fails, be it by a fault
    of ours or by an end of the child, the mistake has no name, and staff read why.
    """
    failures = [part.failure.message for part in outcome.parts if part.failure is not None]
    failures = [message for message in failures if message.id != scoring.NOT_COUNTED]
    if outcome.message is not None and not failures:
        failures = [outcome.message]
    if not failures:
        return outcome
    try:
        observation = observe(lab, check.id, check.subject, failures)
        findings = explain(observation, check.id, check.subject, failures, mistakes)
    except (OurFault, Exception) as error:
        log.exception("the mistake behind %s could not be looked up", check.id)
        why = frozen(kind=type(error).__name__, text=str(error)[:200])
        findings = (Finding(LOOK_UP_FAILED, check.subject, why),)
    return replace(outcome, findings=findings)
