"""What outcomes are worth beside each other: pure functions over what the checks found.

Each of them only takes points away where something does not hold, never because something else
does. So making a part right never lowers a score: see the tests, which try that on tables of
outcomes, and on programs put together of right and empty parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.checks.base import Check
from grader.contract import NETWORK_CLASSES, REPLACEABLE, ROWS, Row
from grader.model import Failure, Message, Outcome, Part, Verdict, frozen
from grader.pipeline.order import SECRECY

MOST_REPLACED = 2
MOST_EMPTY = 1
"""So many of the network's classes may be replaced by ours, and so many of these hold nothing that
works, while what is trained is still the student's own: a mistake in two classes is common, but
where two of the three are empty, our layers do the work."""

MOST_WRONG_FORWARDS = 2
"""Of so many classes a ``forward`` may be wrong, and the derivative of that ``forward`` still counts:
one mistake is counted once. Where more are wrong, these derivatives say nothing about the lab: a
program with nothing right but derivatives of other functions earned 20 points of 100."""

HALF = 0.5
"""The share of ``forward`` beside which arrays that are left alone are worth their points: what is
right for a batch of one, and returns zeros otherwise, earned six times as much for its state."""

NOT_COUNTED = "not_counted"
UNEXPLAINED = "unexplained"

Outcomes = Mapping[str, Outcome]
Checks = Mapping[str, Check]


def forward_of(check: Check) -> str | None:
    """The id of the check of ``forward`` of the class whose ``backward`` a check examines."""
    subject, _, rest = check.id.partition(".")
    return f"{subject}.forward" if rest.startswith("backward") else None


def count_parts(parts: Sequence[Part], *, mistake_has_name: bool) -> list[Part]:
    """Return the parts as they count.

    A part that an empty method passes fails beside a part that it needs and that failed; what
    agrees only with the derivative of a wrong ``forward`` fails unless that one's mistake has a
    name.
    """
    parts_now = [
        part if mistake_has_name or part.if_unnamed is None or part.failure is not None
        else replace(part, failure=part.if_unnamed)
        for part in parts
    ]  # fmt: skip
    while True:
        failed_names = {part.name for part in parts_now if part.failure is not None}
        next_parts = [_beside(part, failed_names) for part in parts_now]
        if all(one is other for one, other in zip(parts_now, next_parts, strict=True)):
            return parts_now
        parts_now = next_parts


def _beside(part: Part, failed_names: set[str]) -> Part:
    missing = next((name for name in part.beside if name in failed_names), None)
    if part.failure is not None or missing is None:
        return part
    return replace(part, failure=Failure(NOT_COUNTED, part=missing))


def share(parts: Sequence[Part]) -> float:
    """Return the share of a check that holds, by the weights of its parts: 0 to 1."""
    if all(part.failure is None for part in parts):
        return 1.0
    weight = sum(part.weight for part in parts if part.failure is None)
    return weight / sum(part.weight for part in parts)


def mistake_has_name(forward: Outcome | None, outcomes: Outcomes) -> bool:
    """Whether a ``forward`` is right, not asked for, or wrong in a way that has a name.

    A name counts where few classes have a wrong ``forward``; ``outcomes`` hold all of them.
    """
    if forward is None or forward.verdict is Verdict.PASSED:
        return True
    wrong = [
        outcome
        for name in REPLACEABLE
        if (outcome := outcomes.get(f"{ROWS[name].prefix}.forward")) is not None
        and outcome.verdict is Verdict.FAILED
    ]
    if len(wrong) > MOST_WRONG_FORWARDS:
        return False
    has_name = any(finding.slug != UNEXPLAINED for finding in forward.findings)
    return has_name and forward.informative and forward.usable


def works(forward: Outcome | None, outcomes: Outcomes) -> bool:
    """Whether a ``forward`` does its work, in half of the trials or but for a mistake with a name."""
    if forward is None:
        return True
    return forward.informative and (_holds_mostly(forward) or mistake_has_name(forward, outcomes))


def _holds_mostly(outcome: Outcome) -> bool:
    return outcome.share >= HALF


def broken_forward(check: Check, outcomes: Outcomes) -> Outcome | None:
    """The outcome of a ``forward`` that does not work, beside which a check earns nothing."""
    before = (outcomes[id_] for id_ in check.earns_beside if id_ in outcomes)
    return next((outcome for outcome in before if not works(outcome, outcomes)), None)


def wrong_classes(outcomes: Outcomes, checks: Checks) -> frozenset[str]:
    """The classes whose construction, ``forward`` or ``backward`` is wrong."""
    return _failing(outcomes, checks, state=False)


def say_nothing(names: Sequence[str], outcomes: Outcomes, rows: Mapping[str, Row] = ROWS) -> bool:
    """Whether one of some classes returns zeros, a constant, its argument or chance.

    What is built of it may seem to move, or to learn, by chance.
    """
    forwards = (outcomes.get(f"{rows[name].prefix}.forward") for name in names)
    return any(forward is not None and not forward.informative for forward in forwards)


def slipping_classes(outcomes: Outcomes, checks: Checks) -> frozenset[str]:
    """The classes with a slip of state: an array that is changed, an earlier batch remembered."""
    return _failing(outcomes, checks, state=True)


def _failing(outcomes: Outcomes, checks: Checks, *, state: bool) -> frozenset[str]:
    return frozenset(
        checks[id_].subject
        for id_, outcome in outcomes.items()
        if outcome.verdict is not Verdict.PASSED and id_.endswith((".state", ".ends")) == state
    )


TRIED = (Verdict.PASSED, Verdict.FAILED)


def empty_classes(outcomes: Outcomes, checks: Checks) -> frozenset[str]:
    """The classes of which ``forward`` or ``backward`` does nothing that can be recognised."""
    empty = set()
    for id_, outcome in outcomes.items():
        subject, _, rest = id_.partition(".")
        if rest != "forward" or subject == "network":
            continue
        backward = [o for i, o in outcomes.items() if i.startswith(f"{subject}.backward")]
        moves = not backward or any(o.informative and o.verdict in TRIED for o in backward)
        if not works(outcome, outcomes) or not moves:
            empty.add(checks[id_].subject)
    return frozenset(empty)


def not_own(
    check: Check, replaced: Sequence[str], outcomes: Outcomes, checks: Checks
) -> Outcome | None:
    """The outcome that keeps training from being the student's own; None where it is.

    ``replaced`` are the classes in whose place sound ones of ours would run.
    """
    ours = [name for name in NETWORK_CLASSES if name in replaced]
    empty = [name for name in ours if name in empty_classes(outcomes, checks)]
    if not _trains(check) or (len(ours) <= MOST_REPLACED and len(empty) <= MOST_EMPTY):
        return None
    blamed = set(empty or ours)
    return next(
        outcome
        for id_, outcome in outcomes.items()
        if checks[id_].subject in blamed and outcome.verdict is not Verdict.PASSED
    )


def may_be_empty(check: Check, replaced: Sequence[str], outcomes: Outcomes, checks: Checks) -> bool:
    """Whether training might run through layers of ours alone, for all that was judged so far.

    ``replaced`` are classes of which some checks are judged later: each may hold nothing that works,
    unless one of its checks passed.
    """
    shown = {checks[id_].subject for id_, o in outcomes.items() if o.verdict is Verdict.PASSED}
    unknown = [name for name in NETWORK_CLASSES if name in replaced and name not in shown]
    return _trains(check) and len(unknown) > MOST_EMPTY


def _trains(check: Check) -> bool:
    return check.stage == "dependent" and check.id.startswith("training.")


NO_NETWORK = ("answers_beside_weights", "not_of_the_lab")
"""What a check of training says where it is not the lab's network that answers."""


