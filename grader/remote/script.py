"""Scripts: the instructions of a check, written first and sent in one frame.

Construct this, call that, read it back: nothing runs before the script is sent. Then each
``Reply`` has its value, or raises what the student's code did wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.contract import FILES, NOT_WRITTEN
from grader.model import Failure
from grader.sandbox.host import Answer, ChildGone


@dataclass(frozen=True, slots=True)
class Ref:
    """A register on the child side, and a name for its content that a student understands."""

    name: str
    label: str

    @property
    def operand(self) -> dict[str, str]:
        """The register as it stands in an instruction."""
        return {"$": self.name}


@dataclass(slots=True)
class Reply:
    """The answer of an instruction, which is there once its script has run."""

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
class LostReply:
    """Takes the place of a reply where the child did not survive the script."""

    gone: ChildGone

    @property
    def value(self) -> Any:
        """Raise the exception that says how the child ended."""
        raise self.gone


@dataclass(slots=True)
class Script:
    """A list of instructions; ``sandbox.child.interpreter`` says what each does.

    ``labels`` and ``makers`` are for messages: the label of each instruction, and for each register
    the index of the instruction that fills it. ``seconds`` is how long its answers took.
    """

    prefix: str = ""
    lines: list[list[Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    makers: dict[str, int] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    reserved: int = 0
    seconds: float = 0.0

    def put(self, value: Any, layout: str = "C") -> Ref:
        """Keep a value on the child side; ``layout`` is C, F or strided."""
        return self._add("put", "input", value, layout)

    def copy_line(self, ref: Ref) -> tuple[Ref, list[Any]]:
        """Make the instruction that copies a register, for a body that must not change its input."""
        copy = self.reserve(ref.label)
        return copy, ["copy", copy.name, ref.operand]

    def seed(self, seed: int) -> None:
        """Reseed the child side's random generators."""
        self._add("seed", "seed", seed)

    def new(self, name: str, *args: Any, **kwargs: Any) -> Ref:
        """Construct a class of the contract, or call one of its functions."""
        return self._add("new", name, name, _operands(args), _keywords(kwargs))

    def call(self, target: Ref, method: str, *args: Any, **kwargs: Any) -> Ref:
        """Call a method."""
        label = f"{target.label}.{method}"
        return self._add("call", label, target.operand, method, _operands(args), _keywords(kwargs))

    def call_line(
        self, result: Ref, target: Ref, method: str, *args: Any, **kwargs: Any
    ) -> list[Any]:
        """Make the instruction that calls a method and puts its result in a register, for a body."""
        return ["call", result.name, target.operand, method, _operands(args), _keywords(kwargs)]

    def attribute(self, target: Ref, name: str) -> Ref:
        """Read an attribute into a register."""
        return self._add("attr", f"{target.label}.{name}", target.operand, name)

    def item(self, target: Ref, index: int, label: str | None = None) -> Ref:
        """Take an entry of a list, tuple or dictionary into a register."""
        return self._add("item", label or f"{target.label}[{index}]", target.operand, index)

    def assign(self, target: Ref, path: Any, value: Any) -> None:
        """Write an array, in place, into one whose ``path`` the instruction ``arrays`` gave."""
        self._add("assign", target.label, target.operand, path, value)

    def perturb_entries(
        self, where: Ref | tuple[Ref, Any], step: float, body: list[list[Any]], out: Ref
    ) -> Ref:
        """Run a body with each entry of an input, or of an array in an object, moved up and then down.

        The result has shape ``(entries, 2, ...)``: what ``out`` held after each run.
        """
        place: Any = where.operand if isinstance(where, Ref) else [where[0].operand, where[1]]
        return self._add("perturb_entries", out.label, place, step, body, out.name)

    def repeat(self, times: int, body: list[list[Any]], record: Sequence[Ref]) -> Ref:
        """Run a body many times, and record registers after each round."""
        return self._add("repeat", "a step of training", times, body, [ref.name for ref in record])

    def draw(self, name: str, *args: Any, shows: bool = True) -> Reply:
        """Call a plotting function and ask for the figures that it made, with pictures if ``shows``."""
        return self._ask("draw", name, name, _operands(args), shows)

    def main(self, path: str, names: Sequence[str], most: int | None, seconds: float) -> Reply:
        """Run a file as the main program, at most ``seconds``, and ask for the figures that it drew.

        Its trainings, functions called by one of ``names``, are cut to ``most`` epochs each.
        """
        return self._ask("run_main", path, path, list(names), most, seconds)

    def survey_program(self, path: str, seconds: float, kind: str) -> Reply:
        """Run a file as the main program; ask for its ``calls``, ``loops``, or ``trainers``."""
        return self._ask("survey_program", path, path, seconds, kind)

    def watch_steps(
        self,
        path: str,
        seconds: float,
        forward: Mapping[str, Any],
        values: Sequence[Sequence[Any]],
        entries: Sequence[Sequence[int]],
    ) -> Reply:
        """Run a file as the main program; ask for its steps from parameters that are given.

        ``values`` has the parameters before each step, ``entries`` the entries of each parameter by
        which differences are taken.
        """
        given = [list(arrays) for arrays in values], [list(places) for places in entries]
        return self._ask("watch_steps", path, path, seconds, dict(forward), *given)

    def run_program(
        self, path: str, seconds: float, loop_seconds: float, forward: Mapping[str, Any] | None
    ) -> Reply:
        """Run a file as the main program to its end; ask for its figures and what it learned."""
        known = None if forward is None else dict(forward)
        return self._ask("run_program", path, path, seconds, loop_seconds, known)

    def image(self, raw: bytes) -> Reply:
        """Decode a picture and ask for it as PNG; None where the bytes hold none."""
        return self._ask("decode_image", "a picture", raw)

    def read(self, ref: Ref, path: Sequence[Any] = ()) -> Reply:
        """Ask for the content of a register, or for what stands at the end of a ``path`` from there."""
        return self._ask("read", ref.label, ref.operand, *([path] if path else []))

    def warnings(self, target: Ref, method: str, *args: Any) -> Reply:
        """Call a method and ask for the warnings that it gave."""
        return self._ask(
            "warnings", f"{target.label}.{method}", target.operand, method, _operands(args)
        )

    def arrays(self, target: Ref) -> Reply:
        """Ask for all float arrays that can be reached from an object."""
        return self._ask("arrays", target.label, target.operand)

    def perturb_arrays(self, target: Ref, body: list[list[Any]], out: Ref) -> Reply:
        """Ask for all float arrays of an object, each with what ``out`` holds when that array is moved."""
        return self._ask("perturb_arrays", out.label, target.operand, body, out.name)

    def signature(self, target: Ref, method: str) -> Reply:
        """Ask for the parameters of a method: ``[name, positional, required]`` each."""
        return self._ask("signature", f"{target.label}.{method}", target.operand, method)

    def methods(self, target: Ref) -> Reply:
        """Ask for an object's public methods besides forward and backward, with their parameters."""
        return self._ask("methods", target.label, target.operand)

    def kind(self, target: Ref) -> Reply:
        """Ask for the class of an object."""
        return self._ask("kind", target.label, target.operand)

    def reserve(self, label: str) -> Ref:
        """Return a register that only a body fills."""
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
            maker = self.makers.get(answer["skipped"], index)
            if (
                maker < index
            ):  # a child may send anything: without this, the call could go in a circle
                self.check(maker)
            raise Failure("skipped", who=self.labels[index], usable=False)
        if "error" in answer:
            raise failure_of(answer["error"], self.labels[index])

    def has_failed(self, ref: Ref) -> bool:
        """Whether the instruction that should have filled a register could not."""
        return bool(self.answers[self.makers[ref.name]])


