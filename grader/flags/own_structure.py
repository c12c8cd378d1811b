"""What a person should look at because the code has a structure of its own, of which checks know nothing.

The checks ask for the classes of the lab. A network in one class, functions or a script may be
right all the same, so what earns nothing there is no proof that nothing was done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from grader.contract import CONTRACT, Kind
from grader.flags import detection, handed_out
from grader.model import Message, Outcome, Verdict, frozen
from grader.remote import SourceScan

MAX_NAMES = 5
"""A person needs no more of a submission's names to find the place."""

MUCH = 10
"""A file of functions has fewer statements beside them; a script that trains has more."""

MISFIT_ERRORS = frozenset({"TypeError", "AttributeError"})
MISFITS = frozenset({"returned_kind", "returned_shape", "returned_number", "returned_not_scalar"})
SHAPE_WORDS = ("matmul", "broadcast", "shapes")
"""Errors, messages and words of numpy by which code shows that it is called in another way. What only
raises or returns nothing is not finished, and a person has nothing to decide."""

SENTENCES: dict[str, str] = {
    "review_own_structure": "None of the classes that the lab expects is written ({classes}). "
    "The code defines {others} instead. Checks of single classes cannot decide what it is worth: "
    "a person must look.",
    "review_few_classes": "Most of the classes that the lab expects are not written "
    "({classes}). The code also defines {others}. Checks of single classes cannot decide what that "
    "is worth: a person must look.",
    "review_script": "None of the classes that the lab expects is written ({classes}), and "
    "{file} defines no network: it is a script. Checks of single classes cannot decide "
    "what it is worth: a person must look.",
    "review_unread": "The submission earned nothing, because {file} cannot be read as Python. "
    "A person must look at what it contains.",
    "review_unexamined": "The submission earned nothing. What it defines ({others}) seems to be called "
    "in another way than the lab says, or to have arrays of other shapes. Checks of single classes "
    "cannot decide what it is worth: a person must look.",
}
"""What the messages say: id -> template."""

Definitions = Mapping[str, Sequence[Sequence[str]]]


class OwnCode(NamedTuple):
    """What a submission has beyond the template.

    Parameters
    ----------
    names
        The classes and functions that do something.
    unwritten
        Path and name of those that do nothing.
    scripts
        The files that run something, and define nothing; or run much, and define what the lab asks for.
    unread
        The files that are no Python.
    """

    names: tuple[str, ...]
    unwritten: frozenset[tuple[str, str]]
    scripts: tuple[str, ...]
    unread: tuple[str, ...]


def flags(
    files: Mapping[str, bytes],
    scans: Mapping[str, SourceScan | None],
    definitions: Definitions,
    other_names: Sequence[str],
    outcomes: Sequence[Outcome],
    subjects: Collection[str],
) -> Iterator[Message]:
    """Yield why a person should look at the structure of a submission: one message at most.

    Parameters
    ----------
    files, scans
        Its sources by path, and what stands in each; None where it cannot be parsed.
    definitions, other_names
        ``[name, file]`` of all that it defines for each name of the contract; what else looks like
        a network's code.
    outcomes, subjects
        What the checks came to; what those examine that are worth points.
    """
    code = own_code(files, scans, definitions)
    classes = _classes(subjects)
    missing = [name for name in classes if _is_missing(name, definitions, code)]
    earns_nothing = bool(classes) and not any(outcome.points > 0 for outcome in outcomes)
    if 2 * len(missing) > len(classes):
        bound = {name for places in definitions.values() for name, _ in places}
        networks = [name for name in other_names if name in code.names]
        others = networks or [name for name in code.names if name not in bound]
        if others and (networks or not _earns_by_classes(outcomes)):
            yield _structure(classes, missing, others)
        elif code.scripts and not _earns_by_classes(outcomes):
            first = code.scripts[0]
            yield Message("review_script", frozen(classes=", ".join(missing), file=first))
        elif earns_nothing and code.unread:
            yield Message("review_unread", frozen(file=code.unread[0]))
    elif earns_nothing and _is_called_otherwise(outcomes):
        yield Message("review_unexamined", frozen(others=_few(code.names)))


