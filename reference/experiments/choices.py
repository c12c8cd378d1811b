"""Numbers five to eight: what else a network may be made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import figures
from .batch import Kind, Plan
from .result import EXCLUSIVE_OR, SOLVED, Bench, Result, both, count, describe, middle, share


def no_hidden_activation(bench: Bench) -> Result:
    """Train XOR without hidden activations, with and without the sigmoid at the output."""
    flat = Kind(units=(6, 6), hidden="none")
    plan = replace(EXCLUSIVE_OR, kind=flat)
    kept = bench.run(plan, "XOR")
    open_end = replace(plan, kind=replace(flat, output="none"), epochs=5_000)
    bare = bench.run(open_end, "XOR", exact=True)
    wild = bench.run(replace(open_end, lr=0.025 * 20), "XOR", exact=True)
    lost = [~np.isfinite(curves.losses[-1]) for curves in (kept, bare, wild)]
    return Result(
        5,
        "No hidden activation",
        describe(plan, "XOR"),
        "nan by overflow at first, blamed on the batch size; then, after 500,000 epochs, nothing "
        "learned",
        f"with the sigmoid at the output the loss stays at {np.median(kept.losses[-1]):.3f}, the "
        f"best accuracy is {kept.accuracies[-1].max():.0%}, and {share(lost[0])} end in nan; "
        f"without it {share(lost[1])} end in nan at lr 0.025, {share(lost[2])} if the gradient "
        "is summed over the batch instead of averaged",
        both([bool(np.median(kept.losses[-1]) > 0.2), False]),  # the batch is not to blame
        "Three linear layers are one, and one line divides at best 16 of the 21 points. The "
        "squared error of a sigmoid's answer is at most 1 and cannot overflow, whatever the "
        "batch: the nan came from a network without the output sigmoid, whose loss grows with "
        "the sixth power of the weights, and from too large a rate. The batch is to blame only "
        "in so far as a gradient that is summed over it grows with its size.",
        bench.save(
            figures.learning({"XOR, no hidden activation": {"sigmoid output": kept}}), "5_flat.png"
        ),
    )


def two_losses(bench: Bench) -> Result:
    """Train XOR with the squared error and with cross-entropy."""
    plans = [replace(EXCLUSIVE_OR, kind=Kind(loss=loss)) for loss in ("mse", "bce")]
    mse, bce = (bench.run(plan, "XOR") for plan in plans)
    at = [middle(curves.settled) for curves in (mse, bce)]
    return Result(
        6,
        "MSE against cross-entropy",
        describe(EXCLUSIVE_OR, "XOR").replace("MSE", "MSE and BCE"),
        "both settle at about 100,000 epochs",
        f"100 % from epoch {count(at[0])} on with MSE, {count(at[1])} with cross-entropy "
        f"(medians); {share(np.isfinite(mse.settled))} and {share(np.isfinite(bce.settled))} "
        "get there",
        both([70_000 <= n <= 140_000 for n in at]),
        "The slope of cross-entropy at the output's sum is y - t; that of MSE is 2 (y - t) "
        "y (1 - y), a half of it at best and next to nothing where the answer is sure and wrong. "
        "At one rate cross-entropy is therefore about twice as quick.",
        bench.save(figures.learning({"MSE": {"MSE": mse}, "BCE": {"BCE": bce}}), "6_losses.png"),
    )


def relu_units(bench: Bench) -> Result:
    """Train XOR with ReLU hidden units and with sigmoid ones."""
    plan = Plan(Kind(hidden="relu"), lr=0.01, epochs=100_000, size=5)
    relu, smooth = bench.run(plan, "XOR"), bench.run(replace(plan, kind=Kind()), "XOR")
    at = [middle(curves.below(SOLVED)) for curves in (relu, smooth)]
    got = [share(np.isfinite(curves.below(SOLVED))) for curves in (relu, smooth)]
    first, learned = np.min(relu.below(SOLVED)), np.isfinite(relu.below(SOLVED))
    return Result(
        7,
        "ReLU hidden units",
        describe(plan, "XOR"),
        "faster than sigmoid",
        f"a loss below {SOLVED} on {got[0]} with ReLU (the first after {count(first)} epochs, the "
        f"median {count(at[0])}), on {got[1]} with sigmoid (median {count(at[1])})",
        both([learned.sum() > np.isfinite(smooth.below(SOLVED)).sum(), learned.mean() > 0.5]),
        "ReLU hands gradients on undiminished, where each sigmoid takes three quarters of them "
        "or more: what learns, learns sooner. But with four units a layer most starts have too "
        "few that are alive, and those never learn, where sigmoid units arrive later but nearly "
        "always.",
        bench.save(
            figures.learning({"XOR, MSE, lr 0.01": {"ReLU": relu, "sigmoid": smooth}}),
            "7_relu.png",
        ),
    )


def relu_cross_entropy(bench: Bench) -> Result:
    """Train XOR with ReLU and cross-entropy, at two rates, averaged and summed."""
    plan = Plan(Kind(hidden="relu", loss="bce"), lr=0.01, epochs=100_000)
    rates = {"0.01": 0.01, "0.001": 0.001, "0.01 summed": 0.21, "0.001 summed": 0.021}
    lines = {
        f"lr {name}": bench.run(
            replace(plan, lr=rate, epochs=_enough(bench, rate)), "XOR", exact=True
        )
        for name, rate in rates.items()
    }
    solved = [curves.accuracies[-1] == 1.0 for curves in lines.values()]
    as_told = [small & ~large for large, small in (solved[:2], solved[2:])]
    text = ", ".join(f"{name} {share(one)}" for name, one in zip(lines, solved, strict=True))
    return Result(
        8,
        "ReLU and cross-entropy",
        describe(plan, "XOR", "0.01 and 0.001, the gradient averaged over the points or summed"),
        "0.01 fails, 0.001 succeeds",
        f"100 % at the end: {text}; the larger rate fails where the smaller succeeds on "
        f"{share(as_told[0])} (averaged) and {share(as_told[1])} (summed)",
        bool((as_told[0].mean() > 0.5) or (as_told[1].mean() > 0.5)),
        "None of these rates is too large as such: each carries the same share of starts, and "
        "most of the same ones. What fails is the start. With four ReLUs a layer, a point to be "
        "told apart often reaches no living unit, and then gets no gradient; which units live "
        "also depends on the first steps, so that single seeds come out either way. One seed "
        "cannot tell the two apart.",
        bench.save(figures.learning({"XOR, ReLU, BCE": lines}), "8_relu_bce.png"),
    )


def _enough(bench: Bench, rate: float) -> int:
    """Return the write-up's epochs, or in a hurry as many as make the way lr * epochs 100."""
    return 100_000 if bench.haste == 1 else min(100_000, int(100 / rate))
