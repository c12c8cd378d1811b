"""A rubric that gives points for every check, and the zoo, for the tests that try it."""

from __future__ import annotations

from dataclasses import replace

from grader.audit import zoo
from grader.checks import CHECKS
from grader.model import Item, Rubric
from grader.rubric import reader, resources

ZOO = zoo.load(resources.zoo())


def whole_rubric() -> Rubric:
    """The default rubric, with the optional checks, and at least a point for each item.

    Checks of a program of any structure are for those that are not in the lab's shape, as the zoo is;
    that of a student's own tests is for those who hand some in.
    """
    default = reader.load(resources.default_rubric(), CHECKS)
    items = [replace(item, points=item.points or 1.0) for item in default.items]
    own = {check for check in CHECKS if CHECKS[check].subject not in ("program", "tests")}
    left = sorted(own - {item.check for item in items})
    items += [Item(check, 1.0, "Optional", 10.0) for check in left]
    return replace(default, items=tuple(items))


def without_training(asked: Rubric, *also: str) -> Rubric:
    """Leave out what trains a network, which takes longer than all the rest, and other groups."""
    kept = (i for i in asked.items if not _trains(i.check) and not i.check.startswith(also))
    return replace(asked, items=tuple(kept))


def _trains(check: str) -> bool:
    return check.startswith("training.") and check != "training.accuracy"


def training_alone(asked: Rubric) -> Rubric:
    """Keep what trains a network."""
    return replace(asked, items=tuple(item for item in asked.items if _trains(item.check)))


def figures_alone(asked: Rubric) -> Rubric:
    """Keep what looks at figures."""
    return replace(asked, items=tuple(i for i in asked.items if i.check.startswith("plots.")))
