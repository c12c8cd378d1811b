"""Grades a folder of submissions in this one process, without walls: the limit of any walled grader.

python benchmarks/bare.py FOLDER OUT [PART PARTS]

Intake, checks, report and figures are the same as those of `grade batch`; what is missing is a
process for the student's code, and the tables of a class. Of PARTS processes each takes a part.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

from grader import intake, reports
from grader.checks import CHECKS
from grader.pipeline import grading
from grader.reports import figure_files, report_store
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox


def main(folder: Path, out: Path, part: int = 0, parts: int = 1) -> None:
    """Grade every submission of the folder, and write its report."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    out.mkdir(parents=True, exist_ok=True)
    seed = grading.seed_for(rubric)
    for path in sorted(folder.iterdir())[part::parts]:
        with LocalSandbox() as sandbox, contextlib.redirect_stdout(io.StringIO()):
            report = grading.grade(
                intake.read(path, rubric.limits), rubric, seed=seed, sandbox=sandbox
            )
        document = reports.document(report)
        reports.validate(document)
        target = out / f"{path.name}.json"
        report_store.write_figures(target, figure_files.contents(report))
        target.write_text(reports.render(document, "json"), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
