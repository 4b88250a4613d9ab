"""The DAG for Airflow, read by Airflow itself where that is installed; it is no requirement."""

import pytest

from warehouse.settings import REPOSITORY

FILE = REPOSITORY / "consumers" / "airflow" / "stackhouse_dag.py"


@pytest.fixture
def dags(monkeypatch, tmp_path):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
    monkeypatch.setenv("STACKHOUSE_CHECKOUT", "/opt/stack house")
    monkeypatch.setenv("STACKHOUSE_DAG_DATASETS", "flights trips")
    pytest.importorskip("airflow", reason="Airflow is not installed: the DAG is not read")
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        # Airflow 2.
        from airflow.models import DagBag
    bag = DagBag(FILE)
    assert bag.import_errors == {}
    return bag.dags


def test_airflow_reads_a_dag_for_each_dataset(dags):
    assert sorted(dags) == ["stackhouse_flights", "stackhouse_trips"]
    assert all((dag.max_active_runs, dag.catchup) == (1, False) for dag in dags.values())


def test_tasks_use_the_library_and_only_a_stack_that_is_down_is_tried_again(dags):
    is_up, run_due = (dags["stackhouse_trips"].get_task(name) for name in ("stack_is_up", "run_due_quarters"))
    assert {is_up.python, run_due.python} == {"/opt/stack house/.venv/bin/python"}
    assert (is_up.op_args, run_due.op_args) == (["/opt/stack house"], ["/opt/stack house", "trips"])
    assert run_due.upstream_task_ids == {"stack_is_up"}
    assert (is_up.retries, run_due.retries) == (3, 0)
