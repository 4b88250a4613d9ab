"""Everything that Spark and Hive are believed to compute alike, over values that were chosen to be awkward."""

Case = tuple[str, str]
"""An expression in Spark SQL, and the type of the mart's column that has it."""

BY_ROW: tuple[Case, ...] = (
    ("DATE_FORMAT(quarter_start,'q')", "STRING"),
    ("DATE_FORMAT(day,'yyyy-MM')", "STRING"),
    ("DATE_FORMAT(at,'yyyy-MM-dd HH:mm:ss')", "STRING"),
    ("CONCAT(LPAD(YEAR(quarter_start), 4, '0'), 'Q', QUARTER(quarter_start))", "STRING"),
    ("RPAD(word,5,'0')", "STRING"),
    ("NULLIF(small,0)", "BIGINT"),
    ("TRY_DIVIDE(amount,small)", "DECIMAL(20,8)"),
    ("amount / NULLIF(small,0)", "DECIMAL(12,4)"),
    ("amount / NULLIF(CAST(id AS BIGINT),0)", "DECIMAL(12,4)"),
    ("exact / 7", "DECIMAL(20,4)"),
    ("small / 3", "DOUBLE"),
    ("100 * amount / 3", "DECIMAL(20,6)"),
    ("amount / 3.0", "DECIMAL(20,6)"),
    ("amount * 0.10", "DECIMAL(20,4)"),
    ("CAST(exact AS DECIMAL(20,0))", "DECIMAL(20,0)"),
    ("CAST(amount AS DECIMAL(9,1))", "DECIMAL(9,1)"),
    ("CAST(amount * amount AS DECIMAL(20,2))", "DECIMAL(20,2)"),
    ("CAST(-amount / 2 AS DECIMAL(12,2))", "DECIMAL(12,2)"),
    ("amount + exact - 1", "DECIMAL(22,6)"),
    ("small % 3", "BIGINT"),
    ("MOD(amount,0.7)", "DECIMAL(9,2)"),
    ("big DIV 3", "BIGINT"),
    ("ROUND(amount,1)", "DECIMAL(9,1)"),
    ("ROUND(exact)", "DECIMAL(20,0)"),
    ("ROUND(real,1)", "DOUBLE"),
    ("FLOOR(amount)", "DECIMAL(9,0)"),
    ("CEIL(amount)", "DECIMAL(9,0)"),
    ("FLOOR(exact)", "DECIMAL(15,0)"),
    ("ABS(amount)", "DECIMAL(9,2)"),
    ("SQRT(ABS(amount))", "DOUBLE"),
    ("POWER(amount,2)", "DOUBLE"),
    ("EXP(small / 100000)", "DOUBLE"),
    ("LN(id)", "DOUBLE"),
    ("CAST(amount AS STRING)", "STRING"),
    ("CAST(small AS STRING)", "STRING"),
    ("CAST(at AS STRING)", "STRING"),
    ("CAST(day AS STRING)", "STRING"),
    ("CAST(at AS DATE)", "DATE"),
    ("CAST(day AS TIMESTAMP)", "TIMESTAMP"),
    ("TRY_CAST('12' AS INT)", "INT"),
    ("CAST(flag AS INT)", "INT"),
    ("small <=> 7", "BOOLEAN"),
    ("amount > real", "BOOLEAN"),
    ("amount >= 1.5 OR amount < 0", "BOOLEAN"),
    ("word LIKE '%b%' AND word <> 'abc'", "BOOLEAN"),
    ("word RLIKE 'b.*'", "BOOLEAN"),
    ("NOT flag", "BOOLEAN"),
    ("flag = TRUE", "BOOLEAN"),
    ("small BETWEEN 0 AND 5", "BOOLEAN"),
    ("small IN (1,2)", "BOOLEAN"),
    ("small IS NULL", "BOOLEAN"),
    ("small <= 3", "BOOLEAN"),
    ("IF(flag,amount,small)", "DECIMAL(9,2)"),
    ("CASE WHEN flag THEN amount WHEN small > 0 THEN 1 ELSE 2.5 END", "DECIMAL(9,2)"),
    ("CASE word WHEN 'abc' THEN 1 ELSE NULL END", "INT"),
    ("COALESCE(amount,0)", "DECIMAL(9,2)"),
    ("NVL(word,'none')", "STRING"),
    ("NVL2(small,1,2)", "INT"),
    ("YEAR(day)", "INT"),
    ("MONTH(day)", "INT"),
    ("DAY(day)", "INT"),
    ("DAYOFMONTH(at)", "INT"),
    ("DAYOFWEEK(day)", "INT"),
    ("WEEKOFYEAR(day)", "INT"),
    ("HOUR(at)", "INT"),
    ("MINUTE(at)", "INT"),
    ("SECOND(at)", "INT"),
    ("TO_DATE(at)", "DATE"),
    ("DATE_ADD(day,1)", "DATE"),
    ("DATE_SUB(day,30)", "DATE"),
    ("DATEDIFF(day,quarter_start)", "INT"),
    ("LAST_DAY(day)", "DATE"),
    ("TRUNC(day,'MM')", "DATE"),
    ("TRUNC(day,'QUARTER')", "DATE"),
    ("DATE_TRUNC('year',at)", "TIMESTAMP"),
    ("DATE_TRUNC('day',at)", "TIMESTAMP"),
    ("day < DATE '2001-01-01'", "BOOLEAN"),
    ("at < TIMESTAMP '2001-02-01 00:00:00'", "BOOLEAN"),
    ("SUBSTRING(word,2,3)", "STRING"),
    ("INSTR(word,'b')", "INT"),
    ("TRIM(word)", "STRING"),
    ("TRIM(BOTH 'a' FROM word)", "STRING"),
    ("UPPER(word)", "STRING"),
    ("LOWER(word)", "STRING"),
    ("LENGTH(word)", "INT"),
    ("REVERSE(word)", "STRING"),
    ("word || '-' || small", "STRING"),
    ("CONCAT(word,amount)", "STRING"),
    ("CONCAT_WS('-',word,CAST(day AS STRING))", "STRING"),
    ("REPLACE(word,'a','b')", "STRING"),
    ("EXISTS (SELECT 1 FROM clean AS o WHERE o.day = DATE '1999-12-31')", "BOOLEAN"),
)
"""Over one row."""

BY_QUARTER: tuple[Case, ...] = (
    ("COUNT(*)", "BIGINT"),
    ("COUNT(DISTINCT word)", "BIGINT"),
    ("COUNT_IF(small > 0)", "BIGINT"),
    ("COUNT(*) FILTER (WHERE small > 0)", "BIGINT"),
    ("SUM(small) FILTER (WHERE flag)", "BIGINT"),
    ("SUM(amount)", "DECIMAL(19,2)"),
    ("SUM(real)", "DOUBLE"),
    ("SUM(DISTINCT small)", "BIGINT"),
    ("AVG(amount)", "DECIMAL(13,6)"),
    ("AVG(small)", "DOUBLE"),
    ("AVG(CASE WHEN flag THEN 1.0 ELSE 0 END)", "DECIMAL(7,6)"),
    ("AVG(CASE WHEN small > 0 THEN 0.10 ELSE 0 END)", "DECIMAL(12,8)"),
    ("MIN(day)", "DATE"),
    ("MAX(word)", "STRING"),
    ("MAX(at)", "TIMESTAMP"),
    ("STDDEV_SAMP(small)", "DOUBLE"),
    ("STDDEV_POP(small)", "DOUBLE"),
    ("CORR(small,real)", "DOUBLE"),
    ("COVAR_POP(small,id)", "DOUBLE"),
    ("COVAR_SAMP(small,id)", "DOUBLE"),
    ("CAST(AVG(amount) AS DECIMAL(12,2))", "DECIMAL(12,2)"),
    ("CAST(SUM(amount) / COUNT(*) AS DECIMAL(12,4))", "DECIMAL(12,4)"),
    ("SUM(small) * 1.0 / COUNT(*)", "DECIMAL(20,10)"),
    ("100.0 * COUNT_IF(flag) / COUNT(*)", "DECIMAL(7,4)"),
    ("CAST(COUNT(*) AS DECIMAL(20,0)) / SUM(COUNT(*)) OVER (PARTITION BY quarter_start)", "DECIMAL(7,6)"),
    ("RANK() OVER (PARTITION BY quarter_start ORDER BY MAX(CASE WHEN small < 0 THEN small END))", "INT"),
    ("DENSE_RANK() OVER (PARTITION BY quarter_start ORDER BY SUM(amount) DESC)", "INT"),
    ("CAST(SUM(amount) / NULLIF(SUM(exact), 0) AS DECIMAL(20,10))", "DECIMAL(20,10)"),
)
"""Over the rows of a quarter."""

ROWS = """id,at,day,small,big,amount,exact,real,word,flag
1,2001-01-01 00:00:00,2001-01-01,1,10,1.50,0.000001,1.5,abc,true
2,2001-02-14 23:59:59.123456,2001-02-28,-7,-3,-2.25,-1.000005,-2.25,Zürich  x,false
3,2001-03-31 12:30:00.5,2000-02-29,7,9223372036854775807,9999999.99,99999999999999.999999,1e20,,true
4,2001-03-31 12:30:00,,0,0,0.00,0,0.1, a b ,
5,2001-01-31 06:00:00,1999-12-31,,,,,,,
6,2001-01-31 06:00:00,1999-12-31,3,5,0.05,0.5,0.3,abc,false
7,2001-06-30 06:00:00,2001-06-30,32767,7,0.15,2.5,2.5,"a,b;c",false
8,2004-12-31 23:00:00.000001,2004-12-31,-1,-5,-0.05,-2.5,-2.5,%_x,true
9,1999-11-05 01:02:03,1582-10-15,2,3,0.33,0.333333,3.5,ABC-Def ghi,true
10,2001-03-31 12:30:00,2001-01-07,2,3,100,-3.5,1e-7,12,true
"""


