"""A main program on the child side: run as its author would, cut short, and put back as it was."""

from __future__ import annotations

import builtins
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import answer_schema
from grader.sandbox.child.interpreter import Interpreter

TRAINING = """\
asked = []

def train(net, x, y, lr=0.1, epochs=10000, batch_size=None):
    asked.append(epochs)
    return [1.0 / (k + 1) for k in range(epochs)]
"""
DRAW = "import matplotlib.pyplot as plt\nfrom training import train\n"
RunMain = Callable[..., dict[str, Any]]


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interpreter]:
    """An interpreter in this process; its submissions are forgotten afterwards, and nobody answers input()."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    before, modules = list(sys.meta_path), set(sys.modules)
    yield Interpreter()
    sys.meta_path[:] = before
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in ("handed_in", "training", "main", "helper"):
            del sys.modules[name]


@pytest.fixture
def run_main(interpreter: Interpreter) -> RunMain:
    """Load a submission's main.py beside a training.py, and run it."""

    def result(main: str, *, max_epochs: int | None = 20, seconds: float = 5.0, **more: str) -> Any:
        files = {"training.py": TRAINING, "main.py": main} | {f"{k}.py": v for k, v in more.items()}
        raw = {path: text.encode() for path, text in files.items()}
        lines: list[list[Any]] = [
            ["load", "_", raw, "lab"],
            ["import", "_", "training.py", 5.0],
            ["bind", "_", {"train": []}, {}],
            ["run_main", "_", "main.py", ["train"], max_epochs, seconds],
        ]
        *_, answer = interpreter.run(lines)
        assert answer_schema.fits(lines[-1], answer), answer
        assert answer is not None
        return answer["value"]

    return result


def epochs_of_calls() -> list[int]:
    """The epochs that the submission's train was asked for."""
    return list(sys.modules["handed_in.training"].asked)


def line_lengths(result: dict[str, Any]) -> list[int]:
    """How many points each line has that was drawn."""
    figures = result["figures"]
    panels = [axes for figure in figures for axes in figure["axes"]]
    return [len(series["points"]) for axes in panels for series in axes["series"]]


PROGRAMS = {
    "a function that waits": "def main():\n    plt.plot(train(0, 0, 0))\n",
    "a function and a guard": "def main(lr=1):\n    plt.plot(train(0, 0, 0))\n"
    "if __name__ == '__main__':\n    main()\n",
    "a guard alone": "if __name__ == '__main__':\n    plt.plot(train(0, 0, 0))\n",
    "a function that wants something": "def main(folder):\n    plt.plot(train(0, 0, 0))\n"
    "if __name__ == '__main__':\n    main('figures')\n",
    "a function that is called at once": "def main():\n    plt.plot(train(0, 0, 0))\nmain()\n",
    "no function at all": "plt.plot(train(0, 0, 0))\n",
}


@pytest.mark.parametrize("program_name", PROGRAMS)
def test_a_program_runs_once(run_main: RunMain, program_name: str) -> None:
    """Whether main waits to be called, calls itself or is not there: everything runs once."""
    result = run_main(DRAW + PROGRAMS[program_name])
    assert (result["error"], result["late"], result["cut"]) == (None, False, True)
    assert line_lengths(result) == [20]
    assert epochs_of_calls() == [20]


@pytest.mark.parametrize(
    ("call", "epochs"),
    [
        ("train(0, 0, 0, 1.0, 500_000)", 20),
        ("train(0, 0, 0, epochs=500_000)", 20),
        ("train(0, 0, 0, epochs=7)", 7),
        ("again(0, 0, 0)", 20),
        ("training.train(0, 0, 0)", 20),
        ("own(n_iters=3000)", 20),
        ("helper.go()", 20),
    ],
)
def test_every_training_is_cut_short(run_main: RunMain, call: str, epochs: int) -> None:
    """Whatever name train has where it is called, and whoever calls it, few epochs are left."""
    main = f"""\
import matplotlib.pyplot as plt
import training, helper
from training import train, train as again

def own(n_iters):
    return train(0, 0, 0, epochs=n_iters)

def main():
    plt.plot({call})
"""
    result = run_main(
        main, helper="from training import train\ndef go():\n    return train(1, 2, 3)\n"
    )
    assert result["error"] is None
    assert line_lengths(result) == [epochs]


def test_a_training_of_the_program_itself_is_cut_short(run_main: RunMain) -> None:
    """A main program that defines train itself trains for few epochs as well."""
    source = "import matplotlib.pyplot as plt\ndef train(epochs=10**7):\n    return list(range(epochs))\n"
    assert line_lengths(run_main(source + "plt.plot(train())\n")) == [20]


def test_without_a_cap_nothing_is_cut(run_main: RunMain) -> None:
    """Without a cap the program runs as it is."""
    result = run_main(DRAW + "plt.plot(train(0, 0, 0, epochs=300))\n", max_epochs=None)
    assert (line_lengths(result), result["cut"]) == ([300], False)


