"""Readers while releases are published and rolled back."""

import pytest

from tests.faults.readers import PAUSE_SECONDS

READS = 1000


@pytest.mark.long
def test_a_thousand_reads_during_fifty_moves_each_show_one_release(world, readers):
    before = readers.reads.total()
    readers.pause = 0.1
    try:
        for _ in range(25):
            world.load()
            published = world.publish()
            assert world.problems([published], settled=True) == []
            # Readers saw this one before.
            ended = world.do("rollback")
            assert ended.code == 0, ended.err
        while readers.reads.total() - before < READS:
            readers.wait()
    finally:
        readers.pause = PAUSE_SECONDS
    assert readers.problems == []
