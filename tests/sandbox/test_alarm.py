"""The alarm inside a child: what runs too long is interrupted, and the rest goes on."""

import signal
import threading
import time

import pytest

from grader.sandbox.child.alarm import Late, alarm


def endless() -> None:
    while True:
        pass


def catches_once(rings: list[int]) -> None:
    try:
        endless()
    except BaseException:  # noqa: BLE001 - what a student writes
        rings.append(1)
    endless()


def catches_exceptions() -> None:
    while True:
        try:
            endless()
        except Exception:  # noqa: BLE001 - what a student writes
            continue


def test_an_endless_loop_is_interrupted() -> None:
    """A loop that never ends is left, and the handler that was there before is back."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Late), alarm(0.05):
        endless()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_quick_enough_is_left_alone() -> None:
    """Nothing rings after the end of what was guarded."""
    with alarm(0.05):
        done = True
    time.sleep(0.1)
    assert done


def test_it_rings_again_where_the_first_ring_was_caught() -> None:
    """Code that catches everything once is interrupted a second time."""
    rings: list[int] = []
    with pytest.raises(Late), alarm(0.05):
        catches_once(rings)
    assert rings == [1]


def test_an_exception_handler_does_not_stop_it() -> None:
    """A loop around `except Exception` is left all the same."""
    with pytest.raises(Late), alarm(0.05):
        catches_exceptions()


def test_another_thread_has_no_alarm() -> None:
    """Where no signal can be had, what is inside runs as if nothing were there."""
    done = []

    def work() -> None:
        with alarm(0.01):
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
