"""Joins the lines of records whose quoted fields hold line ends.

Each line either keeps the state "inside quotes" that it begins in, flips it, or ends in one state whatever it began
in. The state before a line is then that of the last line of the third kind, flipped as often as lines since then do:
two running aggregates, no loop over lines.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark.reading.lines import LINE
from spark.schema import SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE
from warehouse.contract.csv_quoting import ends_open
from warehouse.contract.model import InputFormat

_FILE = (SOURCE_BATCH, SOURCE_FILE)


def join_lines(lines: DataFrame, form: InputFormat) -> DataFrame:
    """Records of the lines, in the same columns: the number of its first line, and its bytes without the last end.

    Args:
        lines: All lines of whole files, ended by LF only.
        form: Delimiter, quote and escape.
    """
    line, order = F.col(LINE), Window.partitionBy(*_FILE).orderBy(SOURCE_LINE)
    quoted = F.contains(line, F.lit(form.quote))
    from_closed = (quoted & line.rlike(ends_open(form, begins_open=False))).cast("int")
    from_open = F.when(quoted, line.rlike(ends_open(form, begins_open=True)).cast("int")).otherwise(1)
    ends = lines.withColumns({"_closed": from_closed, "_open": from_open})
    flips = ends.withColumn("_flips", F.sum(F.when(F.col("_closed") > F.col("_open"), 1).otherwise(0)).over(order))
    settled = F.when(F.col("_closed") == F.col("_open"), (F.col("_closed") + F.col("_flips")) % 2)
    after = (F.coalesce(F.last(settled, ignorenulls=True).over(order), F.lit(0)) + F.col("_flips")) % 2
    before = F.lag("_after", 1, 0).over(order)
    begins = flips.withColumn("_after", after).withColumn("_begins", F.when(before == 0, 1).otherwise(0))
    numbered = begins.withColumn("_record", F.sum("_begins").over(order))
    parts = F.array_sort(F.collect_list(F.struct(SOURCE_LINE, LINE)))
    records = numbered.groupBy(*_FILE, "_record").agg(F.min(SOURCE_LINE).alias(SOURCE_LINE), parts.alias("_parts"))
    return records.select(*_FILE, SOURCE_LINE, _joined(F.col("_parts")).alias(LINE))


def _joined(parts: Expression) -> Expression:
    text = F.array_join(F.transform(parts, lambda part: part[LINE]), "\n")
    # The record ends in CRLF or LF; neither is of its bytes. As bytes: the text may be of an encoding in which Spark
    # takes several for one character.
    shorter = F.substring(text.cast("binary"), F.lit(1), F.octet_length(text) - 1).cast("string")
    return F.when(F.endswith(text, F.lit("\r")), shorter).otherwise(text)
