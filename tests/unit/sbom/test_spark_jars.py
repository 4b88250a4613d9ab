"""What the jars inside pyspark are called."""

import hashlib
import zipfile

import pytest

from sbom import spark_jars
from sbom.spark_jars import listed_spark_jars, write_list
from warehouse.errors import SetupError


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Takes jars, each with what it says of itself and of what was packed into it."""
    monkeypatch.setattr(spark_jars, "spark_jars", lambda: tmp_path)
    monkeypatch.setattr(spark_jars, "LIST", tmp_path / "spark_jars.txt")
    spark_jars.LIST.write_text("")

    def put(name, *told):
        with zipfile.ZipFile(tmp_path / name, "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "")
            for group, artifact, version in told:
                text = f"#Created\nversion={version}\ngroupId={group}\nartifactId={artifact}\r\n"
                jar.writestr(f"META-INF/maven/{group}/{artifact}/pom.properties", text)

    return put


def coordinates():
    write_list()
    return [line.split()[0] for line in spark_jars.LIST.read_text().splitlines()]


def test_jar_is_called_what_it_says_of_itself_and_not_of_what_it_holds(place):
    place("api-2.0.jar", ("org.packed", "guava", "1.0"), ("org.example", "api", "2.0"))
    place("native-1.1.Final-linux-x86_64.jar", ("org.example", "native", "1.1.Final"))
    assert coordinates() == ["org.example:api:jar:2.0", "org.example:native:jar:linux-x86_64:1.1.Final"]


def test_group_that_was_written_by_hand_stays_with_another_version(place):
    place("chill_2.13-0.10.0.jar", ("org.packed", "chill", "0.10.0"))
    place("chill-java-0.10.0.jar")
    spark_jars.LIST.write_text(
        "com.twitter:chill-java:jar:0.9 x\ncom.twitter:chill_2.13:jar:0.9 x\ncom.other:chill:jar:1 x\n"
    )
    assert coordinates() == ["com.twitter:chill-java:jar:0.10.0", "com.twitter:chill_2.13:jar:0.10.0"]


def test_jar_without_a_group_is_named(place):
    place("unknown-1.0.jar", ("org.packed", "guava", "1.0"))
    with pytest.raises(
        SetupError, match=r"^unknown-1\.0\.jar does not say of which group it is; add a line for it to "
    ):
        write_list()


def test_listed_jar_has_its_digest_and_place(place, tmp_path):
    place("api-2.0.jar", ("org.example", "api", "2.0"))
    write_list()
    (jar,) = listed_spark_jars()
    digest = hashlib.sha256((tmp_path / "api-2.0.jar").read_bytes()).hexdigest()
    assert (jar.title, jar.digests, jar.places) == ("org.example:api", (digest,), ("pyspark/jars/api-2.0.jar",))
