"""The student's classes as a check sees them, over any wire.

A check writes a ``Script``: construct this, call that, read it back. Nothing runs
until ``Lab.run`` sends the whole script in one frame; then each ``Reply`` knows
its value, or what the student's code did wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from grader.errors import OurFault
from grader.expect import Failure
from grader.model import Item, Rubric, Submission, Values
from grader.numeric import Array
from grader.sandbox.host import Answer, ChildGone, Ending, Sandbox, Wire

T = TypeVar("T")

CONVENTION = {
    "Linear": "layers.py", "Sigmoid": "layers.py", "ReLU": "layers.py", "Tanh": "layers.py",
    "Softmax": "layers.py", "MSE": "losses.py", "BinaryCrossEntropy": "losses.py",
    "CrossEntropy": "losses.py", "TLNN": "network.py", "generate_linear": "data.py",
    "generate_XOR_easy": "data.py", "train": "training.py", "accuracy": "training.py",
    "show_result": "plots.py", "show_learning_curve": "plots.py",
}  # fmt: skip
"""The file where each name of the contract stands by convention."""

_LAYERS, _LOSSES = ("Linear", "Sigmoid"), ("MSE", "BinaryCrossEntropy")
BY_HAND = {
    **dict.fromkeys(("Linear", "Sigmoid", "ReLU"), _LAYERS),
    **dict.fromkeys(_LOSSES, _LOSSES),
    "TLNN": ("TLNN",),
    "train": ("train",),
}
"""What students without a template fuse, split or call otherwise: where none of these is found,
but other code of that kind is, not to be found proves nothing."""

NOT_WRITTEN = "NotImplementedError"

PATIENCE = 0.8
"""The share of the time for imports after which a file is interrupted: the rest is for what is left
to do until the deadline, at which its process ends."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A register on the far side, and what a student calls what is in it."""

    name: str
    label: str

    @property
    def operand(self) -> dict[str, str]:
        """How the wire writes it."""
        return {"$": self.name}


@dataclass(slots=True)
class Reply:
    """What an instruction will have answered once its script ran."""

    script: Script
    index: int

    @property
    def value(self) -> Any:
        """The answer.

        Raises
        ------
        Failure
            If this instruction, or one that it needed, met an error of the student's.
        """
        self.script.check(self.index)
        answer = self.script.answers[self.index]
        return None if answer is None else answer.get("value")

    @property
    def error(self) -> Mapping[str, Any] | None:
        """The error that this instruction met itself, or None."""
        return (self.script.answers[self.index] or {}).get("error")


@dataclass(frozen=True, slots=True)
class Lost:
    """A reply that never came, because the child did not survive the question."""

    gone: ChildGone

    @property
    def value(self) -> Any:
        """Raises what ended the child."""
        raise self.gone


