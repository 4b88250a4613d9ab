"""Threads that do the same to many things: order, failures, stopping."""

import threading

import pytest

from warehouse.workers import StoppedError, Workers


def test_results_come_in_the_order_of_the_items_whichever_is_done_first():
    second_is_done, told = threading.Event(), []

    def work(item):
        if item == 1:
            assert second_is_done.wait(20)
        if item == 2:
            second_is_done.set()
        return item * 10

    assert Workers(work, 2).do([1, 2, 3], told.append) == [10, 20, 30]
    assert told == [10, 20, 30]


def test_never_more_at_once_than_asked_for():
    both, now, most = threading.Barrier(2), [], []

    def work(item):
        now.append(item)
        most.append(len(now))
        both.wait(20)
        now.remove(item)

    Workers(work, 2).do(range(10))
    assert max(most) == 2


def test_first_failure_by_order_is_told_although_a_later_one_came_first():
    later_failed = threading.Event()

    def work(item):
        if item == 2:
            later_failed.set()
        if item == 1:
            assert later_failed.wait(20)
        raise ValueError(item)

    with pytest.raises(ValueError, match="1"):
        Workers(work, 2).do([1, 2])


def test_what_is_at_work_is_stopped_and_nothing_is_begun_after_a_failure():
    begun, stopped, other_works = [], threading.Event(), threading.Event()

    def work(item):
        begun.append(item)
        if item == 1:
            assert other_works.wait(20)
            raise ValueError("broken")
        other_works.set()
        try:
            while True:
                workers.check()
                workers.sleep(20)
        except StoppedError:
            stopped.set()
            raise

    workers = Workers(work, 2)
    with pytest.raises(ValueError, match="broken"):
        workers.do(range(1, 9))
    assert stopped.is_set()
    assert sorted(begun) == [1, 2]


def test_interruption_of_a_worker_interrupts_the_command():
    def work(_item):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Workers(work, 2).do([1])


def test_nothing_to_do_gives_nothing():
    assert Workers(str, 8).do([]) == []
