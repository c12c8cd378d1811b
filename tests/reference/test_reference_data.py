"""The two data sets are those that the lab describes."""

from __future__ import annotations

import numpy as np
import pytest

from reference.data import generate_linear, generate_XOR_easy


@pytest.mark.parametrize("n", [100, 1, 37])
def test_linear(n: int) -> None:
    """generate_linear returns n points of the unit square, 1 where x1 > x0."""
    x, y = generate_linear(n)
    assert x.shape == (n, 2)
    assert y.shape == (n, 1)
    assert np.all((x >= 0) & (x < 1))
    assert [float(b > a) for a, b in x] == y.ravel().tolist()


def test_linear_is_random() -> None:
    """generate_linear follows from its generator, and differs without one."""
    x, y = generate_linear()
    assert not np.array_equal(x, generate_linear()[0])
    assert 0 < y.mean() < 1
    first, second = (generate_linear(rng=np.random.default_rng(0))[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_xor() -> None:
    """generate_XOR_easy returns the 21 points of two diagonals, the centre once, as 0."""
    x, y = generate_XOR_easy()
    assert x.shape == (21, 2)
    assert y.shape == (21, 1)
    points = {(*map(int, np.round(10 * p)), int(label)) for p, label in zip(x, y.flat, strict=True)}
    rising = {(i, i, 0) for i in range(11)}
    falling = {(i, 10 - i, 1) for i in range(11) if i != 5}
    assert points == rising | falling
    # 0.1 i and 1 - 0.1 i round once or twice near 1: 2e-16 each.
    np.testing.assert_allclose(10 * x, np.round(10 * x), rtol=0, atol=4e-15)


def test_xor_is_new_each_time() -> None:
    """Two calls share no memory: one caller's changes do not reach another."""
    first, second = generate_XOR_easy(), generate_XOR_easy()
    assert not any(np.shares_memory(a, b) for a, b in zip(first, second, strict=True))
