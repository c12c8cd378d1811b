"""How many pairs of mistakes in one method get a name: over random pairs of the zoo's single ones.

Run with ``python -m benchmarks.pairs [COUNT]``. Two mistakes are a pair where both edit one method and the second
can still be made after the first. Printed are how many checks whose numbers are wrong get a name, and what is
said of each pair; a check that fails as it would with one of the two alone counts as well.
"""

from __future__ import annotations

import ast
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.mutants import edited
from benchmarks.places import SEED, whole_rubric
from benchmarks.rewritings import Edit
from grader.audit import zoo
from grader.audit.trials import restrict
from grader.contract import REPLACEABLE
from grader.diagnosis.explain import NUMBERS, array_of
from grader.model import Outcome, Submission
from grader.pipeline.examination import Examination
from grader.rubric import resources
from grader.sandbox.host import create_sandbox

COUNT = 150


def main() -> None:
    """Examine some pairs and print what is said of them."""
    base, rubric, counts = zoo.load(resources.zoo()).base, whole_rubric(), Counter[str]()
    pairs = list(pairs_of_one_method(base))
    count = int(sys.argv[1]) if sys.argv[1:] else COUNT
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        for name, subject, files in random.Random(SEED).sample(pairs, min(count, len(pairs))):  # noqa: S311
            submission = Submission("zoo", files, "0" * 64)
            examination = Examination(submission, restrict(rubric, {subject}), SEED, sandbox)
            try:
                outcomes = examination.run()
            finally:
                examination.close()
            for outcome in outcomes:
                if _is_of_numbers(outcome):
                    slugs = [finding.slug for finding in outcome.findings]
                    is_named = bool(slugs) and slugs[0] != "unexplained"
                    counts["named" if is_named else "not"] += 1
                    print(name, outcome.item.check, *slugs, flush=True)
    print(
        f"of {len(pairs)} pairs: {counts['named']} of {counts.total()} checks of numbers are named"
    )


def pairs_of_one_method(base: zoo.Files) -> Iterator[tuple[str, str, zoo.Files]]:
    """Yield name, class and files of each pair that can be made."""
    singles = [(entry, *_place(entry, base)) for entry in _entries()]
    for (one, method, edit), (other, other_method, other_edit) in itertools.combinations(
        singles, 2
    ):
        if not method or (method, one["subject"]) != (other_method, other["subject"]):
            continue
        try:
            files = edited(base, [edit, other_edit])
        except ValueError:
            continue
        yield f"{one['bug']}+{other['bug']}", one["subject"], files


def _is_of_numbers(outcome: Outcome) -> bool:
    ids = {part.failure.message.id for part in outcome.parts if part.failure is not None}
    return bool(array_of(outcome.item.check)) and bool(NUMBERS & ids)


def _entries() -> Iterator[dict[str, Any]]:
    for path in sorted((Path(resources.zoo()) / "wrong").glob("*.yaml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8")):
            if entry.get("subject") in REPLACEABLE and len(entry.get("edits", ())) == 1:
                yield entry


def _place(entry: dict[str, Any], base: zoo.Files) -> tuple[str, Edit]:
    """Return the method in which an entry's edit begins, or "", and the edit."""
    [edit] = entry["edits"]
    if "replace" not in edit:
        return "", Edit("", "", "")
    text = base[edit["file"]].decode()
    line = text[: text.index(edit["replace"])].count("\n") + 1
    for klass in (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)):
        for method in (node for node in klass.body if isinstance(node, ast.FunctionDef)):
            if method.lineno <= line <= (method.end_lineno or 0):
                return f"{klass.name}.{method.name}", Edit(
                    edit["file"], edit["replace"], edit["with"]
                )
    return "", Edit("", "", "")


if __name__ == "__main__":
    main()
