"""Tickets that end after two minutes: the services, a Spark application and the owner's commands outlive them.

Two, since Hadoop asks for no new ticket within 60 seconds of the last (hadoop.kerberos.min.seconds.before.relogin).
"""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from secure.kerberos import current_ticket
from tests.secure.conftest import COUNT, command, must, some_flights
from tests.waiting import until

SECONDS = 120


@pytest.fixture(scope="module")
def short_tickets(secured):
    must(command("down"))
    # What the owner has would last for hours.
    shutil.rmtree(secured.identity.tickets.parent)
    must(command("up", STACKHOUSE_TICKET_MINUTES=str(SECONDS // 60)))
    return secured


def publish(month, place):
    """Load some flights and run: the application, and how many flights there are then."""
    must(command("load", "flights", str(some_flights(month, place / f"{month}.csv"))))
    application = json.loads(must(command("run", "flights", "--json")))["application"]
    return application, int(must(command("query", COUNT, "--format", "csv")).split()[1])


def test_an_application_outlives_the_tickets_of_its_start(short_tickets, tmp_path):
    first, flights = publish("2001-04", tmp_path)
    # No ticket of before is left, of no service either: all asked for the same time.
    end = datetime.now(UTC) + timedelta(seconds=SECONDS)
    assert datetime.now(UTC) < current_ticket(short_tickets.identity).end <= end
    until(lambda: datetime.now(UTC) > end, SECONDS + 10)
    second, more_flights = publish("2001-05", tmp_path)
    assert first == second != ""
    assert flights < more_flights
    must(command("doctor"))
