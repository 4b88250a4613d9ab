"""`demo`: from nothing to quarterly answers over real flights."""

import sys
from time import monotonic

from cli.progress import StepBoard
from cli.views.load import load_with_bars
from cli.views.query import print_table
from pipeline.warehouse import Warehouse
from warehouse.settings import REPOSITORY, Settings

_DATASET = "flights"
_QUERY = """
SELECT quarter, flights, total_delay, mean_delay, late_share, total_distance, origins
FROM flights.delays_by_quarter ORDER BY quarter_start"""

_NEXT = """
What to try next:
  ./stackhouse query "SELECT * FROM flights.airport_delays_by_quarter WHERE quarter = '2001Q2' AND flights > 20000"
  ./stackhouse beeline -e "DESCRIBE flights.clean"
  ./stackhouse history flights
  ./stackhouse status
  ./stackhouse down"""


def run_demo(settings: Settings) -> None:
    """Start the stack, load and publish the flights that come with the repository, and show them."""
    began = monotonic()
    with StepBoard() as board:
        Warehouse(settings, board).start()
    files = sorted((REPOSITORY / "data" / _DATASET).glob("*.csv.gz"))
    loaded = load_with_bars(Warehouse(settings).dataset(_DATASET), files)
    print(f"loaded {loaded.batch.rows:,} flights in {len(files)} files: batch {loaded.batch.id}", file=sys.stderr)
    with StepBoard() as board:
        report = Warehouse(settings, board).dataset(_DATASET).run()
    print(f"{report.law.total}\n", file=sys.stderr)
    print_table(Warehouse(settings).query(_QUERY))
    print(f"from start to answer: {monotonic() - began:.0f} s", file=sys.stderr)
    print(_NEXT)
