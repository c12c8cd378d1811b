"""Where workers come from: processes of this machine, a cluster, and what is done when one is lost."""

from __future__ import annotations

import contextlib
import operator
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from types import SimpleNamespace
from typing import Any

import pytest

from grader.batch.cluster import DaskEngine
from grader.batch.engine import MAX_TRIES, Scheduler
from grader.batch.environment import Environment, code_digest, current_environment, report_key
from grader.batch.local_workers import LocalEngine, WorkerLost, Workers
from grader.batch.work import Task, TaskResult
from grader.checks import CHECKS
from grader.errors import OurFault, TheirFault
from grader.model import Interpreter, Limits, Submission
from grader.rubric import reader, resources

# ---- a cluster ----


class PretendClient:
    """A client of a cluster that is not there."""

    digests: Mapping[str, Any] = {"tcp://one": code_digest()}
    answers = True

    def __init__(self, address: str, **options: Any) -> None:
        self.is_closed = False
        if not self.answers:
            raise TimeoutError("nobody")

    def wait_for_workers(self, count: int, timeout: float) -> None:
        """Find one there."""

    def run(self, function: Callable[[], str], on_error: str) -> Mapping[str, Any]:
        """Return what the workers say of their code."""
        return self.digests

    def get_executor(self, pure: bool) -> SimpleNamespace:
        """Return something that can be shut down."""
        return SimpleNamespace(shutdown=lambda wait: None, pure=pure)

    def nthreads(self) -> dict[str, int]:
        """Say how many threads the workers have."""
        return {"tcp://one": 2, "tcp://two": 3}

    def close(self) -> None:
        """Leave."""
        self.is_closed = True


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[PretendClient]:
    """A class of clients that stands in the place of dask's own."""
    pretended = type("Client", (PretendClient,), {})
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=pretended))
    return pretended


def test_a_cluster_takes_two_tasks_for_each_thread(client: type[PretendClient]) -> None:
    """Executors are those of the scheduler, and tasks with equal arguments are run again."""
    engine = DaskEngine("tcp://host:8786")
    executor: Any = engine.start()
    assert executor.pure is False
    engine.stop(executor)
    assert engine.window() == 10
    engine.close()


@pytest.mark.parametrize("answer", ["another version", ImportError("no grader")])
def test_a_worker_with_another_grader_is_refused(
    client: type[PretendClient], answer: object
) -> None:
    """Its reports would not be those of this one; the worker is named."""
    client.digests = {"tcp://one": code_digest(), "tcp://two": answer}
    with pytest.raises(TheirFault, match="tcp://two"):
        DaskEngine("tcp://host:8786")


def test_a_cluster_that_does_not_answer_is_one_sentence(client: type[PretendClient]) -> None:
    """So is a machine on which dask is not installed."""
    client.answers = False
    with pytest.raises(TheirFault, match="no dask cluster with a worker answers"):
        DaskEngine("tcp://host:8786")


def test_a_machine_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TheirFault, match="cluster"):
        DaskEngine("tcp://host:8786")


# ---- processes of this machine ----


def test_a_worker_process_returns_raises_and_is_lost() -> None:
    """What a function returns or raises comes back; a process that ends is a loss, and no answer."""
    engine = LocalEngine(1)
    assert engine.window() == 2
    workers = engine.start()
    try:
        assert workers.submit(operator.add, 2, 3).result(30) == 5
        with pytest.raises(ZeroDivisionError):
            workers.submit(operator.truediv, 1, 0).result(30)
        with pytest.raises(TypeError, match="order"):
            workers.submit(int, base=3)
        with pytest.raises(WorkerLost, match="ended"):
            workers.submit(os._exit, 3).result(30)
    finally:
        engine.stop(workers)
        engine.close()


def test_no_worker_starts_after_the_end() -> None:
    """A task that was waiting when the pool was shut down is lost like any other."""
    workers = Workers(1)
    workers._is_shut_down = True  # noqa: SLF001  as between two lines of its shutdown
    with pytest.raises(WorkerLost, match="no worker"):
        workers.submit(operator.add, 2, 3).result(30)
    workers.shutdown()


# ---- what is lost runs again ----


