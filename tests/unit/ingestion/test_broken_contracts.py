"""Broken contracts: each is read, or refused in one line that names the file."""

import random

import yaml

from tests.unit.ingestion.broken_inputs import (
    CONTRACT_SEEDS,
    CONTRACTS,
    check_message,
    mutated_bytes,
    seeded,
    told_with,
)
from warehouse.contract.file import contract_path, load_contract
from warehouse.contract.model import Contract
from warehouse.errors import ContractError
from warehouse.settings import REPOSITORY

OPTIONS = rb"""apiVersion: v3.2.0
kind: DataContract
id: example.options
version: 1.0.0
status: active
schema:
  - name: options
    description: Columns with every option that the three datasets do without.
    properties:
      - name: day
        logicalType: date
        physicalType: DATE
        required: true
        primaryKey: true
        description: Day.
        logicalTypeOptions: {format: d MMM yy}
        customProperties:
          - {property: otherFormats, value: [MMM yyyy]}
          - {property: partialDate, value: first-day}
          - {property: pivotYear, value: 1950}
          - {property: locale, value: de}
          - {property: otherPhysicalNames, value: [Tag, date]}
          - {property: trim, value: false}
          - {property: nullTokens, value: ['-', '']}
      - name: at
        logicalType: timestamp
        physicalType: TIMESTAMP
        description: When.
        logicalTypeOptions: {format: epoch-auto}
      - name: amount
        logicalType: number
        physicalType: DECIMAL(9,2)
        description: Euros.
        transformLogic: COALESCE(CAST(cents AS DECIMAL(9,2)) / 100, CAST(REPLACE(`in euros`, ',', '.') AS DECIMAL(9,2)))
    customProperties:
      - {property: eventTime, value: day}
      - {property: timeZone, value: UTC}
      - {property: inputFormat, value: {kind: csv, trim: true}}
      - {property: rejectThreshold, value: 0.01}
      - {property: supersededThreshold, value: 0.5}
"""
LINES = rb"""apiVersion: v3.2.0
kind: DataContract
id: example.lines
version: 1.0.0
status: active
schema:
  - name: lines
    description: Lines of a log.
    properties:
      - {name: day, logicalType: date, physicalType: DATE, required: true, description: Day.}
      - {name: text, logicalType: string, physicalType: STRING, description: Text.}
    customProperties:
      - {property: eventTime, value: day}
      - {property: rejectThreshold, value: 0.01}
      - property: inputFormat
        value:
          kind: lines
          pattern: '^(?<day>[^ ]+) (?:\[(?<text>[^\]]*)\]|-)$'
          nullTokens: ['']
"""

CONTRACT_TEXTS = {path.parent.name: path.read_bytes() for path in sorted(REPOSITORY.glob("data/*/dataset.yaml"))}
CONTRACT_TEXTS |= {"options": OPTIONS, "lines": LINES}
# Small ones are read faster, so that more of them are tried.
SMALLEST = min(CONTRACT_TEXTS, key=lambda name: len(CONTRACT_TEXTS[name]))

