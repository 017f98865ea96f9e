"""A profile that was given its server's CA trusts no other, whatever the computer trusts or lies beside it."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette

from gridworker.commands.wipe import wipe_profile
from gridworker.errors import AuthorityInvalid, PlainHttpRefused, ServerAway
from gridworker.server import auth
from gridworker.server.app import create_app
from gridworker.server.database import only_domain
from gridworker.server.verbs.serving import listen
from gridworker.store.store import Store
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.session import sync_now
from gridworker.sync.transport.authorities import AUTHORITY_FILE, read_authority, transport_of
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import CHEAP, PASSPHRASE, Rig


@dataclass(frozen=True)
class Papers:
    """Files of a CA and of a certificate it gave to 127.0.0.1."""

    authority: Path
    certificate: Path
    key: Path


def make_papers(folder: Path, name: str) -> Papers:
    owner, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} CA")])
    root = _paper(issuer, issuer, owner.public_key(), owner, None)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    leaf = _paper(subject, issuer, key.public_key(), owner, ipaddress.ip_address("127.0.0.1"))
    papers = Papers(folder / f"{name}-ca.pem", folder / f"{name}.pem", folder / f"{name}.key")
    pem = serialization.Encoding.PEM
    papers.authority.write_bytes(root.public_bytes(pem))
    papers.certificate.write_bytes(leaf.public_bytes(pem))
    papers.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return papers


def _paper(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    address: ipaddress.IPv4Address | ipaddress.IPv6Address | None,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if address is not None:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
    return made.sign(signer, hashes.SHA256())


def served(rig: Rig, papers: Papers) -> contextlib.AbstractContextManager[str]:
    """The https address of `rig` with the certificate of `papers`."""
    return served_with(create_app(rig.service), papers)


@contextlib.contextmanager
def served_with(app: Starlette, papers: Papers) -> Iterator[str]:
    """The https address of `app` with the certificate of `papers`."""
    door = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ssl_certfile=papers.certificate,
        ssl_keyfile=papers.key,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield f"https://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()
        assert not thread.is_alive()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def enrol(rig: Rig, folder: Path, url: str, papers: Papers | None, code: str) -> Store:
    file = papers.authority if papers else None
    transport = HttpTransport(url, authority=file)
    try:
        return join(
            folder,
            PASSPHRASE,
            url,
            code,
            transport,
            rig.hands.clock(),
            CHEAP,
            practice=True,
            authority=read_authority(file) if file else b"",
        )
    finally:
        transport.close()


def test_a_pinned_authority_is_kept_and_is_the_only_one(rig: Rig, tmp_path: Path) -> None:
    own, other = make_papers(tmp_path, "own"), make_papers(tmp_path, "other")
    code, folder = rig.code("steward_a1"), tmp_path / "laptop"
    with served(rig, own) as url:
        for wrong in (None, other):
            with pytest.raises(ServerAway):
                enrol(rig, folder, url, wrong, code)
        assert not folder.exists()
        store = enrol(rig, folder, url, own, code)  # the code is still good
        assert sync_now(Client(store, transport_of(store))).rows > 0
        store.close()
        (folder / AUTHORITY_FILE).write_bytes(other.authority.read_bytes())  # somebody's, beside the database
        store = Store.open(folder, PASSPHRASE, rig.hands.clock())
        assert sync_now(Client(store, transport_of(store))).requests == 1
        assert (folder / AUTHORITY_FILE).read_bytes() == own.authority.read_bytes()
        copy = store.back_up(tmp_path / "copy.gwbackup")
        assert copy.exists()
    with served(rig, other) as url:  # another server under another certificate: it learns nothing
        elsewhere = HttpTransport(url, authority=folder / AUTHORITY_FILE)
        with pytest.raises(ServerAway):
            sync_now(Client(store, elsewhere))
        elsewhere.close()
    store.close()


def test_what_the_computer_trusts_does_not_widen_it(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = make_papers(tmp_path, "own"), make_papers(tmp_path, "other")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other.authority))
    with served(rig, other) as url, pytest.raises(ServerAway):
        enrol(rig, tmp_path / "laptop", url, own, rig.code("steward_a1"))


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None],
    ids=["empty", "text", "bytes", "broken", "missing"],
)
def test_a_file_without_certificates_is_refused_before_anything_is_asked(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AuthorityInvalid):
        read_authority(file)
    with pytest.raises(AuthorityInvalid):
        read_authority(tmp_path)


def test_plain_http_stays_inside_the_computer(tmp_path: Path) -> None:
    papers = make_papers(tmp_path, "own")
    with pytest.raises(PlainHttpRefused):
        HttpTransport("http://street.example.cn", authority=papers.authority)
    HttpTransport("http://127.0.0.1:1", authority=papers.authority).close()


def test_the_receipt_of_a_wipe_is_sent_though_the_authoritys_file_went_with_the_profile(
    rig: Rig, tmp_path: Path
) -> None:
    own = make_papers(tmp_path, "own")
    code, folder = rig.code("steward_a1"), tmp_path / "laptop"
    with served(rig, own) as url:
        store = enrol(rig, folder, url, own, code)
        with rig.database.write() as connection:
            number = store.known.device_no
            assert auth.revoke_device(connection, only_domain(connection).id, number, rig.now())
        transport = transport_of(store)
        assert wipe_profile(store, transport) is True
        transport.close()
    assert not folder.exists()
    assert rig.acts()[-1] == "wiped"
