"""Makes classes of right submissions that differ, as the other benchmarks grade them."""

from __future__ import annotations

from pathlib import Path

from grader.audit import zoo
from grader.rubric import resources

SLOW = ("three_nested_loops", "sample_loop_backward")
"""Programs that compute entry by entry, in Python: they take up to ten times as long as all others."""


def write_class(folder: Path, number: int) -> None:
    """Write so many right submissions, no two alike: a folder each, with ``main.py`` and plots.

    Every eighth is the reference; the others are the right programs of the zoo, whose styles,
    conventions and figures differ, so far as they have all parts of the lab in files of their own.
    """
    tree = zoo.load(resources.zoo())
    rights = [right for right in tree.rights if right.name not in SLOW]
    programs = [dict(tree.base)] + [dict(right.files) for right in rights]
    programs = [files for files in programs if {"layers.py", "plots.py", "main.py"} <= files.keys()]
    reference = resources.student_template().parent / "reference"
    own = {path.name: path.read_bytes() for path in sorted(reference.glob("*.py"))}
    for place in range(number):
        files = own if place % 8 == 7 else programs[place % len(programs)]
        target = folder / f"s{place:05d}"
        for name, content in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content + f"\n# {place}\n".encode())
