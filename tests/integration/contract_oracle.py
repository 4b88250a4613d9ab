"""What must become of the rows of a CSV dataset, worked out a second time from raw bytes and YAML alone.

Nothing of `spark`, `ingestion` or `warehouse.contract` is used: lines are cut by Python's `bytes.splitlines`, fields,
types, rules and keys by DuckDB or by the few lines below.
"""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from hadoop.webhdfs import WebHdfs

_INTEGER, _DECIMAL = "[+-]?[0-9]+", r"[+-]?([0-9]+(\.[0-9]{1,%s})?|\.[0-9]{1,%s})"
_LONGEST = 1024 * 1024
_MOMENTS = {"yyyy-MM-dd HH:mm:ss": ("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", "%Y-%m-%d %H:%M:%S")}
_PLACE = "batch, sequence, file, line"
_ROWS = pa.schema(
    {
        "batch": pa.string(),
        "sequence": pa.int32(),
        "file": pa.string(),
        "line": pa.int64(),
        "text": pa.string(),
        "quoted": pa.list_(pa.string()),
        "fault": pa.string(),
    }
)

NumberedRow = tuple[int, str | None, list[str] | None, str | None]
"""Line number, text, its fields if one is quoted, fault."""


class Oracle:
    """The rows of all loaded batches in a DuckDB database.

    Attributes:
        db: Table `judged`: `batch`, `sequence`, `file`, `line`, the columns by their names in Hive, `rules`.
    """

    def __init__(self, storage: WebHdfs, dataset: str, root: Path) -> None:
        """Read the contract below `root` and the raw bytes in HDFS."""
        contract = yaml.safe_load((root / "data" / dataset / "dataset.yaml").read_text())
        self._rows = next(item for item in contract["schema"] if item["name"] == dataset)
        self._custom = {item["property"]: item["value"] for item in self._rows["customProperties"]}
        self.columns = [column["name"] for column in self._rows["properties"]]
        self.event_time = self._custom["eventTime"]
        self.db = duckdb.connect()
        self._read(storage, f"/stackhouse/raw/{dataset}")
        self._judge()

    def after(self, batches: int) -> None:
        """Make the tables `clean`, `quarantined` and `superseded` as of so many batches."""
        key = ", ".join(column["name"] for column in self._rows["properties"] if column.get("primaryKey"))
        version = [self._custom["versionColumn"]] if "versionColumn" in self._custom else []
        newest = ", ".join(f"{name} DESC" for name in (*version, "sequence", "file", "line"))
        order = f"row_number() OVER (PARTITION BY {key} ORDER BY {newest})" if key else "1"
        self.db.sql(f"""CREATE OR REPLACE TABLE good AS
            SELECT *, date_trunc('quarter', {self.event_time})::DATE AS quarter_start, {order} AS place
            FROM judged WHERE sequence <= {batches} AND len(rules) = 0""")
        for name, condition in (("clean", "place = 1"), ("superseded", "place > 1")):
            self.db.sql(f"CREATE OR REPLACE TABLE {name} AS SELECT * EXCLUDE (place) FROM good WHERE {condition}")
        self.db.sql(f"""CREATE OR REPLACE TABLE quarantined AS
            SELECT * FROM judged WHERE sequence <= {batches} AND len(rules) > 0""")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.db.sql(sql).fetchall()

    def law(self, batches: int) -> dict[tuple[str, str], dict[str, int]]:
        """Rows of each outcome by batch and file, of so many batches; call `after` first."""
        parts = ("clean", "quarantined", "superseded")
        counts = ", ".join(f"(SELECT count(*) FROM {p} WHERE (batch, file) = (f.batch, f.file)) AS {p}" for p in parts)
        found = self.rows(f"""
            SELECT batch, file, raw, {counts} FROM files AS f WHERE sequence <= {batches}""")
        return {(batch, file): dict(zip(("raw", *parts), rest, strict=True)) for batch, file, *rest in found}

    def _read(self, storage: WebHdfs, raw: str) -> None:
        self.db.sql("""CREATE TABLE raw (batch TEXT, sequence INT, file TEXT, line BIGINT, text TEXT, quoted TEXT[],
            fault TEXT)""")
        self.db.sql("CREATE TABLE files (batch TEXT, sequence INT, file TEXT, raw BIGINT)")
        columns = [column.get("physicalName", column["name"]) for column in self._rows["properties"]]
        for batch in storage.list(raw):
            manifest = json.loads(storage.read(f"{raw}/{batch}/_manifest.json"))
            for file in (name for name in storage.list(f"{raw}/{batch}") if name != "_manifest.json"):
                place = manifest["batch"], manifest["sequence"], file
                found = _numbered_rows(storage.read(f"{raw}/{batch}/{file}"), columns)
                self.db.execute("INSERT INTO files VALUES (?, ?, ?, ?)", [*place, len(found)])
                if found:
                    self.db.register("arrived", _table(place, found))
                    self.db.sql("INSERT INTO raw SELECT * FROM arrived")

    def _judge(self) -> None:
        properties = self._rows["properties"]
        texts = ", ".join(f"nullif(fields[{n}], '') AS {column['name']}" for n, column in enumerate(properties, 1))
        width = f"len(fields) <> {len(properties)}"
        self.db.sql(f"""CREATE TEMP VIEW texts AS
            SELECT {_PLACE}, coalesce(fault, CASE WHEN {width} THEN 'row:parse' END) AS fault, {texts}
            FROM (SELECT *, coalesce(quoted, string_split(text, ',')) AS fields FROM raw)""")
        values = ", ".join(f"{_value(column)} AS {column['name']}" for column in properties)
        kept = ", ".join(f"{column['name']} AS text_{column['name']}" for column in properties)
        self.db.sql(f"CREATE TEMP VIEW typed AS SELECT {_PLACE}, fault, {kept}, {values} FROM texts")
        header = " AND ".join(f"text_{c['name']} = '{c.get('physicalName', c['name'])}'" for c in properties)
        broken = [(header, "row:header"), *(rule for column in properties for rule in _rules(column))]
        broken += [(f"NOT ({rule['query']})", f"row:{rule['name']}") for rule in self._rows.get("quality", [])]
        cases = ", ".join(f"CASE WHEN {condition} THEN '{rule}' END" for condition, rule in broken)
        self.db.sql(f"""CREATE TABLE judged AS
            SELECT {_PLACE}, {", ".join(self.columns)},
                CASE WHEN fault IS NOT NULL THEN [fault]
                ELSE list_sort(list_filter([{cases}], lambda rule: rule IS NOT NULL)) END AS rules
            FROM typed""")


def _table(place: tuple[str, int, str], rows: list[NumberedRow]) -> pa.Table:
    arrays = [pa.array([value] * len(rows), field.type) for value, field in zip(place, _ROWS, strict=False)]
    arrays += [
        pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), list(_ROWS)[3:], strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=_ROWS)


def _numbered_rows(content: bytes, columns: list[str]) -> list[NumberedRow]:
    """The rows of a CSV file with a header."""
    lines = content.splitlines()
    assert lines[0].decode("utf-8-sig").split(",") == columns
    return [(number, *_read_line(line)) for number, line in enumerate(lines[1:], start=2) if line]


def _read_line(line: bytes) -> tuple[str | None, list[str] | None, str | None]:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None, None, "row:encoding"
    if len(line) > _LONGEST:
        return None, None, "row:length"
    if '"' not in text:
        return text, None, None
    fields = _quoted_fields(text)
    return text, fields, None if fields is not None else "row:parse"


def _quoted_fields(text: str) -> list[str] | None:
    """Fields of a line of which each is quoted as a whole or not at all, character by character."""
    fields, position = list[str](), 0
    while True:
        field = ""
        if text[position : position + 1] == '"':
            end = position + 1
            while text[end : end + 1] != '"' or text[end + 1 : end + 2] == '"':
                if end >= len(text):
                    return None
                field += text[end]
                end += 2 if text[end] == '"' else 1
            position = end + 1
        else:
            field = text[position:].partition(",")[0]
            position += len(field)
            if '"' in field:
                return None
        fields.append(field)
        if position == len(text):
            return fields
        if text[position] != ",":
            return None
        position += 1


def _value(column: dict[str, Any]) -> str:
    """The typed value of a text, NULL when it is none."""
    name, kind = column["name"], column["physicalType"].replace(" ", "")
    if kind == "STRING":
        return name
    if kind == "TIMESTAMP":
        pattern, parts = _MOMENTS[column["logicalTypeOptions"]["format"]]
        return f"CASE WHEN regexp_full_match({name}, '{pattern}') THEN try_strptime({name}, '{parts}') END"
    decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    pattern = _DECIMAL % (decimal[1], decimal[1]) if decimal else _INTEGER
    assert decimal or kind in ("TINYINT", "SMALLINT", "INT", "BIGINT"), kind
    return f"CASE WHEN regexp_full_match({name}, '{pattern}') THEN TRY_CAST({name} AS {kind}) END"


def _rules(column: dict[str, Any]) -> list[tuple[str, str]]:
    """Condition and id of every rule of a column."""
    name, options = column["name"], column.get("logicalTypeOptions", {})
    found = [(f"text_{name} IS NOT NULL AND {name} IS NULL", "type")]
    if column.get("required") or column.get("primaryKey"):
        found.append((f"text_{name} IS NULL", "required"))
    for limit, sign in (("minimum", "<"), ("maximum", ">")):
        if limit in options:
            found.append((f"{name} {sign} {options[limit]!r}", limit))
    if "pattern" in options:
        found.append((f"NOT regexp_full_match(text_{name}, '{options['pattern']}')", "pattern"))
    if "enum" in column:
        accepted = ", ".join(repr(item["value"]) for item in column["enum"])
        found.append((f"{name} NOT IN ({accepted})", "values"))
    return [(condition, f"{name}:{rule}") for condition, rule in found]
