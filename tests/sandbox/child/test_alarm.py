"""The alarm inside a child: what runs too long is interrupted, and the rest goes on."""

import signal
import threading
import time

import pytest

from grader.sandbox.child.alarm import Late, alarm


def loop_forever() -> None:
    while True:
        pass


def catch_once(handlers: list[int]) -> None:
    try:
        loop_forever()
    except BaseException:  # noqa: BLE001 - what a student writes
        handlers.append(1)
    loop_forever()


def catch_exceptions() -> None:
    while True:
        try:
            loop_forever()
        except Exception:  # noqa: BLE001 - what a student writes
            continue


def test_an_endless_loop_is_interrupted() -> None:
    """A loop that never ends is left, and the handler that was there before is back."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Late), alarm(0.05):
        loop_forever()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_quick_code_is_not_interrupted() -> None:
    """Nothing rings after the end of what was guarded."""
    with alarm(0.05):
        calls = True
    time.sleep(0.1)
    assert calls


def test_the_alarm_rings_again_after_an_exception_handler() -> None:
    """Code that catches everything once is interrupted a second time."""
    handlers: list[int] = []
    with pytest.raises(Late), alarm(0.05):
        catch_once(handlers)
    assert handlers == [1]


def test_catching_exceptions_does_not_stop_the_alarm() -> None:
    """A loop around `except Exception` is left all the same."""
    with pytest.raises(Late), alarm(0.05):
        catch_exceptions()


def test_another_thread_has_no_alarm() -> None:
    """Where no signal can be had, what is inside runs as if nothing were there."""
    calls = []

    def run_in_thread() -> None:
        with alarm(0.01):
            time.sleep(0.05)
            calls.append(True)

    thread = threading.Thread(target=run_in_thread)
    thread.start()
    thread.join()
    assert calls == [True]
