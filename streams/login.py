"""Who we are at the broker: TLS and a login, out of the settings."""

from pathlib import Path

from streams.delivery.profiles import Security
from streams.settings import Settings
from streams.trouble import Trouble


def security(settings: Settings) -> Security:
    """Return how to prove to the broker who we are."""
    password = settings.sasl_password
    return Security(
        tls=settings.tls,
        ca_file=_text(settings.tls_ca_file),
        cert_file=_text(settings.tls_cert_file),
        key_file=_text(settings.tls_key_file),
        username=settings.sasl_username,
        password=password.get_secret_value() if password else None,
        mechanism=settings.sasl_mechanism,
        subject=_subject(settings.tls_cert_file) if settings.sasl_username is None else None,
    )


def _subject(certificate: Path | None) -> str | None:
    if certificate is None:
        return None
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(certificate.read_bytes()).subject.rfc4514_string()
    except ValueError:
        raise Trouble(
            f"RESULTS_TLS_CERT_FILE names {certificate}, which holds no certificate in PEM."
        ) from None


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
