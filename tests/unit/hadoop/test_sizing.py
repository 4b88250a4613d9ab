import pytest

from hadoop.rest import Room, YarnNode
from hadoop.sizing import compute_job_sizing, compute_sizing
from warehouse.errors import SetupError, StackDownError


def container_of(heap_mb):
    """What Spark asks YARN for: the heap and a tenth of it, 384 at least."""
    return heap_mb + max(384, int(heap_mb * 0.1))


@pytest.mark.parametrize("cores", [1, 2, 8, 64])
@pytest.mark.parametrize("machine_mb", [7168, 16_000, 24_000, 64_000, 256_000])
def test_spark_and_hive_always_fit_into_their_queues(machine_mb, cores):
    sizing = compute_sizing(int(machine_mb * 0.75), cores)
    application_master = 640
    assert application_master + container_of(sizing.executor_mb) <= 0.6 * sizing.yarn_mb
    assert sizing.tez_am_mb + sizing.tez_task_mb <= 0.4 * sizing.yarn_mb
    # A second application master while the first one, of a killed HiveServer2, still times out.
    assert 2 * sizing.tez_am_mb + sizing.tez_task_mb <= 0.6 * sizing.yarn_mb
    assert sizing.executor_mb >= 1024


def test_small_machine_is_not_promised_more_than_it_has():
    sizing = compute_sizing(int(8 * 1024 * 0.75), 2)
    assert sizing.yarn_mb + sizing.driver_mb + 2048 <= 8 * 1024


@pytest.mark.parametrize("nodes", [1, 3, 40])
@pytest.mark.parametrize("node_mb", [4096, 8192, 65_536])
def test_executors_fit_into_the_nodes_and_into_sparks_queue(nodes, node_mb):
    sizing = compute_job_sizing([YarnNode(node_mb, 4)] * nodes, Room(share=0.6))
    container = container_of(sizing.executor_mb)
    assert (sizing.executors, sizing.cores) == (nodes, 4)
    assert 640 + container <= node_mb
    assert 640 + nodes * container <= 0.6 * nodes * node_mb
    assert sizing.executor_mb >= 1024


def test_smallest_node_decides_about_all_executors():
    sizing = compute_job_sizing([YarnNode(4096, 2), YarnNode(65_536, 32)], Room())
    assert sizing.cores == 2
    assert 640 + sizing.executor_mb + 384 <= 4096


def test_without_a_node_there_is_no_size():
    with pytest.raises(StackDownError, match="YARN has no running node"):
        compute_job_sizing([], Room())


def test_executor_is_no_larger_than_a_container_may_be():
    sizing = compute_job_sizing([YarnNode(65_536, 32)] * 3, Room(1.0, 8192, 4))
    assert sizing.cores == 4
    assert 8192 - 128 < container_of(sizing.executor_mb) <= 8192


@pytest.mark.parametrize(
    ("nodes", "room"),
    [
        ([YarnNode(8192, 2)] * 3, Room(share=0.1)),
        ([YarnNode(2176, 2)], Room(share=0.6)),
        ([YarnNode(8192, 2)], Room(container_mb=512)),
    ],
)
def test_cluster_without_room_for_an_executor_is_refused(nodes, room):
    with pytest.raises(SetupError, match=r"896 are needed; raise yarn.nodemanager.resource.memory-mb"):
        compute_job_sizing(nodes, room)