ERROR_MESSAGES = {
    "EOFError": "raised_waits",
    "FileNotFoundError": "raised_opens_file",
    "PermissionError": "raised_opens_file",
}
"""Errors that a student meets only here, where nobody answers ``input`` and no file can be read."""


def failure_of(error: Mapping[str, Any], who: str) -> Failure:
    """Turn an error that the child described into the failure that a student reads."""
    kind, text = str(error.get("type", "")), str(error.get("text", ""))
    place = {key: error[key] for key in ("file", "line") if key in error}
    if kind == "Missing":
        return Failure("missing", who=text, file=FILES.get(text, ""), usable=False)
    if kind == NOT_WRITTEN:
        id_ = "not_written" if text else "not_written_bare"
        return Failure(id_, who=who, text=text, usable=False, **place)
    if kind == "Ragged":
        return Failure("ragged", who=who, usable=False)
    if not place:
        return Failure("raised", who=who, kind=kind, text=text, usable=False)
    id_, values = ERROR_MESSAGES.get(kind, "raised_at"), {"who": who, "text": text, **place}
    if "package" in error:
        id_, values["package"] = "raised_without_package", str(error["package"])
    elif id_ == "raised_at":
        values["kind"] = kind
    return Failure(id_, usable=False, **values)


def _operands(args: Sequence[Any]) -> list[Any]:
    return [arg.operand if isinstance(arg, Ref) else arg for arg in args]


def _keywords(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: arg.operand if isinstance(arg, Ref) else arg for key, arg in kwargs.items()}
