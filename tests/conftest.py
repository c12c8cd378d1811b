"""What all tests share: results that one run computes once, and no submission of another test."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pytest

from grader.sandbox.child.importer import Library
from tests.shared_results import SharedResults

ABOUT_REPAIRS = re.compile("repair|attack|mutant|page|annotation|feedback|readme")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave properties out of the measure of coverage: they run the same lines a hundred times."""
    for item in items:
        if isinstance(item, pytest.Function) and getattr(item.obj, "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def shared_results(tmp_path_factory: pytest.TempPathFactory) -> SharedResults:
    """Results that the processes of this run compute once and share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of one process; the parent is the run's
    return SharedResults(folder)


@pytest.fixture(autouse=True)
def _tracer_stays() -> Iterator[None]:
    """Fail a test that takes the tracer away: nothing that runs after it would count as covered."""
    is_traced = sys.gettrace() is not None
    yield
    assert (sys.gettrace() is not None) == is_traced, (
        "a tracer of this test is left, or took another's place"
    )


@pytest.fixture(autouse=True)
def _no_submission_stays() -> Iterator[None]:
    """Fail a test that leaves a submission importable: the next one would import that in its own's place."""
    yield
    left = [finder for finder in sys.meta_path if isinstance(finder, Library)]
    for library in left:
        library.remove()
    for name in [name for name in sys.modules if name.partition(".")[0] == "handed_in"]:
        del sys.modules[name]
    assert not left, "a connection of this test was not closed"


@pytest.fixture(autouse=True)
def _repairs_where_they_are_the_subject(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Search no repairs but where a test or its module is about them: up to three seconds a submission."""
    if not ABOUT_REPAIRS.search(request.node.nodeid):
        monkeypatch.setattr("grader.pipeline.repairs.RepairSearch.run", lambda _: {})
