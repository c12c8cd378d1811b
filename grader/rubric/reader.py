"""YAML -> `Rubric`; whatever is wrong is one sentence with the file and the line.

What a rubric must be stands in `rubric.schema.json` and in `rubric_rules`; here is
the way from bytes to the noun.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import PathError, RubricError
from grader.model import MOST_FOR_NOTHING, ROUNDING, Frozen, Item, Late, Limits, Rubric, Visibility
from grader.rubric import rules
from grader.rubric.yaml_lines import read

BIGGEST = 1024 * 1024
SECONDS = 10.0
PACKAGES = ("numpy", "matplotlib")


def load(path: Path, checks: Collection[str]) -> Rubric:
    """Read a rubric from a file.

    Parameters
    ----------
    checks
        The ids of all checks that exist.

    Raises
    ------
    PathError
        Where there is no such file, or it cannot be read.
    RubricError
        Where the file is not a usable rubric.
    """
    return loads(_contents(path), str(path), checks)


def loads(text: bytes, source: str, checks: Collection[str]) -> Rubric:
    """Make a rubric of a file's bytes.

    Parameters
    ----------
    source
        What to call the file in sentences: its path as the user gave it. The rubric itself
        keeps the last part alone, for a report must not tell of this machine.
    checks
        The ids of all checks that exist.

    Raises
    ------
    RubricError
        With the line that is wrong, and what was found and expected there.
    """
    found = read(_decoded(text, source), source)
    if found.data is None:
        raise RubricError(source, None, "the file is empty; expected a rubric")
    rules.enforce(found, checks)
    return _built(found.data, Path(source).name, hashlib.sha256(text).hexdigest())


def _contents(path: Path) -> bytes:
    try:
        return files.read_regular(path, BIGGEST, follow=True)
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


def _decoded(text: bytes, source: str) -> str:
    if len(text) > BIGGEST:
        raise RubricError(source, None, "the text has more than 1 MiB; expected a few KiB")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise RubricError(
            source, line, "found bytes that are not UTF-8; expected a file saved as UTF-8"
        ) from None


def _built(data: Mapping[str, Any], source: str, digest: str) -> Rubric:
    seconds = float(data.get("limits", {}).get("seconds", SECONDS))
    rounding = float(data.get("rounding", ROUNDING))
    partial = data.get("partial", "parts")
    return Rubric(
        title=data["title"],
        source=source,
        digest=digest,
        items=tuple(
            _item(item, group["title"], seconds, rounding, group.get("partial", partial))
            for group in data["groups"]
            for item in group["items"]
        ),
        groups=tuple(group["title"] for group in data["groups"]),
        limits=_limits(data),
        names=Frozen({name: tuple(other) for name, other in data.get("names", {}).items()}),
        packages=tuple(data.get("packages", PACKAGES)),
        language=data.get("language", "en"),
        feedback=data.get("feedback", "name"),
        late=_late(data.get("late", {})),
        most_for_nothing=float(data.get("most_for_nothing", MOST_FOR_NOTHING)),
        rounding=rounding,
    )


def _item(
    item: Mapping[str, Any], group: str, seconds: float, rounding: float, partial: str
) -> Item:
    return Item(
        check=item["check"],
        points=float(item["points"]),
        group=group,
        seconds=float(item.get("seconds", seconds)),
        visibility=Visibility(item.get("visibility", "visible")),
        bonus=item.get("bonus", False),
        title=item.get("title"),
        options=_frozen(item.get("options", {})),
        rounding=rounding,
        partial=item.get("partial", partial),
    )


def _late(given: Mapping[str, Any]) -> Late:
    numbers = {key: float(value) for key, value in given.items() if key != "due"}
    return Late(**numbers, due=given.get("due"))


def _limits(data: Mapping[str, Any]) -> Limits:
    """Return the limits, each in the type of its default: files: 200.0 is 200 files."""
    given = data.get("limits", {})
    kinds = {name: type(value) for name, value in asdict(Limits()).items()}
    return Limits(**{name: kind(given[name]) for name, kind in kinds.items() if name in given})


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return Frozen({key: _frozen(inner) for key, inner in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
