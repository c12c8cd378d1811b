"""Number nine: crossings are found to the last bit, and what parts two runs is seen."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from reference.data import generate_XOR_easy
from reference.experiments import edge, nine
from reference.experiments.batch import Array, Kind, forward, gradients, starts
from reference.experiments.result import Bench


def rngs(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def test_narrow_ends_at_neighbouring_floats() -> None:
    """A jump is found to the last bit, or to the gap that was asked for."""

    def final(rates: Array) -> Array:
        return np.where(rates < np.pi / 100, 0.0, 1.0)

    low, high = edge.narrow(final, 0.01, 0.05)
    assert low < np.pi / 100 <= high
    assert np.nextafter(low, high) == high
    low, high = edge.narrow(final, 0.01, 0.05, gap=1e-6)
    assert 0 < high - low <= 1e-6


def test_sharpness_is_that_of_the_loss() -> None:
    """The largest eigenvalue is the curvature of the loss, seen along its own direction."""
    params = starts(edge.KIND, rngs(4))
    params[1] += 0.037  # no point on the bend of a unit, where there is no curvature
    params[3] += 0.037
    wanted = np.linalg.eigvalsh(hessian(params, h=1e-6))[-1]
    assert wanted > 0
    for h in (1e-4, 1e-6):
        np.testing.assert_allclose(edge.sharpness(params, h=h), [wanted], rtol=1e-4)


def hessian(params: list[Array], h: float) -> Array:
    """The second derivatives of the loss of one network, by differences of its gradient."""
    x, t = (array[None] for array in generate_XOR_easy())
    sizes = [array.size for array in params]

    def gradient(theta: Array) -> Array:
        flat = np.split(theta, np.cumsum(sizes)[:-1])
        moved = [part.reshape(array.shape) for part, array in zip(flat, params, strict=True)]
        return np.concatenate([array.ravel() for array in gradients(moved, edge.KIND, x, t)])

    theta = np.concatenate([array.ravel() for array in params])
    rows = [gradient(theta + step) - gradient(theta - step) for step in h * np.eye(theta.size)]
    return np.array(rows) / (2 * h)


def test_mirrored_network_is_the_same() -> None:
    """Units in reverse answer the same."""
    params = starts(Kind((4, 3)), rngs(1))
    x = generate_XOR_easy()[0][None]
    one, other = (forward(p, Kind(), x)[-1] for p in (params, edge.mirror(params)))
    np.testing.assert_allclose(one, other, atol=1e-15)


def test_runs_part_at_a_bend() -> None:
    """Two rates a hair apart stay so, until a ReLU takes a point in one run and not the other."""
    away = edge.part(4, np.array([0.0086, 0.0087]), 60)
    assert away.bend > 0
    assert away.leap[1] > away.leap[0]
    same = edge.part(4, np.array([0.01, 0.01]), 30)
    assert same.bend == -1
    assert same.distances.max() == 0.0


def test_held() -> None:
    """Two arithmetic agree from afar down to the first distance at which they differ."""
    ours = np.ones((2, len(edge.AWAY)), dtype=bool)
    theirs = ours.copy()
    theirs[1, 3] = False
    assert edge.held(ours, theirs) == edge.AWAY[2]
    assert edge.held(ours, ~ours) == np.inf


def test_crossing_is_told(tmp_path: Path) -> None:
    """Where a scan has a fall, the experiment narrows it down and says how the two runs part."""
    measured = nine.edge_of_stability(Bench(tmp_path, seeds=2, haste=166)).measured
    assert re.search(
        r"seed \d ends with a loss of \S+ at lr \S+ and of \S+ at the next float", measured
    )
    assert "(long double)" in measured
