"""YAML -> `Rubric`; whatever is wrong is one sentence with the file and the line.

`rubric.schema.json` and `rules` say what a rubric must be; this module leads from bytes to
the `Rubric`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grader import files, plugin_files
from grader.errors import PathError, RubricError
from grader.model import (
    FEEDBACK,
    MAX_PERCENT_FOR_NOTHING,
    ROUNDING,
    Frozen,
    Item,
    LatePolicy,
    Limits,
    Rubric,
    Visibility,
)
from grader.plugin_files import Plugins
from grader.rubric import rules, yaml_lines

MAX_BYTES = 1024 * 1024
"""A rubric has a few KiB; a file this large is something else, and reading it would take long."""
SECONDS = 10.0
"""Default seconds for one answer: a correct program needs 0.1 s, a slow machine ten times that."""
PACKAGES = ("numpy", "matplotlib")


OwnChecks = Callable[[Plugins], Collection[str]]
"""From a rubric's plug-ins to the ids of all checks that exist with them; it raises `TheirFault`."""


def load(path: Path, checks: Collection[str], own_checks: OwnChecks | None = None) -> Rubric:
    """Read a rubric from a file, and its plug-ins beside it.

    Parameters
    ----------
    checks
        The ids of all checks that exist without plug-ins.
    own_checks
        What tells the ids with plug-ins; without it, a rubric that has some is refused.

    Raises
    ------
    PathError
        If there is no such file, or it cannot be read.
    RubricError
        If the file is not a usable rubric.
    """
    try:
        content = files.read_regular(path, MAX_BYTES, follow=True)
    except FileNotFoundError:
        raise PathError(f"{path}: there is no such rubric") from None
    except (files.NotRegularError, IsADirectoryError):
        raise PathError(f"{path}: this is not a file; expected a rubric") from None
    except files.TooBigError:
        raise RubricError(
            str(path), None, "the file has more than 1 MiB; expected a rubric of a few KiB"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PathError(f"{path}: the rubric cannot be read ({reason})") from None
    return loads(content, str(path), checks, own_checks)


def loads(
    content: bytes, source: str, checks: Collection[str], own_checks: OwnChecks | None = None
) -> Rubric:
    """Make a rubric of a file's bytes; a `RubricError` names the line and what was expected there.

    Parameters
    ----------
    source
        The file's path as the user gave it, for error messages. The rubric itself keeps only the
        last part, because a report must not tell a path of this machine.
    checks, own_checks
        As for ``load``; plug-ins are looked for in the folder of ``source``.
    """
    document = yaml_lines.read(_decode(content, source), source)
    if document.data is None:
        raise RubricError(source, None, "the file is empty; expected a rubric")
    rules.validate_structure(document)
    plugins = plugin_files.read(document.data.get("plugins", ()), Path(source).parent)
    if plugins and own_checks is None:
        document.fail(("plugins",), "found plug-ins, which only the command loads; expected none")
    rules.validate(document, own_checks(plugins) if plugins and own_checks else checks)
    rubric = _rubric(document.data, Path(source).name, _digest(content, plugins))
    return replace(rubric, plugins=plugins)


def _digest(content: bytes, plugins: Plugins) -> str:
    """Return SHA-256 of a rubric and of its plug-ins; of the file alone where it has none."""
    digest = hashlib.sha256(content)
    for plugin in plugins:
        digest.update(f"\0{plugin.name}\0{len(plugin.content)}\0".encode() + plugin.content)
    return digest.hexdigest()


def _decode(content: bytes, source: str) -> str:
    if len(content) > MAX_BYTES:
        raise RubricError(source, None, "the text has more than 1 MiB; expected a few KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RubricError(
            source, line, "found bytes that are not UTF-8; expected a file saved as UTF-8"
        ) from None


def _rubric(data: Mapping[str, Any], source: str, digest: str) -> Rubric:
    late = data.get("late", {})
    return Rubric(
        title=data["title"],
        source=source,
        digest=digest,
        items=tuple(
            _item(item, group, data) for group in data["groups"] for item in group["items"]
        ),
        groups=tuple(group["title"] for group in data["groups"]),
        limits=_limits(data.get("limits", {})),
        names=Frozen({name: tuple(aliases) for name, aliases in data.get("names", {}).items()}),
        packages=tuple(data.get("packages", PACKAGES)),
        language=data.get("language", "en"),
        feedback=_step(data.get("feedback", FEEDBACK)),
        interface=data.get("interface", "adapt"),
        roles=Frozen(data.get("roles", {})),
        late=LatePolicy(
            **{key: float(value) for key, value in late.items() if key != "due"},
            due=late.get("due"),
        ),
        most_for_nothing=float(data.get("most_for_nothing", MAX_PERCENT_FOR_NOTHING)),
        rounding=float(data.get("rounding", ROUNDING)),
        python=data.get("environment", {}).get("python", ""),
    )


def _item(item: Mapping[str, Any], group: Mapping[str, Any], data: Mapping[str, Any]) -> Item:
    """Return an item; what it does not say follows from its group, then from the whole rubric."""
    default_seconds = data.get("limits", {}).get("seconds", SECONDS)
    default_partial = group.get("partial", data.get("partial", "parts"))
    feedback = item.get("feedback", group.get("feedback"))
    return Item(
        check=item["check"],
        points=float(item["points"]),
        group=group["title"],
        seconds=float(item.get("seconds", default_seconds)),
        visibility=Visibility(item.get("visibility", "visible")),
        bonus=item.get("bonus", False),
        title=item.get("title"),
        rounding=float(data.get("rounding", ROUNDING)),
        partial=item.get("partial", default_partial),
        feedback=None if feedback is None else _step(feedback),
    )


def _step(feedback: str) -> str:
    """Return a step of the ladder; ``none`` is what ``symptom`` was called."""
    return "symptom" if feedback == "none" else feedback


def _limits(data: Mapping[str, Any]) -> Limits:
    """Return the limits, each in the type of its default: files: 200.0 is 200 files."""
    types = {name: type(value) for name, value in asdict(Limits()).items()}
    return Limits(**{name: type_(data[name]) for name, type_ in types.items() if name in data})
