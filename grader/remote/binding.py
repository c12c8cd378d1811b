"""Binding the contract's names to what a submission defines, in its own manner where it has one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from grader.contract import CONTRACT, rows_with
from grader.model import Rubric
from grader.recognition import Recognition, Role, Undecided, recognise
from grader.remote import sound_layers
from grader.remote.clock import OutOfTime
from grader.sandbox.host import Answer, ChildGone

log = logging.getLogger(__name__)
Ask = Callable[[Sequence[Sequence[Any]]], list[Answer]]
Definitions = Mapping[str, Sequence[Sequence[str]]]
CONTRACT_ONLY = "contract"
"""The ``interface`` of a rubric that asks for the template's shape and nothing else."""


class Binding(NamedTuple):
    """What the contract's names mean in a child.

    Parameters
    ----------
    definitions, other_names, redefinitions, left_out
        See ``ImportResult``.
    recognition
        What plays the roles that are not played in the lab's manner.
    """

    definitions: Definitions
    other_names: tuple[str, ...]
    redefinitions: Sequence[Mapping[str, Any]]
    left_out: Mapping[str, int]
    recognition: Recognition


def bind(
    ask: Ask, try_out: Ask, rubric: Rubric, sound: Sequence[str], recognitions: list[Recognition]
) -> Binding | None:
    """Have the contract's names mean what the submission defines, and replace what is wrong.

    Parameters
    ----------
    ask
        Sends a program to a child that has the submission imported.
    try_out
        The same for programs that try candidates, which wait less long.
    rubric
        The names and checks that it has.
    sound
        The classes whose methods are replaced by right ones.
    recognitions
        What an earlier child showed, as its only entry; empty where the submission is still to be
        recognised, and then it is added. What is tried for that is tried in a child that is used
        for nothing else.

    Returns
    -------
    None where this child was used to recognise the submission: another one begins afresh.
    """
    known = recognitions[0] if recognitions else None
    is_known = known is not None or rubric.interface == CONTRACT_ONLY
    recognition = known or Recognition()
    adapt = [["adapt", "_", role.name, role.plan.data] for role in recognition.roles.values()]
    rows = rows_with(rubric.plugins)
    patch = ["patch_methods", "_", {name: sound_layers.source(name, rows) for name in sound}]
    rest = [*adapt, patch] if is_known else [["inventory", "_"]]
    answers = [(answer or {}).get("value") for answer in ask([*_bind_lines(rubric), *rest])]
    definitions, others, redefinitions, left_out = (a or () for a in answers[:4])
    definitions = definitions or {}
    if not is_known:
        recognition, was_tried = _recognise(try_out, rubric, definitions, answers[4])
        recognitions.append(recognition)
        if was_tried:
            return None
        if sound:
            ask([patch])
    roles = recognition.roles
    taken = {role.definition.name for role in roles.values()}
    places = {name: [[r.definition.name, r.definition.file]] for name, r in roles.items()}
    undecided = {one.name for one in recognition.undecided}  # nothing is examined as one of these
    definitions = {name: found for name, found in definitions.items() if name not in undecided}
    other_names = tuple(str(name) for name in others if name not in taken)
    return Binding(
        {**definitions, **places}, other_names, redefinitions, left_out or {}, recognition
    )


def _bind_lines(rubric: Rubric) -> list[list[Any]]:
    files = {row.name: row.file for row in rows_with(rubric.plugins).values()}
    names = {name: list(rubric.names.get(name, ())) for name in {**files, **rubric.names}}
    return [
        ["bind", "_", names, files],
        ["other_names", "_"],
        ["redefinitions", "_", list(files)],
        ["left_out", "_"],
    ]


def _recognise(
    ask: Ask, rubric: Rubric, definitions: Definitions, inventory: Mapping[str, Any] | None
) -> tuple[Recognition, bool]:
    """Recognise a submission; also say whether anything of it was tried."""
    frames = 0

    def counted(lines: Sequence[Sequence[Any]]) -> list[Answer]:
        nonlocal frames
        frames += 1
        return ask(lines)

    if inventory is None:
        return Recognition(), False
    checks = [item.check.partition(".")[0] for item in rubric.items]
    asked = {row.name for row in CONTRACT if row.prefix in checks}
    bound = {name: (places[0][0], places[0][1]) for name, places in definitions.items()}
    results: list[Role | Undecided] = []
    try:
        for result in recognise(asked, bound, inventory, counted, rubric.roles):
            results.append(result)  # noqa: PERF402  what came before an end of the child counts
    except OutOfTime:
        raise
    except ChildGone:
        log.info("a candidate ended its child while it was tried")
    roles = {result.name: result for result in results if isinstance(result, Role)}
    undecided = tuple(result for result in results if isinstance(result, Undecided))
    return Recognition(roles, undecided), frames > 0
