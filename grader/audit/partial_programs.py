"""Programs made of right and empty parts, and the most that each may earn.

A program is a choice for each part, so the table of parts makes as many programs as anybody needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from textwrap import indent

import numpy as np

from grader.audit.parts import EMPTY, PARTS, RIGHT
from grader.contract import CONTRACT, NETWORK_CLASSES
from grader.model import MAX_PERCENT_FOR_NOTHING

Choice = Mapping[str, str]
"""Part -> ``right`` or a way of being empty; a part that is not named is right."""

NETWORK = ("TLNN.__init__", "TLNN.forward", "TLNN.cal_loss", "TLNN.backward")
TRAINING_CHECKS = ("training.lockstep", "training.linear", "training.xor", "training.init")
"""Checks of several parts together: they earn points only if the network and its layers are right."""
PART_CHECKS = frozenset(TRAINING_CHECKS).union(*(part.checks for part in PARTS.values()))
FIGURES = ("show_result", "show_learning_curve")
RIGHT_PARTS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "loop": NETWORK,
    "train_plots": ("train", "accuracy", *FIGURES),
    "loop_train_plots": (*NETWORK, "train", "accuracy", *FIGURES),
}
"""The parts that are right beside empty layers and losses."""

FILES = {
    file: tuple(row.name for row in CONTRACT if row.file == file and not row.optional)
    for file in ("layers.py", "losses.py")
}


@dataclass(frozen=True, slots=True)
class PartialProgram:
    """A program that an audit tries: its name, what it is, its parts, and the part repaired last."""

    name: str
    description: str
    choice: Choice
    repaired_part: str = ""


def all_empty(kind: str) -> dict[str, str]:
    """Return the choice in which every part is empty in one way."""
    return dict.fromkeys(PARTS, kind)


def program(choice: Choice) -> dict[str, bytes]:
    """Return the files of a program."""

    def source(name: str) -> str:
        return PARTS[name].code(choice.get(name, RIGHT))

    def class_(name: str) -> str:
        methods = "".join(source(method) for method in PARTS if method.startswith(f"{name}."))
        return f"\n\nclass {name}:\n" + indent(methods, "    ")

    texts = {file: "".join(map(class_, names)) for file, names in FILES.items()}
    imports = "from layers import Linear, Sigmoid\nfrom losses import MSE\n"
    texts["network.py"] = imports + class_("TLNN")
    texts["training.py"] = source("train") + source("accuracy")
    texts["plots.py"] = "import matplotlib.pyplot as plt\n" + "".join(map(source, FIGURES))
    return {file: f"import numpy as np\n{text}".encode() for file, text in texts.items()}


def right_parts(choice: Choice) -> set[str]:
    """Return the parts that are right."""
    return {part for part in PARTS if choice.get(part, RIGHT) == RIGHT}


def max_points(
    choice: Choice,
    points: Mapping[str, float],
    percent_for_nothing: float = MAX_PERCENT_FOR_NOTHING,
) -> float:
    """Return the largest score that a program may get, by the points of each check.

    If no part is right that gives points, it is a percentage of all points; else it is the points
    of the checks of its right parts, and of checks that look at no part, such as imports.
    """
    right = right_parts(choice)
    checks = {check for part in right for check in PARTS[part].checks}
    right_classes = [
        right.issuperset(part for part in PARTS if part.startswith(f"{name}."))
        for name in NETWORK_CLASSES
    ]
    # One wrong class is replaced by a correct one while the network is trained.
    if right.issuperset(NETWORK) and sum(right_classes) >= len(NETWORK_CLASSES) - 1:
        checks |= set(TRAINING_CHECKS)
    own_points = sum(points.get(check, 0.0) for check in checks)
    if not own_points:
        return percent_for_nothing / 100.0 * sum(points.values())
    return own_points + sum(p for check, p in points.items() if check not in PART_CHECKS)


def programs() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield empty and half-empty programs by name: some ninety."""
    for kind in EMPTY:
        for name, parts in RIGHT_PARTS.items():
            yield f"{kind}_{name}", _with_right(kind, parts)
        for method in ("forward", "backward"):
            yield f"{kind}_but_{method}", _with_right(kind, _parts(f".{method}"))
        for name in (name for names in FILES.values() for name in names):
            yield f"{kind}_but_{name}", _with_right(kind, _parts(f"{name}."))
        yield f"{kind}_network_around_right_layers", dict.fromkeys((*NETWORK, "train"), kind)
        yield f"{kind}_training_alone", {"train": kind, "accuracy": kind}
    rng = np.random.default_rng(0)
    for k in range(7):
        yield f"mixed_{k}", {part: str(rng.choice(list(EMPTY))) for part in PARTS}


def _parts(text: str) -> list[str]:
    return [part for part in PARTS if text in part]


def _with_right(kind: str, parts: Iterable[str]) -> dict[str, str]:
    return all_empty(kind) | dict.fromkeys(parts, RIGHT)


def chain(
    rng: np.random.Generator, parts: Collection[str] = tuple(PARTS)
) -> Iterator[tuple[dict[str, str], str]]:
    """Repair these parts of an empty program one by one in a random order.

    Yield the program before the first repair and after each, with the part that was repaired.
    """
    choice = {part: str(rng.choice(list(EMPTY))) for part in PARTS}
    yield dict(choice), ""
    for part in map(str, rng.permutation(list(parts))):
        choice[part] = RIGHT
        yield dict(choice), part


def empties() -> list[PartialProgram]:
    """Return the programs that are empty in one way alone, and those with a right rest."""
    descriptions = {
        "nothing": "Every part {}.",
        "loop_train_plots": "Each layer and each loss {}; the rest is right.",
    }
    return [
        PartialProgram(
            f"{kind}_{right}", text.format(effect), _with_right(kind, RIGHT_PARTS[right])
        )
        for kind, effect in EMPTY.items()
        for right, text in descriptions.items()
    ]


CHAINS, REPAIRS = 3, 4
"""An audit tries so many chains of so many repairs: with the empty programs, some thirty programs."""


def chains(seed: int, checks: Collection[str]) -> list[list[PartialProgram]]:
    """Return a few short chains of repairs; the first starts with nothing, the last ends with all.

    Parameters
    ----------
    seed
        Decides in which way parts are empty, and the order of the repairs.
    checks
        The ids of the checks that give points; only parts that matter to them are repaired.
    """
    has_training = not set(TRAINING_CHECKS).isdisjoint(checks)
    parts = [
        part
        for part, source in PARTS.items()
        if not set(source.checks).isdisjoint(checks)
        or (has_training and part.partition(".")[0] in (*NETWORK_CLASSES, "TLNN"))
    ]
    skip_count = max(len(parts) - REPAIRS, 0)
    programs_by_chain = []
    for k in range(CHAINS if parts else 0):
        first = skip_count * k // (CHAINS - 1)
        steps = islice(chain(np.random.default_rng([seed, k]), parts), first, first + REPAIRS + 1)
        programs_by_chain.append(
            [
                PartialProgram(
                    f"chain_{k + 1}_{n}",
                    f"Right parts: {len(right_parts(choice))} of {len(PARTS)}.",
                    choice,
                    part if n else "",
                )
                for n, (choice, part) in enumerate(steps)
            ]
        )
    return programs_by_chain
