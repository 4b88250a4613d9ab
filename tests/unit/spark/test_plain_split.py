"""Records without quotes are split by Java's split; they come out as Spark's parser of CSV reads them."""

import random
from collections.abc import Sequence

import pytest
from pyspark.sql import Column, Row, SparkSession
from pyspark.sql import functions as F

from spark.reading.fields import PIECES, is_plain, split_fields, split_plainly
from warehouse.contract.model import InputFormat

LETTERS = "ab,;|\t.\\$^*'\"# \x00\x01\r\x0b\x1f\x7f\u00a0\u0085\u2028\ufeffé𝄞"
FORMS = [
    InputFormat(),
    InputFormat(delimiter=";", quote="'"),
    InputFormat(delimiter="|", escape="\\"),
    InputFormat(delimiter="\t", escape="$"),
    InputFormat(delimiter="."),
    InputFormat(delimiter="é"),
]
NAMES = ("one", "two", "three")


def records(form: InputFormat) -> list[str]:
    drawn = random.Random(1)
    letters = LETTERS + 12 * form.delimiter
    odd = [
        "",
        ",",
        ",,",
        " , , ",
        "a,b,c",
        "\ufeff,b,c",
        "#a,b,c",
        "a,b",
        "a,b,c,d",
        "a,b,c,",
        ",,,,",
        "\r,\r,\r",
        "\x00,\x00,",
    ]
    made = ["".join(drawn.choices(letters, k=drawn.randrange(12))) for _ in range(3000)]
    return [text.replace(",", form.delimiter) for text in odd] + made


def read(spark: SparkSession, form: InputFormat, texts: Sequence[str], pieces: Column) -> list[Row]:
    frame = spark.createDataFrame([(text,) for text in texts], "text STRING").withColumn(PIECES, pieces)
    fields = split_fields(F.col("text"), F.col(PIECES), form, NAMES)
    # A column of its own, as in staging.
    return frame.select(fields.alias("fields")).select("fields.*").collect()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: repr(form.delimiter))
def test_both_ways_give_the_same_fields(spark: SparkSession, form: InputFormat) -> None:
    texts = records(form)
    split = split_plainly(F.col("text"), is_plain(F.col("text"), form), form, len(NAMES))
    plain = spark.createDataFrame([(text,) for text in texts], "text STRING").where(F.size(split) == len(NAMES)).count()
    assert plain > len(texts) / 20
    by_parser = read(spark, form, texts, F.lit(None).cast("ARRAY<STRING>"))
    assert list(zip(texts, read(spark, form, texts, split), strict=True)) == list(zip(texts, by_parser, strict=True))
