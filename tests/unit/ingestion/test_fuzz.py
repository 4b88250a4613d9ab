"""Ten thousand broken inputs: contract and loader either take one or refuse it in one line, and touch nothing else.

Every input follows from its seed, which is in the test's id; a failure also tells which input of the seed it was.
"""

import builtins
import bz2
import gzip
import io
import os
import random
from collections.abc import Callable
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from posixpath import normpath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ingestion import input_file
from ingestion.checksum import HdfsChecksum
from ingestion.input_file import describe_file
from ingestion.loader import load
from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import BatchFile
from warehouse.contract.file import contract_path, load_contract
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import ContractError, InputFileError
from warehouse.input.batch_files import check_files
from warehouse.input.input_path import InputPath
from warehouse.lock.lock import DatasetLock
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.run import new_run_id
from warehouse.settings import DEFAULT_ROOT, REPOSITORY

CONTRACT_SEEDS, CONTRACTS = 35, 50
FILE_SEEDS, FILES = 50, 145
NAME_SEEDS, NAMES = 10, 100
assert CONTRACT_SEEDS * CONTRACTS + FILE_SEEDS * FILES + NAME_SEEDS * NAMES == 10_000

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


def seeded(seeds):
    return pytest.mark.parametrize("seed", range(seeds))


@contextmanager
def told_with(seed, number, what):
    try:
        yield
    except Exception as problem:
        raise AssertionError(f"seed {seed}, input {number}: {what!r:.300}") from problem


def check_one_line(message):
    assert not set(message) & set("\r\n\0\x1b"), message


def check_message(message, path):
    assert message.startswith(str(path)), message
    assert message.isprintable(), message
    assert len(message) < 2000, message


