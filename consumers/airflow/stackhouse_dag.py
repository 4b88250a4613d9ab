"""A DAG of Airflow for each dataset: checks every day which quarters are due and runs them, as `schedule install` does.

Copy or link this file into the directory of DAGs of an Airflow whose workers have the checkout, and set in their
environment `STACKHOUSE_CHECKOUT`, where it is, and `STACKHOUSE_DAG_DATASETS`, e.g. `flights trips`.

The tasks import `stackhouse` in the Python of the checkout's own environment, because Airflow pins other versions of
the same packages. The log of a task that failed ends with an error of the library: `HeldError` is a release held by a
check, `StackDownError` a stack that is not up.
"""

import os
from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.python import ExternalPythonOperator
except ImportError:
    # Airflow 2.
    from airflow.operators.python import ExternalPythonOperator

CHECKOUT = os.environ.get("STACKHOUSE_CHECKOUT", "/opt/stackhouse")
DATASETS = os.environ.get("STACKHOUSE_DAG_DATASETS", "flights").split()
_OWN_PYTHON = {"python": f"{CHECKOUT}/.venv/bin/python", "expect_airflow": False}


def check_stack(checkout: str) -> None:
    """See whether the stack is up; Airflow sends the text of this function to the other Python."""
    import sys

    sys.path.insert(0, checkout)
    import stackhouse

    stackhouse.Warehouse().check()


def run_due(checkout: str, dataset: str) -> None:
    """Run the quarters of a dataset that are due; Airflow sends the text of this function to the other Python."""
    import sys

    sys.path.insert(0, checkout)
    import stackhouse

    for report in stackhouse.Warehouse().dataset(dataset).run_due(tell=print):
        print(f"release {report.release.number} of {dataset} is live: {report.law.total}")


def make_dag(dataset: str) -> DAG:
    """The DAG of one dataset."""
    with DAG(
        dag_id=f"stackhouse_{dataset}",
        description=f"Run the quarters of {dataset} that are due",
        schedule="30 4 * * *",
        start_date=datetime(2024, 1, 1),
        # `run_due` itself knows what was missed.
        catchup=False,
        max_active_runs=1,
        tags=["stackhouse"],
    ) as dag:
        # Only a stack that is not up may be so by chance; what failed or is held stays so.
        is_up = ExternalPythonOperator(
            task_id="stack_is_up",
            python_callable=check_stack,
            op_args=[CHECKOUT],
            retries=3,
            retry_delay=timedelta(minutes=1),
            retry_exponential_backoff=True,
            **_OWN_PYTHON,
        )
        due = ExternalPythonOperator(
            task_id="run_due_quarters", python_callable=run_due, op_args=[CHECKOUT, dataset], retries=0, **_OWN_PYTHON
        )
        is_up >> due
    return dag


for _dataset in DATASETS:
    globals()[f"stackhouse_{_dataset}"] = make_dag(_dataset)
