"""Try the template's own tests on the zoo, and compare them with the checks of the same names.

python tools/try_template.py            # all wrong programs, for half an hour
python tools/try_template.py 0 20       # every twentieth program, from the first on

Where a test fails and its check passes, the test is wrong. Where a check alone fails, the grader looks
deeper: student_template/README.md says of what.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from grader.sandbox.host import create_sandbox
from tests.template_runs import DEFAULT, checks_not_passed, failed_checks
from tests.zoo_rubric import ZOO


def main(first: int = 0, step: int = 1) -> None:
    """Print a line for each program for which tests and checks differ."""
    with create_sandbox(DEFAULT.limits) as sandbox:
        for program in ZOO.wrongs[first::step]:
            failed, lost = failed_checks(program), checks_not_passed(program, sandbox)
            if failed != lost:
                tests, checks = sorted(failed - lost), sorted(lost - failed)
                print(f"{program.bug}: only the test {tests}, only the check {checks}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