def mutated_bytes(content, rng):
    """Content with a few bytes flipped, lost, doubled, moved or made up."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place, size = rng.randrange(len(data) + 1), rng.choice([1, 1, 2, 8, 100])
        match rng.randrange(6):
            case 0 if place < len(data):
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                del data[place : place + size]
            case 2:
                data[place:place] = data[place : place + size]
            case 3:
                data[place:place] = rng.randbytes(rng.choice([1, 4, 20]))
            case 4:
                data[place:place] = rng.choice(
                    [b"\t", b"\0", b"\x1b", b"\n", b"\r", b'"', b"'", b"\xef\xbb\xbf", b"\xff"]
                )
            case 5:
                del data[place:]
    return bytes(data)


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


COLUMNS = (
    Column("day", "day", "DATE", "Day.", required=True),
    Column("amount", "amount", "DECIMAL(9,2)", "Sum.", required=True),
    Column("note", "note", "STRING", "Note."),
)
FORMS = [
    *(
        InputFormat(),
        InputFormat(header=False),
        InputFormat(delimiter=";", quote="'"),
        InputFormat(ignore_unknown=True),
    ),
    *(InputFormat(escape="\\"), InputFormat(comment="#"), InputFormat(skip_lines=2), InputFormat(encoding="cp1252")),
    *(InputFormat(quoted_newlines=True), InputFormat(quoted_newlines=True, escape="\\"), InputFormat(kind="jsonl")),
    *(InputFormat(kind="lines", pattern="(?<day>.*)"), InputFormat(kind="lines", comment="#", skip_lines=1)),
    *(InputFormat(kind="parquet"), InputFormat(header=False, comment="#", skip_lines=1)),
]
TEXT = b'day,amount,note\n2001-01-01,1.50,"a ""b""\nc"\r\n2001-01-02,2,\n#x\n\n2001-01-03,,"d,\\"e"\n'
JSON = b'{"day": "2001-01-01", "amount": 1.5}\n{"day": "2001-01-02", "note": "\\n"}\n'
PARQUET = io.BytesIO()
pq.write_table(pa.table({"day": ["2001-01-01", None], "amount": [1.5, 2.0], "note": ["a", "b"]}), PARQUET)
TEXT_NAMES = ["a.csv", "a", "a.txt.gz", "a.csv.bz2", "a.jsonl", "a.jsonl.gz", "a.dat"]


def a_contract(form=FORMS[0], dataset="sales"):
    return Contract(dataset, "Sales.", COLUMNS, "day", form, (), 0.0, (), Path("dataset.yaml"))


def no_progress(_phase, _count):
    """Nobody looks."""


def a_file(rng):
    """Name and content of a file that somebody might give, whole or damaged before or after it was packed."""
    if rng.random() < 0.1:
        return "a.parquet", mutated_bytes(PARQUET.getvalue(), rng)
    name = rng.choice(TEXT_NAMES)
    content = rng.choice([TEXT, TEXT, JSON, TEXT * 3, TEXT.decode().encode("utf-16"), b"\xef\xbb\xbf" + TEXT])
    content = rng.choice([content, rng.randbytes(rng.randrange(300)), b"", mutated_bytes(content, rng)])
    pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(Path(name).suffix, bytes)
    if rng.random() < 0.8:
        content = pack(content)
    return name, mutated_bytes(content, rng) if rng.random() < 0.3 else content


@seeded(FILE_SEEDS)
def test_any_file_is_described_or_refused_in_one_line_that_names_it(seed, tmp_path, monkeypatch):
    # Small limits, so that lines that are too long and headers that do not fit in a piece come up too.
    monkeypatch.setattr(input_file, "CHUNK_BYTES", random.Random(seed).choice([7, 64, 2**20]))
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", random.Random(seed).choice([100, 2**27]))
    rng = random.Random(seed)
    for number in range(FILES):
        (name, content), form = a_file(rng), rng.choice(FORMS)
        path = tmp_path / name
        path.write_bytes(content)
        with told_with(seed, number, (name, form, content)):
            try:
                found = describe_file(InputPath(path), a_contract(form), no_progress)
            except InputFileError as problem:
                check_message(str(problem), path)
            else:
                assert isinstance(found, BatchFile)
                assert (found.size, found.rows >= 0) == (len(content), True)


class RecordingHdfs(MemoryStorage):
    """A storage that also knows what loading needs of HDFS, and keeps every path that is written."""

    def __init__(self):
        super().__init__()
        self.written = set()

    def create(self, path, content):
        self.written.add(path)
        super().create(path, content)

    def rename(self, source, target):
        self.written |= {source, target}
        super().rename(source, target)

    def delete(self, path):
        self.written.add(path)
        super().delete(path)

    def write_stream(self, path, chunks, block_size):
        assert block_size % 512 == 0
        self.create(path, b"".join(chunks))

    def size(self, path):
        return len(self.files[path])

    def file_checksum(self, path):
        checksum = HdfsChecksum(128 * 2**20)
        checksum.update(self.files[path])
        return checksum.result()


PIECES = [
    *(
        "..",
        ".",
        "/",
        "//",
        "\\",
        "%2F",
        "%2e%2e",
        "%00",
        "\0",
        "\n",
        "\r",
        " ",
        "=",
        ":",
        "-",
        "--",
        "_",
        "~",
        "$HOME",
    ),
    *(
        "*",
        "?",
        "[a]",
        "{a,b}",
        "a",
        "B",
        "9",
        "é",
        "\u202e",
        "\U0001f680",
        "\udcff",
        "sales",
        "batch=",
        "_incoming=0a",
    ),
    *(
        ".csv",
        ".gz",
        ".parquet",
        "._COPYING_",
        "hdfs://",
        "file:",
        ";",
        "'",
        '"',
        "`",
        "#",
        "&",
        "|",
        "x" * 64,
        "x" * 300,
    ),
]


def a_name(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 4)))


def tree(root):
    return {path: path.stat().st_mtime_ns for path in root.rglob("*")}


@pytest.fixture
def opened_for_writing(monkeypatch):
    """Paths that were opened for anything but reading."""
    found = []

    def watch(original: Callable):
        def opened(file, mode="r", *args, **kwargs):
            if set(str(mode)) & set("wax+"):
                found.append(file)
            return original(file, mode, *args, **kwargs)

        return opened

    monkeypatch.setattr(io, "open", watch(io.open))
    monkeypatch.setattr(builtins, "open", watch(builtins.open))
    return found


@seeded(NAME_SEEDS)
def test_whatever_files_are_called_nothing_is_written_outside_of_the_dataset(seed, tmp_path, opened_for_writing):
    rng, numbers = random.Random(seed), count()
    for number in range(NAMES):
        name, dataset = a_name(rng), rng.choice(["sales", "a", "x9_y"])
        directory = tmp_path / str(next(numbers))
        directory.mkdir()
        path = directory / name
        with suppress(OSError, ValueError):
            if path.resolve().is_relative_to(directory):
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
                path.write_bytes(b"day,amount\n2001-01-01,%d\n" % number)
        opened_for_writing.clear()
        storage, before = RecordingHdfs(), tree(tmp_path)
        with told_with(seed, number, name):
            # What the command line does around it, too.
            owner = LockOwner.this_process("ann", "load", {"files": name}, new_run_id())
            with DatasetLock(storage, dataset, owner):
                try:
                    loaded = load(storage, a_contract(dataset=dataset), [path], "ann", no_progress)
                except InputFileError as problem:
                    check_one_line(str(problem))
                else:
                    assert set(DatasetPaths(dataset, storage.root).raw_batch(loaded.batch.id).split("/")) <= {
                        part for place in storage.files for part in place.split("/")
                    }
            ledger.append(storage, ledger.Event(dataset, "held", 1, "run", "now", "ann", name))
            for written in storage.written:
                assert normpath(written) == written
                zone, of, *rest = written.removeprefix(f"{storage.root}/").split("/")
                if zone == "ledger":
                    assert (of, rest[0].split(".")[0].lstrip("_")) == ("releases", dataset), written
                else:
                    assert (zone in ("raw", "locks"), of) == (True, dataset), written
            assert opened_for_writing == []
            assert tree(tmp_path) == before


@seeded(NAME_SEEDS)
def test_whatever_a_dataset_is_called_its_paths_stay_inside_or_it_is_refused(seed, tmp_path):
    rng = random.Random(seed)
    (tmp_path / "outside.yaml").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    for number in range(NAMES):
        name = rng.choice([a_name(rng), "sales" + a_name(rng), f"../../{a_name(rng)}"])
        with told_with(seed, number, name):
            with pytest.raises(ContractError) as problem:
                load_contract(name, root)
            assert "secret" not in str(problem.value)
            assert "\n" not in str(problem.value)
            try:
                paths = DatasetPaths(name, DEFAULT_ROOT)
            except ContractError as refused:
                check_one_line(str(refused))
            else:
                for path in (paths.raw, paths.lock, paths.releases, paths.staging("0a")):
                    assert normpath(path) == path
                    assert path.startswith(f"{DEFAULT_ROOT}/")
                    assert name in path.split("/")


@seeded(NAME_SEEDS)
def test_names_of_files_are_accepted_only_when_hdfs_takes_them_as_they_are(seed, tmp_path):
    rng = random.Random(seed)
    for number in range(NAMES):
        name = a_name(rng)
        # Of a file that is not there any name would be refused.
        with suppress(OSError, ValueError):
            (tmp_path / name.replace("/", "")).write_bytes(b"x")
        with told_with(seed, number, name), suppress(InputFileError):
            for path in check_files([tmp_path / name]):
                assert path.name.isascii()
                assert not set(path.name) & set("/\\%:=*?[]{} \n\r\0")
