"""The shape of the command line: one default command, and arguments that are checked."""

from __future__ import annotations

import errno
import math
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from grader.files import clean_name
from grader.rubric import resources

DEFAULT = "one"


class Program(click.Group):
    """A group in which whatever is no command's name is a submission."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Send everything that names no command to the default one."""
        names = {*self.commands, "--help", "--version"} - {DEFAULT}
        if args and args[0] not in names:
            args = ["--help"] if "--help" in args else [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, or the path of a submission."""
        return [
            *super().shell_complete(ctx, incomplete),
            CompletionItem(incomplete, type="file"),
        ]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show both forms."""
        formatter.write_usage(ctx.command_path, "SUBMISSION [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGUMENTS]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the options of the default command, then the other commands."""
        self.commands[DEFAULT].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


_PATH_ERRORS = {
    errno.ELOOP: "this link leads to itself",
    errno.ENAMETOOLONG: "this is longer than the name of a file can be",
}
"""Errors of paths that can be neither read nor written; a missing file may still be written."""


class CheckedPath(click.Path):
    """A path that is not empty: `grade "$NOTHING"` must not grade the current folder."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """See click."""
        if not str(value):
            self.fail("the path is empty", param, ctx)
        try:
            os.stat(value)  # noqa: PTH116 - `resolve` and `exists` treat a circle of links differently
        except OSError as error:
            if error.errno in _PATH_ERRORS:
                self.fail(f"{clean_name(str(value))}: {_PATH_ERRORS[error.errno]}", param, ctx)
        return super().convert(value, param, ctx)


class OneOf(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """One of the names that a module lists; it is imported only when the names are needed."""

    name = "name"

    def __init__(self, module: str, attribute: str) -> None:
        self.module, self.attribute = module, attribute

    def names(self) -> tuple[str, ...]:
        """Return the names, in the module's order."""
        return tuple(getattr(import_module(self.module), self.attribute))

    def get_metavar(self, param: Any, ctx: Any = None) -> str:  # noqa: ARG002 - click's own signature
        """See click."""
        return f"[{'|'.join(self.names())}]"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's own signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """See click."""
        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """See click."""
        if value not in self.names():
            self.fail(f"'{value}' is not one of {', '.join(self.names())}", param, ctx)
        return str(value)


class RubricPath(CheckedPath):
    """The path of a rubric, or the name of a ready one, which stands for its path."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """See click."""
        path = super().convert(value, param, ctx)
        return resources.named_rubric(path) if isinstance(path, Path) else path


PATH = CheckedPath(path_type=Path, allow_dash=True)
RUBRIC = RubricPath(path_type=Path, allow_dash=True)
LANGUAGE = OneOf("grader.model", "LANGUAGES")
SEED = click.IntRange(0, 2**63 - 1)
"""The numbers of 64 bits with a sign, which is what a stored report can hold."""


def finite(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    """Refuse infinity, and what is not a number."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("expected a number of points")
    return value
