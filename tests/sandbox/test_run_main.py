"""A main program on the child side: run as its author would, cut short, and put back as it was."""

from __future__ import annotations

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
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interpreter]:
    """A machine in this process, whose submissions are forgotten afterwards; nobody types to it."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    before, modules = list(sys.meta_path), set(sys.modules)
    yield Interpreter()
    sys.meta_path[:] = before
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in ("handed_in", "training", "main", "helper"):
            del sys.modules[name]


@pytest.fixture
def play(machine: Interpreter) -> Play:
    """Load a submission's main.py beside a training.py, and run it."""

    def played(main: str, *, most: int | None = 20, seconds: float = 5.0, **more: str) -> Any:
        files = {"training.py": TRAINING, "main.py": main} | {f"{k}.py": v for k, v in more.items()}
        raw = {path: text.encode() for path, text in files.items()}
        lines = [
            ["load", "_", raw, "lab"],
            ["import", "_", "training.py", 5.0],
            ["bind", "_", {"train": []}, {}],
            ["run_main", "_", "main.py", ["train"], most, seconds],
        ]
        *_, answer = machine.run(lines)
        assert answer_schema.fits(lines[-1], answer), answer
        return answer["value"]

    return played


def asked() -> list[int]:
    """The epochs that the submission's train was asked for."""
    return list(sys.modules["handed_in.training"].asked)


def heights(played: dict[str, Any]) -> list[int]:
    """How many points each line has that was drawn."""
    figures = played["figures"]
    panels = [axes for figure in figures for axes in figure["axes"]]
    return [len(series["points"]) for axes in panels for series in axes["series"]]


WAYS = {
    "a function that waits": "def main():\n    plt.plot(train(0, 0, 0))\n",
    "a function and a guard": "def main(lr=1):\n    plt.plot(train(0, 0, 0))\n"
    "if __name__ == '__main__':\n    main()\n",
    "a guard alone": "if __name__ == '__main__':\n    plt.plot(train(0, 0, 0))\n",
    "a function that wants something": "def main(folder):\n    plt.plot(train(0, 0, 0))\n"
    "if __name__ == '__main__':\n    main('figures')\n",
    "a function that is called at once": "def main():\n    plt.plot(train(0, 0, 0))\nmain()\n",
    "no function at all": "plt.plot(train(0, 0, 0))\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_program_runs_once(play: Play, way: str) -> None:
    """Whether main waits to be called, calls itself or is not there: everything runs once."""
    played = play(DRAW + WAYS[way])
    assert (played["error"], played["late"], played["cut"]) == (None, False, True)
    assert heights(played) == [20]
    assert asked() == [20]


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
def test_every_training_is_cut_short(play: Play, call: str, epochs: int) -> None:
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
    played = play(main, helper="from training import train\ndef go():\n    return train(1, 2, 3)\n")
    assert played["error"] is None
    assert heights(played) == [epochs]


def test_a_training_of_the_program_itself_is_cut_short(play: Play) -> None:
    """A main program that defines train itself trains for few epochs as well."""
    own = "import matplotlib.pyplot as plt\ndef train(epochs=10**7):\n    return list(range(epochs))\n"
    assert heights(play(own + "plt.plot(train())\n")) == [20]


def test_nothing_is_cut_where_nobody_asks(play: Play) -> None:
    """Without a cap the program runs as it is."""
    played = play(DRAW + "plt.plot(train(0, 0, 0, epochs=300))\n", most=None)
    assert (heights(played), played["cut"]) == ([300], False)


def test_the_submission_is_put_back_as_it_was(play: Play, machine: Interpreter) -> None:
    """After the program ended, train is what it was, and so are open and the module of that name."""
    main, opening = sys.modules["__main__"], open
    play(DRAW + "plt.plot(train(0, 0, 0))\n")
    assert sys.modules["handed_in.training"].train is machine.bound["train"]
    assert len(machine.bound["train"](0, 0, 0)) == 10000
    assert sys.modules["__main__"] is main
    assert open is opening


def test_an_endless_program_is_left(play: Play) -> None:
    """What was drawn before the time was over is looked at."""
    played = play(DRAW + "plt.plot([1, 2, 3])\nwhile True:\n    pass\n", seconds=0.2)
    assert (played["late"], played["error"]) == (True, None)
    assert heights(played) == [3]


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit('so')", "SystemExit"),
        ("input()", "EOFError"),
        ("raise BaseException", "BaseException"),
        ("class Late(BaseException): pass\nraise Late", "LateError"),
    ],
)
def test_what_ended_a_program_is_told(play: Play, deed: str, kind: str) -> None:
    """An error is a value, with its line; what was drawn before is looked at."""
    played = play(f"{DRAW}plt.plot([1, 2, 3])\n{deed}\n")
    assert played["error"]["type"] == kind
    assert (played["error"]["file"], played["late"]) == ("main.py", False)
    assert heights(played) == [3]


@pytest.mark.parametrize("end", ["raise SystemExit", "import sys; sys.exit(0)", "exit()"])
def test_leaving_is_no_error(play: Play, end: str) -> None:
    """A program that ends itself with success has ended well."""
    assert play(f"{DRAW}plt.plot([1, 2])\n{end}\n")["error"] is None


def test_what_it_writes_goes_nowhere(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes, arrays, folders and pictures are written nowhere, and end nothing."""
    monkeypatch.chdir(tmp_path)
    played = play(
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
    assert played["error"] is None
    assert heights(played) == [3]
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_is_not_here_is_passed_by(play: Play) -> None:
    """An import that fails for want of a package does not end the program before it draws."""
    assert heights(play(f"import seaborn\n{DRAW}plt.plot([1, 2])\n")) == [2]


def test_a_program_in_a_package(machine: Interpreter) -> None:
    """Relative imports work, whether main is called or runs under its guard."""
    for end in ("", "if __name__ == '__main__':\n    main()\n"):
        main = "import matplotlib.pyplot as plt\nfrom .training import train\n"
        main += f"def main():\n    plt.plot(train(0, 0, 0))\n{end}"
        raw = {"__init__.py": b"", "training.py": TRAINING.encode(), "main.py": main.encode()}
        *_, answer = machine.run(
            [["load", "_", raw, "lab"], ["run_main", "_", "main.py", ["train"], None, 5.0]]
        )
        assert answer is not None
        assert answer["value"]["error"] is None
        assert heights(answer["value"]) == [10000]
