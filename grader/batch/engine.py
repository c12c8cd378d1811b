"""Tasks on any ``concurrent.futures.Executor``; the tasks of a lost worker run again.

No submission makes a worker raise, so whatever a future raises is the loss of a worker. The
submissions that may have ended it run again one at a time: those that did not end it finish, and
the one that did is named. While an executor itself continues, so do the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from typing import Protocol

from grader.batch.environment import Environment
from grader.batch.work import Task, TaskResult, examine, read_environment
from grader.errors import OurFault
from grader.model import Limits

MAX_TRIES = 2
"""How often a submission runs alone before it counts as the cause of the loss."""


class Engine(Protocol):
    """Where executors come from."""

    def start(self) -> Executor:
        """Return a new executor."""

    def stop(self, executor: Executor) -> None:
        """End an executor at once, whatever it is doing."""

    def window(self) -> int:
        """Return how many tasks may wait or run at a time."""

    def close(self) -> None:
        """Free the resources of all executors."""


class Scheduler:
    """One executor of an engine after the other, and the tasks that are with it."""

    def __init__(self, engine: Engine, work: Callable[[Task], TaskResult] = examine) -> None:
        self._engine, self._work = engine, work
        self._executor: Executor | None = None
        self._running: dict[Future[TaskResult], Task] = {}
        self._losses: dict[str, list[str]] = defaultdict(list)
        self._is_broken = False

    def read_environment(self, limits: Limits, unsafe: bool, python: str = "") -> Environment:
        """Return the environment of a worker; whatever it raises stops the run."""
        if self._executor is None:
            self._executor = self._engine.start()
        try:
            return self._executor.submit(read_environment, limits, unsafe, python).result()
        except BrokenExecutor as error:
            raise OurFault(f"no worker could be started ({error})") from None

    def close(self) -> None:
        """End the executor, whatever it is doing."""
        self._stop_executor()

    def run(self, tasks: Iterator[Task]) -> Iterator[TaskResult]:
        """Yield what comes of the tasks, as it comes; no more are drawn than fit the window."""
        try:
            while self._fill_window(tasks):
                lost_tasks = yield from self._wait_for_results()
                if lost_tasks and self._is_broken:
                    yield from self._one_by_one(lost_tasks + self._stop_executor())
                else:
                    yield from self._retry(lost_tasks)
        finally:
            self._stop_executor()

    def _fill_window(self, tasks: Iterator[Task]) -> bool:
        """Hand out tasks; say whether any is running."""
        window = self._engine.window()
        while len(self._running) < window:
            task = next(tasks, None)
            if task is None:
                break
            self._submit(task)
        return bool(self._running)

    def _submit(self, task: Task) -> None:
        if self._executor is None:
            self._executor = self._engine.start()
        try:
            future = self._executor.submit(self._work, task)
        except RuntimeError as error:  # the executor broke between two tasks
            future = Future()
            future.set_exception(error)
        self._running[future] = task

    def _wait_for_results(self) -> Generator[TaskResult, None, list[Task]]:
        """Yield what is done by now; return the tasks whose worker was lost."""
        futures, _ = wait(self._running, return_when=FIRST_COMPLETED)
        lost_tasks = []
        for future in futures:
            task = self._running.pop(future)
            error = _error_of(future)
            if error is None:
                yield future.result()
            else:
                self._is_broken |= isinstance(error, BrokenExecutor)
                self._losses[task.id].append(f"{type(error).__name__}: {error}")
                lost_tasks.append(task)
        return lost_tasks

    def _retry(self, tasks: list[Task]) -> Iterator[TaskResult]:
        """Hand out what was lost while its executor goes on; give up what is lost every time."""
        for task in tasks:
            if len(self._losses[task.id]) > MAX_TRIES:
                yield self._failure(task)
            else:
                self._submit(task)

    def _one_by_one(self, tasks: list[Task]) -> Iterator[TaskResult]:
        for task in tasks:
            yield from self._run_alone(task)

    def _run_alone(self, task: Task) -> Iterator[TaskResult]:
        """Try one task with nothing beside it, on a new executor after each loss."""
        for _ in range(MAX_TRIES):
            self._submit(task)
            lost_tasks = yield from self._wait_for_results()
            if not lost_tasks:
                return
            self._stop_executor()
        yield self._failure(task)

    def _failure(self, task: Task) -> TaskResult:
        losses = self._losses[task.id]
        trouble = f"its worker was lost {len(losses)} times, at last with {losses[-1]}"
        return TaskResult(task.id, task.key, trouble=trouble[:500])

    def _stop_executor(self) -> list[Task]:
        """Stop the executor; return the tasks that it had."""
        executor, self._executor, self._is_broken = self._executor, None, False
        if executor is not None:
            self._engine.stop(executor)
        tasks = list(self._running.values())
        self._running.clear()
        return tasks


def _error_of(future: Future[TaskResult]) -> BaseException | None:
    """Return what a future ended with, if not with a result."""
    return CancelledError() if future.cancelled() else future.exception()
