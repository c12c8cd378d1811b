"""A course's sample submissions, and what is expected of each: ``samples/expected.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import files
from grader.errors import PathError, RubricError
from grader.model import Document, Verdict, tidy
from grader.reports.wording import number
from grader.rubric.yaml_lines import KeyPath, YamlDocument, describe, read
from grader.sentence import Sentence

FOLDER, FILE = "samples", "expected.yaml"
MAX_BYTES = 1024 * 1024
KEYS = ("score", "checks", "flags")


@dataclass(frozen=True, slots=True)
class Expected:
    """What is written of one sample; None, and a check that is not named, may be anything.

    Parameters
    ----------
    score
        The least and the most points.
    checks
        The verdict by check.
    flags
        The ids of what a person should look at, in any order.
    """

    score: tuple[float, float] | None
    checks: Mapping[str, str]
    flags: frozenset[str] | None


def read_expected(path: Path, checks: Collection[str]) -> dict[str, Expected]:
    """Read what is expected of each sample, by its name.

    Parameters
    ----------
    checks
        The ids of the checks of the rubric.

    Raises
    ------
    PathError
        If there is no such file, or it cannot be read.
    RubricError
        If something is wrong in it, with the line.
    """
    document = read(_text(path), str(path))
    if not isinstance(document.data, dict) or not document.data:
        raise RubricError(
            str(path), None, "expected a line such as `empty: {score: 0}` for each sample"
        )
    return {name: _expected(document, name, entry, checks) for name, entry in document.data.items()}


def _text(path: Path) -> str:
    try:
        return files.read_regular(path, MAX_BYTES, follow=True).decode("utf-8-sig")
    except FileNotFoundError:
        raise PathError(
            "{file}: there is no such file; it says what each sample gets (`grade init` writes one)",
            file=path,
        ) from None
    except UnicodeDecodeError:
        raise RubricError(str(path), None, "found bytes that are not UTF-8") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise PathError(
            "{file}: this cannot be read ({reason})", file=path, reason=reason
        ) from None


def _expected(document: YamlDocument, name: str, entry: Any, checks: Collection[str]) -> Expected:
    if not isinstance(entry, dict) or not entry:
        document.fail((name,), f"found {describe(entry)}; expected some of {', '.join(KEYS)}")
    for key in entry:
        if key not in KEYS:
            document.fail(
                (name, key), f"found the unknown key {describe(key)}; expected {', '.join(KEYS)}"
            )
    flags = _flags(document, (name, "flags"), entry["flags"]) if "flags" in entry else None
    return Expected(
        _score(document, (name, "score"), entry["score"]) if "score" in entry else None,
        _checks(document, (name, "checks"), entry.get("checks", {}), checks),
        flags,
    )


def _score(document: YamlDocument, path: KeyPath, value: Any) -> tuple[float, float]:
    ends = value if isinstance(value, list) else [value, value]
    are_numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends)
    if len(ends) != 2 or not are_numbers or not 0 <= ends[0] <= ends[1]:
        document.fail(path, f"found {describe(value)}; expected points, or [least, most]")
    return float(ends[0]), float(ends[1])


def _checks(
    document: YamlDocument, path: KeyPath, value: Any, checks: Collection[str]
) -> dict[str, str]:
    if not isinstance(value, dict):
        document.fail(path, f"found {describe(value)}; expected a mapping of checks to verdicts")
    for check, verdict in value.items():
        if check not in checks:
            document.fail((*path, check), f"found {describe(check)}; the rubric has no such check")
        if verdict not in list(Verdict):
            names = ", ".join(Verdict)
            document.fail((*path, check), f"found {describe(verdict)}; expected one of {names}")
    return dict(value)


def _flags(document: YamlDocument, path: KeyPath, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(flag, str) for flag in value):
        document.fail(
            path, f"found {describe(value)}; expected a list of ids such as [hidden_name]"
        )
    return frozenset(value)


def sample_paths(folder: Path) -> dict[str, Path]:
    """Return the samples of a folder by name; raise `PathError` where there is no such folder."""
    if not folder.is_dir():
        raise PathError("{folder}: there is no such folder", folder=folder)
    paths = (path for path in sorted(folder.iterdir()) if path.name != FILE)
    return {path.name: path for path in paths if not path.name.startswith(".")}


def differences(expected: Expected, report: Document) -> Iterator[Sentence]:
    """Yield a sentence for each thing that a report says otherwise than expected."""
    score = tidy(report["score"])
    if expected.score is not None and not expected.score[0] <= score <= expected.score[1]:
        least, most = map(number, expected.score)
        wanted = (
            Sentence(least)
            if least == most
            else Sentence("{least} to {most}", least=least, most=most)
        )
        yield Sentence("score {score}, expected {wanted}", score=number(score), wanted=wanted)
    verdicts = {check["id"]: check["verdict"] for check in report["checks"]}
    for check, verdict in expected.checks.items():
        if verdicts.get(check) != verdict:
            result = verdicts.get(check, "not examined")
            yield Sentence(
                "{check} is {verdict}, expected {wanted}",
                check=check,
                verdict=Sentence(result),
                wanted=Sentence(verdict),
            )
    yield from _flag_differences(expected.flags, {flag["id"] for flag in report["needs_review"]})


def _flag_differences(expected: frozenset[str] | None, flags: set[str]) -> Iterator[Sentence]:
    if expected is None:
        return
    for flag in sorted(flags - expected):
        yield Sentence("the flag {flag} was raised, and not expected", flag=flag)
    for flag in sorted(expected - flags):
        yield Sentence("the flag {flag} was expected, and not raised", flag=flag)
