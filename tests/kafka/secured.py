"""A Kafka that lets nobody in without TLS, a password and a right; the certificates and the users of its clients."""

import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.kafka.server import HOST, Kafka, free_ports

USER, PASSWORD = "council", "canary-5d1f-of-the-worker"

Certified = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]
#: Resource (`topic` or `group`), its name, and the operation on it.
Grant = tuple[str, str, str]


@dataclass(frozen=True)
class Secured:
    """The broker with three doors: an open one for the tests, whose user may do everything, and two for the feed."""

    kafka: Kafka
    folder: Path
    port: int
    port_of_certificates: int

    @property
    def address(self) -> str:
        """The feed's door: TLS, a password, and only what was granted."""
        return f"{HOST}:{self.port}"

    @property
    def address_of_certificates(self) -> str:
        """The door where a certificate is the login."""
        return f"{HOST}:{self.port_of_certificates}"

    @property
    def client(self) -> Path:
        """A client's certificate and its key, in one file; Kafka knows it as ``User:CN=client``."""
        return self.folder / "client.pem"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def other_ca(self) -> Path:
        return self.folder / "other-ca.pem"

    def grant(self, grants: Iterable[Grant]) -> None:
        """Let the user do this as well."""
        bindings = [_binding(grant) for grant in grants]
        for future in self._admin.create_acls(bindings).values():
            future.result(60)
        self._until(lambda held: held >= set(bindings))

    def revoke(self, grant: Grant) -> None:
        """Let the user do this no longer."""
        resource, name, operation = grant
        wanted = AclBindingFilter(
            ResourceType[resource.upper()], name, ResourcePatternType.LITERAL, f"User:{USER}", "*",
            AclOperation[operation], AclPermissionType.ANY,
        )  # fmt: skip
        assert len(next(iter(self._admin.delete_acls([wanted]).values())).result(60)) == 1
        self._until(lambda held: _binding(grant) not in held)

    def _until(self, holds: Callable[[set[AclBinding]], bool]) -> None:
        """Wait until the broker, which hears of it from its log, goes by it."""
        everything = AclBindingFilter(
            ResourceType.ANY,
            None,
            ResourcePatternType.ANY,
            None,
            None,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        deadline = time.monotonic() + 60
        while not holds(set(self._admin.describe_acls(everything).result(60))):
            assert time.monotonic() < deadline, "not within 60 s"
            time.sleep(0.05)

    @cached_property
    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.kafka.address, "log_level": 0})


def _binding(grant: Grant) -> AclBinding:
    resource, name, operation = grant
    return AclBinding(
        ResourceType[resource.upper()], name, ResourcePatternType.LITERAL, f"User:{USER}", "*",
        AclOperation[operation], AclPermissionType.ALLOW,
    )  # fmt: skip


@contextmanager
def secured_broker(folder: Path) -> Iterator[Secured]:
    """A running broker; certificates, users and all data are gone afterwards."""
    authority = _authority("ca", folder)
    _authority("other-ca", folder)
    _certified("broker", authority, folder, [x509.IPAddress(ipaddress.ip_address(HOST))])
    _certified("client", authority, folder, [])
    port, of_certificates = free_ports(2)
    feed = f"SASL_SSL://{HOST}:{port},SSL://{HOST}:{of_certificates}"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    plain = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    extra = {
        "listeners": f"PLAINTEXT://{HOST}:{{port}},{feed},CONTROLLER://{HOST}:{{controller}}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{{port}},{feed}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.sasl_ssl.plain.sasl.jaas.config": plain,
        "listener.name.ssl.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
    }
    user = ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
    kafka = Kafka(folder, extra, format_with=user)
    try:
        kafka.start()
        yield Secured(kafka, folder, port, of_certificates)
    finally:
        kafka.kill()


def variables(secured: Secured) -> Mapping[str, str]:
    """The settings of a feed that is let in."""
    return {
        "RESULTS_BROKER": secured.address,
        "RESULTS_PROFILE": "kafka",
        "RESULTS_TLS": "true",
        "RESULTS_TLS_CA_FILE": str(secured.ca),
        "RESULTS_SASL_USERNAME": USER,
        "RESULTS_SASL_PASSWORD": PASSWORD,
    }


def _authority(name: str, folder: Path) -> Certified:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        _begun(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return key, certificate


def _certified(name: str, authority: Certified, folder: Path, addresses: list[x509.GeneralName]) -> None:
    signer, issuer = authority
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begun = (
        _begun(subject, issuer.subject, key)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if addresses:
        begun = begun.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    certificate = begun.sign(signer, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
        + issuer.public_bytes(Encoding.PEM)
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )
