"""A cluster that is played, for the checks of HDFS and YARN."""

import pytest

from tests.unit.hadoop.daemons import Daemons, settings_for


@pytest.fixture
def daemons():
    daemons = Daemons()
    yield daemons
    daemons.close()


@pytest.fixture
def settings(daemons):
    return settings_for(daemons.port)
