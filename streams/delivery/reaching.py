"""Reaching a broker for administration, and saying in one sentence why it cannot be reached."""

import socket
import ssl
import time
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from streams.delivery.faults import ConfigurationFault
from streams.delivery.greeting import Answer, greet
from streams.delivery.profiles import Security

#: How long a look at the bare connection may take.
_LOOK_SECONDS = 3.0
#: How much later than librdkafka we lose patience.
_GRACE_SECONDS = 0.5
_NOBODY = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN)
_CUT = {Answer.LOGIN_WANTED, Answer.CLOSED}
_TURNED_AWAY = {KafkaError._SSL, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}
#: What verification says of a certificate made for other names: OpenSSL's codes for host, address and mail.
_OTHER_NAME = (62, 63, 64)


class Unreached(ConfigurationFault):
    """No broker answers us, now; a worker that runs outlasts it."""


class Administration:
    """A connection for administration.  Every call blocks, for ``patience_seconds`` at most."""

    def __init__(self, broker: str, security: Security | None = None, patience_seconds: float = 10.0) -> None:
        self.broker = broker
        self.security = security or Security()
        self.patience = patience_seconds
        self._errors: list[KafkaError] = []
        given: dict[str, Any] = {"bootstrap.servers": broker, "log_level": 0, "client.id": "results"}
        given |= {**self.security.admin(), "error_cb": self._errors.append}
        try:
            self.client = AdminClient(given)
        except KafkaException as refused:  # a file that holds no certificate, a key of another one
            raise ConfigurationFault(
                f"The settings RESULTS_TLS_… cannot be used: {refused.args[0].str()}."
            ) from None

    def answer(self, asked: Future[Any]) -> Any:
        """What the broker answers; KafkaException where it refuses, Unreached where it lets nobody in.

        A wrong certificate or password is said at once: librdkafka would try again until it loses patience.
        """
        self._errors.clear()
        deadline = time.monotonic() + self.patience + _GRACE_SECONDS
        while not asked.done():
            self.client.poll(0.02)
            if why := self._shut_out():
                raise Unreached(why)
            if time.monotonic() > deadline:
                raise Unreached(why_unreached(self.broker, self.security))
        try:
            return asked.result()
        except KafkaException as refused:
            if refused.args[0].code() in _NOBODY:
                raise Unreached(why_unreached(self.broker, self.security)) from None
            raise

    def fault(self, what: str, refused: KafkaException) -> Unreached:
        """An error that has no sentence of its own."""
        return Unreached(f"The broker at {self.broker}: {what}: {refused.args[0].str()}.")

    def _shut_out(self) -> str | None:
        """Why nobody will ever be let in like this; None while it may be that nobody is there yet."""
        codes = {error.code() for error in self._errors}
        for error in self._errors:
            if error.code() == KafkaError._AUTHENTICATION:
                return _login(self.broker, self.security, error.str())
        if not codes & _TURNED_AWAY:
            return None
        self._errors.clear()
        if self.security.tls:
            return _certificate(self.broker, self.security) or self._login_missing()
        return _encryption(self.broker) if _speaks_tls(self.broker) else None

    def _login_missing(self) -> str | None:
        if self.security.username is not None:
            return None  # who gives one is told by librdkafka
        # Twice: a broker that is just going cuts lines as well.
        answers = {_greeted(self.broker, self.security) for _ in range(2)}
        return _no_login(self.broker) if answers <= _CUT else None


def why(broker: str, security: Security) -> str:
    """Why a client was not let in, asked once more with a client that tells."""
    found = why_unreached(broker, security)
    if security.username is None or not security.tls:
        return found
    try:
        administration = Administration(broker, security, _LOOK_SECONDS)
        administration.answer(administration.client.describe_cluster(request_timeout=_LOOK_SECONDS))
    except ConfigurationFault as refused:
        return str(refused)
    except KafkaException:
        pass
    return found


