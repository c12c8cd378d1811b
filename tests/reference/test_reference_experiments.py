"""The experiments: many networks at once are the reference's, and every result is one."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from reference import __main__ as program
from reference.data import generate_linear, generate_XOR_easy
from reference.experiments import EXPERIMENTS
from reference.experiments.batch import (
    BLOCK,
    Curves,
    Kind,
    Plan,
    follow,
    looks,
    network,
    stack,
    starts,
)
from reference.experiments.page import escape, page, section
from reference.experiments.result import Bench, Result, both, count, middle
from reference.layers import FloatArray, Linear
from reference.network import TLNN
from reference.training import train

ROOT = Path(__file__).parents[2]
SOME = Result(3, "A | title", "lr 0.1", "a*b", "1 < 2", None, "", "3.png")


def rngs(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def first_weights(net: TLNN) -> FloatArray:
    [first, *_] = (layer.w for layer in net.layers if isinstance(layer, Linear))
    return first


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Result], Path]:
    """Return the results of all experiments with hardly any epochs, and their folder."""
    folder = tmp_path_factory.mktemp("experiments")
    bench = Bench(folder, seeds=2, haste=40, cap=60)
    with (folder / "said").open("w") as said:
        console = Console(file=said, force_terminal=True, width=100)
        return list(program.reproduce(bench, console)), folder


@pytest.mark.parametrize("size", [None, 5])
@pytest.mark.parametrize("loss", ["mse", "bce"])
@pytest.mark.parametrize("hidden", ["sigmoid", "relu", "none"])
def test_many_networks_step_like_one(hidden: str, loss: str, size: int | None) -> None:
    """After 50 steps side by side each network is where the reference's own train takes it."""
    kind, lr = Kind((4, 3), hidden=hidden, loss=loss), np.array([0.5, 0.1, 0.01])
    drawn, x_y = rngs(0, 1, 2), generate_XOR_easy()
    params = starts(kind, drawn)
    curves = follow(params, Plan(kind, lr, 50, size), x_y, drawn)
    alone = []
    for seed, rate in enumerate(lr):
        rng = np.random.default_rng(seed)
        alone.append(network(kind, rng))
        losses = train(alone[-1], *x_y, rate, 50, size, rng=rng)
        if size is None:  # the first look is before the first step, like the first loss
            assert curves.losses[0, seed] == pytest.approx(losses[0], rel=1e-14)
    for ours, theirs in zip(params, stack(alone), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("output", ["none", "relu"])
def test_other_outputs(output: str) -> None:
    """Networks that end in another activation, or none, step like the reference's too."""
    kind, data = Kind(output=output), generate_linear(9, rng=np.random.default_rng(5))
    params, net = starts(kind, rngs(3)), network(kind, np.random.default_rng(3))
    follow(params, Plan(kind, 0.01, 20), data)
    train(net, *data, 0.01, 20)
    for ours, theirs in zip(params, stack([net]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_own_data_for_every_run() -> None:
    """Runs may have data of their own, and their batches come from it."""
    sets, drawn = [generate_linear(30, rng=rng) for rng in rngs(7, 8)], rngs(0, 1)
    xs, ys = (np.stack(column) for column in zip(*sets, strict=True))
    params = starts(Kind(), drawn)
    follow(params, Plan(Kind(), 0.3, 20, 6), (xs, ys), drawn)
    for seed, (x, y) in enumerate(sets):
        rng = np.random.default_rng(seed)
        net = network(Kind(), rng)
        train(net, x, y, 0.3, 20, 6, rng=rng)
        np.testing.assert_allclose(params[0][seed], first_weights(net), rtol=0, atol=1e-12)


def test_batches_go_on_after_a_block() -> None:
    """Batches drawn many steps ahead are still those of the reference, beyond the first block."""
    drawn = rngs(4)
    params = starts(Kind(), drawn)
    follow(params, Plan(Kind(), 0.1, BLOCK + 3, 3), generate_XOR_easy(), drawn)
    rng = np.random.default_rng(4)
    net = network(Kind(), rng)
    train(net, *generate_XOR_easy(), 0.1, BLOCK + 3, 3, rng=rng)
    np.testing.assert_allclose(params[0][0], first_weights(net), rtol=0, atol=1e-9)


def test_long_double_stays_long() -> None:
    """The type of the weights is that of the whole training."""
    wide = [array.astype(np.longdouble) for array in starts(Kind(), rngs(0))]
    x, t = (array.astype(np.longdouble) for array in generate_XOR_easy())
    follow(wide, Plan(Kind(), 0.1, 5), (x, t))
    assert {array.dtype for array in wide} == {np.dtype(np.longdouble)}


def test_looks_begin_and_end() -> None:
    """The first look is before the first step and the last one after the last."""
    assert [looks(1).tolist(), looks(1000)[0], looks(1000)[-1]] == [[0, 1], 0, 1000]
    assert len(looks(500_000)) < 200


def test_settled() -> None:
    """A run has settled from where it never again misses 100 %."""
    right = np.array([[0.5, 0.9, 1], [1, 0.9, 1], [0.8, 1, 1], [1, 0.5, 1]])
    curves = Curves(np.array([0, 10, 20, 30]), 1 - right, right)
    assert curves.settled.tolist() == [30, np.inf, 0]
    assert curves.below(0.15).tolist() == [30, np.inf, 0]


def test_hurry_keeps_the_way() -> None:
    """A hasty bench takes longer steps, fewer of them, and none beyond a rate of 1."""
    bench = Bench(Path(), seeds=1, haste=40)
    assert bench.hurry(Plan(Kind(), 0.1, 100)) == 10
    assert bench.hurry(Plan(Kind(), 0.01, 100)) == 40
    assert replace(bench, haste=1).hurry(Plan(Kind(), 0.01, 100)) == 1
    curves = bench.run(Plan(Kind(), 0.1, 100), "XOR")
    assert curves.epochs[-1] == 100


def test_every_experiment_has_a_result(results: tuple[list[Result], Path]) -> None:
    """All eleven come in order, say what was measured and why, and leave a figure behind."""
    found, folder = results
    assert (
        [one.number for one in found] == list(range(1, len(EXPERIMENTS) + 1)) == list(range(1, 12))
    )
    for one in found:
        assert all((one.title, one.setting, one.claim, one.measured, one.reason))
        assert one.agrees in {True, False, None}
        assert (folder / one.figure).read_bytes().startswith(b"\x89PNG")
        assert (folder / one.figure).stat().st_size < 60_000
    with pytest.raises(FrozenInstanceError):
        setattr(found[0], "number", 0)  # noqa: B010 - types would refuse the assignment itself


def test_bar_moves(results: tuple[list[Result], Path]) -> None:
    """On a terminal the bar names what runs, and is full at the end."""
    said = (results[1] / "said").read_text("utf-8")
    assert "linear data" in said
    assert "done" in said


def test_program_writes_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command runs what there is, prints the table, and leaves a page beside the figures."""
    monkeypatch.setattr(program.reproduce, "__defaults__", (EXPERIMENTS[-2:],))
    assert program.main([str(tmp_path / "new"), "--quick", "--seeds", "1"]) == 0
    written = (tmp_path / "new" / "results.md").read_text("utf-8")
    assert "## 11. Logarithm of zero" in written
    assert "(11_log.png)" in written
    assert "Logarithm of" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--seeds", "-1"], ["--seeds", "0"], ["--quick", "--full"]])
def test_wrong_arguments(
    wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No seeds, or both lengths at once, are refused with a sentence and exit code 2."""
    with pytest.raises(SystemExit) as left:
        program.main([str(tmp_path / "none"), *wrong])
    assert left.value.code == 2
    assert "error:" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_markdown_is_escaped() -> None:
    """What Markdown would take for a sign of its own is shown as it is."""
    assert escape("a|b*c_d`e<f>g[h]\\\nnext") == r"a\|b\*c\_d\`e\<f\>g\[h\]\\ next"
    text = page([SOME], seeds=2, how="quickly")
    assert r"| 3 | A \| title | a\*b | in part |" in text
    assert r"**We measured:** 1 \< 2" in text
    assert "**Why:**" not in section(SOME)


def test_table_takes_no_markup() -> None:
    """The table for the terminal shows brackets as they are."""
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(program.table([replace(SOME, measured="[red]x[/]")], seeds=1))
    assert "[red]x[/]" in console.export_text()


@pytest.mark.parametrize(
    ("n", "told"), [(0, "0"), (7, "7"), (104, "100"), (81_234, "81,000"), (np.inf, "never")]
)
def test_count(n: float, told: str) -> None:
    """Epochs are told with two digits."""
    assert count(n) == told


def test_middle_may_be_never() -> None:
    """Where half of the runs never arrive, the median is infinite, and never nan."""
    assert middle(np.array([1.0, np.inf, np.inf])) == np.inf
    assert middle(np.array([1.0, 3.0, np.inf])) == 3.0


@pytest.mark.parametrize(
    ("held", "told"), [([True, True], True), ([False, False], False), ([True, False], None)]
)
def test_claim_of_two_parts(held: list[bool], told: bool | None) -> None:
    """A claim of two parts is reproduced, not reproduced, or reproduced in part."""
    assert both(held) is told


def test_shared_training_is_done_once(tmp_path: Path) -> None:
    """Asked again for the same training, a bench remembers it."""
    bench = Bench(tmp_path, seeds=1, cap=3)
    plan = Plan(Kind(), 0.1, 9)
    first = bench.run(plan, "XOR")
    assert bench.run(plan, "XOR") is replace(bench, watch=print).run(plan, "XOR") is first
    assert bench.run(plan, "linear") is not first


def test_import_is_cheap() -> None:
    """Importing the experiments neither draws nor prints, and loads numpy alone."""
    code = (
        "import sys, reference.experiments;"
        "print({'matplotlib', 'rich', 'scipy'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "set()\n"
