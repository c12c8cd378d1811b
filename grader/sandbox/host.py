"""The host side of the wire: where machines come from, whether behind walls or in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from grader.errors import SandboxBroken, WallsTooWeak
from grader.model import Limits
from grader.sandbox.child.interpreter import Interpreter
from grader.sandbox.zygote_client import Answer, ChildGone, Ending, ProcessWire, Program, Zygote

CONTRACT, FIGURES = "contract", "figures"
PROBED_MB = 4096  # of address space for a child that probes: less than what it tries to map


class Wire(Protocol):
    """A way to one machine: a child's, or one in this process."""

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program there and return an answer for each instruction.

        Raises
        ------
        ChildGone
            If the child did not answer well within ``seconds``; the wire is dead then.
        OurFault
            If the machine itself failed, or the zygote is gone and its children with it.
        """

    def close(self) -> None:
        """End the machine's life."""


class Sandbox(Protocol):
    """Where machines come from; a context manager."""

    @property
    def official(self) -> bool:
        """Whether a report made here counts."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the walls that stand, after the sandbox was entered."""

    def open(self, kind: str = CONTRACT) -> Wire:
        """Return a wire to a new machine: one for the contract's checks, or one for figures."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LocalSandbox:
    """Machines in this very process: for tests and for a debugger, never for a score that counts."""

    official = False
    layers: tuple[str, ...] = ()

    def open(self, kind: str = CONTRACT) -> Wire:
        """Return a wire to a new machine in this process, which serves for either kind."""
        del kind
        return LocalWire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class LocalWire:
    """A wire without a process: no deadline holds here, and imports last as long as the wire."""

    def __init__(self) -> None:
        self._interpreter = Interpreter()
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
    """Children forked from one warm zygote, each behind every wall that this machine has.

    Parameters
    ----------
    limits
        What one child may use.
    python
        The interpreter of the child side; the course's choice, this one by default.
    walls
        The names of the walls to raise; all of them by default.
    unsafe
        Go on where the walls do not hold. Nothing made so is official.
    """

    def __init__(
        self,
        limits: Limits,
        python: str = sys.executable,
        *,
        walls: Sequence[str] | None = None,
        unsafe: bool = False,
    ) -> None:
        self._request = {
            "memory_mb": limits.memory_mb,
            "total_seconds": limits.total_seconds,
            "walls": None if walls is None else list(walls),
        }
        self._python, self._unsafe, self._memory = python, unsafe, limits.memory_mb
        self._zygote: Zygote | None = None
        self._serves: dict[str, str] = {}
        self.layers: tuple[str, ...] = ()

    @property
    def official(self) -> bool:
        """Whether the probes were all stopped, and nobody waived them."""
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
        zygote = self._started()
        if kind not in self._serves:
            # A child for figures may read some files. Where that cannot be confined, it may not.
            self._serves[kind] = CONTRACT if self._gaps(zygote, kind) else kind
        return zygote.fork({**self._request, "kind": self._serves[kind]})

    def _started(self) -> Zygote:
        """The zygote; a new one must show first that its children cannot get out."""
        if self._zygote is None:
            if not hasattr(os, "fork"):
                raise WallsTooWeak(
                    "this system cannot confine untrusted code; for your own code "
                    "there is --unsafe-no-sandbox"
                )
            zygote = Zygote(self._python)
            try:
                gaps = self._gaps(zygote, CONTRACT)
                if gaps and not self._unsafe:
                    raise WallsTooWeak(_refusal(gaps))  # noqa: TRY301 - the zygote ends with all faults
            except BaseException:
                zygote.close()
                raise
            self._zygote, self._serves = zygote, {CONTRACT: CONTRACT}
        return self._zygote

    def _gaps(self, zygote: Zygote, kind: str) -> list[str]:
        walls, found = self._probed(zygote, kind)
        if kind == CONTRACT:
            self.layers = ("process", *walls)
        return [
            probe["name"] for probe in found if probe["must_fail"] and probe["result"] == "open"
        ]

    def _probed(self, zygote: Zygote, kind: str) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
        megabytes = min(self._memory, PROBED_MB)
        wire = zygote.fork({**self._request, "kind": kind, "probe": True, "memory_mb": megabytes})
        return wire.walls, wire.probed()

    def probe(self, kind: str = CONTRACT) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
        """Return the walls that stand in a child of a kind, and what each probe found there.

        Unlike ``open`` this refuses nothing.
        """
        with Zygote(self._python) as zygote:
            return self._probed(zygote, kind)

    def __enter__(self) -> Self:
        try:
            self._started()
        except SandboxBroken:
            self._started()  # a second one; if it dies as well it is our fault
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = None


def chosen(limits: Limits, *, in_process: bool = False, unsafe: bool = False) -> Sandbox:
    """Return the sandbox that was asked for.

    Parameters
    ----------
    limits
        What one child may use.
    in_process
        No child at all, for a debugger.
    unsafe
        Go on without walls, even where there cannot be a child.
    """
    if in_process or (unsafe and not hasattr(os, "fork")):
        return LocalSandbox()
    return ProcessSandbox(limits, unsafe=unsafe)


def _refusal(gaps: Sequence[str]) -> str:
    named = ", ".join(gaps[:5]) + (f" and {len(gaps) - 5} more" if len(gaps) > 5 else "")
    return (
        f"the walls of this machine are too weak for untrusted code (open: {named}); "
        "see `grade doctor`; for code that you trust there is --unsafe-no-sandbox"
    )


__all__ = [
    "Answer",
    "ChildGone",
    "Ending",
    "LocalSandbox",
    "LocalWire",
    "ProcessSandbox",
    "ProcessWire",
    "Program",
    "Sandbox",
    "Wire",
    "chosen",
]
