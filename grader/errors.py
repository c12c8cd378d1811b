"""Everything that this program raises on purpose.

    GradeError
    ├── TheirFault                 somebody outside can mend it; the command exits with 2
    │   ├── RubricError            a rubric that cannot be used: file, line, what was expected
    │   └── PathError              a path that does not lead to something that can be graded or read
    ├── WallsTooWeak               this machine cannot confine untrusted code; exits with 3
    ├── OutputFull                 no space left for a batch's reports; exits with 74
    ├── OutputLocked               another run holds a batch's folder; exits with 75
    └── OurFault                   the grader itself failed; exits with 4
        ├── SandboxBroken          no child could be started, or the zygote died twice
        └── ReportBroken           a report that does not fit its own schema

What a student's code does wrong is never an exception of this tree: it is an
outcome. Inside the examination two more exist, and neither leaves it:
``checks.base.Failure`` (a check did not hold) and ``sandbox.host.ChildGone``
(the child died, was late, or broke the rules of the wire).
"""

from __future__ import annotations

from typing import Any

from grader.sentence import Sentence


class GradeError(Exception):
    """The root of all that this program raises on purpose.

    Parameters
    ----------
    text
        What is wrong, for the person at the terminal: a `Sentence`, or the text of one. The command
        translates it, and puts the ``values`` into it.
    """

    exit_code = 4

    def __init__(self, text: str | Sentence, /, **values: Any) -> None:
        self.sentence = text if isinstance(text, Sentence) else Sentence(text, **values)
        super().__init__(self.sentence)


class TheirFault(GradeError):
    """Something outside the grader is wrong, and one sentence says what."""

    exit_code = 2


class RubricError(TheirFault):
    """A rubric that cannot be used.

    Parameters
    ----------
    file
        The name of the rubric, as the user gave it.
    line
        The line (1-based) that is wrong, or None where no single line is.
    expected
        One sentence: what was found and what was expected.
    """

    def __init__(self, file: str, line: int | None, expected: str) -> None:
        self.file, self.line, self.expected = file, line, expected
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {expected}")


class PathError(TheirFault):
    """A path that does not lead to something that can be graded or read."""


class WallsTooWeak(GradeError):
    """This machine cannot confine untrusted code."""

    exit_code = 3


class OutputFull(GradeError):
    """There is no space left for the reports of a batch; what is there stays usable."""

    exit_code = 74


class OutputLocked(GradeError):
    """Another run holds the folder that a batch would write to."""

    exit_code = 75


class OurFault(GradeError):
    """The grader itself failed; no student should pay for it."""


class SandboxBroken(OurFault):
    """No child could be started, or the zygote died twice."""


class ReportBroken(OurFault):
    """A report that does not fit its own schema."""
