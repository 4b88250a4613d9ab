"""A DAG of Airflow for each dataset: looks every day which quarters are due and runs them, as `schedule install` does.

Copy or link this file into the directory of DAGs of an Airflow whose workers have the checkout, and set in their
environment `STACKHOUSE_CHECKOUT`, where it is, and `STACKHOUSE_DAG_DATASETS`, e.g. `flights trips`.

The tasks call `./stackhouse` instead of importing `stackhouse`: Airflow's workers have a virtual environment of their
own, whose pinned packages differ from those of Stackhouse. A task that fails names the exit code of the command in its
log: 3 is a release held by a check, 4 a stack that is not up, as docs/schedule.md lists them.
"""

import os
import shlex
from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    # Airflow 2.
    from airflow.operators.bash import BashOperator

CHECKOUT = os.environ.get("STACKHOUSE_CHECKOUT", "/opt/stackhouse")
DATASETS = os.environ.get("STACKHOUSE_DAG_DATASETS", "flights").split()


def make_dag(dataset: str) -> DAG:
    """The DAG of one dataset."""
    checkout = shlex.quote(CHECKOUT)
    with DAG(
        dag_id=f"stackhouse_{dataset}",
        description=f"Run the quarters of {dataset} that are due",
        schedule="30 4 * * *",
        start_date=datetime(2024, 1, 1),
        # `schedule run` itself knows what was missed.
        catchup=False,
        max_active_runs=1,
        tags=["stackhouse"],
    ) as dag:
        # Only a stack that is not up may be so by chance; what failed or is held stays so.
        is_up = BashOperator(
            task_id="stack_is_up",
            bash_command=f"cd {checkout} && ./stackhouse status",
            append_env=True,
            retries=3,
            retry_delay=timedelta(minutes=1),
            retry_exponential_backoff=True,
        )
        run_due = BashOperator(
            task_id="run_due_quarters",
            bash_command=f"cd {checkout} && ./stackhouse schedule run {shlex.quote(dataset)}",
            append_env=True,
            retries=0,
        )
        is_up >> run_due
    return dag


for _dataset in DATASETS:
    globals()[f"stackhouse_{_dataset}"] = make_dag(_dataset)
