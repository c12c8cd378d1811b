"""Check of a student's own tests: they must pass with right layers and fail with wrong ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from grader.checks.base import check
from grader.model import Failure, Message, Outcome, Part, frozen
from grader.observation import planted_mistakes
from grader.observation.planted_mistakes import MISTAKES, PlantedMistake
from grader.remote import Lab, floats
from grader.remote.layer_server import LayerServer
from grader.remote.test_runs import TEST_FILE, TestRun, TestRunner, find_test_file

RUN_SHARE = 0.2
"""The share of the item's seconds that a run on a wrong layer may take: some never end there."""

MAX_LATE = 3
"""After so many runs without an end no other wrong layer is tried."""

CHECKED: dict[str, list[int]] = {"Linear": [3, 2], "Sigmoid": [], "ReLU": []}
"""The layers on which ``gradient_check`` is called, and what their constructors take."""

MAX_NAMES = 5
"""So many tests that do not count are named."""


@check("tests.gradient_check", subject="tests", stage="tests")
def gradient_check(lab: Lab) -> Outcome:
    """Your own tests in test_gradients.py tell right layers from wrong ones.

    Write functions test_... with plain asserts, or a function gradient_check(layer, x) that returns
    whether the layer is right. They are run on right layers, which they must spare, and on layers
    with one mistake each, which they must notice.
    """
    path = find_test_file(lab.connection.sources)
    if path is None:
        raise Failure("tests_missing", file=TEST_FILE, usable=False)
    server = LayerServer(lab.connection.open_empty)
    runner = TestRunner(lab, path, server, _objects(lab))
    try:
        return _try_tests(lab, runner)
    finally:
        server.close()


def _try_tests(lab: Lab, runner: TestRunner) -> Outcome:
    """Run the tests on right layers, then on each mistake; those that blame the right ones do not count."""
    rights = _run_on_right_layers(runner)
    if not rights[0].raised:
        raise Failure("tests_empty", file=runner.path)
    sparing = frozenset.intersection(*(run.passed for run in rights))
    if not sparing:
        raise _blame(rights)
    search = _Search(runner, RUN_SHARE * lab.item.seconds)
    for place in map(int, lab.rng().permutation(len(MISTAKES))):
        mistake = MISTAKES[place]
        search.notice(mistake, {t for t in sparing if mistake.subject in rights[0].used[t]})
    parts = [_part(mistake, search.noticing(mistake)) for mistake in MISTAKES]
    left = [test for test in rights[0].raised if test not in sparing or test in search.unsteady]
    return lab.outcome(parts, remarks=tuple(_remarks(left, search.late)))


def _run_on_right_layers(runner: TestRunner) -> list[TestRun]:
    """Run all tests on right layers, on some twice; raises ``ChildGone`` where a run has no end."""
    right, other = planted_mistakes.right_classes(), planted_mistakes.other_right_classes()
    runs = []
    for texts in (right, other, right):
        run = runner.run(texts, runner.lab.item.seconds)
        if run.gone is not None:
            raise run.gone
        runs.append(run)
    return runs


def _blame(rights: Sequence[TestRun]) -> Failure:
    """Make the failure that says what one test raised with right layers."""
    test, text = next((test, text) for run in rights for test, text in run.raised.items() if text)
    return Failure("tests_blame_right", test=test, text=text)


class _Search:
    """The search for a test that notices each mistake.

    Attributes
    ----------
    unsteady
        The tests that failed in one run and not in the next, or with right layers: they count nowhere.
    late
        How many runs did not come to an end.
    """

    def __init__(self, runner: TestRunner, seconds: float) -> None:
        self._runner, self._seconds = runner, seconds
        self._noticing: dict[str, frozenset[str]] = {}
        self.unsteady: set[str] = set()
        self.late = 0

    def notice(self, mistake: PlantedMistake, tests: AbstractSet[str]) -> None:
        """Run tests that use a class with a mistake in it; those that fail, on right layers and once more.

        What fails by chance, or by the time of day, fails with right layers as well.
        """
        texts = planted_mistakes.with_mistake(mistake)
        first = self._failed(texts, tests - self.unsteady)
        blaming = self._failed(planted_mistakes.right_classes(), first)
        again = self._failed(texts, first - blaming)
        self._noticing[mistake.slug] = first & again
        self.unsteady |= first - again

    def noticing(self, mistake: PlantedMistake) -> frozenset[str]:
        """Return the tests that notice a mistake, and not by chance."""
        return self._noticing[mistake.slug] - self.unsteady

    def _failed(self, texts: Mapping[str, str], tests: AbstractSet[str]) -> frozenset[str]:
        if not tests or self.late >= MAX_LATE:
            return frozenset()
        run = self._runner.run(texts, self._seconds, tests)
        self.late += run.gone is not None
        return run.failed


def _remarks(left: Sequence[str], late: int) -> Iterator[Message]:
    if left:
        yield Message("tests_not_counted", frozen(tests=", ".join(left[:MAX_NAMES])))
    if late:
        yield Message("tests_without_end", frozen(count=late))


def _objects(lab: Lab) -> Sequence[Sequence[Any]]:
    """Return the layers on which ``gradient_check`` is called, and an input of each."""
    rng = lab.rng("gradient_check")
    return [[name, args, floats(rng, 5, 3)] for name, args in CHECKED.items()]


def _part(mistake: PlantedMistake, noticing: AbstractSet[str]) -> Part:
    name = f"{mistake.subject}: {mistake.what}"
    if noticing:
        return Part(name)
    return Part(name, Failure("mistake_got_away", who=mistake.subject, what=mistake.what))