@dataclass(slots=True)
class Script:
    """A list of instructions in the making; see ``sandbox.machine`` for what each does."""

    prefix: str = ""
    lines: list[list[Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    makers: dict[str, int] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    reserved: int = 0

    def put(self, value: Any, layout: str = "C") -> Ref:
        """Keep a value on the far side; ``layout`` is C, F or strided."""
        return self._add("put", "input", value, layout)

    def again_copied(self, ref: Ref) -> tuple[Ref, list[Any]]:
        """Make the instruction that copies a register: for a body that must not spoil its input."""
        copied = self.reserve(ref.label)
        return copied, ["copy", copied.name, ref.operand]

    def seed(self, seed: int) -> None:
        """Reseed the far side's random generators."""
        self._add("seed", "seed", seed)

    def new(self, name: str, *args: Any, **kwargs: Any) -> Ref:
        """Construct a class of the contract, or call one of its functions."""
        return self._add("new", name, name, _operands(args), _named(kwargs))

    def call(self, target: Ref, method: str, *args: Any, **kwargs: Any) -> Ref:
        """Call a method."""
        label = f"{target.label}.{method}"
        return self._add("call", label, target.operand, method, _operands(args), _named(kwargs))

    def again(self, result: Ref, target: Ref, method: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Make the instruction that calls a method into a register: for the body of a sweep."""
        return ["call", result.name, target.operand, method, _operands(args), _named(kwargs)]

    def attribute(self, target: Ref, name: str) -> Ref:
        """Read an attribute into a register."""
        return self._add("attr", f"{target.label}.{name}", target.operand, name)

    def item(self, target: Ref, index: int, label: str | None = None) -> Ref:
        """Take an entry of a list, tuple or dictionary into a register."""
        return self._add("item", label or f"{target.label}[{index}]", target.operand, index)

    def assign(self, target: Ref, path: Any, value: Any) -> None:
        """Write an array into one that ``arrays`` found, in place."""
        self._add("assign", target.label, target.operand, path, value)

    def sweep(
        self, where: Ref | tuple[Ref, Any], step: float, body: list[list[Any]], out: Ref
    ) -> Ref:
        """Move each entry of an input, or of an array inside an object; see the machine."""
        place: Any = where.operand if isinstance(where, Ref) else [where[0].operand, where[1]]
        return self._add("sweep", out.label, place, step, body, out.name)

    def repeat(self, times: int, body: list[list[Any]], record: Sequence[Ref]) -> Ref:
        """Run a body many times, recording registers after each round."""
        return self._add("repeat", "a step of training", times, body, [ref.name for ref in record])

    def draw(self, name: str, *args: Any, shows: bool = True) -> Reply:
        """Call a plotting function and describe the figures that it left, with pictures if asked."""
        return self._ask("draw", name, name, _operands(args), shows)

    def main(self, path: str, names: Sequence[str], most: int | None, seconds: float) -> Reply:
        """Run a file as the main program and describe the figures that it drew; see the machine."""
        return self._ask("main", path, path, list(names), most, seconds)

    def image(self, raw: bytes) -> Reply:
        """Decode a picture and ask for it as PNG; None where it is none."""
        return self._ask("image", "a picture", raw)

    def read(self, ref: Ref) -> Reply:
        """Ask for what a register holds."""
        return self._ask("read", ref.label, ref.operand)

    def warnings(self, target: Ref, method: str, *args: Any) -> Reply:
        """Call a method and ask for the warnings that it gave."""
        return self._ask(
            "warnings", f"{target.label}.{method}", target.operand, method, _operands(args)
        )

    def arrays(self, target: Ref) -> Reply:
        """Ask for all float arrays that can be reached from an object."""
        return self._ask("arrays", target.label, target.operand)

    def stir(self, target: Ref, body: list[list[Any]], out: Ref) -> Reply:
        """Ask for all float arrays of an object, each with what a body leaves when it is moved."""
        return self._ask("stir", out.label, target.operand, body, out.name)

    def signature(self, target: Ref, method: str) -> Reply:
        """Ask for the parameters of a method: ``[name, positional, required]`` each."""
        return self._ask("signature", f"{target.label}.{method}", target.operand, method)

    def methods(self, target: Ref) -> Reply:
        """Ask for an object's public methods besides forward and backward, with their parameters."""
        return self._ask("methods", target.label, target.operand)

    def kind(self, target: Ref) -> Reply:
        """Ask what an object is."""
        return self._ask("kind", target.label, target.operand)

    def reserve(self, label: str) -> Ref:
        """Name a register that only a body fills."""
        self.reserved += 1
        return Ref(f"{self.prefix}b{self.reserved}", label)

    def _add(self, instruction: str, label: str, *operands: Any) -> Ref:
        ref = Ref(f"{self.prefix}r{len(self.lines)}", label)
        self.makers[ref.name] = len(self.lines)
        self.lines.append([instruction, ref.name, *operands])
        self.labels.append(label)
        return ref

    def _ask(self, instruction: str, label: str, *operands: Any) -> Reply:
        self._add(instruction, label, *operands)
        return Reply(self, len(self.lines) - 1)

    def check(self, index: int) -> None:
        """Raise the failure that kept an instruction from its answer, if one did."""
        answer = self.answers[index] or {}
        if "skipped" in answer:
            maker = self.makers.get(answer["skipped"])
            if maker is None:
                raise Failure("skipped", who=self.labels[index], usable=False)
            self.check(maker)
        if "error" in answer:
            raise failure_of(answer["error"], self.labels[index])

    def failed(self, ref: Ref) -> bool:
        """Whether the instruction that should have filled a register could not."""
        return bool(self.answers[self.makers[ref.name]])


def failure_of(error: Mapping[str, Any], who: str) -> Failure:
    """Turn an error of the far side into the failure that a student reads."""
    kind, text = str(error.get("type", "")), str(error.get("text", ""))
    place = {key: error[key] for key in ("file", "line") if key in error}
    if kind == "Missing":
        return Failure("missing", who=text, file=CONVENTION.get(text, ""), usable=False)
    if kind == NOT_WRITTEN:
        id_ = "not_written" if text else "not_written_bare"
        return Failure(id_, who=who, text=text, usable=False, **place)
    if kind == "Ragged":
        return Failure("ragged", who=who, usable=False)
    if place:
        return Failure("raised_at", who=who, kind=kind, text=text, usable=False, **place)
    return Failure("raised", who=who, kind=kind, text=text, usable=False)


def _operands(args: Sequence[Any]) -> list[Any]:
    return [arg.operand if isinstance(arg, Ref) else arg for arg in args]


def _named(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: arg.operand if isinstance(arg, Ref) else arg for key, arg in kwargs.items()}


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
    """

    errors: Mapping[str, Mapping[str, Any]]
    imports: Mapping[str, Sequence[Mapping[str, Any]]]
    found: Mapping[str, Sequence[Sequence[str]]]
    strangers: tuple[str, ...] = ()


class Room:
    """Keeps a child with the submission imported in it; a new one follows one that is gone.

    Parameters
    ----------
    sandbox
        Where children come from.
    submission, rubric
        What is imported, and the names and limits that hold.
    seed
        Reseeds the child's random generators at the start.
    standins
        Classes of the contract that minimal sound ones replace, because the student's
        own were judged wrong already.
    fatal
        Path -> the import error of a module that no child survived; rooms of one submission
        share it, so that each such module is waited for once.
    kind
        What its children are for: ``contract``, or ``figures``, which may read fonts.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        standins: Sequence[str] = (),
        fatal: dict[str, Mapping[str, Any]] | None = None,
        kind: str = "contract",
    ) -> None:
        self._sandbox, self._submission, self._rubric, self._seed = (
            sandbox,
            submission,
            rubric,
            seed,
        )
        self.standins = tuple(standins)
        self._kind = kind
        self._wire: Wire | None = None
        self._fatal = {} if fatal is None else fatal
        self._imported: Imported | None = None
        self._scripts = 0
        self.spent = 0.0

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
    def troubles(self) -> list[dict[str, Any]]:
        """The files that raised when they were imported, each once, if any import happened."""
        errors = {} if self._imported is None else self._imported.errors
        return [
            {"file": path, "kind": e["type"], "line": e["line"], "text": e.get("text", "")}
            for path, e in errors.items()
            if e.get("file") == path and "line" in e and e["type"] != NOT_WRITTEN
        ]

    @property
    def found(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """What the submission defines (see ``Imported``), as far as it was imported."""
        return {} if self._imported is None else self._imported.found

    def exchange(self, lines: Sequence[Sequence[Any]], seconds: float) -> list[Answer]:
        """Run a program in the child; raises ChildGone, and the next call gets a new child."""
        wire = self._wire or self._open()
        start = time.monotonic()
        try:
            return wire.exchange(lines, seconds)
        except (ChildGone, OurFault):
            self._wire = None
            raise
        finally:
            self.spent += time.monotonic() - start

    def close(self) -> None:
        """End the child."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None

    def _open(self) -> Wire:
        while True:
            wire = self._sandbox.open(self._kind)
            bad = self._import_all(wire)
            if bad is None:
                self._wire = wire
                return wire

    def _import_all(self, wire: Wire) -> str | None:
        """Import every module; return the path of one that the child did not survive, if any.

        Raises
        ------
        ChildGone
            If the child did not even survive it that the files were read and searched for names.
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
            found, strangers = self._bind(wire)
        except ChildGone as gone:
            if not at:
                raise
            kind = "Late" if gone.ending is Ending.LATE else "Died"
            self._fatal[at] = {"type": kind, "text": "", "file": at}
            return at
        self._imported = Imported(errors, scanned, found, strangers)
        return None

    def _ask(self, wire: Wire, lines: Sequence[Sequence[Any]]) -> list[Answer]:
        start = time.monotonic()
        try:
            return wire.exchange(lines, self._rubric.limits.import_seconds)
        finally:
            self.spent += time.monotonic() - start

    def _load(self, wire: Wire, files: dict[str, bytes]) -> dict[str, Sequence[Mapping[str, Any]]]:
        lines: list[list[Any]] = [
            ["load", "_", files | self._stubs(), self._submission.name],
            ["seed", "_", self._seed],
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

    def _bind(self, wire: Wire) -> tuple[Mapping[str, Sequence[Sequence[str]]], tuple[str, ...]]:
        also = self._rubric.names
        names = {name: list(also.get(name, ())) for name in {**CONVENTION, **also}}
        lines: list[list[Any]] = [
            ["bind", "_", names, CONVENTION],
            ["strangers", "_"],
            ["stand_in", "_", list(self.standins)],
        ]
        bound, strangers, _ = (answer or {} for answer in self._ask(wire, lines))
        found = cast("Mapping[str, Sequence[Sequence[str]]]", bound.get("value", {}))
        return found, tuple(str(name) for name in strangers.get("value", ()))


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


@dataclass(frozen=True, slots=True)
class Lab:
    """One check's view of a submission.

    Parameters
    ----------
    room
        Keeps the child.
    item
        The line of the rubric: its seconds hold for each exchange, its options for the check.
    seed
        Where the check's own random numbers come from.
    memory
        What checks of one subject observed together; one for a submission.
    """

    room: Room
    item: Item
    seed: int
    memory: dict[str, Any]

    @property
    def options(self) -> Values:
        """The item's options."""
        return self.item.options

    @property
    def imported(self) -> Imported:
        """What importing the submission came to."""
        return self.room.imported

    def script(self) -> Script:
        """Return an empty script, whose registers no other script has."""
        return Script(self.room.next_prefix())

    def run(self, script: Script) -> None:
        """Send a script in one frame and keep its answers in it; raises ChildGone."""
        script.answers = self.room.exchange(script.lines, self.item.seconds)

    def rng(self, name: str) -> np.random.Generator:
        """Return the random generator that belongs to a name, the same at every call."""
        return np.random.default_rng([self.seed, *name.encode()])

    def once(self, name: str, observe: Callable[[], T]) -> T:
        """Return what ``observe`` returns, asking the student's code only once for a name."""
        if name not in self.memory:
            self.memory[name] = observe()
        return cast("T", self.memory[name])

    def require(self, name: str) -> None:
        """Fail unless the submission defines a class or function of the contract."""
        if name not in self.imported.found:
            raise missing(name, self.imported)


def missing(name: str, imported: Imported) -> Failure:
    """The failure that says that a name is not there, with the import error that may explain it."""
    file = CONVENTION.get(name, "")
    errors = {p: e for p, e in imported.errors.items() if p.rpartition("/")[2] == file}
    if not errors and not any(path.rpartition("/")[2] == file for path in imported.imports):
        errors = dict(imported.errors)
    for path, error in errors.items():
        facts = {
            "who": name,
            "file": error.get("file", path),
            "kind": error["type"],
            "text": error.get("text", ""),
        }
        if error["type"] in ("Late", "Died"):
            return Failure(f"import_{error['type'].lower()}", usable=False, **facts)
        return Failure("import_raised", usable=False, line=error.get("line", 0), **facts)
    together = BY_HAND.get(name, ())
    if together and imported.strangers and not any(other in imported.found for other in together):
        others = ", ".join(imported.strangers)
        return Failure("other_style", who=name, others=others, usable=False, undecided=True)
    return Failure("missing", who=name, file=file, usable=False)


def floats(rng: np.random.Generator, *shape: int) -> Array:
    """Draw standard normal numbers that keep away from zero: at least 0.03 in size."""
    values = rng.standard_normal(shape)
    return np.where(np.abs(values) < 0.03, np.copysign(0.03, values) + values, values)
