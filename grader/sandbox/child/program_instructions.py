"""Instructions that run a student's whole program, and watch it while it trains."""

from __future__ import annotations

import contextlib
import io
from typing import Any, ContextManager, Dict, List, Optional, Tuple

from . import class_driver, figure_capture, loop_watch, run_main, serialize
from .alarm import Late, alarm
from .importer import Library
from .loop_bodies import Line, LoopBody
from .program_survey import Survey
from .program_watch import Enough, LastCalls
from .registers import Registers, StudentError
from .step_watch import StepWatch
from .timed_loops import timed_range
from .trainer_steps import StepTrainerWatch, candidate_of, train_in_steps
from .trainer_watch import TrainerWatch

MAX_PRINTED = 4000
"""Characters of what a program printed last: its results stand at the end."""


FEW_CALLS = 6
"""A forward pass that is called less often than this stands between no steps."""


SETTLE_SHARE = 0.3
"""What one step of a method that trains is, is settled in this share of the seconds of a run."""


DRIVE_SHARE = 0.2
"""A class that came without a program is trained for this share of the seconds of a run."""


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

    def _run_watched(
        self, path: str, watch: ContextManager[None], seconds: float
    ) -> Dict[str, Any]:
        """Run a file as the main program under a watch, without pictures; describe how it ended."""
        with figure_capture.capture(), run_main.empty_input(), watch:
            error = self._run(path, seconds, {})
        is_own = error is None or isinstance(error, (Late, Enough))
        explanation = None if is_own else serialize.explain(error)  # type: ignore[arg-type]
        return {"error": explanation, "late": isinstance(error, Late)}

    def _run(self, path: str, seconds: float, names: Dict[str, Any]) -> Optional[BaseException]:
        """Run a file as the main program; no path: train a network class that came without one."""
        if path:
            limit = run_main.EpochLimit(None)
            return run_main.run_main(self.library, path, None, [], limit, seconds, names)
        try:
            with alarm(seconds):
                class_driver.drive_any(self.library.modules(), DRIVE_SHARE * seconds)
        except BaseException as error:  # noqa: BLE001  what a student raises, the alarm, the watch
            return error
        return None

    def _files(self, path: str) -> List[str]:
        """Return the files whose functions are followed."""
        return [*self.library.modules(), *([path] if path else [])]

    def do_survey_program(self, path: str, seconds: float, kind: str) -> Dict[str, Any]:
        """Run a file as the main program; list what may be a network's forward pass.

        That are ``calls`` of functions and methods, ``loops`` whose body holds one, or methods beside
        ``trainers``.
        """
        if kind == "trainers":
            return self._list_trainer(path, StepTrainerWatch(self._files(path)), seconds)
        if kind == "loops":
            watch = self._loop_watch(path)
            ending = self._run_watched(path, watch, seconds)
            found: List[Dict[str, Any]] = []
            with contextlib.suppress(StudentError):
                self.guard(self._list_loops, watch.bodies, found, seconds)
            return {**ending, "candidates": found}
        survey = Survey(self._files(path))
        ending = self._run_watched(path, survey, seconds)
        candidates = list(survey.candidates.values())
        if max((one["calls"] for one in candidates), default=0) < FEW_CALLS:
            candidates += self._list_trainer(path, TrainerWatch(self._files(path)), seconds)[
                "candidates"
            ]
        return {**ending, "candidates": candidates}

    def _list_trainer(self, path: str, trainers: TrainerWatch, seconds: float) -> Dict[str, Any]:
        """Run a file as the main program until a method trains; list the network of its object."""
        ending = self._run_watched(path, trainers, seconds)
        trained = None
        if trainers.trainer is not None:
            # A method may train until it is right, which it never is on two samples.
            with contextlib.suppress(StudentError), alarm(SETTLE_SHARE * seconds):
                trained = self.guard(candidate_of, trainers.trainer)
        return {**ending, "candidates": [trained] if trained else []}

    def do_watch_steps(
        self,
        path: str,
        seconds: float,
        candidate: Dict[str, Any],
        values: List[List[Any]],
        entries: List[List[int]],
    ) -> Dict[str, Any]:
        """Run a file as the main program; follow its steps from the parameters that it is given."""
        files = self._files(path)
        if candidate["kind"] == "loop":
            body, ending = self._loop_body(path, seconds, candidate)
            steps: List[Dict[str, Any]] = []
            if body is not None:
                with contextlib.suppress(StudentError), alarm(seconds):
                    steps = self.guard(loop_watch.run_steps, body, candidate, values, entries)
            return {**ending, "steps": steps, "datasets": [], "idle": 0}
        if candidate["kind"] == "method":
            return self._watch_trainer(
                path, TrainerWatch(files, candidate["trainer"]), seconds, candidate, values, entries
            )
        key = (candidate["file"], candidate["name"], candidate["line"])
        watch = StepWatch(
            files, key, (candidate["x"], candidate["y"]),
            candidate["paths"], values, entries,
        )  # fmt: skip
        if not path:
            watch.add_datasets(class_driver.make_data())
        ending = self._run_watched(path, watch, seconds)
        watch.finish()
        return {
            **ending,
            "steps": watch.steps,
            "datasets": watch.list_datasets(),
            "idle": watch.idle,
        }

    @staticmethod
    def _list_loops(bodies: List[LoopBody], found: List[Dict[str, Any]], seconds: float) -> None:
        """Add the networks of loops to a list, for some seconds; a body that raises has none."""
        with alarm(seconds):
            for body in bodies:
                with contextlib.suppress(Exception):  # what a student's loop raises
                    candidate = loop_watch.candidate_of(body)
                    found.extend([candidate] if candidate else [])

    def _loop_watch(self, path: str, wanted: Optional[Line] = None) -> loop_watch.LoopWatch:
        """Return a watch over the loops of every file that was imported, and of the program's own."""
        texts = {}
        for file in [*self.library.modules(), path]:
            with contextlib.suppress(SyntaxError):  # it cannot be decoded: nothing of it runs
                texts[file] = self.library.text(file)
        return loop_watch.LoopWatch(texts, wanted)

    def _loop_body(
        self, path: str, seconds: float, candidate: Dict[str, Any]
    ) -> Tuple[Optional[LoopBody], Dict[str, Any]]:
        """Run a program until its loops are known; return the candidate's, and how the program ended."""
        line = (candidate["file"], candidate["line"])
        watch = self._loop_watch(path, line)
        ending = self._run_watched(path, watch, seconds)
        return next((body for body in watch.bodies if body.line == line), None), ending

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
            with contextlib.suppress(StudentError), alarm(seconds):
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
        watch = LastCalls(self._files(path), candidate)
        if not path:
            watch.add_datasets(class_driver.make_data())
        cuts: List[int] = []
        printed = LastText()
        names = {"range": timed_range(loop_seconds, cuts)}
        # A student's own variable of that name stays what it is.
        without = [module for module in modules.values() if "range" not in vars(module)]
        for module in without:
            vars(module).update(names)
        try:
            with figure_capture.capture() as recorder, run_main.empty_input() as asked, watch:  # noqa: SIM117  printed text is taken inside
                with contextlib.redirect_stdout(printed):
                    error = self._run(path, seconds, names)
        finally:
            for module in without:
                if vars(module).get("range") is names["range"]:
                    del vars(module)["range"]
        is_late = isinstance(error, Late)
        with contextlib.redirect_stdout(io.StringIO()):
            answers: List[Dict[str, Any]] = []
            with contextlib.suppress(Late), alarm(loop_seconds):
                answers.extend(watch.answers() if candidate else [])
        datasets = watch.list_datasets()
        if candidate is not None and candidate["kind"] == "loop":
            datasets, answers = self._train_loop(path, loop_seconds, candidate)
        return {
            "figures": recorder.describe(),
            "error": None if error is None or is_late else serialize.explain(error),
            "late": is_late, "cut": bool(cuts), "asked": asked,
            "printed": printed.getvalue()[-MAX_PRINTED:],
            "datasets": datasets, "answers": answers, "history": watch.history.describe(),
        }  # fmt: skip

    def _train_loop(
        self, path: str, seconds: float, candidate: Dict[str, Any]
    ) -> Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]:
        """Train by the body of a loop for some seconds; return its data sets, and its answers."""
        body, _ = self._loop_body(path, seconds, candidate)
        if body is None:
            return [], []
        datasets: List[Dict[str, Any]] = []
        outputs, arrays = None, []
        with contextlib.suppress(StudentError), alarm(2 * seconds + 1.0):
            datasets, outputs, arrays = self.guard(loop_watch.train, body, candidate, seconds)
        if outputs is None:
            return [], []
        answer = {"outputs": outputs, "arrays": arrays}
        return datasets, [{"dataset": number, **answer} for number in range(len(datasets))]
