"""No submission of the attack zoo gains, learns, changes or breaks anything."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import intake, reports
from grader.checks import CHECKS
from grader.cli import main
from grader.model import Report, Rubric, Submission
from grader.pipeline import grading
from grader.rubric import reader
from grader.sandbox.host import ProcessSandbox
from tests.attacks.attacks import HERE, Attack, all_attacks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")

TOKENS = {name: f"TOKEN-{name}-7f3a" for name in ("environment", "file", "other", "module")}
ATTACKS = list(all_attacks())
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


class Bait:
    """What an attack may go for: files, a listening port, an environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in {
            "secret": TOKENS["file"], "other.py": TOKENS["other"], "victim": "as it was",
            "secret_module.py": f"token = {TOKENS['module']!r}", "evil.so": "no library",
        }.items():  # fmt: skip
            (folder / name).write_text(text, "utf-8")
            (folder / name).chmod(0o666)
        folder.chmod(0o777)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.before = self.state()

    def state(self) -> dict[str, Any]:
        """Everything in the folder: name, mode, owner, size, times, contents."""
        return {
            path.name: (
                path.stat().st_mode,
                path.stat().st_uid,
                path.stat().st_mtime_ns,
                path.read_bytes(),
            )
            for path in self.folder.iterdir()
        }

    def filled(self, text: str) -> bytes:
        """Put this machine's names where an attack has marks for them."""
        marks = {
            "@SECRET@": self.folder / "secret", "@OTHER@": self.folder / "other.py", "@FOLDER@": self.folder,
            "@VICTIM@": self.folder / "victim", "@PORT@": self.listener.getsockname()[1], "@PID@": os.getpid(),
        }  # fmt: skip
        for mark, value in marks.items():
            text = text.replace(mark, str(value))
        return text.encode()

    def assert_untouched(self) -> None:
        """Nobody came by."""
        assert self.state() == self.before
        assert not list(Path("/tmp").glob("grade-attack-*"))
        with pytest.raises(BlockingIOError):
            self.listener.accept()


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    """Secrets in the environment and on the disk, beside where submissions lie."""
    os.environ["GRADE_TEST_TOKEN"] = TOKENS["environment"]
    folder = tmp_path_factory.mktemp("bait")
    made = Bait(folder)
    yield made
    made.listener.close()
    del os.environ["GRADE_TEST_TOKEN"]


@pytest.fixture(scope="module")
def short() -> Rubric:
    """A rubric with few checks and short seconds."""
    return reader.load(HERE / "rubric.yaml", CHECKS)


@pytest.fixture(scope="module")
def sandbox(short: Rubric, bait: Bait) -> Iterator[ProcessSandbox]:
    """One sandbox for all attacks: whatever one of them does must not matter to the next.

    GRADE_TEST_WALLS=rlimits,seccomp has the zoo meet the walls that must stand, and no other.
    """
    chosen = os.environ.get("GRADE_TEST_WALLS")
    with ProcessSandbox(short.limits, walls=chosen.split(",") if chosen else None) as opened:
        yield opened


Grade = Callable[[dict[str, bytes]], Report]


@pytest.fixture(scope="module")
def grade(short: Rubric, sandbox: ProcessSandbox) -> Grade:
    """A function that examines files."""

    def graded(files: dict[str, bytes]) -> Report:
        submission = Submission("attack", files, "0" * 64)
        return grading.grade(submission, short, seed=3, sandbox=sandbox)

    return graded


@pytest.fixture(scope="module")
def honest(grade: Grade) -> float:
    """What the base earns without any attack."""
    base = next(attack for attack in ATTACKS if attack.name == "hidden-inputs-in-an-exception")
    files = {path: text.split("def telling")[0].encode() for path, text in base.files.items()}
    report = grade(files)
    assert 6 <= report.score < report.max_score, [
        (o.item.check, o.message) for o in report.outcomes
    ]
    return report.score


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.group}-{attack.name}")
def test_attack(
    attack: Attack, bait: Bait, grade: Grade, honest: float, sandbox: ProcessSandbox
) -> None:
    """It gains no points and learns nothing; nothing is changed, left over or late."""
    start = time.monotonic()
    report = grade({path: bait.filled(text) for path, text in attack.files.items()})
    assert time.monotonic() - start < 12
    assert report.official
    assert report.score <= (0 if attack.alone else honest + attack.extra + 1e-6)
    verdicts = {outcome.item.check: outcome.verdict.value for outcome in report.outcomes}
    assert attack.broken or "broken" not in verdicts.values(), _broken(report)
    assert not attack.slow or "timed_out" in verdicts.values() or _late(report), verdicts
    assert verdicts.items() >= attack.verdicts.items()
    assert attack.review is None or attack.review in {flag.id for flag in report.needs_review}
    _assert_clean(report)
    bait.assert_untouched()
    assert _children(sandbox) == []


