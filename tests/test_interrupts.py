"""Signals, as a command that is ended meets them."""

from __future__ import annotations

import signal
import threading

import pytest

from django_bookrel.endings import reason
from django_bookrel.interrupts import Interrupted, Interrupts

STATUS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


def send(name: str) -> None:
    signal.raise_signal(getattr(signal, name))


@pytest.mark.parametrize("name, status", STATUS.items())
def test_signal_comes_as_an_exception(name: str, status: int):
    with pytest.raises(Interrupted) as raised, Interrupts():
        send(name)
    assert (raised.value.status, raised.value.at_once) == (status, False)


@pytest.mark.parametrize("name, status", STATUS.items())
def test_signal_waits(name: str, status: int):
    with Interrupts() as interrupts, interrupts.held():
        interrupts.check()
        send(name)
        with pytest.raises(Interrupted) as raised:
            interrupts.check()
    assert raised.value.status == status


def test_second_signal_comes_at_once():
    with Interrupts() as interrupts, interrupts.held():
        send("SIGTERM")
        with pytest.raises(Interrupted) as raised:
            send("SIGINT")
    assert raised.value.at_once
    found = reason(raised.value)
    assert found is not None
    said = "interrupted at once; the batch that was being written may be in or not."
    assert found[:2] == (said, 130)


def test_handlers_are_put_back():
    before = [signal.getsignal(getattr(signal, name)) for name in STATUS]
    with Interrupts():
        inside = [signal.getsignal(getattr(signal, name)) for name in STATUS]
    assert [signal.getsignal(getattr(signal, name)) for name in STATUS] == before
    assert not set(inside) & {signal.SIG_DFL, signal.default_int_handler}


def test_handlers_of_the_host_and_ignored_signals_stay(monkeypatch: pytest.MonkeyPatch):
    caught = []

    def theirs(number: int, frame: object) -> None:
        caught.append(number)

    before = signal.signal(signal.SIGTERM, theirs), signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            send("SIGTERM")
            send("SIGHUP")
            interrupts.check()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGHUP, before[1])
    assert caught == [signal.SIGTERM]


def test_other_threads_get_no_handlers():
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with Interrupts() as interrupts:
                interrupts.check()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []


def test_signals_that_a_system_lacks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(signal, "SIGHUP")
    with pytest.raises(Interrupted), Interrupts():
        send("SIGTERM")
