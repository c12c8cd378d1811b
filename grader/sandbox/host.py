"""The host side of the wire: starts interpreters, behind walls or in this process."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self, cast

import numpy as np

from grader.errors import SandboxBroken, WallsTooWeak
from grader.model import Interpreter as Interpreted
from grader.model import Limits
from grader.sandbox import course_python
from grader.sandbox.zygote_client import (
    Answer,
    ChildGone,
    Ending,
    ProcessWire,
    Program,
    Respond,
    Zygote,
)
from grader.sandbox.zygote_process import ZygoteProcess

CONTRACT, FIGURES, PLAIN = "contract", "figures", "plain"
"""What a child is for: the contract's checks; figures that are drawn, for which it may read fonts; and
a submission that mentions no module that draws, so that none need be loaded."""

PROBE_MEMORY_MB = 4096  # of address space for a child that probes: less than what it tries to map


def examiner() -> Interpreted:
    """Return the Python and the numpy of this process."""
    return Interpreted(platform.python_version(), np.__version__)


class Wire(Protocol):
    """A connection to one interpreter: in a child, or in this process."""

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program there and return an answer for each instruction.

        Raises
        ------
        ChildGone
            If the child did not answer well within ``seconds``; the wire is dead then.
        OurFault
            If the interpreter itself failed, or the zygote is gone and its children with it.
        """

    def close(self) -> None:
        """End the interpreter."""


class Sandbox(Protocol):
    """Starts interpreters; a context manager."""

    @property
    def official(self) -> bool:
        """Whether a report made here counts."""

    @property
    def walls(self) -> tuple[str, ...]:
        """The names of the walls that stand, once the sandbox is entered."""

    @property
    def interpreter(self) -> Interpreted:
        """Which Python and which numpy the submission has, once the sandbox is entered."""

    def open(self, kind: str = CONTRACT) -> Wire:
        """Start an interpreter of a kind: ``CONTRACT``, ``FIGURES`` or ``PLAIN``."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LocalSandbox:
    """Interpreters in this process: for tests and for a debugger, never for a score that counts."""

    official = False
    walls: tuple[str, ...] = ()
    interpreter = examiner()

    def open(self, kind: str = CONTRACT) -> Wire:
        """Start an interpreter in this process, which serves for every kind."""
        del kind
        return LocalWire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class LocalWire:
    """A wire without a process: no deadline holds here, and imports last as long as the wire."""

    respond: Respond | None = None
    """What answers questions that the submission's side asks while a program runs."""

    def __init__(self) -> None:
        # Half of all that a cold start would import, and a grader with children needs none of it.
        from grader.sandbox.child.interpreter import Interpreter

        self._interpreter = Interpreter()
        self._interpreter.ask = lambda question: self.respond and self.respond(question)  # type: ignore[method-assign]
        self._before = set(sys.modules)

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program in this process; ``seconds`` is not enforced."""
        del seconds
        return list(self._interpreter.run(program))

    def close(self) -> None:
        """Forget the submission's modules."""
        library = self._interpreter.library
        library.remove()
        for name in set(sys.modules) - self._before:
            if getattr(sys.modules[name].__spec__, "loader", None) is library:
                del sys.modules[name]