def test_the_submission_is_restored(run_main: RunMain, interpreter: Interpreter) -> None:
    """After the program ended, train is what it was, and so are open and the module of that name."""
    main, opening = sys.modules["__main__"], open
    run_main(DRAW + "plt.plot(train(0, 0, 0))\n")
    assert sys.modules["handed_in.training"].train is interpreter.bound["train"]
    assert len(interpreter.bound["train"](0, 0, 0)) == 10000
    assert sys.modules["__main__"] is main
    assert open is opening


def test_an_endless_program_is_interrupted(run_main: RunMain) -> None:
    """What was drawn before the time was over is looked at."""
    result = run_main(DRAW + "plt.plot([1, 2, 3])\nwhile True:\n    pass\n", seconds=0.5)
    assert (result["late"], result["error"]) == (True, None)
    assert line_lengths(result) == [3]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit('so')", "SystemExit"),
        ("raise EOFError('so')", "EOFError"),
        ("raise BaseException", "BaseException"),
        ("class Late(BaseException): pass\nraise Late", "LateError"),
    ],
)
def test_the_error_of_a_program_is_reported(run_main: RunMain, statement: str, kind: str) -> None:
    """An error is a value, with its line; what was drawn before is looked at."""
    result = run_main(f"{DRAW}plt.plot([1, 2, 3])\n{statement}\n")
    assert result["error"]["type"] == kind
    assert (result["error"]["file"], result["late"]) == ("main.py", False)
    assert line_lengths(result) == [3]


@pytest.mark.parametrize("end", ["raise SystemExit", "import sys; sys.exit(0)", "exit()"])
def test_exiting_with_success_is_no_error(run_main: RunMain, end: str) -> None:
    """A program that ends itself with success has ended well."""
    assert run_main(f"{DRAW}plt.plot([1, 2])\n{end}\n")["error"] is None


def test_nothing_is_written(
    run_main: RunMain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes, arrays, folders and pictures are written nowhere, and end nothing."""
    monkeypatch.chdir(tmp_path)
    result = run_main(
        f"""\
{DRAW}
import json, os, pathlib
import numpy as np
os.makedirs("a/b")
pathlib.Path("figures").mkdir()
pathlib.Path("notes.txt").write_text("loss")
with open("log.json", "w") as file:
    json.dump([1], file)
np.save("w.npy", np.ones(3))
plt.plot([1, 2, 3])
plt.savefig("figures/curve.png")
plt.close()
"""
    )
    assert result["error"] is None
    assert line_lengths(result) == [3]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_does_not_end_the_program(run_main: RunMain) -> None:
    """An import that fails for want of a package does not end the program before it draws."""
    assert line_lengths(run_main(f"import seaborn\n{DRAW}plt.plot([1, 2])\n")) == [2]


def test_a_program_in_a_package(interpreter: Interpreter) -> None:
    """Relative imports work, whether main is called or runs under its guard."""
    for end in ("", "if __name__ == '__main__':\n    main()\n"):
        main = "import matplotlib.pyplot as plt\nfrom .training import train\n"
        main += f"def main():\n    plt.plot(train(0, 0, 0))\n{end}"
        raw = {"__init__.py": b"", "training.py": TRAINING.encode(), "main.py": main.encode()}
        *_, answer = interpreter.run(
            [["load", "_", raw, "lab"], ["run_main", "_", "main.py", ["train"], None, 5.0]]
        )
        assert answer is not None
        assert answer["value"]["error"] is None
        assert line_lengths(answer["value"]) == [10000]


def test_a_question_gets_an_empty_line(run_main: RunMain) -> None:
    """Each input() gives an empty line, the first place that asked is told, and input is as it was afterwards."""
    before = builtins.input
    result = run_main(f"{DRAW}assert input('a') == ''\ninput()\nplt.plot([1, 2, 3])\n")
    assert (result["error"], result["asked"]) == (None, [["main.py", DRAW.count("\n") + 1]])
    assert builtins.input is before
    assert run_main(f"{DRAW}plt.plot([1, 2, 3])\n")["asked"] == []


def test_a_question_for_a_number_gets_one(run_main: RunMain) -> None:
    """A menu gets its first entry, a number of epochs or a rate a usual value."""
    asks = (
        f"{DRAW}assert int(input('1) linear 2) XOR: ')) == 1\n"
        "assert (int(input('Epochs? ')), float(input('lr = '))) == (1000, 0.1)\n"
        "plt.plot([1, 2, 3])\n"
    )
    assert run_main(asks)["error"] is None


def test_what_was_written_is_there(run_main: RunMain) -> None:
    """A program finds its folders, its log and its figures again, and draws on."""
    result = run_main(
        f"""\
{DRAW}
import os, pathlib
os.makedirs("results/deep", exist_ok=True)
os.makedirs("results/deep", exist_ok=True)
assert os.path.isdir("results/deep") and pathlib.Path("results").is_dir()
plt.plot([1, 2, 3])
plt.savefig("results/deep/curve.png")
plt.gcf().savefig(pathlib.Path("results/other"))
assert os.path.exists("results/deep/curve.png") and os.path.exists("results/other.png")
with open("log.txt", "a") as file:
    file.write("loss")
assert open("log.txt").read() == "loss"
plt.close()
plt.plot([1, 2, 3, 4])
"""
    )
    assert result["error"] is None
    assert line_lengths(result) == [3, 4]
