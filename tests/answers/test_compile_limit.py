"""Statements that never compile: none with the shipped settings, and an end to each without them."""

from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from hive.connection import connect
from warehouse.errors import QueryError

LOOPS = "SELECT COUNT(*) FROM answers.facts WHERE YEAR(ts) = {year} AND HOUR(ts) >= {hour}"
"""Without the excluded rule Calcite turns it over for ever."""

SECONDS = 3


def test_a_hundred_statements_that_looped_are_answered(awkward):
    def ask(number):
        with connect(awkward.endpoints) as server:
            return server.fetch("EXPLAIN " + LOOPS.format(year=1990 + number, hour=number % 24)).rows

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(100)))


@pytest.mark.local
def test_statement_that_does_not_compile_is_ended_with_its_thread(unlocked):
    with connect(unlocked) as one, connect(unlocked) as other, ThreadPoolExecutor(1) as pool:
        one.fetch(f"SET stackhouse.compile.seconds={SECONDS}")
        one.fetch("SET hive.cbo.rule.exclusion.regex=none")
        asked = pool.submit(one.fetch, "EXPLAIN " + LOOPS.format(year=2001, hour=20))
        assert other.fetch("SELECT 1").rows == ((1,),)
        with pytest.raises(QueryError, match="could not compile"):
            asked.result()
        # The session lives on, and so does the server.
        assert one.fetch("SELECT 1").rows == ((1,),)
    assert not spinning(unlocked)


def spinning(endpoints):
    """Threads of the server that listens there and compute without a pause."""
    (server,) = [
        psutil.Process(found.pid) for found in psutil.net_connections("tcp")
        if found.laddr and found.laddr.port == endpoints.hive_port and found.status == psutil.CONN_LISTEN
    ]  # fmt: skip
    before = {thread.id: thread.user_time for thread in server.threads()}
    psutil.cpu_percent(interval=1)
    return [thread for thread in server.threads() if thread.user_time - before.get(thread.id, 0) > 0.9]