def without_training(outcomes: Outcomes, checks: Checks) -> dict[str, Outcome]:
    """Return the outcomes; where it was not the lab's network that answered, no training counts.

    It may train as it should for as long as it is compared step by step, or on some data alone.
    What was judged before an item that is more secret stays as it is: a student may read it.
    """
    no_network = [
        o for o in outcomes.values() if o.message is not None and o.message.id in NO_NETWORK
    ]

    def adjust(id_: str, outcome: Outcome) -> Outcome:
        secrecy = SECRECY.index(outcome.item.visibility)
        by = next((o for o in no_network if SECRECY.index(o.item.visibility) <= secrecy), None)
        counts = outcome.share > 0 and not outcome.verdict.is_open
        if by is None or not _trains(checks[id_]) or not counts:
            return outcome
        failed = replace(outcome, verdict=Verdict.FAILED, share=0.0, message=by.message)
        return replace(failed, parts=(), findings=(), expected=None, actual=None)

    return {id_: adjust(id_, outcome) for id_, outcome in outcomes.items()}


FLAGS = {
    "oracles_differ": "review_oracles_differ",
    "not_by_descent": "review_not_by_descent",
    "not_of_the_lab": "review_not_of_the_lab",
    "answers_without_weights": "review_answers_without_weights",
    "answers_beside_weights": "review_answers_beside_weights",
    "program_form_unknown": "review_program_form",
    "program_printed": "review_program_printed",
    "program_jumps": "review_program_jumps",
    "program_without_logarithm": "review_program_without_logarithm",
    "program_linear": "review_program_linear",
    "program_at_once": "review_program_at_once",
    "program_otherwise": "review_program_otherwise",
    "program_slow": "review_program_slow",
    "program_missed": "review_program_missed",
}
"""What a check says where no mistake, but another way to the same numbers, would explain it."""


def flags(outcomes: Outcomes) -> tuple[Message, ...]:
    """What a person should look at, by what the checks saw: each once, whatever it concerns."""
    messages = [o.message for o in outcomes.values()]
    messages += [remark for o in outcomes.values() for remark in o.remarks]
    messages += [
        part.failure.message for o in outcomes.values() for part in o.parts if part.failure
    ]
    flag_messages = {
        (m.id, m.values.get("who", "")): Message(FLAGS[m.id], frozen(**m.values))
        for m in messages
        if m is not None and m.id in FLAGS
    }
    return tuple(flag_messages.values())
