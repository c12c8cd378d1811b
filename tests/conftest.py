"""What all tests share: results that one run computes once."""

from __future__ import annotations

import os

import pytest

from tests.shared_results import SharedResults


@pytest.fixture(scope="session")
def shared_results(tmp_path_factory: pytest.TempPathFactory) -> SharedResults:
    """Results that the processes of this run compute once and share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of one process; the parent is the run's
    return SharedResults(folder)
