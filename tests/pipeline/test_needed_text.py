"""What may change the behaviour of a class is part of the text that stands for it."""

from __future__ import annotations

import time

import pytest

from grader.diagnosis import outline
from grader.pipeline.needed_text import needed_text
from grader.sandbox.child.source_scan import scan

LAYERS = '''"""Layers: Linear, Sigmoid."""
import numpy as np


class Linear:
    def forward(self, x, lr=0.1):
        return helper(x) @ self.w


def helper(x):
    return x * SCALE


class Sigmoid:
    """It is none of Linear's business."""

    def forward(self, x):
        return 1 / (1 + np.exp(-x))
'''
EVIL = "def other(*_):\n    return {}\n"


def text_of(**files: str) -> list[str] | None:
    """Return the text on which ``Linear`` of layers.py depends."""
    raw = {f"{name}.py": text.encode() for name, text in {"layers": LAYERS, **files}.items()}
    outlines = outline.read((file, scan(text)) for file, text in raw.items())
    block = outlines.block("Linear", "layers.py")
    assert block is not None
    return needed_text(raw, outlines, block)


CHANGES = {
    "a constant that it uses": ("SCALE = 1\n", "SCALE = 2\n"),
    "a function that runs at import": (
        EVIL.format(1) + "other()\n",
        EVIL.format(2) + "other()\n",
    ),
    "a function that takes the place of a method": (
        "import layers\n" + EVIL.format(1) + "layers.Linear.forward = other\n",
        "import layers\n" + EVIL.format(2) + "layers.Linear.forward = other\n",
    ),
    "the body of another class": (
        "import numpy as np\n\n\nclass Innocent:\n    np.exp = np.sin\n",
        "import numpy as np\n\n\nclass Innocent:\n    np.exp = np.cos\n",
    ),
    "a default": ("def f(x=print(1)):\n    pass\n", "def f(x=print(2)):\n    pass\n"),
    "a decorator": ("@print\ndef f(x):\n    pass\n", "@repr\ndef f(x):\n    pass\n"),
    "what looks like a comment in a text": ('"""\n# """; print(1)\n', '"""\n# """; print(2)\n'),
    "what looks like the main part in a text": (
        "'''\nif __name__ == '__main__':\n   '''; print(1)\n",
        "'''\nif __name__ == '__main__':\n   '''; print(2)\n",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_may_change_a_class_counts(name: str) -> None:
    """Two submissions that differ in it do not share a repair."""
    first, second = CHANGES[name]
    assert text_of(notes=first) != text_of(notes=second)


SAME = {
    "another class": "class Other:\n    rate = 0.1\n\n    @staticmethod\n    def f(x, n=3):\n        return g(x)\n",
    "a main part": "if __name__ == '__main__':\n    print(1)\n",
    "a constant that nobody uses": "LIMIT = 3\n",
    "an import": "from layers import Linear, Sigmoid\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_cannot_change_a_class_does_not_count(name: str) -> None:
    """The search is saved where only other things differ."""
    assert text_of(notes=SAME[name]) == text_of(notes="") is not None


def test_another_class_of_its_file_does_not_count() -> None:
    """A docstring that mentions it does not make it one that is used."""
    other = LAYERS.replace("1 / (1 + np.exp(-x))", "x")
    assert text_of(layers=other) == text_of() is not None


def test_a_submission_that_leads_on_for_ever_takes_no_time() -> None:
    """Each line may name the next; of thousands of lines all count."""
    chain = "".join(f"A{k} = 'f{k}()'\ndef f{k}():\n    return A{k + 1}\n" for k in range(1500))
    many = "".join(f"class C{k}: pass\n" for k in range(3000))
    for text in (chain, many):
        start = time.process_time()
        assert text_of(notes=text) is not None
        assert time.process_time() - start < 2
