"""Checks of what a program arrives at: its answers at the end, and its figures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from grader.checks.base import check
from grader.checks.main_figures import MIN_CURVE_POINTS, collect_pictures
from grader.model import Failure, Message, Outcome, Part, Verdict, frozen
from grader.observation import program_fit, program_history, program_observation, program_run
from grader.observation.plot_analysis import panels_of, visible_colours, visible_lines
from grader.observation.program_forms import Form
from grader.remote import Lab

LEAST_ACCURACY = program_run.LEARNED
"""A right program misses a point or two of 100 near the border in one run of ten; one that learned
nothing is right about half of them."""

MOST_RUNS = 3
"""Of 100 starts on XOR 4 to 7 never arrive, so one run would misjudge one right program in 20;
three runs misjudge one in 5,000."""


@check("program.learning", subject="program", stage="program")
def learning(lab: Lab) -> Outcome:
    """The program learns the linear and the XOR data.

    It runs from start to end; then its networks are asked about every point. At least 95 % must be
    right. Very long loops are cut short.
    """
    runs, form = [program_run.run_of(lab)], None
    with contextlib.suppress(Failure):
        form = program_fit.form_of(lab)
    best = program_run.accuracies(runs[0], form)
    while not _is_enough(best) and len(runs) < MOST_RUNS and not program_run.is_cut(runs[-1]):
        runs.append(program_run.run_again(lab, len(runs)))
        for kind, accuracy in program_run.accuracies(runs[-1], form).items():
            best[kind] = max(best.get(kind, 0.0), accuracy)
    run = runs[-1]
    if any(best.get(kind, 1.0) < LEAST_ACCURACY for kind in program_run.lost(run)):
        # The network that was asked may be another than the one that learned these data.
        raise Failure("program_learning_unknown", undecided=True, usable=False)
    parts = [_learned(kind, best[kind]) for kind in sorted(best) if _is_known(best[kind], run)]
    is_on_its_way = program_run.had_no_time(run) and program_history.has_moved(run)
    if not parts and best and is_on_its_way and program_fit.descends(lab):
        # What trains as it should, and has no time to arrive here, is no worse for that.
        parts = [Part(f"{kind} data") for kind in sorted(best)]
    if not parts:
        raise Failure("program_learning_unknown", undecided=True, usable=False)
    if "printed" in best and not (_is_enough(best) and program_fit.descends(lab)):
        percent = f"{100 * best['printed']:.0f}"
        raise Failure("program_printed", percent=percent, undecided=True, usable=False)
    _require_descent(lab)
    remarks = [*_run_remarks(lab, run), *_doubts(lab, best, run, form)]
    return lab.outcome(parts, remarks=tuple(remarks))


def _doubts(
    lab: Lab, best: Mapping[str, float], run: Mapping[str, Any], form: Form | None
) -> Iterator[Message]:
    """Say why a program may not have learned what it seems to know: it costs nothing, a person looks."""
    if "printed" in best:
        yield Message("program_printed", frozen(percent=f"{100 * best['printed']:.0f}"))
    missed = program_run.missed(run, form)
    if missed is not None:
        kind, accuracy = missed
        yield Message("program_missed", frozen(data=kind, percent=f"{100 * accuracy:.0f}"))
    if form is not None:
        observation, fit = program_fit.observed(lab), program_fit.fit_of(lab)
        who = frozen(who=observation.place)
        if program_history.arrived_at_once(run, observation, form):
            yield Message("program_at_once", who)
        elif program_history.steps_otherwise(run, observation, form, fit):
            yield Message("program_otherwise", who)


def _is_enough(best: Mapping[str, float]) -> bool:
    return bool(best) and min(best.values()) >= LEAST_ACCURACY


def _is_known(accuracy: float, run: Mapping[str, Any]) -> bool:
    return accuracy >= LEAST_ACCURACY or not program_run.is_cut(run)


def _learned(kind: str, accuracy: float) -> Part:
    if accuracy >= LEAST_ACCURACY:
        return Part(f"{kind} data")
    failure = Failure(
        "program_not_learned", data=kind,
        percent=f"{100 * accuracy:.0f}", least=f"{100 * LEAST_ACCURACY:.0f}",
    )  # fmt: skip
    return Part(f"{kind} data", failure)


def _require_descent(lab: Lab) -> None:
    """Fail where no parameter moves along its gradient: a solver or a search may arrive as well.

    Where that is not known, a person decides.
    """
    observation, fit = program_fit.observed(lab), program_fit.fit_of(lab)
    if any(fit.fits):
        return
    is_known = fit.rule in ("none", "uphill") and not program_fit.is_guess(lab)
    id_ = "program_not_descent" if is_known else "program_steps_unknown"
    raise Failure(id_, who=observation.place, undecided=not is_known, usable=False)


def _run_remarks(lab: Lab, run: Mapping[str, Any]) -> Iterator[Message]:
    if run["late"]:
        seconds = program_observation.RUN_SHARE * lab.item.seconds
        yield Message("program_late", frozen(seconds=seconds))
    if run["error"]:
        error = {"kind": run["error"]["type"], "text": run["error"]["text"]}
        yield Message("program_raised", frozen(**error))
    if run["cut"]:
        yield Message("program_cut")


@check("program.figures", subject="program", stage="program")
def figures(lab: Lab) -> Outcome:
    """The program draws a comparison of the two classes and a learning curve."""
    run = program_run.run_of(lab)
    drawn = [figure for figure in run["figures"] if figure["axes"]]
    if not drawn:
        stopped = run["late"] or run["error"] is not None
        raise Failure("program_no_figures", undecided=stopped, usable=False)
    panels = panels_of(drawn)
    has_classes = any(len(visible_colours(axes)) >= 2 for axes in panels)
    has_curve = any(
        len(line) >= MIN_CURVE_POINTS for axes in panels for line in visible_lines(axes)
    )
    parts = [
        Part("a comparison of two classes", None if has_classes else Failure("no_classes")),
        Part("a learning curve", None if has_curve else Failure("no_curve")),
    ]
    collection = collect_pictures(lab, run["path"], drawn)
    if not program_fit.shows_network(lab):
        # Anything may be drawn without a network; whoever looks at the program sees the pictures.
        open_ = lab.outcome([], pictures=collection.pictures, undrawn=collection.undrawn)
        message = Message("program_figures_alone")
        return replace(open_, verdict=Verdict.REVIEW, share=0.0, message=message, usable=False)
    return lab.outcome(parts, pictures=collection.pictures, undrawn=collection.undrawn)