class ProcessSandbox:
    """Children forked from one warm zygote, each behind every wall that this machine can raise.

    Parameters
    ----------
    limits
        What one child may use.
    python
        Path of the Python of the child side: the course's choice. Empty: that of this process.
    walls
        The names of the walls to raise; all of them by default.
    unsafe
        Go on where the walls do not hold. No report that is made so is official.
    process
        A process for the zygote that was started before; None: it is started when it is needed.
    """

    def __init__(
        self,
        limits: Limits,
        python: str = "",
        *,
        walls: Sequence[str] | None = None,
        unsafe: bool = False,
        process: ZygoteProcess | None = None,
    ) -> None:
        self._request = {
            "memory_mb": limits.memory_mb,
            "total_seconds": limits.total_seconds,
            "walls": None if walls is None else list(walls),
        }
        self._python = python or sys.executable
        self._unsafe, self._memory = unsafe, limits.memory_mb
        self._process, self._zygote = process, cast("Zygote | None", None)
        self._kind_of_child: dict[str, str] = {}
        self.walls: tuple[str, ...] = ()
        self.interpreter = examiner()

    @property
    def official(self) -> bool:
        """Whether all probes failed, and no option waives them."""
        return not self._unsafe and self._zygote is not None

    def open(self, kind: str = CONTRACT) -> ProcessWire:
        """Fork a child and return the wire to it, once it is ready.

        Raises
        ------
        SandboxBroken
            If no child could be made, even by a new zygote.
        WallsTooWeak
            If what must not be possible in a child is possible.
        """
        try:
            return self._try_open(kind)
        except SandboxBroken:
            self.__exit__()
            return self._try_open(kind)

    def _try_open(self, kind: str) -> ProcessWire:
        zygote = self._probed_zygote()
        if kind not in self._kind_of_child:
            # A child for figures may read fonts. Where that cannot be confined, it is like the others.
            self._kind_of_child[kind] = CONTRACT if self._gaps(zygote, kind) else kind
        return zygote.fork({**self._request, "kind": self._kind_of_child[kind]})

    def _probed_zygote(self) -> Zygote:
        """Return the zygote; a new one is probed first: its children must not get out."""
        if self._zygote is None:
            if not hasattr(os, "fork"):
                raise WallsTooWeak(
                    "this system cannot confine untrusted code; for your own code "
                    "there is --unsafe-no-sandbox"
                )
            zygote = self._start()
            try:
                gaps = self._gaps(zygote, PLAIN)
                if gaps and not self._unsafe:
                    names = ", ".join(gaps[:5]) + (
                        f" and {len(gaps) - 5} more" if len(gaps) > 5 else ""
                    )
                    raise WallsTooWeak(  # noqa: TRY301 - the zygote is closed after every error
                        f"the walls of this machine are too weak for untrusted code (open: {names}); "
                        "see `grade doctor`; for code that you trust there is --unsafe-no-sandbox"
                    )
            except BaseException:
                zygote.close()
                raise
            self.interpreter = zygote.interpreter
            self._zygote, self._kind_of_child = zygote, {PLAIN: PLAIN, CONTRACT: CONTRACT}
        return self._zygote

    def _start(self) -> Zygote:
        """Start a zygote; where another Python cannot run it, say in a sentence why."""
        process, self._process = self._process, None
        if process is not None and process.python != self._python:
            process.close()  # it was started before anybody knew what the rubric asks for
            process = None
        try:
            return Zygote(process or ZygoteProcess(self._python))
        except SandboxBroken:
            if self._python != sys.executable:
                course_python.require_usable(self._python)
            raise

    def _gaps(self, zygote: Zygote, kind: str) -> list[str]:
        walls, results = self._run_probes(zygote, kind)
        if kind == PLAIN:
            self.walls = ("process", *walls)
        return [
            probe["name"] for probe in results if probe["must_fail"] and probe["result"] == "open"
        ]

    def _run_probes(
        self, zygote: Zygote, kind: str
    ) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
        megabytes = min(self._memory, PROBE_MEMORY_MB)
        wire = zygote.fork({**self._request, "kind": kind, "probe": True, "memory_mb": megabytes})
        return wire.walls, wire.probe_results()

    def probe(self, kind: str = CONTRACT) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
        """Return the walls that stand in a child of a kind, and the result of each probe there.

        Unlike ``open`` it refuses nothing.
        """
        with self._start() as zygote:
            self.interpreter = zygote.interpreter
            return self._run_probes(zygote, kind)

    def __enter__(self) -> Self:
        try:
            self._probed_zygote()
        except SandboxBroken:
            self._probed_zygote()  # a second one; if it dies as well, that is a fault of the grader
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = None


def create_sandbox(
    limits: Limits,
    python: str = "",
    *,
    in_process: bool = False,
    unsafe: bool = False,
    process: ZygoteProcess | None = None,
) -> Sandbox:
    """Create a sandbox.

    Parameters
    ----------
    limits
        What one child may use.
    python
        Path of the Python that children run under; empty for that of this process.
    in_process
        No child at all, for a debugger.
    unsafe
        Go on without walls, even where there cannot be a child.
    process
        A process for the zygote that was started before.
    """
    if in_process or (unsafe and not hasattr(os, "fork")):
        return LocalSandbox()
    return ProcessSandbox(limits, python, unsafe=unsafe, process=process)


__all__ = [
    "CONTRACT", "FIGURES", "PLAIN", "Answer", "ChildGone", "Ending", "LocalSandbox", "LocalWire", "ProcessSandbox",
    "ProcessWire", "Program", "Respond", "Sandbox", "Wire", "create_sandbox",
]  # fmt: skip
