"""Importing a submission in a child: file by file, so that one bad file does not hide the others."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model import NOTHING, Rubric, Submission
from grader.recognition import Recognition
from grader.remote import binding
from grader.remote.clock import Clock, OutOfTime
from grader.remote.seeds import CHILD_BITS, derive_seed
from grader.sandbox.host import Answer, ChildGone, Ending, Wire

LIMIT_ERRORS = ("RecursionError", "MemoryError")
"""Errors of a scan after which a file may be imported all the same: a submission can raise the limit."""

INTERRUPT_SHARE = 0.8
"""The share of the time for imports after which a file is interrupted and its child goes on; the rest
is for what the child still has to do before the deadline, at which its process is killed."""

TRIAL_SHARE = 0.4
"""The share of the time for imports that a frame may take which tries candidates for a role: what takes
longer, such as an object that trains while it is made, is none."""

ImportTrouble = Mapping[str, Any]
"""What the import of a file raised: ``type``, ``text``, ``file``, ``line``. Type ``Late`` has a line
where the child itself interrupted the file; ``Late`` and ``Died`` without one ended the child."""


Imports = Mapping[str, Sequence[Mapping[str, Any]]]
"""Path -> the imports in its text (``module``, ``line``)."""

SourceScan = Mapping[str, Any]
"""What stands in a source text: ``imports`` (``module``, ``line``), ``signs`` (``kind``, ``what``,
``line``) that a person should look at, ``definitions`` (``name`` of a class or function, and whether it
is ``written``) and ``statements`` (how many others there are)."""


@dataclass(frozen=True, slots=True)
class FileRecords:
    """What is known of a submission's files; its connections share it, so that each is learned once.

    Parameters
    ----------
    fatal
        Path -> the error of a file that no child survived, or that was interrupted.
    scans
        Path -> what stands in a source text, read before any of the student's code ran; None
        where it cannot be parsed.
    killers
        Path -> how a child ended when it imported the file whole: only its definitions are used.
    recognitions
        What was recognised in the submission: one entry, once that is known.
    """

    fatal: dict[str, ImportTrouble] = field(default_factory=dict)
    scans: dict[str, SourceScan | None] = field(default_factory=dict)
    killers: dict[str, ImportTrouble] = field(default_factory=dict)
    recognitions: list[Recognition] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of importing a submission.

    Parameters
    ----------
    errors
        Path -> what the import of the file raised.
    imports
        Path -> the imports in its text (``module``, ``line``).
    definitions
        Name of the contract -> ``[name, file]`` of all that the submission defines for it,
        the one that is used first.
    other_names
        Classes and functions that look like a network's code, under names that the contract does
        not know.
    text_cells
        Name -> notebook and number of the text cell in which a class or function stands.
    redefinitions
        Definitions that a later one of the same file replaces by nothing: ``who``, ``file``,
        ``line`` and the ``earlier`` line.
    replaced_packages
        Packages that the submission imports, and whose place something simple took.
    left_out
        Path -> the first line of a file that trains, or asks for input, and was left out; 0 where
        only definitions were run, because the file as a whole ended its child.
    recognition
        What plays roles of the contract in a manner of its own.
    """

    errors: Mapping[str, ImportTrouble]
    imports: Imports
    definitions: Mapping[str, Sequence[Sequence[str]]]
    other_names: tuple[str, ...] = ()
    text_cells: Mapping[str, tuple[str, int]] = NOTHING
    redefinitions: Sequence[Mapping[str, Any]] = ()
    replaced_packages: tuple[str, ...] = ()
    left_out: Mapping[str, int] = NOTHING
    recognition: Recognition = field(default_factory=Recognition)


