"""A student's own tests are graded: they must spare right layers and notice wrong ones."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from grader.checks import CHECKS
from grader.contract import ROWS
from grader.course import assignment
from grader.model import Item, Outcome, Submission, Verdict
from grader.observation import planted_mistakes
from grader.observation.planted_mistakes import MISTAKES
from grader.pipeline import grading
from grader.remote import Clock, Connection, Lab
from grader.remote.layer_server import LayerServer
from grader.remote.test_runs import TestRunner
from grader.reports.language import translator
from grader.sandbox.child.test_instructions import is_accepted
from grader.sandbox.host import LocalSandbox, ProcessSandbox, Sandbox
from tests.checks.figure_programs import BASE, DEFAULT
from tests.checks.own_test_programs import EVERYTHING_VISIBLE, GOOD, GRADIENT_CHECK, HEAD
from tests.zoo_rubric import ZOO

ITEM = Item("tests.gradient_check", 10.0, "Tests", 10.0)


@pytest.fixture(scope="module")
def walls() -> Iterator[Sandbox]:
    """A sandbox with children."""
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        yield sandbox


def graded(
    text: str, sandbox: Sandbox | None = None, *, seconds: float = 10.0, **files: str
) -> Outcome:
    """Grade a test file beside the zoo's base, in this process unless a sandbox is given."""
    sources = {**BASE, "test_gradients.py": text.encode()}
    sources |= {f"{name}.py": source.encode() for name, source in files.items()}
    rubric = replace(DEFAULT, items=(replace(ITEM, seconds=seconds),))
    submission = Submission("lab", sources, "0" * 64)
    [outcome] = grading.grade(
        submission, rubric, seed=3, sandbox=sandbox or LocalSandbox()
    ).outcomes
    return outcome


def got_away(outcome: Outcome) -> list[str]:
    """The classes of the mistakes that no test noticed."""
    return [p.failure.values["who"] for p in outcome.parts if p.failure is not None]


def test_mistakes_are_those_of_the_zoo() -> None:
    """Each planted mistake is one of the zoo's, in the same class, and each class of the lab has some."""
    subjects = {wrong.bug: wrong.subject for wrong in ZOO.singles}
    assert {m.slug: m.subject for m in MISTAKES}.items() <= subjects.items()
    needed = {row.name for row in ROWS.values() if row.replaceable and not row.optional}
    assert {mistake.subject for mistake in MISTAKES} == needed


def test_good_tests_earn_all() -> None:
    """The tests of the docs, which compare every gradient with differences, notice every mistake."""
    outcome = graded(GOOD)
    assert (outcome.verdict, outcome.share, outcome.remarks) == (Verdict.PASSED, 1.0, ())


def test_tests_of_inputs_earn_their_share() -> None:
    """Tests of the gradient at the input alone earn what they notice, and the report lists the rest."""
    outcome = graded(HEAD)
    assert outcome.verdict is Verdict.FAILED
    assert set(got_away(outcome)) == {"Linear", "MSE", "BinaryCrossEntropy"}
    assert outcome.share == pytest.approx(9 / 18)
    names = [part.name for part in outcome.parts if part.failure is not None]
    assert "Linear: b is never updated" in names


def test_gradient_check_is_called_with_layers() -> None:
    """A function gradient_check(layer, x) says of each layer whether it is right."""
    assert graded(GRADIENT_CHECK).share == pytest.approx(9 / 18)


