"""Starts beeline, which comes with pyspark, on this stack."""

import os
import re
import sys
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path

from cli.beeline_script import beeline_script
from hadoop.java import find_java_home
from secure.access import Access, access
from secure.certificate import java_trust_store
from warehouse.errors import UsageError
from warehouse.settings import Settings
from warehouse.settings.security import system_authorities

_SQL_OPTION = re.compile(r"-(?P<short>[efi])=?(?P<glued>.*)|--(?P<long>[efi])(?:=(?P<value>.*))?", re.DOTALL)
"""As beeline takes them: `-e SQL`, `-eSQL`, `-e=SQL`, `--e SQL`, `--e=SQL`."""

_HELP = {"-h", "-help", "--help"}
_JAVA_OPTIONS = (
    # The driver takes wall clocks for those of Java's zone: where that has summer time, 02:30 would become 03:30.
    "-Duser.timezone=UTC "
    # Whatever the terminal's locale: SQL and rows are UTF-8.
    "-Dfile.encoding=UTF-8 "
    # Else a value with a comma in it stands between two NULs.
    "-Ddisable.quoting.for.sv=false"
)


@dataclass(frozen=True)
class _Arguments:
    """What a user gave to beeline: SQL apart from the rest."""

    sql: list[tuple[str, str]]
    others: list[str]

    def texts(self, option: str) -> list[str]:
        return [text for given, text in self.sql if given == option]


def jdbc_url(settings: Settings) -> str:
    """JDBC URL of HiveServer2, for the owner."""
    return f"{_password_url(settings)}{_way(settings).jdbc_ticket(settings.hosts.hiveserver2)}"


def _way(settings: Settings) -> Access:
    """To a HiveServer2 that takes a password, no ticket is needed."""
    return access(None if settings.endpoints.password else settings.identity)


def _password_url(settings: Settings) -> str:
    return f"{_server(settings)}/default{_tls(settings)}"


def _tls(settings: Settings) -> str:
    certificate = settings.hiveserver2_certificate
    if certificate is None:
        return ""
    if certificate == system_authorities():
        # Java trusts its own authorities, which distributions keep equal to the system's.
        return ";ssl=true"
    own = certificate.with_name("trust.p12")
    made_here = settings.identity and settings.profile.runs_here
    store = own if made_here else java_trust_store(certificate, settings.home / "trust", find_java_home())
    # The file opens with any password; beeline demands one.
    return f";ssl=true;sslTrustStore={store};trustStorePassword=any"


def _server(settings: Settings) -> str:
    return f"jdbc:hive2://{settings.hosts.hiveserver2}:{settings.ports.hiveserver2}"


def exec_beeline(settings: Settings, arguments: list[str]) -> None:
    """Become beeline; does not return.

    Raises:
        SetupError: No Java 17, or a certificate or keytab cannot be read.
        TicketError: There is no Kerberos ticket.
        UsageError: A file of SQL cannot be read, or beeline could not read the SQL.
    """
    spark = Path(str(package_files("pyspark")))
    way = _way(settings)
    environment = {
        **os.environ,
        **way.java_client(),
        "JAVA_HOME": str(find_java_home()),
        "SPARK_HOME": str(spark),
        "SPARK_CONF_DIR": str(spark / "conf"),
        # Its own class path is enough; the stack's would bring a second Hive.
        "HADOOP_CONF_DIR": "",
        "HIVE_CONF_DIR": "",
        "SPARK_BEELINE_OPTS": f"{_JAVA_OPTIONS} {way.java_options} {os.environ.get('SPARK_BEELINE_OPTS', '')}",
    }
    command = ["beeline", *_connection(settings, arguments), *_with_scripts(arguments)]
    os.execve(spark / "bin" / "beeline", command, environment)


def _connection(settings: Settings, arguments: list[str]) -> list[str]:
    """Ours, where the user names no other: beeline takes the first of two."""
    elsewhere = any(re.match(r"-u|-r$|jdbc:|--property-file", argument) for argument in arguments)
    known = any(argument.startswith("-n") for argument in arguments)
    return [
        *([] if elsewhere else ["-u", _password_url(settings) if known else jdbc_url(settings)]),
        *([] if known else ["-n", settings.user]),
        *([] if known else _password(settings, arguments, elsewhere)),
    ]


def _password(settings: Settings, arguments: list[str], elsewhere: bool) -> list[str]:
    """As a file, because everybody on the machine sees arguments; and to no other server than ours."""
    file = settings.password_file
    ours = not elsewhere or any(re.search(re.escape(_server(settings)) + r"\b", argument) for argument in arguments)
    given = any(re.match(r"-[pw]", argument) for argument in arguments)
    return ["-w", str(file)] if file and ours and not given else []


def _with_scripts(arguments: list[str]) -> list[str]:
    """The arguments, with all SQL in scripts, so that beeline asks no terminal for any and prints no prompt."""
    given = _split_arguments(arguments)
    typed = sys.stdin is None or sys.stdin.isatty()
    if _HELP.intersection(arguments) or (typed and not given.texts("e") + given.texts("f")):
        return arguments
    runs = [("-e", f"!run {_inherited_file(beeline_script(text))}") for text in _read_scripts(given)]
    return [*given.others, *(word for run in runs for word in run)]


def _read_scripts(given: _Arguments) -> list[str]:
    """What comes first by `-i`, then that of `-e` or `-f`; without these, standard input."""
    scripts = [_read_file(name) for name in given.texts("i")]
    if statements := given.texts("e"):
        return scripts + [_decode(os.fsencode(text)) for text in statements]
    if files := given.texts("f"):
        # Of several, beeline takes the first.
        return [*scripts, _read_file(files[0])]
    return [*scripts, _decode(sys.stdin.buffer.read())]


def _split_arguments(arguments: list[str]) -> _Arguments:
    found, rest = _Arguments([], []), iter(arguments)
    for argument in rest:
        option = _SQL_OPTION.fullmatch(argument)
        if option is None:
            found.others.append(argument)
            continue
        text = option["glued"] or option["value"] or next(rest, None)
        if text is None:
            raise UsageError(f"beeline: {argument} needs a value")
        found.sql.append((option["short"] or option["long"], text))
    if found.texts("e") and found.texts("f"):
        raise UsageError("beeline takes -e or -f, not both")
    return found


def _read_file(name: str) -> str:
    try:
        return _decode(Path(name).read_bytes())
    except OSError as problem:
        raise UsageError(f"{name} cannot be read: {problem.strerror}") from problem


def _decode(sql: bytes) -> str:
    return sql.decode("utf-8-sig", "surrogateescape")


def _inherited_file(script: str) -> str:
    """A file without a name, gone with the process; an argument could not be as long."""
    descriptor = os.memfd_create("script")
    os.set_inheritable(descriptor, True)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(script.encode(errors="surrogateescape"))
    return f"/dev/fd/{descriptor}"
