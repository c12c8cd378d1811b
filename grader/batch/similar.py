"""Pairs of submissions whose code is alike: pairs to look at, never a verdict.

copydetect tells code by fingerprints of its tokens: names, layout and comments do not
count. The code of the template that everybody began with is subtracted first.
"""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from grader.errors import TheirFault
from grader.intake import folder, platforms, single_file, submission_sources
from grader.intake.submission_sources import SubmissionSource
from grader.model import Limits, Submission
from grader.remote import notebooks
from grader.rubric import resources
from grader.sandbox import host
from grader.sandbox.host import Sandbox

_TOKENS, _WINDOW = 25, 1
"""Characters of tokens that make a fingerprint, and of how many one is kept: every one."""

_MIN_FINGERPRINTS = 20
"""A submission with fewer fingerprints of its own is too short to tell."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions, and which share of each is in the other, 0 to 1."""

    first: str
    second: str
    of_first: float
    of_second: float


def similar_pairs(path: Path, at_least: float, templates: Iterable[Path] = ()) -> list[Pair]:
    """Return the pairs of a class that are alike, the most alike first.

    Raise `TheirFault` if copydetect is not installed, or the path holds no class.

    Parameters
    ----------
    at_least
        The share of the smaller one that must be in the other.
    templates
        Code that every student received besides this program's own template.
    """
    copydetect = _import_copydetect()
    limits = Limits()
    sources = platforms.read(path).sources
    template_hashes = _fingerprint(copydetect, _template_files(templates, limits), [])
    boilerplate = sorted(template_hashes.hashes)
    with contextlib.ExitStack() as stack:
        # Starting it takes a second, and only notebooks need it.
        sandbox = functools.cache(lambda: stack.enter_context(host.create_sandbox(limits)))
        fingerprints = {
            source.id: _fingerprint(copydetect, _read(source, limits, sandbox), boilerplate)
            for source in sources
        }
    return sorted(_similar_pairs(copydetect, fingerprints, at_least), key=_by_similarity)


def _read(source: SubmissionSource, limits: Limits, sandbox: Callable[[], Sandbox]) -> Submission:
    """Read a submission, and its notebooks in the sandbox."""
    submission = submission_sources.read(source, limits)
    return (
        notebooks.convert_notebooks(submission, limits, sandbox())
        if submission.notebooks
        else submission
    )


def _import_copydetect() -> Any:
    try:
        return import_module("copydetect")
    except ImportError:
        raise TheirFault(
            "grade similar needs the extra similar: pip install 'backprop-grader[similar]'"
        ) from None


def _template_files(templates: Iterable[Path], limits: Limits) -> Submission:
    """Return the files that every student received, as if one student had handed them in."""
    files: dict[str, bytes] = {}
    for at, path in enumerate((resources.student_template(), *templates)):
        submission = (folder if path.is_dir() else single_file).read(path, limits)
        files |= {f"{at}/{name}": content for name, content in submission.files.items()}
    return Submission("template", files, "")


def _fingerprint(copydetect: Any, submission: Submission, template_hashes: list[int]) -> Any:
    """Take the fingerprints of all files as one text, those of the template left out."""
    text = "\n".join(content.decode("utf-8", "replace") for content in submission.files.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of files without tokens
        return copydetect.CodeFingerprint(
            submission.name,
            _TOKENS,
            _WINDOW,
            template_hashes,
            language="python",
            fp=io.StringIO(text),
        )


def _similar_pairs(
    copydetect: Any, fingerprints: Mapping[str, Any], at_least: float
) -> Iterable[Pair]:
    """Yield the pairs that share enough; sets find them, the library measures them."""
    sets = {id_: frozenset(sources.hashes) for id_, sources in fingerprints.items()}
    long_enough = [id_ for id_, hashes in sets.items() if len(hashes) >= _MIN_FINGERPRINTS]
    for first, second in itertools.combinations(long_enough, 2):
        smaller = min(len(sets[first]), len(sets[second]))
        if len(sets[first] & sets[second]) < at_least / 2 * smaller:
            continue
        _, (of_first, of_second), _ = copydetect.compare_files(
            fingerprints[first], fingerprints[second]
        )
        if max(of_first, of_second) >= at_least:
            yield Pair(first, second, round(float(of_first), 3), round(float(of_second), 3))


def _by_similarity(pair: Pair) -> tuple[float, float, str, str]:
    shares = pair.of_first, pair.of_second
    return -max(shares), -min(shares), pair.first, pair.second