@pytest.mark.parametrize(
    ("result", "accepted"),
    [
        (True, True),
        (None, True),
        (1e-7, True),
        (np.bool_(False), False),
        (0.3, False),
        (np.nan, False),
    ],
)
def test_what_gradient_check_returns(result: object, accepted: bool) -> None:
    """A truth value counts as it is, nothing as right, and a number as a relative error."""
    assert is_accepted(result) is accepted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tests_empty"),
        ("def test_a():\n    assert False\n", "tests_blame_right"),
        ("def test_a(fixture):\n    pass\n", "tests_blame_right"),
        ("def test_a(:\n", "raised_at"),
        ("def gradient_check(layer, x):\n    return False\n", "tests_blame_right"),
    ],
)
def test_what_spares_nothing_earns_nothing(text: str, message: str) -> None:
    """An empty file, one that cannot be read and tests that always fail earn nothing, and it is said why."""
    outcome = graded(text)
    assert outcome.message is not None
    assert (outcome.share, outcome.message.id) == (0.0, message)


def test_what_is_not_handed_in_is_said() -> None:
    """Without the file the report says its name."""
    rubric = replace(DEFAULT, items=(ITEM,))
    report = grading.grade(
        Submission("lab", BASE, "0" * 64), rubric, seed=3, sandbox=LocalSandbox()
    )
    message = report.outcomes[0].message
    assert message is not None
    assert (message.id, message.values["file"]) == ("tests_missing", "test_gradients.py")


def test_what_always_passes_earns_nothing() -> None:
    """A test that passes with every layer notices none of the mistakes."""
    outcome = graded("from layers import Linear\ndef test_a():\n    Linear(3, 2)\n")
    assert (outcome.share, len(got_away(outcome))) == (0.0, len(MISTAKES))


def test_one_test_that_blames_right_layers_costs_nothing_else() -> None:
    """A test that fails with right layers does not count, the others do, and the report names it."""
    outcome = graded(HEAD + "\ndef test_wrong():\n    assert Linear(3, 2).w is None\n")
    assert outcome.share == pytest.approx(9 / 18)
    assert [(r.id, r.values["tests"]) for r in outcome.remarks] == [
        ("tests_not_counted", "test_wrong")
    ]


def test_equal_digits_are_not_asked_for() -> None:
    """A test that spares one right layer only because it rounds alike does not count."""
    text = """
import numpy as np
from layers import Sigmoid
def test_digits():
    x = np.linspace(-3, 3, 40).reshape(8, 5)
    layer = Sigmoid()
    y = layer.forward(x)
    assert np.array_equal(y, 0.5 * (1.0 + np.tanh(0.5 * x)))
"""
    outcome = graded(text)
    assert outcome.message is not None
    assert outcome.message.id == "tests_blame_right"


def test_wrong_layers_of_ones_own_do_not_matter() -> None:
    """The tests are graded on our layers, wherever the student's own are and whatever they do."""
    wrong = "class Linear:\n    pass\nclass Sigmoid:\n    pass\nclass ReLU:\n    pass\nhelp = 3\n"
    text = HEAD.replace("from layers import", "from lab import help\nfrom lab import")
    assert graded(text, lab=wrong, layers="1 / 0\n", losses="").share == pytest.approx(9 / 18)


def test_a_test_that_never_ends_costs_its_own_points(walls: Sandbox) -> None:
    """A test that hangs with right layers ends the check; with wrong ones it notices nothing."""
    outcome = graded("def test_a():\n    while True:\n        pass\n", walls, seconds=1)
    assert (outcome.verdict, outcome.share) == (Verdict.TIMED_OUT, 0.0)
    hangs = HEAD.replace(
        "    assert np.allclose(one",
        "    while not np.allclose(one, other): pass\n    assert np.allclose(one",
    )
    outcome = graded(hangs, walls, seconds=2)
    assert (outcome.verdict, outcome.share) == (Verdict.FAILED, 0.0)
    assert [(r.id, r.values["count"]) for r in outcome.remarks] == [("tests_without_end", 3)]


def test_a_test_that_ends_the_process_is_a_crash(walls: Sandbox) -> None:
    """A test that ends its process does not end the grader."""
    outcome = graded("import os\ndef test_a():\n    os._exit(3)\n", walls)
    assert (outcome.verdict, outcome.share) == (Verdict.CRASHED, 0.0)