def _broken(report: Report) -> list[Any]:
    return [outcome.message for outcome in report.outcomes if outcome.verdict.value == "broken"]


def _late(report: Report) -> bool:
    return any(outcome.message and "late" in outcome.message.id for outcome in report.outcomes)


def _children(sandbox: ProcessSandbox) -> list[str]:
    """What the zygote still has, once a submission was closed."""
    assert sandbox._zygote is not None
    pid = sandbox._zygote._process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()


def _assert_clean(report: Report) -> None:
    """No format of the report has a secret in it, or anything that acts on its reader."""
    document = reports.document(report)
    reports.validate(document)
    for form in reports.FORMATS:
        text = reports.render(document, form)
        text.encode("utf-8")
        assert len(text) < 300_000, form
        assert not [name for name, token in TOKENS.items() if token in text], form
        assert "root:x:0" not in text
        assert not FORBIDDEN.search(text), (form, FORBIDDEN.search(text))
        assert not re.search("^(::|=|\\+)", text, re.MULTILINE) or form == "markdown", form
    assert json.loads(reports.render(document, "json"))["score"] == report.score
    page = reports.render(document, "html") if "html" in reports.FORMATS else ""
    assert not re.search("<script>alert|<img src=x|onmouseover=alert[^&]*>", page)


def _fifo(path: Path) -> None:
    os.mkfifo(path / "layers.py")


def _folder(path: Path) -> None:
    (path / "layers.py").mkdir()


def _link_out(path: Path) -> None:
    (path / "layers.py").symlink_to(path.parent / "bait0" / "secret")


def _device(path: Path) -> None:
    (path / "layers.py").symlink_to("/dev/zero")


def _circle(path: Path) -> None:
    (path / "a").symlink_to(path)
    (path / "layers.py").symlink_to("layers.py")


def _deep(path: Path) -> None:
    for _ in range(60):
        path = path / "d"
        path.mkdir()
    (path / "layers.py").write_text("x = 1", "utf-8")


def _many(path: Path) -> None:
    for number in range(1500):
        (path / f"m{number}.py").write_text("x = 1", "utf-8")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("layers.py")
    os.chdir(here)


def _holding(raw: bytes, name: str = "layers.py") -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes(raw)  # type: ignore[return-value]