LAUGHS = ", ".join(["&a0 [ha]", *(f"&a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])
SCALARS = [
    *("9" * 5000, "-1", "1e999", "0.1", ".nan", "-.inf", "0x", "0b2", "1_0", "1:99:99", "007", "1" * 400, "1e-400"),
    *("2001-02-30", "2001-01-01", "2001-01-01 00:00:00", "2001-01-01T00:00:00+99:00", "9999-12-31 23:59:60"),
    *("null", "~", "true", "no", "''", '""', "[]", "{}", "[[]]", "{a: }", "? [a]", "a: b", "[a, b", "{a"),
    *("*unknown", "&a [*a]", "&a {b: *a}", "{<<: [{a: 1}], a: 2}", "{a: 1, a: 2}", "{[a]: b}", "{{a: b}: c}"),
    *("!!python/object:os.system x", "!!binary x", "!!binary aGk=", "!!set {a}", "!!omap [a]", "!!pairs [a: b]"),
    *("!!int ''", "!!int x", "!!float ''", "!!bool x", "!!timestamp x", "!!null x", "!!str [a]", "!!map [a]", "!x y"),
    *(r'"\0"', r'"\uD800"', r'"\x1b[2J"', r'"\n"', r'"\U0010ffff"', r'"\z"', "'", '"', "|", "|\n a\n b", "%YAML 9.9"),
    *("é", "\u2028", "\u202e", "\U0001f680", "a" * 70, "a" * 5000, "[" * 30 + "]" * 30, "[" * 3000, "{a: " * 400),
    *("DECIMAL(38,38)", "DECIMAL(39,0)", "DECIMAL(5, 2)", "timestamp", "epoch-seconds", "yyyy-MM-dd HH:mmXXX"),
    *("yyyy-'Q'Q", "excel-days", "yyyy-MM-dd HH:mm", "{kind: csv, nullTokens: ['']}", "['']", "next", "24:00"),
    *("CAST(a AS INT)", "'('", "'(?<day>(a+)+)'", "yy", "first-day", "next-day", "epoch-auto", "de", "[day, day]"),
    *("Europe/Berlin", "Mars/Phobos", "utf-16", "cp1252", "rot13", "jsonl", "parquet", ",", "'#'", f"[{LAUGHS}]"),
]  # fmt: skip
KEYS = [
    *("escape", "encoding", "comment", "skipLines", "quotedNewlines", "unknownColumns", "decimalSeparator", "kind"),
    *("thousandsSeparator", "nullTokens", "format", "minimum", "maximum", "timezone", "defaultTimezone", "pattern"),
    *(
        "otherPhysicalNames",
        "otherFormats",
        "partialDate",
        "pivotYear",
        "locale",
        "hour24",
        "trim",
        "transformLogic",
        "lines",
    ),
    *("enum", "physicalName", "customProperties", "properties", "quality", "tags", "items", "property", "value", "<<"),
]


def mutated_lines(content, rng):
    """Lines doubled, lost, moved, indented otherwise, or with other keys and values."""
    lines = content.decode().splitlines()
    for _ in range(rng.randint(1, 3)):
        place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        key, colon, value = lines[place].partition(": ")
        match rng.randrange(8):
            case 0:
                lines.insert(other, lines[place])
            case 1 if len(lines) > 1:
                del lines[place]
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                lines[place] = rng.choice(["\t", " ", "   ", "- "]) + lines[place]
            case 4:
                # Two values swapped.
                theirs = lines[other].partition(": ")
                lines[place], lines[other] = key + colon + theirs[2], theirs[0] + theirs[1] + value
            case _:
                indent = key[: len(key) - len(key.lstrip(" -"))]
                name = key.strip(" -") if rng.random() < 0.7 else rng.choice(KEYS)
                lines[place] = f"{indent}{name}: {rng.choice(SCALARS)}"
    return "\n".join(lines).encode(errors="surrogatepass")


def mutated_tree(content, rng):
    """A value anywhere in the tree replaced, wrapped, emptied or added."""
    tree = yaml.safe_load(content)
    for _ in range(rng.randint(1, 2)):
        node = tree
        while isinstance(node, dict | list) and node:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            key = rng.choice(keys)
            child = node[key]
            if not isinstance(child, dict | list) or not child or rng.random() < 0.15:
                junk = [
                    None,
                    True,
                    -1,
                    10**30,
                    0.5,
                    float("nan"),
                    "",
                    "x",
                    [],
                    {},
                    [child],
                    {"value": child},
                    [[[child]]],
                ]
                if isinstance(node, dict) and rng.random() < 0.4:
                    key = rng.choice(KEYS)
                node[key] = rng.choice(junk)
                break
            node = child
    return yaml.safe_dump(tree, sort_keys=False).encode()


@seeded(CONTRACT_SEEDS)
def test_any_contract_is_read_or_refused_in_one_line_that_names_the_file(seed, tmp_path):
    rng = random.Random(seed)
    name = (
        sorted(CONTRACT_TEXTS)[seed % len(CONTRACT_TEXTS)] if seed < 5 else rng.choice([SMALLEST, "options", "lines"])
    )
    path = contract_path(name, tmp_path)
    path.parent.mkdir(parents=True)
    for number in range(CONTRACTS):
        content = rng.choice([mutated_bytes, mutated_lines, mutated_lines, mutated_tree])(CONTRACT_TEXTS[name], rng)
        path.write_bytes(content)
        with told_with(seed, number, content):
            try:
                contract = load_contract(name, tmp_path)
            except ContractError as problem:
                check_message(str(problem), path)
            else:
                assert isinstance(contract, Contract)
                assert len(contract.fingerprint) == 16
