"""Runs of a student's own test file, each in a child of its own, on layers that run in another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.contract import FILES
from grader.model import NOTHING
from grader.remote.lab import Lab
from grader.remote.layer_server import LayerServer
from grader.remote.script import failure_of
from grader.sandbox.host import ChildGone

TEST_FILE = "test_gradients.py"
"""The file in which a student writes tests of gradients."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """What came of one run.

    Parameters
    ----------
    raised
        Label of each test -> what it raised; empty where it passed.
    used
        Label of each test -> the classes that it used.
    gone
        How the child ended where it did not come to the end of the file.
    """

    __test__ = False

    raised: Mapping[str, str] = NOTHING
    used: Mapping[str, Sequence[str]] = NOTHING
    gone: ChildGone | None = None

    @property
    def passed(self) -> frozenset[str]:
        """The tests that passed."""
        return frozenset(label for label, text in self.raised.items() if not text)

    @property
    def failed(self) -> frozenset[str]:
        """The tests that raised."""
        return frozenset(self.raised) - self.passed


def find_test_file(sources: Mapping[str, bytes]) -> str | None:
    """Return the path of the student's own tests, the one nearest to the top; None without one."""
    paths = [path for path in sources if path.rpartition("/")[2] == TEST_FILE]
    return min(paths, key=lambda path: (path.count("/"), path), default=None)


@dataclass(frozen=True, slots=True)
class TestRunner:
    """Runs a test file.

    Parameters
    ----------
    lab, path
        The check's view of the submission; its test file.
    server
        Computes what the layers do.
    objects
        Those on which ``gradient_check`` is called: class, arguments and ``x`` each.
    """

    __test__ = False

    lab: Lab
    path: str
    server: LayerServer
    objects: Sequence[Sequence[Any]]

    def run(self, texts: Mapping[str, str], seconds: float, only: Collection[str] = ()) -> TestRun:
        """Run the tests, or ``only`` some, in a new child on the classes that some texts define.

        The run ends after ``seconds``.

        Raises
        ------
        Failure
            If the file cannot be imported.
        """
        self.server.load(texts)
        connection = self.lab.connection.asking(self.server.respond)
        try:
            connection.prepare()
            with self.lab.clock.charge(seconds) as charged_seconds:
                [answer] = connection.exchange([self._instruction(texts, only)], charged_seconds)
        except ChildGone as gone:
            return TestRun(gone=gone)
        finally:
            connection.close()
        if answer is None or "error" in answer:
            raise failure_of((answer or {}).get("error", {}), self.path)
        rows = answer["value"]
        raised = {label: text for label, text, _ in rows}
        return TestRun(raised, {label: names for label, _, names in rows})

    def _instruction(self, texts: Mapping[str, str], only: Collection[str]) -> list[Any]:
        files = {name: FILES.get(name, "layers.py") for name in texts}
        definitions = self.lab.import_result.definitions
        places = {name: definitions.get(name, ()) for name in texts}
        seed = self.lab.child_seed("tests")
        objects = list(self.objects)
        return ["run_tests", "_", self.path, files, places, objects, sorted(only), seed]
