"""What a report depends on besides its submission, and the key that identifies all of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from grader.model import Interpreter, Rubric, Submission
from grader.version import __version__

_PACKAGE = Path(__file__).parents[1]
_UNRELATED = ("batch/", "cli/", "reports/pages/")
"""Code on which no stored report depends."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The versions and the walls of a worker, and the interpreter that submissions run under there."""

    walls: tuple[str, ...]
    grader: str
    code: str
    numpy: str
    official: bool
    interpreter: Interpreter | None = None


def current_environment(
    walls: tuple[str, ...], official: bool, interpreter: Interpreter | None = None
) -> Environment:
    """Return the environment of this process, whose sandbox has these walls."""
    numpy = metadata.version("numpy")
    return Environment(tuple(walls), __version__, code_digest(), numpy, official, interpreter)


@cache
def code_digest() -> str:
    """Return SHA-256 over the grader's own code: what was edited in place grades anew."""
    digest = hashlib.sha256()
    for folder in (_PACKAGE, _PACKAGE.parent / "reference"):
        for file in sorted(folder.rglob("*.py")):
            if not file.relative_to(folder).as_posix().startswith(_UNRELATED):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def report_key(submission: Submission, rubric: Rubric, seed: int, environment: Environment) -> str:
    """Return the key of a report: equal keys, equal reports but for the seconds."""
    parts = [
        submission.digest,
        submission.name,
        repr((submission.refused, submission.invalid)),
        rubric.digest,
        rubric.source,
        seed,
        asdict(environment),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
