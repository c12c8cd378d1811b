"""Instructions that run a student's whole program, and watch it while it trains."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Dict, List, Optional

from . import figure_capture, run_main, serialize
from .alarm import Late, alarm
from .importer import Library
from .program_survey import Survey
from .program_watch import Enough, LastCalls, Watch
from .registers import Registers
from .step_watch import StepWatch
from .timed_loops import timed_range
from .trainer_watch import TrainerWatch, candidate_of, train_in_steps

MAX_PRINTED = 4000
"""Characters of what a program printed last: its results stand at the end."""


FEW_CALLS = 6
"""A forward pass that is called less often than this stands between no steps."""


class LastText(io.StringIO):
    """Takes what a program prints, and keeps the end of it."""

    def write(self, text: str) -> int:
        """Add a text; drop the start of what is there once it is too long."""
        if self.tell() > 4 * MAX_PRINTED:
            end = self.getvalue()[-MAX_PRINTED:]
            self.seek(0)
            self.truncate()
            super().write(end)
        return super().write(text)


class ProgramInstructions(Registers):
    """Runs the submission's programs; nothing of them is left afterwards."""

    library: Library

    def _run_watched(self, path: str, watch: Watch, seconds: float) -> Dict[str, Any]:
        """Run a file as the main program under a watch, without pictures; describe how it ended."""
        limit = run_main.EpochLimit(None)
        with figure_capture.capture(), run_main.empty_input(), watch:
            error = run_main.run_main(self.library, path, None, [], limit, seconds)
        is_own = error is None or isinstance(error, (Late, Enough))
        explanation = None if is_own else serialize.explain(error)  # type: ignore[arg-type]
        return {"error": explanation, "late": isinstance(error, Late)}

    def do_survey_program(self, path: str, seconds: float) -> Dict[str, Any]:
        """Run a file as the main program; list the functions that may be a network's forward pass."""
        survey = Survey([*self.library.modules(), path])
        ending = self._run_watched(path, survey, seconds)
        candidates = list(survey.candidates.values())
        watch = TrainerWatch([*self.library.modules(), path])
        if max((one["calls"] for one in candidates), default=0) < FEW_CALLS:
            self._run_watched(path, watch, seconds)
        trained = watch.trainer and self.guard(candidate_of, watch.trainer)
        return {**ending, "candidates": [*candidates, *([trained] if trained else [])]}

    def do_watch_steps(
        self,
        path: str,
        seconds: float,
        candidate: Dict[str, Any],
        values: List[List[Any]],
        entries: List[List[int]],
    ) -> Dict[str, Any]:
        """Run a file as the main program; follow its steps from the parameters that it is given."""
        files = [*self.library.modules(), path]
        if candidate["trainer"]:
            return self._watch_trainer(
                path, TrainerWatch(files), seconds, candidate, values, entries
            )
        key = (candidate["file"], candidate["name"], candidate["line"])
        watch = StepWatch(
            files, key, (candidate["x"], candidate["y"]),
            candidate["paths"], values, entries,
        )  # fmt: skip
        ending = self._run_watched(path, watch, seconds)
        watch.finish()
        return {
            **ending,
            "steps": watch.steps,
            "datasets": watch.list_datasets(),
            "idle": watch.idle,
        }

    def _watch_trainer(
        self,
        path: str,
        watch: TrainerWatch,
        seconds: float,
        candidate: Dict[str, Any],
        values: List[List[Any]],
        entries: List[List[int]],
    ) -> Dict[str, Any]:
        """Follow the steps of a method that trains; see ``do_watch_steps``."""
        ending = self._run_watched(path, watch, seconds)
        steps: List[Dict[str, Any]] = []
        if watch.trainer is not None:
            with alarm(seconds):
                steps = self.guard(train_in_steps, watch.trainer, candidate, values, entries)
        return {**ending, "steps": steps, "datasets": watch.list_datasets(), "idle": 0}

    def do_run_program(
        self, path: str, seconds: float, loop_seconds: float, candidate: Optional[Dict[str, Any]]
    ) -> Dict[str, Any]:
        """Run a file as the main program to its end; describe its figures and what it learned.

        Loops over long ranges end after ``loop_seconds``. Answers ``figures``, ``error``, ``late``,
        ``cut`` (whether a loop was cut), ``asked`` (where it waited for input), ``printed`` (the
        end of its text), ``datasets``, and ``answers``: the outputs of each of its networks on
        each data set.
        """
        modules = self.library.modules()
        watch = LastCalls([*modules, path], candidate)
        cuts: List[int] = []
        printed = LastText()
        names = {"range": timed_range(loop_seconds, cuts)}
        for module in modules.values():
            vars(module).update(names)
        limit = run_main.EpochLimit(None)
        try:
            with figure_capture.capture() as recorder, run_main.empty_input() as asked, watch:  # noqa: SIM117  printed text is taken inside
                with contextlib.redirect_stdout(printed):
                    error = run_main.run_main(self.library, path, None, [], limit, seconds, names)
        finally:
            for module in modules.values():
                vars(module).pop("range", None)
        is_late = isinstance(error, Late)
        with contextlib.redirect_stdout(io.StringIO()):
            answers = watch.answers() if candidate else []
        return {
            "figures": recorder.describe(),
            "error": None if error is None or is_late else serialize.explain(error),
            "late": is_late, "cut": bool(cuts), "asked": asked,
            "printed": printed.getvalue()[-MAX_PRINTED:],
            "datasets": watch.list_datasets(), "answers": answers,
        }  # fmt: skip