class Here(Executor):
    """Runs tasks at once in this process; what they raise is the loss of a worker."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args))
        except RuntimeError as error:
            future.set_exception(error)
        return future


class Engines:
    """Counts the executors that are started and stopped."""

    def __init__(self, executor: type[Executor] = Here) -> None:
        self.executor, self.started, self.stopped = executor, 0, 0

    def start(self) -> Executor:
        """Start one more."""
        self.started += 1
        return self.executor()

    def stop(self, executor: Executor) -> None:
        """Stop one."""
        self.stopped += 1

    def window(self) -> int:
        """Return three tasks at a time."""
        return 3

    def close(self) -> None:
        """Do nothing."""


def tasks(count: int) -> Iterator[Task]:
    for number in range(count):
        yield SimpleNamespace(id=f"s{number}", key=str(number))  # type: ignore[misc]


def run(
    fails: Callable[[str], BaseException | None], count: int = 5
) -> tuple[dict[str, str], Engines]:
    """Run tasks of which some lose their worker; return the trouble of each, and the engine."""
    engine = Engines()

    def work(task: Task) -> TaskResult:
        error = fails(task.id)
        if error is not None:
            raise error
        return TaskResult(task.id, task.key)

    results = Scheduler(engine, work).run(tasks(count))
    return {result.id: result.trouble for result in results}, engine


@pytest.mark.parametrize("error", [RuntimeError("gone"), BrokenExecutor("gone")])
def test_the_task_that_ends_every_worker_is_named(error: BaseException) -> None:
    """It is tried again and given up; the others have their results all the same."""
    troubles, engine = run(lambda id_: error if id_ == "s1" else None)
    assert set(troubles) == {f"s{number}" for number in range(5)}
    assert [id_ for id_, trouble in troubles.items() if trouble] == ["s1"]
    assert f"lost {MAX_TRIES + 1} times" in troubles["s1"]
    assert "gone" in troubles["s1"]
    assert engine.stopped == engine.started


@pytest.mark.parametrize("kind", [RuntimeError, BrokenExecutor])
def test_a_task_that_lost_its_worker_by_chance_has_its_result(kind: type[Exception]) -> None:
    """What succeeds when it is run again is no trouble."""
    lost: list[str] = []

    def fails(id_: str) -> BaseException | None:
        if id_ == "s2" and not lost:
            lost.append(id_)
            return kind("once")
        return None

    troubles, _ = run(fails)
    assert len(troubles) == 5
    assert not any(troubles.values())


def test_an_executor_that_takes_no_task_is_replaced() -> None:
    """It broke between two tasks."""

    class Broken(Here):
        count = 0

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            type(self).count += 1
            if self.count == 2:
                raise BrokenExecutor("broken")
            return super().submit(fn, *args, **kwargs)

    engine = Engines(Broken)
    results = list(Scheduler(engine, lambda task: TaskResult(task.id, task.key)).run(tasks(4)))
    assert sorted(result.id for result in results) == ["s0", "s1", "s2", "s3"]
    assert engine.started > 1


def test_a_worker_that_cannot_be_started_is_our_fault() -> None:
    """The environment is asked for before anything else."""

    class Never(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(BrokenExecutor("no memory"))
            return future

    with (
        contextlib.closing(Scheduler(Engines(Never))) as scheduler,
        pytest.raises(OurFault, match="no memory"),
    ):
        scheduler.read_environment(Limits(), unsafe=False)


# ---- what a report depends on ----


def test_the_key_of_a_report_follows_all_that_it_depends_on() -> None:
    """Submission, rubric, seed and environment: where one is another, so is the key."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    interpreter = Interpreter("3.11", "2.0")
    environment = current_environment(("seccomp",), True, interpreter)
    assert (environment.walls, environment.official, environment.code) == (
        ("seccomp",),
        True,
        code_digest(),
    )
    submission = Submission("amy", {"layers.py": b""}, "0" * 64)
    other = Environment((), environment.grader, environment.code, environment.numpy, True)
    keys = {
        report_key(submission, rubric, 1, environment),
        report_key(submission, rubric, 2, environment),
        report_key(submission, rubric, 1, other),
        report_key(Submission("amy", {"layers.py": b""}, "1" * 64), rubric, 1, environment),
        report_key(Submission("ben", {"layers.py": b""}, "0" * 64), rubric, 1, environment),
    }
    assert len(keys) == 5
    assert report_key(submission, rubric, 1, environment) in keys
