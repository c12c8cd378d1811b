"""What a submission does beside the lab: other packages, progress bars, input, arguments, training at import."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Message, Outcome, Report, Submission, Verdict
from grader.pipeline import grading
from grader.reports.messages import say
from grader.reports.text_catalogue import default
from grader.rubric import reader, resources
from grader.sandbox.child import progress_bars
from grader.sandbox.host import ProcessSandbox
from tests.zoo_rubric import ZOO

RUBRIC = reader.load(resources.default_rubric(), CHECKS)
QUICK = replace(RUBRIC, limits=replace(RUBRIC.limits, import_seconds=2))
Grade = Callable[[Mapping[str, bytes]], Report]
LOOP = b"for epoch in range(epochs):"
BAR = b"from tqdm import tqdm, trange\n"


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    """A function that grades the right program with some files changed or added."""
    with ProcessSandbox(QUICK.limits) as sandbox:

        def graded(files: Mapping[str, bytes]) -> Report:
            submission = Submission("lab", {**ZOO.base, **files}, "0" * 64)
            return grading.grade(submission, QUICK, seed=1, sandbox=sandbox)

        yield graded


def above(path: str, text: bytes) -> Mapping[str, bytes]:
    """A file of the right program with some lines above it."""
    return {path: text + ZOO.base[path]}


def below(path: str, text: bytes) -> Mapping[str, bytes]:
    """A file of the right program with some lines below it."""
    return {path: ZOO.base[path] + text}


def bar(loop: bytes, imports: bytes = BAR) -> Mapping[str, bytes]:
    """The right program with another loop of training."""
    assert LOOP in ZOO.base["training.py"]
    return {"training.py": imports + ZOO.base["training.py"].replace(LOOP, loop)}


def lost(report: Report) -> list[str]:
    return [o.item.check for o in report.outcomes if o.share < 1 and o.item.points]


def outcome(report: Report, check: str) -> Outcome:
    return next(o for o in report.outcomes if o.item.check == check)


def sentence(message: Message | None) -> str:
    """The sentence of a message, which exists in both languages."""
    assert message is not None
    assert say(message, default("zh_TW").sentences) != say(message, default().sentences)
    return say(message, default().sentences)


@pytest.mark.parametrize(
    "line",
    [
        b"import pandas_x as pd\n", b"import seaborn_x as sns\n", b"from tensorboardX_x import SummaryWriter\n",
        b"from sklearn_x.metrics import accuracy_score\n", b"import torch_x, numpy\n",
        b"try:\n    import pandas_x\nexcept ImportError:\n    pandas_x = None\n",
    ],
)  # fmt: skip
def test_a_package_that_is_not_there_and_not_used_costs_nothing(grade: Grade, line: bytes) -> None:
    """The import is passed over, and the rest of the file counts."""
    report = grade(above("layers.py", line))
    assert lost(report) == []
    assert report.needs_review == ()


@pytest.mark.parametrize(
    ("line", "use", "package"),
    [
        (b"import pandas_x as pd\n", b"pd.DataFrame(x)", "pandas_x"),
        (b"import seaborn_x.objects\n", b"seaborn_x.objects.Plot(x)", "seaborn_x"),
        (b"from sklearn_x.metrics import roc_curve\n", b"roc_curve(y, pred_y)", "sklearn_x"),
    ],
)
def test_where_it_is_used_its_name_is_told(
    grade: Grade, line: bytes, use: bytes, package: str
) -> None:
    """A name that a missing package should have defined is explained by the package, in that check alone."""
    head = b"def show_result(x, y, pred_y):\n"
    source = ZOO.base["plots.py"].replace(head, head + b"    " + use + b"\n")
    report = grade({"plots.py": line + source})
    message = outcome(report, "plots.result").message
    assert message is not None
    assert (message.id, message.values["package"]) == ("raised_without_package", package)
    assert f"uses the package {package} in line" in sentence(message)
    assert lost(report) == ["plots.result"]


def test_another_unknown_name_is_blamed_on_no_package(grade: Grade) -> None:
    """What was simply never defined stays an ordinary error."""
    head = b"def show_result(x, y, pred_y):\n"
    source = ZOO.base["plots.py"].replace(head, head + b"    pdd.DataFrame(x)\n")
    message = outcome(
        grade({"plots.py": b"import pandas_x as pd\n" + source}), "plots.result"
    ).message
    assert message is not None
    assert message.id == "raised_at"


def test_a_missing_package_does_not_explain_a_missing_class(grade: Grade) -> None:
    """A file that ran to its end was imported; what it lacks is simply not there."""
    source = ZOO.base["layers.py"].replace(b"class ReLU", b"class Ramp")
    message = outcome(grade({"layers.py": b"import pandas_x\n" + source}), "relu.forward").message
    assert message is not None
    assert message.id == "missing"


@pytest.mark.parametrize(
    "files",
    [
        bar(b"for epoch in tqdm(range(epochs), desc='training', leave=False):"),
        bar(b"for epoch in trange(epochs):"),
        bar(b"for epoch in tqdm.tqdm(range(epochs)):", b"import tqdm\n"),
        bar(b"for epoch in tqdm(range(epochs)):", b"from tqdm.auto import tqdm\n"),
        bar(b"for epoch in tqdm(range(epochs)):", b"from tqdm.notebook import tqdm\n"),
        bar(
            b"bar = tqdm(range(epochs))\n    for epoch in bar:\n        bar.set_description('x')\n"
            b"        bar.set_postfix(loss=epoch)"
        ),
        above("main.py", b"from tqdm import tqdm\nfor _ in tqdm([1]): pass\n"),
    ],
)
def test_a_loop_in_a_progress_bar_runs(grade: Grade, files: Mapping[str, bytes]) -> None:
    """Training in a progress bar keeps all points, and a remark says what ran in its place."""
    report = grade(files)
    assert lost(report) == []
    assert outcome(report, "plots.main").verdict is Verdict.PASSED
    [remark] = report.remarks
    assert remark.id == "package_replaced"
    assert "imports tqdm in line 1" in sentence(remark)


def test_a_wrong_loop_in_a_progress_bar_is_wrong(grade: Grade) -> None:
    """A training that ends early is found, whatever is around it."""
    assert "training.train" in lost(grade(bar(b"for epoch in tqdm(range(3)):")))


def test_a_file_of_their_own_is_used(grade: Grade) -> None:
    """A submission that brings a file of that name means that file."""
    own = {"tqdm.py": b"def tqdm(x):\n    return x\n"}
    report = grade({**bar(b"for epoch in tqdm(range(epochs)):", b"from tqdm import tqdm\n"), **own})
    assert (lost(report), report.remarks) == ([], ())


def test_a_progress_bar_is_its_iterable() -> None:
    """It gives the entries of its iterable, knows their number, and takes the usual calls."""
    with progress_bars.Progress([3, 4], desc="x") as progress:
        assert (list(progress), len(progress), progress.n) == ([3, 4], 2, 2)
        progress.update(2)
        progress.set_postfix_str("y")
        progress.close()
    assert (progress.n, bool(progress)) == (4, True)
    progress.write("z")
    assert list(progress_bars.count(2, 4)) == [2, 3]
    assert not hasattr(progress, "__array__")


@pytest.mark.parametrize(
    "loop", [b"while True:\n    pass\n", b"for i in range(10**9):\n    net = i * 0.5\n"]
)
def test_training_at_import_is_told_with_its_line(grade: Grade, loop: bytes) -> None:
    """The file and the line that trains are told; the classes of the file keep their points."""
    start = time.monotonic()
    source = ZOO.base["layers.py"]
    report = grade({"layers.py": loop + source})
    [remark] = report.remarks
    text = sentence(remark)
    assert "layers.py trains, or waits for input, in line 1 when it is imported" in text
    assert 'if __name__ == "__main__".' in text
    assert lost(report) == []
    assert time.monotonic() - start < 15


def test_a_statement_that_does_not_end_is_told_with_its_line(grade: Grade) -> None:
    """What shows no loop is interrupted: its line is told, and the classes below it keep their points."""
    report = grade(above("layers.py", b"import time\nprint(time.sleep(60))\n"))
    [remark] = report.remarks
    text = sentence(remark)
    assert "layers.py was still running line 2 when it was imported" in text
    assert "if __name__ == '__main__':" in text
    assert lost(report) == []


@pytest.mark.parametrize("line", [b"sum(iter(int, 1))\n", b"import os\nos._exit(0)\n"])
def test_what_ends_its_child_costs_no_class(grade: Grade, line: bytes) -> None:
    """A statement that no alarm can interrupt, or that ends Python, takes no definition along."""
    report = grade(above("layers.py", line))
    [remark] = report.remarks
    assert "layers.py did not finish running when it was imported, or ended Py" in sentence(remark)
    assert lost(report) == []


def test_a_wrong_class_above_a_training_at_import_is_still_wrong(grade: Grade) -> None:
    """What stands above the loop is examined like any other."""
    wrong = ZOO.base["layers.py"].replace(
        b"dx = prev_grad @ self.w.T", b"dx = 3 * prev_grad @ self.w.T"
    )
    report = grade({"layers.py": wrong + b"\nwhile True:\n    pass\n"})
    assert lost(report) == ["linear.backward.input"]


def test_a_main_program_that_asks_gets_an_empty_line(grade: Grade) -> None:
    """Pressing Enter is all that can be done for it, and the report says so."""
    asked = outcome(grade(above("main.py", b"input('Press Enter')\n")), "plots.main")
    assert asked.verdict is Verdict.PASSED
    [remark] = [remark for remark in asked.remarks if remark.id == "main_asked"]
    assert "main.py waits for input in line 1" in sentence(remark)


def test_a_main_program_that_needs_an_answer_is_told_so(grade: Grade) -> None:
    """An empty line holds no two words; the message names the line that asked. A number gets one."""
    text = b"first, second = input().split()\n"
    message = outcome(grade(above("main.py", text)), "plots.main").message
    assert "main.py waits for input in line 1." in sentence(message)
    assert "ValueError" in sentence(message)
    number = outcome(grade(above("main.py", b"n = int(input())\n")), "plots.main")
    assert number.verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (b"import sys\nn = int(sys.argv[1])\n", "1"),
        (
            b"import argparse\nparser = argparse.ArgumentParser()\n"
            b"parser.add_argument('--lr', required=True)\nparser.parse_args()\n", "--lr 0.1",
        ),
    ],
)  # fmt: skip
def test_required_arguments_are_given(grade: Grade, text: bytes, given: str) -> None:
    """Who requires arguments of the command line gets some, and reads which; at import as well."""
    main = outcome(grade(above("main.py", text)), "plots.main")
    assert main.verdict is Verdict.PASSED
    [remark] = [remark for remark in main.remarks if remark.id == "main_given"]
    assert f"it was given {given}." in sentence(remark)
    report = grade(above("layers.py", text))
    assert (lost(report), report.remarks) == ([], ())


def test_arguments_that_cannot_be_guessed_are_told(grade: Grade) -> None:
    """Where the arguments that are given do not do, the line that needs them is told."""
    text = (
        b"import argparse\nparser = argparse.ArgumentParser()\n"
        b"parser.add_argument('when', type=lambda text: 1 / 0 if text else 1)\nparser.parse_args()\n"
    )
    text = text.replace(b"1 / 0 if text else 1", b"int(text + 'x')")
    message = outcome(grade(above("main.py", text)), "plots.main").message
    assert "main.py needs arguments of the command line in line 4" in sentence(message)


def test_optional_arguments_are_no_matter(grade: Grade) -> None:
    """Arguments with values of their own need nobody."""
    text = (
        b"import argparse, sys\nparser = argparse.ArgumentParser()\n"
        b"parser.add_argument('--lr', default=1)\nparser.parse_args()\n"
        b"n = sys.argv[1] if len(sys.argv) > 1 else 3\n"
    )
    main = outcome(grade(above("main.py", text)), "plots.main")
    assert (main.verdict, {remark.id for remark in main.remarks}) == (Verdict.PASSED, {"main_cut"})


def test_another_exit_is_no_question_for_arguments(grade: Grade) -> None:
    """A program that ends itself, or misses an entry of a list, is told as before."""
    for text in (b"raise SystemExit(2)\n", b"import sys\n[][1]\n"):
        message = outcome(grade(above("main.py", text)), "plots.main").message
        assert message is not None
        assert message.id == "raised_at"