def _columns(cases: tuple[Case, ...]) -> str:
    logical = {"STRING": "string", "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean", "DOUBLE": "number"}
    return "\n".join(
        f"      - {{name: c{index}, logicalType: "
        f"{logical.get(kind, 'number' if kind.startswith('DECIMAL') else 'integer')}, physicalType: '{kind}', "
        "description: A value.}"
        for index, (_, kind) in enumerate(cases)
    )


_SHAPE = """\
  - name: {name}
    description: Of shapes of a query.
    properties:
      - {{{{name: shape, logicalType: string, physicalType: STRING, description: Which.}}}}
      - {{{{name: word, logicalType: string, physicalType: STRING, description: Text.}}}}
      - {{{{name: figure, logicalType: number, physicalType: 'DECIMAL(20,4)', description: A value.}}}}
"""

CONTRACT = f"""
apiVersion: v3.2.0
kind: DataContract
id: test.{{dataset}}
version: 1.0.0
status: active
schema:
  - name: {{dataset}}
    description: Values.
    properties:
      - {{{{name: id, logicalType: integer, physicalType: INT, primaryKey: true, description: Key.}}}}
      - {{{{name: at, logicalType: timestamp, physicalType: TIMESTAMP, required: true, description: Wall clock.}}}}
      - {{{{name: day, logicalType: date, physicalType: DATE, description: Day.}}}}
      - {{{{name: small, logicalType: integer, physicalType: SMALLINT, description: Number.}}}}
      - {{{{name: big, logicalType: integer, physicalType: BIGINT, description: Number.}}}}
      - {{{{name: amount, logicalType: number, physicalType: 'DECIMAL(9,2)', description: Euro.}}}}
      - {{{{name: exact, logicalType: number, physicalType: 'DECIMAL(20,6)', description: Euro.}}}}
      - {{{{name: real, logicalType: number, physicalType: DOUBLE, description: Number.}}}}
      - {{{{name: word, logicalType: string, physicalType: STRING, description: Text.}}}}
      - {{{{name: flag, logicalType: boolean, physicalType: BOOLEAN, description: Truth.}}}}
    customProperties:
      - {{{{property: eventTime, value: at}}}}
      - {{{{property: inputFormat, value: {{{{kind: csv, header: true}}}}}}}}
      - {{{{property: rejectThreshold, value: 0}}}}
      - {{{{property: marts, value: [by_row, by_quarter, joined, nested]}}}}
  - name: by_row
    description: Of a row.
    properties:
      - {{{{name: id, logicalType: integer, physicalType: INT, description: Of the row.}}}}
{_columns(BY_ROW).replace("{", "{{").replace("}", "}}")}
  - name: by_quarter
    description: Of a quarter.
    properties:
{_columns(BY_QUARTER).replace("{", "{{").replace("}", "}}")}
{_SHAPE.format(name="joined")}{_SHAPE.format(name="nested")}"""

JOINED = """
WITH good AS (SELECT * FROM clean WHERE small > 0),
-- A comment; a CTE of a CTE.
sums AS (
    SELECT quarter_start, SUM(amount) AS total FROM good GROUP BY 1 HAVING COUNT(*) > 0
)
SELECT s.quarter_start, 'left' AS shape, g.word, COUNT(g.id) + MAX(s.total) AS figure
FROM sums AS s LEFT JOIN good AS g ON s.quarter_start = g.quarter_start AND g.flag GROUP BY 1, 2, 3
UNION ALL
SELECT c.quarter_start, 'full', 'a \\\\ b', COUNT(g.id)
FROM clean AS c FULL JOIN good AS g ON c.id = g.id WHERE c.id IS NOT NULL GROUP BY c.quarter_start
UNION ALL
SELECT clean.quarter_start, 'cross', MAX(clean.word), COUNT(*)
FROM clean CROSS JOIN (SELECT 1 AS one) AS ones GROUP BY clean.quarter_start
"""
"""Joins, and names of WITH."""

NESTED = """
SELECT quarter_start, 'distinct' AS shape, "double quotes; it's" AS word, COUNT(*) AS figure
FROM (SELECT DISTINCT quarter_start, word FROM clean) AS words GROUP BY quarter_start
UNION ALL
SELECT quarter_start, 'in', NULL, AVG(amount) FROM clean
WHERE id IN (SELECT id FROM clean WHERE small > 0) OR word IS NULL GROUP BY quarter_start
UNION ALL
SELECT quarter_start, 'nested', word, figure FROM (
    WITH inside AS (
        SELECT quarter_start, word, RANK() OVER (PARTITION BY quarter_start ORDER BY word) AS place FROM clean
    )
    SELECT quarter_start, MIN(word) AS word, SUM(place) AS figure FROM inside WHERE place <= 2 GROUP BY quarter_start
) AS ranked
"""
"""Queries in queries."""


def mart_sql(name: str, cases: tuple[Case, ...]) -> str:
    """SQL of the mart with these columns."""
    values = ",\n".join(f"{sql} AS c{index}" for index, (sql, _) in enumerate(cases))
    if name == "by_row":
        return f"SELECT quarter_start, id,\n{values}\nFROM clean"
    return f"SELECT quarter_start,\n{values}\nFROM clean GROUP BY quarter_start"