def why_unreached(broker: str, security: Security) -> str:
    """Why a broker cannot be reached, as far as the bare connection tells."""
    try:
        _connected(broker)[0].close()
    except OSError:
        return (
            f"No Kafka broker answers at {broker}: start it, or set RESULTS_BROKER to where it is "
            "(`results demo` brings its own)."
        )
    if (refused := _certificate(broker, security) if security.tls else None) is not None:
        return refused
    match _greeted(broker, security):
        case Answer.KAFKA:
            return f"The broker at {broker} answers, but took too long: try again when it is less busy."
        case Answer.SILENT:
            return (
                f"What listens at {broker} has not answered within {_LOOK_SECONDS:g} s: wait until the broker there has"
                " started, or set RESULTS_BROKER to where one is."
            )
        case Answer.LOGIN_WANTED | Answer.CLOSED if security.tls:
            return _no_login(broker)
        case Answer.LOGIN_WANTED:
            return (
                f"The broker at {broker} asks for a login over a connection that is not encrypted, which this feed does"
                " not give: set RESULTS_BROKER to an address with TLS, and RESULTS_TLS=true."
            )
    if _speaks_tls(broker):
        return _encryption(broker)
    return f"What listens at {broker} does not answer as a Kafka broker: set RESULTS_BROKER to where one is."


def _greeted(broker: str, security: Security) -> Answer | None:
    """What a greeting is answered with; None where there is no line to greet over."""
    try:
        line, host = _connected(broker)
        with security.context().wrap_socket(line, server_hostname=host) if security.tls else line as line:
            return greet(line)
    except OSError:
        return None


def _no_login(broker: str) -> str:
    return (
        f"The broker at {broker} ends the connection after TLS: it asks for a login, or for another one. Set"
        " RESULTS_SASL_USERNAME and RESULTS_SASL_PASSWORD, or a client certificate that it trusts."
    )


def _encryption(broker: str) -> str:
    return f"The broker at {broker} asks for an encrypted connection: set RESULTS_TLS=true."


def _login(broker: str, security: Security, said: str) -> str:
    if "mechanism" in said and "supported mechanisms:" in said:
        known = said.partition("supported mechanisms:")[2].partition("(")[0].strip()
        return (
            f"The broker at {broker} does not know the mechanism {security.mechanism}, but {known}: set"
            " RESULTS_SASL_MECHANISM to one of them."
        )
    return (
        f"The broker at {broker} refuses the user {security.username}: RESULTS_SASL_USERNAME or RESULTS_SASL_PASSWORD"
        f" is wrong, or the user has no password for {security.mechanism}."
    )


def _certificate(broker: str, security: Security) -> str | None:
    """What is wrong with the broker's certificate; None when a handshake succeeds."""
    host = broker
    try:
        line, host = _connected(broker)
        with security.context().wrap_socket(line, server_hostname=host):
            return None
    except ssl.SSLCertVerificationError as refused:
        if refused.verify_code in _OTHER_NAME:
            return (
                f"The certificate of the broker at {broker} is for another name than {host}: set RESULTS_BROKER to a"
                " name in it."
            )
        return (
            f"The certificate of the broker at {broker} is not trusted ({refused.verify_message}): set"
            " RESULTS_TLS_CA_FILE to the authority that signed it."
        )
    except ssl.SSLError:
        return f"The broker at {broker} does not speak TLS at this port: set RESULTS_BROKER to the port that does."
    except OSError:
        return None  # gone meanwhile


def _speaks_tls(broker: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # nothing is sent; only: does it answer?
    try:
        with context.wrap_socket(_connected(broker)[0]):
            return True
    except OSError:
        return False


def _connected(broker: str) -> tuple[socket.socket, str]:
    """A bare connection to the first of the broker's addresses where something listens, and its host."""
    failed: OSError | None = None
    for address in broker.split(","):
        host, _, port = address.strip().rpartition(":")
        host = host.strip("[]")
        try:
            return socket.create_connection((host, int(port)), timeout=_LOOK_SECONDS), host
        except OSError as refused:
            failed = refused
    raise failed or OSError(f"{broker} is no address")