@dataclass(frozen=True, slots=True)
class SubmissionImport:
    """How a submission is imported in each new child of one connection.

    Parameters
    ----------
    submission, rubric
        The files; the names and limits that hold.
    child_seed
        The child's random generators start from it.
    sound_layers
        The classes whose methods are replaced by right ones.
    files
        What is known of the files already; what is learned is added.
    clock
        How long the student's code may still run.
    """

    submission: Submission
    rubric: Rubric
    child_seed: int
    sound_layers: tuple[str, ...]
    files: FileRecords
    clock: Clock

    def run(self, wire: Wire) -> ImportResult | None:
        """Import every module; None where another child is needed.

        That is so where this one did not survive a module, which ``fatal`` names now, or was used to
        recognise the submission.

        Raises
        ------
        ChildGone
            If the child did not even survive reading the files or searching them for names,
            or the submission used up its time (``OutOfTime``).
        """
        if not self.load(wire):
            return None
        fatal, scans = self.files.fatal, self.files.scans
        errors = {**self.files.killers, **fatal}
        for path in module_paths(self.submission.files):
            # A file that was interrupted is imported again, without the statement that did not end.
            if path in fatal and "line" not in fatal[path]:
                continue
            try:
                error = self._import_file(wire, path)
            except OutOfTime:
                raise
            except ChildGone as gone:
                self._keep_killer(path, gone)
                return None
            if error:
                errors[path] = fatal.get(str(error.get("file")), error)
                self._keep_interrupted(path, errors[path])
        imports = {path: scan["imports"] for path, scan in scans.items() if scan is not None}
        bound = binding.bind(
            lambda lines: self._ask(wire, lines),
            lambda lines: self._ask(wire, lines, TRIAL_SHARE),
            self.rubric, self.sound_layers, self.files.recognitions,
        )  # fmt: skip
        if bound is None:
            return None
        cells, replaced = text_cells(self.submission), self._replaced_packages(wire, imports)
        return ImportResult(
            errors, imports, bound.definitions, bound.other_names, cells, bound.redefinitions,
            replaced, bound.left_out, bound.recognition,
        )  # fmt: skip

    def _ask(self, wire: Wire, lines: Sequence[Sequence[Any]], share: float = 1.0) -> list[Answer]:
        with self.clock.charge(share * self.rubric.limits.import_seconds) as seconds:
            return wire.exchange(lines, seconds)

    def load(self, wire: Wire) -> bool:
        """Send the files, and have those scanned that were not yet: none of them has run here.

        Return whether the child survived all of them.
        """
        files = dict(self.submission.files)
        fatal = self.files.fatal
        stubs = {path: _stub(path, e) for path, e in fatal.items() if "line" not in e}
        lines = {path: error["line"] for path, error in fatal.items() if "line" in error}
        interrupted = {**dict.fromkeys(self.files.killers, 0), **lines}
        sources = [path for path in sorted(files) if path.endswith(".py")]
        known = {*self.files.scans, *fatal}
        unknown = [path for path in sources if path not in known]
        load = ["load", "_", files | stubs, self.submission.name, interrupted]
        self._ask(wire, [load, ["seed", "_", self.child_seed]])
        return all(self._scan(wire, path) for path in unknown)

    def _scan(self, wire: Wire, path: str) -> bool:
        """Have a file scanned; return whether the child survived that.

        Each file is asked for alone, so that none takes the time or the room of another's answer.
        """
        try:
            answer = self._ask(wire, [["scan_source", "_", self.submission.files[path]]])[0] or {}
        except OutOfTime:
            raise
        except ChildGone as gone:
            self._keep_fatal(path, gone)
            return False
        if answer.get("error", {}).get("type") not in LIMIT_ERRORS:
            self.files.scans[path] = answer.get("value")
        return True

    def _keep_killer(self, path: str, gone: ChildGone) -> None:
        """Keep that no child survived the import of a file; the next one runs its definitions alone."""
        if path in self.files.killers:
            self._keep_fatal(path, gone)
        else:
            kind = "Late" if gone.ending is Ending.LATE else "Died"
            self.files.killers[path] = {"type": kind, "text": "", "file": path}

    def _keep_fatal(self, path: str, gone: ChildGone) -> None:
        """Keep that no child survived a file: it is neither scanned nor imported again."""
        kind = "Late" if gone.ending is Ending.LATE else "Died"
        self.files.fatal[path] = {"type": kind, "text": "", "file": path}

    def _import_file(self, wire: Wire, path: str) -> ImportTrouble | None:
        seconds = INTERRUPT_SHARE * self.rubric.limits.import_seconds
        answer = self._ask(wire, [["import", "_", path, seconds]])[0]
        return answer["error"] if answer else None

    def _keep_interrupted(self, path: str, error: ImportTrouble) -> None:
        """Keep where a file was interrupted, so that no other connection waits for it again."""
        if error["type"] == "Late" and error.get("file") == path and "line" in error:
            self.files.fatal[path] = error

    def _replaced_packages(self, wire: Wire, imports: Imports) -> tuple[str, ...]:
        """Ask which of the packages that are not there something simple replaces."""
        allowed = {*sys.stdlib_module_names, *self.rubric.packages}
        modules = {entry["module"] for entries in imports.values() for entry in entries}
        unknown = sorted(modules - allowed)
        if not unknown:
            return ()
        answer = self._ask(wire, [["replaced_packages", "_", unknown]])[0] or {}
        return tuple(answer.get("value", ()))


def _stub(path: str, error: ImportTrouble) -> bytes:
    """Make what the others import in the place of a file that no child survived."""
    reason = {"Late": "did not finish running", "Died": "ended the whole program"}
    message = f"{path} {reason[error['type']]}"
    return f"raise ImportError({message!r})\n".encode()


def child_seed(seed: int, kind: str, classes: Sequence[str]) -> int:
    """Return the number that seeds the children of one connection: no two connections share it."""
    return derive_seed(seed, "child", kind, *classes, bits=CHILD_BITS)


def text_cells(submission: Submission) -> Mapping[str, tuple[str, int]]:
    """Return, by its name, where a class or function stands in a text cell of a notebook."""
    reasons = [(entry.path, entry.reason) for entry in submission.refused]
    return {
        reason.values["what"].partition(" ")[2]: (path, reason.values["cell"])
        for path, reason in reasons
        if reason.id == "refused_text_cell"
    }


def module_paths(files: Mapping[str, bytes]) -> list[str]:
    """Return the files that are imported to find classes: no tests, no ``main.py`` beside others.

    Who hands in nothing but ``experiments.py`` has everything in it.
    """
    sources = [path for path in sorted(files) if path.endswith(".py")]
    modules = [path for path in sources if not is_auxiliary(path)]
    runs = [path for path in sources if path.rpartition("/")[2] == "main.py"]
    return modules or runs or [path for path in sources if not _is_test(path)]


def is_auxiliary(path: str) -> bool:
    """Whether a file runs the lab, tests it or experiments with it, and holds no part of it."""
    folder, _, name = path.rpartition("/")
    return (
        _is_test(path)
        or name in ("main.py", "__main__.py", "experiments.py", "setup.py")
        or "experiments" in folder.split("/")
    )


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
