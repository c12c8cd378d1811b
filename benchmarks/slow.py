"""How long a slow submission holds a worker, and which one holds it longest.

Run with ``python benchmarks/slow.py [NAME ...]``. Each submission below is graded with the built-in
rubric, behind all walls; printed are its seconds, its score, and how many checks ended with each
verdict; then the worst. The last column is what a check says first of being out of time.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from grader import intake
from grader.checks import CHECKS
from grader.model import Report, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox

WRAP = """
import functools

def _slowed(kind, names, seconds, loops):
    for name in names:
        method = getattr(kind, name, None)
        if method is None:
            continue
        @functools.wraps(method)  # which says how it is called
        def call(self, *args, _method=method, **kwargs):
            import time
            time.sleep(seconds)
            while loops:
                pass
            return _method(self, *args, **kwargs)
        setattr(kind, name, call)

for _kind in list(vars().values()):
    if isinstance(_kind, type) and _kind.__module__ == __name__:  # imported ones sleep already
        _slowed(_kind, {names!r}, {seconds!r}, {loops!r})
"""
DROPS = """
class Drop(np.ndarray):
    def __array_finalize__(self, other):
        import time
        time.sleep(0.001)

_forward = Sigmoid.forward
Sigmoid.forward = lambda self, x: _forward(self, np.asarray(x).view(Drop))
"""
LAYERS, LOSSES, NETWORK = "reference/layers.py", "reference/losses.py", "reference/network.py"
ALL = (LAYERS, LOSSES, NETWORK)
BOTH = ("forward", "backward")


def _slow(
    files: tuple[str, ...], names: tuple[str, ...], seconds: float, *, loops: bool = False
) -> dict[str, str]:
    """The text that makes methods of all classes of some files slow, by file."""
    return dict.fromkeys(files, WRAP.format(names=names, seconds=seconds, loops=loops))


SUBMISSIONS: dict[str, dict[str, str]] = {
    "as it should be": {},
    "50 ms in every forward": _slow(ALL, ("forward",), 0.05),
    "50 ms in every forward of a layer": _slow((LAYERS,), ("forward",), 0.05),
    "5 ms in every forward of a layer": _slow((LAYERS,), ("forward",), 0.005),
    "1 ms in every method": _slow(ALL, BOTH, 0.001),
    "20 ms in every step of the network": _slow((NETWORK,), ("backward",), 0.02),
    "100 ms in every step of the network": _slow((NETWORK,), ("backward",), 0.1),
    "1 s in every step of the network": _slow((NETWORK,), ("backward",), 1.0),
    "every forward loops": _slow(ALL, ("forward",), 0.0, loops=True),
    "every backward loops": _slow(ALL, ("backward",), 0.0, loops=True),
    "every constructor loops": _slow(ALL, ("__init__",), 0.0, loops=True),
    "every import sleeps for nine seconds": dict.fromkeys(ALL, "\nimport time; time.sleep(9)\n"),
    "answers drop by drop": {LAYERS: DROPS},
}


def main() -> None:
    """Print a line a submission, and the worst."""
    asked = reader.load(resources.default_rubric(), CHECKS)
    folder = resources.default_rubric().parent / "reference"
    files = {f"reference/{p}": raw for p, raw in intake.read(folder, asked.limits).files.items()}
    took: dict[str, float] = {}
    with ProcessSandbox(asked.limits) as sandbox:
        for name, tails in SUBMISSIONS.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            made = {path: raw + tails.get(path, "").encode() for path, raw in files.items()}
            start = time.monotonic()
            report = grading.grade(Submission(name, made, "0" * 64), asked, seed=1, sandbox=sandbox)
            took[name] = time.monotonic() - start
            print(f"{took[name]:6.1f} s  {report.score:6.2f}  {name}: {_told(report)}", flush=True)
    if not took:
        sys.exit(f"no such submission; expected some of: {', '.join(SUBMISSIONS)}")
    worst = max(took, key=lambda name: took[name])
    print(f"The worst is {worst!r}: {took[worst]:.1f} seconds.")


def _told(report: Report) -> str:
    """How many checks ended with each verdict, and how many had no time for each reason."""
    counted = Counter(outcome.verdict.value for outcome in report.outcomes)
    late = Counter(
        o.message.id for o in report.outcomes if o.verdict.value == "timed_out" and o.message
    )
    return ", ".join(f"{count} {name}" for name, count in [*counted.items(), *late.items()])


if __name__ == "__main__":
    main()