def test_huge_arrays_are_an_error_of_the_test(walls: Sandbox) -> None:
    """Arrays that no frame holds raise in the test, which spares no layer then."""
    text = """
import numpy as np
from layers import Sigmoid
def test_a():
    Sigmoid().forward(np.zeros((3000, 3000)))
"""
    outcome = graded(text, walls)
    assert outcome.message is not None
    assert outcome.message.id == "tests_blame_right"


def test_chance_decides_nothing() -> None:
    """Tests that draw lots, by any clock or source of random bytes, notice nothing."""
    draws = (
        "time.time_ns()",
        "time.perf_counter_ns()",
        "os.urandom(1)[0]",
        "random.getrandbits(8)",
    )
    body = "import os, random, time\nfrom layers import Linear\n"
    for number in range(20):
        for place, draw in enumerate(draws):
            body += f"def test_{number}_{place}():\n    Linear(3, 2)\n    assert {draw} * {number + 3} % 7 > 2\n"
    outcome = graded(body)
    assert outcome.share == 0.0


def test_nothing_of_a_layer_tells_whether_it_is_right(walls: Sandbox) -> None:
    """Source, code, names and attributes of a wrong layer are those of a right one."""
    submission = Submission("lab", {**BASE, "test_gradients.py": EVERYTHING_VISIBLE.encode()}, "0")
    connection = Connection(walls, submission, DEFAULT, 1)
    lab = Lab(connection, ITEM, 1, {}, Clock(60))
    server = LayerServer(connection.open_empty)
    runner = TestRunner(lab, "test_gradients.py", server, [])
    programs = [
        planted_mistakes.with_mistake(m) for m in MISTAKES if m.subject in ("Linear", "MSE")
    ]
    digests = {
        runner.run(texts, 5.0).raised["test_look"]
        for texts in [planted_mistakes.right_classes(), *programs[::3]]
    }
    server.close()
    connection.close()
    assert len(digests) == 1
    assert "AssertionError" in digests.pop()


def test_the_check_is_optional() -> None:
    """The check exists, and the lab's own rubric does not ask for it."""
    assert "tests.gradient_check" in CHECKS
    assert "tests.gradient_check" not in [item.check for item in DEFAULT.items]


def test_the_assignment_says_what_is_expected() -> None:
    """Where a rubric asks for tests, the handout says in both languages what to hand in."""
    rubric = replace(DEFAULT, items=(*DEFAULT.items, ITEM))
    for language in ("en", "zh_TW"):
        asked = assignment.text(rubric, translator(language))
        assert "test_gradients.py" in asked
        assert "gradient_check(layer, x)" in asked
        assert "test_gradients.py" not in assignment.text(DEFAULT, translator(language))


LOTS = (
    HEAD.partition("def test")[0]
    + """
import datetime, random, secrets

def use():
    for layer in (Linear(3, 2), Sigmoid(), ReLU()):
        layer.forward(np.ones((2, 3)))
    MSE(), BinaryCrossEntropy()

def test_by_the_hour():
    use()
    assert datetime.datetime.now().year < 2000

def test_by_lot():
    use()
    assert secrets.randbelow(2) and random.SystemRandom().random() < 0.5

def test_by_memory():
    use()
    assert id(object()) // 16 % 2
"""
)


def test_tests_that_draw_lots_earn_nothing() -> None:
    """Neither the time of day nor the system's random numbers nor an address notices a mistake."""
    outcome = graded(LOTS)
    assert outcome.share == 0


def test_nothing_stays_replaced() -> None:
    """After the tests, clocks and random numbers are the system's again."""
    original = datetime.datetime, random.SystemRandom().random
    graded(LOTS)
    assert datetime.datetime is original[0]
    assert datetime.datetime.now(datetime.UTC).year > 2000
    assert random.SystemRandom().random() != random.SystemRandom().random()
