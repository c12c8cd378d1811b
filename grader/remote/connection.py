"""A child with the submission imported in it, and what importing it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from grader.contract import FILES, NOT_WRITTEN
from grader.errors import OurFault
from grader.model import NOTHING, Rubric, Submission
from grader.remote import sound_layers
from grader.remote.clock import Clock, OutOfTime
from grader.remote.seeds import CHILD_BITS, derived
from grader.sandbox.host import Answer, ChildGone, Ending, Sandbox, Wire

PATIENCE = 0.8
"""The share of the time for imports after which a file is interrupted: the rest is for what is left
to do until the deadline, at which its process ends."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a submission came to.

    Parameters
    ----------
    errors
        Path -> what its import met (``type``, ``text``, ``line``; type ``Late`` or ``Died``
        where the child did not survive it).
    imports
        Path -> the imports that stand in it (``module``, ``line``).
    found
        Name of the contract -> ``[name, file]`` of all that the submission defines for it,
        the one that is used first.
    strangers
        What else looks like a network's code, under names that the contract does not know.
    texts
        Name -> notebook and number of the text cell in which a class or function stands.
    replaced
        Definitions that a later one of the same file replaces by nothing: ``who``, ``file``,
        ``line`` and the ``earlier`` line.
    """

    errors: Mapping[str, Mapping[str, Any]]
    imports: Mapping[str, Sequence[Mapping[str, Any]]]
    found: Mapping[str, Sequence[Sequence[str]]]
    strangers: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, int]] = NOTHING
    replaced: Sequence[Mapping[str, Any]] = ()


class Room:
    """Keeps a child with the submission imported in it; a new one follows one that is gone.

    Parameters
    ----------
    sandbox
        Where children come from.
    submission, rubric
        What is imported, and the names and limits that hold.
    seed
        A number that follows from it reseeds the child's random generators at the start.
    standins
        Classes of the contract that minimal sound ones replace, because the student's
        own were judged wrong already.
    fatal
        Path -> the import error of a module that no child survived; rooms of one submission
        share it, so that each such module is waited for once.
    kind
        What its children are for: ``contract``, or ``figures``, which may read fonts.
    clock
        How long the student's code may still run; rooms of one submission share it.
    """

    def __init__(  # noqa: PLR0913 - all that one room depends on
        self,
        sandbox: Sandbox,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        standins: Sequence[str] = (),
        fatal: dict[str, Mapping[str, Any]] | None = None,
        *,
        kind: str = "contract",
        clock: Clock | None = None,
    ) -> None:
        self._sandbox, self._submission = sandbox, submission
        self._rubric, self._seed = rubric, seed
        self.standins = tuple(standins)
        self._kind = kind
        self._wire: Wire | None = None
        self._fatal = {} if fatal is None else fatal
        self._imported: Imported | None = None
        self._scripts = 0
        self._clock = clock or Clock(rubric.limits.total_seconds)

    @property
    def paths(self) -> tuple[str, ...]:
        """The submission's files."""
        return tuple(self._submission.files)

    @property
    def sources(self) -> Mapping[str, bytes]:
        """The submission's source files by path."""
        return self._submission.files

    @property
    def images(self) -> Mapping[str, bytes]:
        """The pictures that came with the submission, by path."""
        return self._submission.images

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that the rubric allows."""
        return self._rubric.packages

    def names(self, name: str) -> tuple[str, ...]:
        """A name of the contract, and the others under which the rubric accepts it."""
        return (name, *self._rubric.names.get(name, ()))

    def next_prefix(self) -> str:
        """Return a prefix of register names that was not used before."""
        self._scripts += 1
        return f"s{self._scripts}"

    @property
    def imported(self) -> Imported:
        """What importing came to; imports now where that has not happened yet."""
        if self._imported is None:
            self._open()
        return cast("Imported", self._imported)

    @property
    def is_open(self) -> bool:
        """Whether a child lives here."""
        return self._wire is not None

    @property
    def troubles(self) -> list[dict[str, Any]]:
        """The files that raised when they were imported, each once, if any import happened."""
        errors = {} if self._imported is None else self._imported.errors
        return [
            {
                "file": path,
                "kind": e["type"],
                "line": e["line"],
                "text": e.get("text", ""),
                "stopped": e.get("stopped", e["line"]),
            }
            for path, e in errors.items()
            if e.get("file") == path and "line" in e and e["type"] != NOT_WRITTEN
        ]

    @property
    def found(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """What the submission defines (see ``Imported``), as far as it was imported."""
        return {} if self._imported is None else self._imported.found

    def exchange(self, lines: Sequence[Sequence[Any]], seconds: float) -> list[Answer]:
        """Run a program in the child.

        Raises
        ------
        ChildGone
            If the child did not answer within ``seconds``, or died; the next call gets a new one.
        OutOfTime
            If the submission used up its time, before or while it was asked.
        """
        wire = self._wire or self._open()
        try:
            with self._clock.charged(seconds) as capped:
                return wire.exchange(lines, capped)
        except (ChildGone, OurFault):
            self.close()
            raise

    def prepare(self) -> None:
        """Have a child with the submission imported in it; raises as ``exchange`` does."""
        if self._wire is None:
            self._open()

    def close(self) -> None:
        """End the child; the next exchange gets a new one."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None

    def _open(self) -> Wire:
        while True:
            self._clock.require()
            wire = self._sandbox.open(self._kind)
            try:
                bad = self._import_all(wire)
            except BaseException:
                wire.close()
                raise
            if bad is None:
                self._wire = wire
                return wire

    def _import_all(self, wire: Wire) -> str | None:
        """Import every module; return the path of one that the child did not survive, if any.

        Raises
        ------
        ChildGone
            If the child did not even survive it that the files were read and searched for names,
            or the submission used up its time (``OutOfTime``).
        """
        files = dict(self._submission.files)
        at = ""
        try:
            scanned = self._load(wire, files)
            errors = dict(self._fatal)
            for at in modules_of(files):
                if at not in self._fatal or "line" in self._fatal[at]:
                    answer = self._ask(wire, [["import", "_", at, self._patience]])[0]
                    if answer:
                        error: Mapping[str, Any] = answer["error"]
                        errors[at] = self._fatal.get(str(error.get("file")), error)
                        self._remember(at, errors[at])
            at = ""
            found, strangers, replaced = self._bind(wire)
        except OutOfTime:
            raise
        except ChildGone as gone:
            if not at:
                raise
            kind = "Late" if gone.ending is Ending.LATE else "Died"
            self._fatal[at] = {"type": kind, "text": "", "file": at}
            return at
        self._imported = Imported(
            errors, scanned, found, strangers, _texts(self._submission), replaced
        )
        return None

    def _ask(self, wire: Wire, lines: Sequence[Sequence[Any]]) -> list[Answer]:
        with self._clock.charged(self._rubric.limits.import_seconds) as capped:
            return wire.exchange(lines, capped)

    def _load(self, wire: Wire, files: dict[str, bytes]) -> dict[str, Sequence[Mapping[str, Any]]]:
        lines: list[list[Any]] = [
            ["load", "_", files | self._stubs(), self._submission.name],
            [
                "seed",
                "_",
                derived(self._seed, "child", self._kind, *self.standins, bits=CHILD_BITS),
            ],
        ]
        sources = [path for path in sorted(files) if path.endswith(".py")]
        lines += [["scan", "_", files[path]] for path in sources]
        answers = self._ask(wire, lines)
        return {
            path: answer["value"]
            for path, answer in zip(sources, answers[2:], strict=True)
            if answer and "value" in answer
        }

    @property
    def _patience(self) -> float:
        """The seconds after which a file's import is interrupted, so that the child lives on."""
        return PATIENCE * self._rubric.limits.import_seconds

    def _remember(self, path: str, error: Mapping[str, Any]) -> None:
        """Keep where a file was interrupted: no other room waits for it again."""
        if error["type"] == "Late" and error.get("file") == path and "line" in error:
            self._fatal[path] = error

    def _stubs(self) -> dict[str, bytes]:
        """What stands in the place of fatal modules, for those that import them."""
        return {path: self._stub(path, error) for path, error in self._fatal.items()}

    def _stub(self, path: str, error: Mapping[str, Any]) -> bytes:
        """What stands above the statement that did not end, if that is known; then a complaint."""
        lines = self._submission.files[path].splitlines(keepends=True) if "line" in error else []
        above = b"".join(lines[: error.get("line", 1) - 1])
        said = {"Late": "did not finish running", "Died": "ended the whole program"}
        return above + f"raise ImportError({path + ' ' + said[error['type']]!r})\n".encode()

    def _bind(
        self, wire: Wire
    ) -> tuple[Mapping[str, Sequence[Sequence[str]]], tuple[str, ...], Sequence[Mapping[str, Any]]]:
        also = self._rubric.names
        names = {name: list(also.get(name, ())) for name in {**FILES, **also}}
        lines: list[list[Any]] = [
            ["bind", "_", names, FILES],
            ["strangers", "_"],
            ["replaced", "_", list(FILES)],
            ["stand_in", "_", {name: sound_layers.source(name) for name in self.standins}],
        ]
        bound, strangers, replaced, _ = (answer or {} for answer in self._ask(wire, lines))
        found = cast("Mapping[str, Sequence[Sequence[str]]]", bound.get("value", {}))
        names_of_others = tuple(str(name) for name in strangers.get("value", ()))
        return found, names_of_others, replaced.get("value", ())


def _texts(submission: Submission) -> Mapping[str, tuple[str, int]]:
    """Where a class or function stands in a text cell of a notebook, by its name."""
    return {
        refused.reason.values["what"].partition(" ")[2]: (
            refused.path,
            refused.reason.values["cell"],
        )
        for refused in submission.refused
        if refused.reason.id == "refused_text_cell"
    }


def modules_of(files: Mapping[str, bytes]) -> list[str]:
    """The files that are imported to find classes: no tests, no ``main.py`` beside others."""
    sources = [path for path in sorted(files) if path.endswith(".py")]
    chosen = [path for path in sources if not is_aside(path)]
    return chosen or [path for path in sources if path.rpartition("/")[2] == "main.py"]


def is_aside(path: str) -> bool:
    """Whether a file is run, tests the lab or plays with it, and holds no part of it."""
    folder, _, name = path.rpartition("/")
    return (
        name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "main.py", "__main__.py", "experiments.py", "setup.py")
        or "experiments" in folder.split("/")
    )
