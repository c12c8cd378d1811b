import numpy as np
import pytest

from layers import Linear


@pytest.mark.parametrize("n", [1, 5])
def test_shapes(n):
    assert Linear(3, 2).forward(np.ones((n, 3))).shape == (n, 2)