MALFORMED: dict[str, Callable[[Path], Any]] = {
    "nothing": lambda path: None,
    "empty": _holding(b""),
    "blank": _holding(b"\n\n"),
    "syntax-error": _holding(b"def f(:\n"),
    "python-2": _holding(b"print 'hello'\n"),
    "nul": _holding(b"x = 1\0\n"),
    "bad-utf-8": _holding(b"x = '\xff\xfe'\n"),
    "utf-7": _holding(b"# coding: utf-7\n+AAo-import os\n"),
    "unknown-coding": _holding(b"# coding: klingon\n"),
    "utf-16": _holding("import os\n".encode("utf-16")),
    "large": _holding(b"#" * (5 << 20)),
    "one-long-line": _holding(b"x = [" + b"0," * 300_000 + b"]"),
    "nested": _holding(b"x = " + b"(" * 90_000 + b")" * 90_000),
    "nested-minus": _holding(b"x = " + b"-" * 300_000 + b"1"),
    "nested-dots": _holding(b"x" + b".a" * 200_000),
    "nested-ifs": _holding(
        "".join(" " * n + "if 1:\n" for n in range(90)).encode() + b" " * 90 + b"x=1"
    ),
    "tabs-and-spaces": _holding(b"if 1:\n\tx = 1\n        y = 2\n"),
    "only-a-text": _holding(b"hello", "readme.txt"),
    "not-python-inside": _holding(b"\x7fELF" + bytes(200)),
    "name-with-newline": _holding(b"x = 1", "lay\ners.py"),
    "name-with-escape": _holding(b"x = 1/0", "\x1b[31mlayers.py"),
    "name-with-dash": _holding(b"x = 1/0", "--help.py"),
    "name-with-markup": _holding(b"x = 1/0", "<script>alert(1)<>.py"),
    "name-with-formula": _holding(b"x = 1/0", "=1+1.py"),
    "name-with-bidi": _holding(b"x = 1/0", "a\u202eyp.py"),
    "name-with-format": _holding(b"x = 1/0", "{0.__class__}%s.py"),
    "name-not-utf-8": lambda path: Path(os.fsdecode(bytes(path) + b"/\xff.py")).write_bytes(
        b"x = 1"
    ),
    "name-keyword": _holding(b"x = 1/0", "class.py"),
    "name-with-dots": _holding(b"x = 1/0", "a.b..c.py"),
    "name-init": _holding(b"x = 1/0", "__init__.py"),
    "name-main": _holding(b"x = 1/0", "__main__.py"),
    "fifo": _fifo,
    "folder": _folder,
    "link-out": _link_out,
    "device": _device,
    "circle": _circle,
    "deep": _deep,
    "many": _many,
    "socket": _socket,
    "trains-at-import": _holding(b"import time\nfor epoch in range(10**9): time.sleep(0.01)\n"),
    "asks-at-import": _holding(b"n = int(input('epochs? '))\n"),
    "exits-at-import": _holding(b"import sys\nsys.exit(0)\n"),
    "wrong-signature": _holding(
        b"class Linear:\n    def __init__(self): pass\n    def forward(self): return 1\n"
    ),
    "not-a-class": _holding(b"Linear = 5\nSigmoid = None\nMSE = 'x'\n"),
    "lists": _holding(
        b"class MSE:\n    def forward(self, y, t): return [[1], [2, 3]]\n    backward = forward\n"
    ),
    "huge-int": _holding(
        b"class MSE:\n    def forward(self, y, t): return 2**70\n    backward = forward\n"
    ),
    "strings": _holding(
        b"class MSE:\n    def forward(self, y, t): return '1.0'\n    backward = forward\n"
    ),
    "complex": _holding(
        b"class MSE:\n    def forward(self, y, t): return 1j\n    backward = forward\n"
    ),
    "generator": _holding(
        b"class MSE:\n    def forward(self, y, t): yield 1\n    backward = forward\n"
    ),
    "async": _holding(
        b"class MSE:\n    async def forward(self, y, t): return 1\n    backward = forward\n"
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(
    name: str, tmp_path: Path, short: Rubric, sandbox: ProcessSandbox, bait: Bait
) -> None:
    """It is graded or called invalid, with no points; it is never our fault, and never late."""
    folder = tmp_path / "attack"
    folder.mkdir()
    MALFORMED[name](folder)
    start = time.monotonic()
    submission = intake.read(folder, short.limits)
    report = grading.grade(submission, short, seed=3, sandbox=sandbox)
    assert time.monotonic() - start < 12
    assert report.score == 0
    assert _broken(report) == []
    _assert_clean(report)
    bait.assert_untouched()
    assert _children(sandbox) == []


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("a-shell", 0),
        ("script", 0),
        ("segfault", 0),
        ("a-loop-at-import", 0),
        ("an-internal-fault-pretended", 4),
    ],
)
def test_exit_codes(attack: str, code: int, bait: Bait, tmp_path: Path) -> None:
    """A hostile submission is graded like another: exit code 0, and the report is there."""
    found = next(known for known in ATTACKS if known.name == attack)
    folder = tmp_path / "attack"
    folder.mkdir()
    for path, text in found.files.items():
        (folder / path).write_bytes(bait.filled(text))
    out = tmp_path / "out" / "report.json"
    out.parent.mkdir()
    assert main.run([str(folder), "--rubric", str(HERE / "rubric.yaml"), "-o", str(out)]) == code
    document = json.loads(out.read_text("utf-8"))
    assert document["official"] is True
    kept = [figure["file"] for figure in document["figures"]]
    wanted = {
        "attack",
        *found.files,
        "out",
        "report.json",
        *({"report.figures", *kept} if kept else ()),
    }
    assert {path.name for path in tmp_path.rglob("*")} == wanted


def test_the_zoo_is_large() -> None:
    """Every group has attacks, and all have names of their own."""
    assert {attack.group for attack in ATTACKS} == {
        "forge", "secrets", "leave", "exhaust", "inject", "cheat",
    }  # fmt: skip
    assert len(ATTACKS) + len(MALFORMED) >= 120
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