def may_be_own(
    files: Mapping[str, bytes],
    scans: Mapping[str, SourceScan | None],
    definitions: Definitions,
    subjects: Collection[str],
) -> bool:
    """Return whether a submission misses most of the lab's classes, and has code of its own instead.

    Parameters as for ``flags``.
    """
    code, classes = own_code(files, scans, definitions), _classes(subjects)
    missing = [name for name in classes if _is_missing(name, definitions, code)]
    bound = {name for places in definitions.values() for name, _ in places}
    has_own = any(name not in bound for name in code.names) or bool(code.scripts)
    return 2 * len(missing) > len(classes) and has_own


def _classes(subjects: Collection[str]) -> list[str]:
    """Return the classes of the lab that checks worth points examine."""
    return [row.name for row in CONTRACT if row.name in subjects and row.kind is not Kind.FUNCTION]


def own_code(
    files: Mapping[str, bytes],
    scans: Mapping[str, SourceScan | None],
    definitions: Definitions,
) -> OwnCode:
    """Return what a submission has beyond the template; parameters as for ``flags``."""
    bound = {name for places in definitions.values() for name, _ in places}
    names: list[str] = []
    unwritten: set[tuple[str, str]] = set()
    scripts, unread = [], []
    untouched = handed_out.untouched(files)
    for path in sorted(path for path in scans if path in files and detection.is_searched(path)):
        scan = scans[path]
        if scan is None:
            unread.append(path)
            continue
        complete = handed_out.complete_names(path)
        defined = {entry["name"]: entry["written"] for entry in scan["definitions"]}
        is_edited = bool(complete) and complete <= defined.keys()
        own = {name: w for name, w in defined.items() if not is_edited or name not in complete}
        unwritten |= {(path, name) for name, is_written in own.items() if not is_written}
        if path in untouched:
            continue
        names += [name for name, is_written in own.items() if is_written]
        if scan["statements"] >= (MUCH if defined else 1) and defined.keys() <= bound:
            scripts.append(path)
    return OwnCode(tuple(dict.fromkeys(names)), frozenset(unwritten), tuple(scripts), tuple(unread))


def _is_missing(name: str, definitions: Definitions, code: OwnCode) -> bool:
    """Whether a class is not there, or is there and does nothing."""
    return all((file, own) in code.unwritten for own, file in definitions.get(name, ()))


def _earns_by_classes(outcomes: Sequence[Outcome]) -> bool:
    """Whether a class of the lab earned points: who only draws well may have a network of another shape."""
    prefixes = {row.prefix for row in CONTRACT if row.kind is not Kind.FUNCTION}
    return any(o.points > 0 and o.item.check.partition(".")[0] in prefixes for o in outcomes)


def _is_called_otherwise(outcomes: Sequence[Outcome]) -> bool:
    """Whether more checks failed on how the code is called than came to a judgement of what it computes."""
    judged = [o for o in outcomes if o.usable and o.verdict in (Verdict.PASSED, Verdict.FAILED)]
    misfits = [o for o in outcomes if not o.usable and is_misfit(o)]
    return len(misfits) > len(judged)


def is_misfit(outcome: Outcome) -> bool:
    """Whether a check failed on how the code is called, or on the kind or shape of its arrays."""
    if outcome.message is None:
        return False
    text = str(outcome.message.values.get("text", ""))
    is_misfit = outcome.message.values.get("kind") in MISFIT_ERRORS or outcome.message.id in MISFITS
    return is_misfit or any(word in text for word in SHAPE_WORDS)


def _structure(classes: Sequence[str], missing: Sequence[str], others: Sequence[str]) -> Message:
    """Say which classes are missing, and what is there instead."""
    values = {"classes": ", ".join(missing), "others": _few(others)}
    if len(missing) == len(classes):
        return Message("review_own_structure", frozen(**values))
    return Message("review_few_classes", frozen(**values))


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:MAX_NAMES], *(["..."] if len(names) > MAX_NAMES else [])])
