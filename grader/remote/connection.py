"""A connection to a child that has the submission imported in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from grader.contract import NOT_WRITTEN, Row, rows_with
from grader.errors import OurFault
from grader.model import Rubric, Submission
from grader.remote.clock import Clock
from grader.remote.seeds import derive_seed
from grader.remote.submission_import import (
    FileRecords,
    ImportResult,
    SubmissionImport,
    child_seed,
)
from grader.sandbox.host import (
    CONTRACT,
    PLAIN,
    Answer,
    ChildGone,
    LocalWire,
    ProcessWire,
    Respond,
    Sandbox,
    Wire,
)

DRAWING_WORDS = (b"matplotlib", b"pylab", b"mpl_toolkits", b"PIL", b"contourpy")
"""A source that imports a module that draws has one of these words in it, unless it puts the name together."""


def may_draw(submission: Submission) -> bool:
    """Return whether a submission may need a module that draws, or decodes pictures."""
    texts = submission.files.values()
    return bool(submission.images) or any(word in text for text in texts for word in DRAWING_WORDS)


class Connection:
    """Starts a child when it is needed, imports the submission there, and sends programs to it.

    Parameters
    ----------
    sandbox
        Where children come from.
    submission, rubric
        What is imported, and the names and limits that hold.
    seed
        The child's random generators are seeded with a number that follows from it.
    sound_layers
        Classes of the contract whose methods are replaced by right ones, because the student's
        own were judged wrong already.
    files
        What is known of the submission's files; the connections of one submission share it.
    kind
        What its children are for: ``contract``, or ``figures``, which may read fonts.
    clock
        How long the student's code may still run; the connections of one submission share it.
    """

    def __init__(  # noqa: PLR0913 - all that one connection depends on
        self,
        sandbox: Sandbox,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sound_layers: Sequence[str] = (),
        files: FileRecords | None = None,
        *,
        kind: str = "contract",
        clock: Clock | None = None,
    ) -> None:
        self._sandbox, self._submission, self._rubric = sandbox, submission, rubric
        self._kind, self._seed = kind, seed
        self._files = FileRecords() if files is None else files
        self._clock = clock or Clock(rubric.limits.total_seconds)
        self._import = SubmissionImport(
            submission,
            rubric,
            child_seed(seed, kind, sound_layers),
            tuple(sound_layers),
            self._files,
            self._clock,
        )
        self._wire: Wire | None = None
        self._import_result: ImportResult | None = None
        self._scripts = 0
        self._respond: Respond | None = None

    def asking(self, respond: Respond) -> Connection:
        """Return a connection to a child of its own, which may ask while it runs a program.

        The submission's files are there, and none of them is imported yet. All such children are
        alike: their random generators begin with the same number.
        """
        seed = derive_seed(self._seed, "asking")
        other = Connection(
            self._sandbox, self._submission, self._rubric, seed, (), self._files,
            kind=self._kind, clock=self._clock,
        )  # fmt: skip
        other._respond = respond
        return other

    def open_empty(self) -> Wire:
        """Start a child that has nothing of the submission in it."""
        return self._sandbox.open(PLAIN)

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
    def rows(self) -> Mapping[str, Row]:
        """The rows of the contract by name, those of the rubric's plug-ins among them."""
        return rows_with(self._rubric.plugins)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that the rubric allows."""
        return self._rubric.packages

    @property
    def roles(self) -> Mapping[str, str]:
        """What the rubric says plays a role in the submissions."""
        return self._rubric.roles

    def names(self, name: str) -> tuple[str, ...]:
        """Return a name of the contract, and the others under which the rubric accepts it."""
        return (name, *self._rubric.names.get(name, ()))

    def next_prefix(self) -> str:
        """Return a prefix of register names that was not used before."""
        self._scripts += 1
        return f"s{self._scripts}"

    @property
    def is_open(self) -> bool:
        """Whether there is a child now."""
        return self._wire is not None

    @property
    def is_imported(self) -> bool:
        """Whether the submission was imported already."""
        return self._import_result is not None

    @property
    def import_result(self) -> ImportResult:
        """What importing the submission found; the first use imports it, and raises as ``exchange``."""
        if self._import_result is None:
            self._open()
        return cast("ImportResult", self._import_result)

    @property
    def import_errors(self) -> list[dict[str, Any]]:
        """The files that raised when they were imported, each once; empty before any import."""
        errors = {} if self._import_result is None else self._import_result.errors
        return [
            {
                "file": path,
                "kind": error["type"],
                "line": error["line"],
                "text": error.get("text", ""),
                "stopped": error.get("stopped", error["line"]),
            }
            for path, error in errors.items()
            if error.get("file") == path and "line" in error and error["type"] != NOT_WRITTEN
        ]

    @property
    def definitions(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """What the submission defines (see ``ImportResult``); empty before any import."""
        return {} if self._import_result is None else self._import_result.definitions

    @property
    def left_out(self) -> Mapping[str, int]:
        """Where files train when they are imported (see ``ImportResult``); empty before any import."""
        return {} if self._import_result is None else self._import_result.left_out

    def has_own_scale(self, name: str) -> bool:
        """Whether a constant factor is a convention for a class of the contract: it is not the lab's.

        That is so where the class is in a manner or has a name of its own, unless the rubric asks for
        the contract and nothing else.
        """
        if self._rubric.interface == "contract":
            return False
        places = self.definitions.get(name, ())
        return name in self.import_result.recognition.roles or bool(places and places[0][0] != name)

    @property
    def other_names(self) -> tuple[str, ...]:
        """What looks like a network's code (see ``ImportResult``); empty before any import."""
        return () if self._import_result is None else self._import_result.other_names

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
            with self._clock.charge(seconds) as charged_seconds:
                return wire.exchange(lines, charged_seconds)
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
        # Each round loses at most one file, which is then replaced by a stub, so this ends.
        while True:
            self._clock.require()
            is_plain = self._kind == CONTRACT and not may_draw(self._submission)
            wire = self._sandbox.open(PLAIN if is_plain else self._kind)
            try:
                if self._respond is not None:
                    return self._open_asking(wire, self._respond)
                import_result = self._import.run(wire)
            except BaseException:
                wire.close()
                raise
            if import_result is not None:
                self._import_result, self._wire = import_result, wire
                return wire
            wire.close()

    def _open_asking(self, wire: Wire, respond: Respond) -> Wire:
        """Send the files alone, which the connection before has scanned already."""
        self._import.load(wire)
        if isinstance(wire, LocalWire | ProcessWire):
            wire.respond = respond
        self._wire = wire
        return wire
