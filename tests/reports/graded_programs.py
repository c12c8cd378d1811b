"""Real reports: programs of the zoo, graded without a sandbox, and one that says everything."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from string import Formatter
from typing import Any

from grader import reports
from grader.checks import CHECKS
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.texts import FORMULA
from grader.model import (
    Failure,
    Finding,
    Item,
    Message,
    Outcome,
    Part,
    Refused,
    Report,
    Submission,
    Values,
    Verdict,
    frozen,
)
from grader.pipeline import grading
from grader.reports.text_catalogue import default
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO, whole_rubric, without_training

PROGRAMS = (
    "dw_typo_assigns_negative",
    "bce_grad_first_term_only",
    "relu_backward_clipped",
    "net_first_activation_missing",
    "net_loss_is_squared_again",
    "weights_ones",
    "dw_momentum",
    "dw_mean_over_all_entries",
    "input_not_remembered",
)
"""Wrong formulas, families, networks, symptoms, nothing that fits, a product, an exception."""


@cache
def graded(program: str) -> dict[str, Any]:
    """Return the document of a wrong program, with every check of its class but for training."""
    [wrong] = [wrong for wrong in ZOO.wrongs if wrong.bugs == (program,)]
    [subject] = [wrong.subject for wrong in ZOO.singles if wrong.bug == program]
    whole = without_training(whole_rubric())
    items = tuple(item for item in whole.items if CHECKS[item.check].subject == subject)
    with LocalSandbox() as sandbox:
        submission = Submission(program, wrong.files, "0" * 64)
        made = grading.grade(submission, replace(whole, items=items), seed=3, sandbox=sandbox)
    return reports.document(made)


def everything() -> dict[str, Any]:
    """Return a document that says each sentence of the grader, and ends in every way."""
    texts, verdicts = default(), list(Verdict)
    said = tuple(Message(id_, _values(text)) for id_, text in texts.sentences.items())
    items = [Item(check, 2.0, CHECKS[check].subject, 1.0, title=None) for check in CHECKS]
    outcomes = tuple(
        replace(
            Outcome(item, verdicts[place % len(verdicts)], 0.5, said[place], "1", "2"),
            parts=(Part("labels"), Part("titles", _failure(said[place]))),
            findings=(Finding(MISTAKES[place].slug, "Linear", _values(FORMULA)),),
        )
        for place, item in enumerate(items)
    )
    groups = tuple(dict.fromkeys(item.group for item in items))
    made = replace(whole_rubric(), items=tuple(items), groups=groups)
    handed_in = Submission("all", {}, "0" * 64, tuple(Refused("x", message) for message in said))
    told = Report(handed_in, made, outcomes, 3, False, (), needs_review=said, remarks=said)
    late = {"days": 2.0, "percent": 10.0}
    return reports.document(told) | {"late": late, "hidden_items": True}


def _failure(message: Message) -> Failure:
    failure = Failure(message.id)
    failure.message = message  # its values may have the names of the other arguments
    return failure


def _values(template: str) -> Values:
    """Return a value for each place of a template: a number where one is asked for."""
    places = Formatter().parse(template)
    return frozen(**{name: 1.5 if spec else "x" for _, name, spec, _ in places if name})
