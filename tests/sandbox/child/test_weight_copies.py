"""What a network had learned is known after another one took its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.program_watch import MOST_CANDIDATES, LastCalls
from grader.sandbox.child.weight_copies import MOST_ENTRIES, DataRows, WeightCopies
from tests.sandbox.child.followed import followed, frame_of

RNG = np.random.default_rng(3)
X = [RNG.uniform(size=(6, 2)) for _ in range(2)]
T = [(x[:, :1] > x[:, 1:]).astype(np.float64) for x in X]
LEARNED = [np.array([[1.0], [-1.0]]), np.array([[0.5], [2.0]])]


class Network:
    """One matrix, which a method replaces by what it learned of a data set."""

    def __init__(self) -> None:
        self.w = np.zeros((2, 1))

    def forward(self, x: Any) -> Any:
        """Return the outputs."""
        return np.asarray(x) @ self.w

    def fit(self, data: Any, labels: Any) -> None:
        """Begin anew, and learn what belongs to the data."""
        assert len(data) == len(labels)
        self.w = LEARNED[0 if data is X[0] else 1].copy()


def candidate_of(function: Callable[..., Any], path: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "file": __file__, "name": function.__name__, "line": function.__code__.co_firstlineno,
        "kind": "forward", "trainer": "", "paths": [path],
        "x": ["argument", "x"], "y": ["result", ""], **more,
    }  # fmt: skip


OF_OBJECT = [["item", 0], ["item", 0], ["attr", "w"]]
FORWARD = candidate_of(Network.forward, OF_OBJECT)


def watch_of(candidate: dict[str, Any]) -> LastCalls:
    watch = LastCalls([__file__], candidate)
    for x, t in zip(X, T, strict=True):
        watch.add_datasets((x, t))
    return watch


def has_learned(watch: LastCalls, number: int) -> bool:
    """Return whether an answer on a data set is that of the network which learned it."""
    expected = X[number] @ LEARNED[number]
    answers = [answer for answer in watch.answers() if answer["dataset"] == number]
    return any(
        np.array_equal(answer["outputs"], expected)
        and np.array_equal(answer["arrays"][0], LEARNED[number])
        for answer in answers
    )


@pytest.mark.parametrize("size", [1, 6])
def test_a_network_that_begins_anew_is_asked_as_it_was(size: int) -> None:
    """One object learns one data set after the other, as a whole or one sample at a time."""
    watch, net = watch_of(FORWARD), Network()
    with followed(watch, (Network, "forward")):
        for number in range(2):
            net.w[...] = LEARNED[number]
            for k in range(0, 6, size):
                net.forward(X[number][k : k + size])
    net.w[...] = 7.0
    for number in range(2):
        assert has_learned(watch, number)
    assert net.w[0, 0] == 7.0
    assert not any(data["lost"] for data in watch.list_datasets())


def answer_by(params: Any, x: Any) -> Any:
    return x @ params[0]


def test_a_function_that_is_given_parameters_answers_with_those_of_each_data_set() -> None:
    """One sample at a time: the calls differ by nothing but the data set of their sample."""
    candidate = candidate_of(answer_by, [["item", 0], ["item", 0], ["item", 0]])
    watch = watch_of(candidate)
    for number in range(2):
        for k in range(6):
            watch.enter(frame_of(answer_by, [LEARNED[number]], X[number][k : k + 1]))
    assert has_learned(watch, 0)
    assert has_learned(watch, 1)


def test_a_network_that_is_fitted_anew_is_asked_as_it_was_after_each_call() -> None:
    """Its samples have another name in the method that trains than in the one that gives outputs."""
    watch, net = watch_of({**FORWARD, "kind": "method", "trainer": "fit"}), Network()
    with followed(watch, (Network, "fit")):
        for x, t in zip(X, T, strict=True):
            net.fit(x, t)
    assert has_learned(watch, 0)
    assert has_learned(watch, 1)


def test_a_network_that_learned_and_tried_other_numbers_is_asked_as_it_was() -> None:
    """Of several trials on one data set the best counts, whether each has its own object or not."""
    watch, net = watch_of(FORWARD), Network()
    with followed(watch, (Network, "forward")):
        for w in (LEARNED[0], np.zeros((2, 1))):
            for k in range(20):
                net.w = w * (1 - 1e-3 * (19 - k))
                net.forward(X[0])
    assert has_learned(watch, 0)


def lost(watch: LastCalls) -> list[bool]:
    return [data["lost"] for data in watch.list_datasets()]


def test_a_data_set_whose_own_network_is_not_known_is_lost() -> None:
    """Its samples were changed before they were given, or there were too many networks."""
    watch, net = watch_of(FORWARD), Network()
    with followed(watch, (Network, "forward")):
        net.forward(X[0])
        assert lost(watch) == [False, False]
        net.forward(X[1] - 0.5)
        assert lost(watch) == [False, True]
    many = watch_of(FORWARD)
    networks = [Network() for _ in range(MOST_CANDIDATES)]
    with followed(many, (Network, "forward")):
        for one in [*networks, net]:
            one.forward(X[0])
    assert lost(many) == [True, False]


def test_a_data_set_is_lost_where_the_parameters_are_too_many_to_copy() -> None:
    """One object that learned two data sets has those of the last; an object for each keeps its own."""
    watch, net = watch_of(FORWARD), Network()
    net.w = np.zeros((2, MOST_ENTRIES))
    with followed(watch, (Network, "forward")):
        net.forward(X[0])
        assert lost(watch) == [False, False]
        net.forward(X[1])
    assert lost(watch) == [True, True]


def test_copies_from_before_the_largest_moves_are_kept() -> None:
    """The last parameters come first; parameters of another shape are another network's."""
    copies = WeightCopies()
    assert copies.all() == []
    for value in (0.0, 5.0, 5.25, 5.5, 5.75, 6.0, 9.0, 9.0):
        copies.add(np.array([value]))
    copies.add(np.zeros(2))
    assert [float(weights[0]) for weights in copies.all()] == [0.0, 9.0, 0.0, 6.0, 5.0]


def test_a_sample_is_known_by_its_data_set_in_any_layout() -> None:
    """In rows, in columns, beside ones, in single precision, or in pairs; a shuffled copy is no other data set."""
    rows = DataRows()
    assert rows.number_of(X[0]) is None
    rows.add([(X[0], T[0]), (X[0][::-1], T[0][::-1]), (X[1], T[1])])
    assert rows.number_of(X[0][::-1]) == 0
    pairs = [(x.reshape(2, 1), y) for x, y in zip(X[1], T[1], strict=True)]
    ones = np.hstack([X[1], np.ones((6, 1))])
    for given in (X[1], X[1].T, X[1][2], X[1].tolist(), X[1].astype(np.float32), ones, pairs):
        assert rows.number_of(given) == 2
    assert rows.number_of(X[1] + 1) is None
    assert rows.number_of("text") is None
