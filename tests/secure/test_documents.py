"""What the documents say of a secured stack, typed as it stands."""

import os
import subprocess

from tests import documents
from tests.secure.conftest import ENVIRONMENT
from warehouse.settings import REPOSITORY

QUERY = './stackhouse query "SELECT current_user()" --format csv'


def type_lines(settings, *lines, **variables):
    """Type lines into one shell in the checkout, on this stack."""
    text = "\n".join(lines).replace(".stackhouse/secure/", f"{ENVIRONMENT['STACKHOUSE_HOME']}/secure/")
    done = subprocess.run(
        ["bash", "-ec", text.replace("localhost:9870", f"localhost:{settings.ports.namenode_http}")],
        cwd=REPOSITORY,
        env={**os.environ, **ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (lines, done.stdout, done.stderr)
    return done.stdout


def test_files_are_listed_by_hand(secured, tmp_path):
    realm, key, curl = documents.BY_HAND
    tickets = {name: {"KRB5CCNAME": f"FILE:{tmp_path / name}"} for name in ("with", "without")}
    assert '"pathSuffix":"releases"' in type_lines(secured, realm, key, curl, **tickets["with"])
    no_key = {**tickets["without"], "KRB5_CLIENT_KTNAME": f"FILE:{tmp_path / 'none'}"}
    assert '"pathSuffix"' not in type_lines(secured, realm, curl, **no_key)


def test_other_account_asks_with_a_password_and_the_certificate(secured, tmp_path):
    certificate, password = tmp_path / "warehouse.pem", tmp_path / "warehouse.password"
    certificate.write_bytes(secured.identity.certificate.read_bytes())
    password.touch(mode=0o600)
    password.write_text(secured.logins.password_file(secured.user).read_text())
    # Not the owner's state directory, which has tickets and the certificate too.
    elsewhere = {"HOME": str(tmp_path), "STACKHOUSE_HOME": str(tmp_path / "state")}
    asked = type_lines(secured, documents.NAMED_FILE, documents.CERTIFICATE, QUERY, **elsewhere)
    assert secured.user in asked
    assert type_lines(secured, documents.NAMED_FILE, f"! {QUERY}", **elsewhere) == ""


def test_user_of_the_document_is_asked_for_a_password_over_tls(secured, tmp_path):
    password = tmp_path / "warehouse.password"
    password.touch(mode=0o600)
    add, *_, beeline, remove = documents.USERS
    password.write_text(type_lines(secured, add).split()[-1])
    assert "| ann " in type_lines(secured, beeline, HOME=str(tmp_path))
    type_lines(secured, remove)
