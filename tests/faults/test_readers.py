"""Readers while releases are published and rolled back."""

import pytest


@pytest.mark.long
def test_a_thousand_reads_during_fifty_moves_each_show_one_release(world, readers):
    before = readers.reads.total()
    first = world.live()
    world.load()
    world.publish()
    for move in range(50):
        target = first + move % 2
        world.published.append(world.published[move % 2])
        ended = world.do("rollback", "--to", str(target))
        assert ended.code == 0, ended.err
    while readers.reads.total() - before < 1000:
        readers.wait()
    assert readers.problems == []
