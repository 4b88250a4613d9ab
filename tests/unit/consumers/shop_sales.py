"""A release of the sales of shops, features of them, and tables of rows and entities."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa

from consumers.training import Feature
from warehouse.release.manifest import Release

START = datetime(2020, 1, 1)
AS_OF = datetime(2020, 1, 31, tzinfo=UTC)
MEANING = {
    "columns": [
        {"name": "shop", "type": "STRING"},
        {"name": "sold_at", "type": "TIMESTAMP"},
        {"name": "units", "type": "INT"},
        {"name": "amount", "type": "DECIMAL(9,2)"},
        {"name": "ratio", "type": "DOUBLE"},
    ],
    "event_time": "sold_at",
    "time_zone": None,
}
RELEASE = Release("sales", 4, "r4", "0123456789abcdef", MEANING, "2020-02-01 00:00:00", "ann", {}, {}, {})
SCHEMA = pa.schema(
    [
        ("shop", pa.string()),
        ("units", pa.int32()),
        ("amount", pa.decimal128(9, 2)),
        ("ratio", pa.float64()),
        ("sold_at", pa.timestamp("us")),
    ]
)
FEATURES = [
    Feature("sales", "units", "count"),
    Feature("units_sold", "units", "sum", days=7),
    Feature("income", "amount", "sum"),
    Feature("mean_units", "units", "mean", days=1.5),
    Feature("lowest", "amount", "min"),
    Feature("highest", "amount", "max", days=10),
    Feature("newest", "units", "last"),
    Feature("late", "units", "sum", lag_days=2),
    Feature("late_units", "units", "sum", days=3, lag_days=0.5),
]


def table(found):
    columns = list(zip(*((s, u, a, 0.5, START + timedelta(hours=h)) for s, h, u, a in found), strict=True)) or [()] * 5
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def asked(found):
    moments = pd.Series([START + timedelta(hours=h) for _, h in found], dtype="datetime64[us]")
    return pd.DataFrame({"shop": [shop for shop, _ in found], "at": moments})
