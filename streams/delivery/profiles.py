"""How Faust is set for the embedded broker and for Apache Kafka, each setting with its reason; nothing else sets it."""

import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import faust
from faust.types.auth import CredentialsT

ProfileName = Literal["embedded", "kafka"]

#: A map has at most 4 MB, and one batch may hold several.
FETCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between the brokers."""

    name: ProfileName
    faust: Mapping[str, Any]
    fetch_wait_ms: int
    isolation: str
    idempotent: bool
    static_membership: bool


EMBEDDED = Profile(
    name="embedded",
    faust={
        "broker_session_timeout": 2.0,  # the broker answers a join after half of it
        "broker_heartbeat_interval": 0.4,
        "producer_linger": 0.0,
        "producer_max_batch_size": 1,  # its latest offset is wrong after a batch of several records
    },
    fetch_wait_ms=50,  # it answers a fetch after half the wait, records or not
    isolation="read_uncommitted",
    idempotent=False,  # it knows neither idempotent nor transactional producers
    static_membership=False,
)

KAFKA = Profile(
    name="kafka",
    faust={
        "broker_session_timeout": 10.0,  # Kafka's own minimum is 6 s
        "broker_heartbeat_interval": 0.5,  # and this long until a worker hears that another is gone
        "producer_linger": 0.0,  # nobody waits for a clock: what comes while a request is out goes with the next
        "producer_max_batch_size": 131_072,
    },
    fetch_wait_ms=100,  # it answers at once when there is something, and everything else waits behind a fetch
    isolation="read_committed",  # what a transactional producer took back was never declared
    idempotent=True,
    static_membership=True,
)

PROFILES: Mapping[ProfileName, Profile] = {"embedded": EMBEDDED, "kafka": KAFKA}

#: For both.
SHARED: Mapping[str, Any] = {
    "store": "memory://",
    "processing_guarantee": "at_least_once",  # its exactly_once loses events after a kill
    "consumer_auto_offset_reset": "earliest",
    "consumer_max_fetch_size": FETCH_BYTES,
    "broker_commit_interval": 0.5,
    "broker_commit_every": None,
    "broker_max_poll_records": 4000,
    "broker_rebalance_timeout": 20.0,
    "producer_acks": -1,
    "producer_request_timeout": 40.0,  # outlasts a broker's restart; the default of 20 minutes hides an outage
    "stream_buffer_maxsize": 16,  # batches
    "stream_wait_empty": False,  # waiting for a stuck event never ends
    "stream_publish_on_commit": False,
    "table_standby_replicas": 0,
    "topic_allow_declare": False,  # topics are made on purpose, with their policies
    "topic_disable_leader": True,
    "web_enabled": False,  # it would listen on all interfaces, without a password
    "worker_redirect_stdouts": False,
    "autodiscover": False,
}


@dataclass(frozen=True, slots=True)
class Security:
    """How to prove to the broker who we are, and to see that it is the broker."""

    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: str = "SCRAM-SHA-512"
    #: Subject of the client's certificate, where that is the login.
    subject: str | None = None

    @property
    def principal(self) -> str:
        """Under which name Kafka knows us; a broker may map a certificate's subject to another."""
        return f"User:{self.username or self.subject or 'ANONYMOUS'}"

    def context(self) -> ssl.SSLContext:
        """Whom to trust, and the certificate to show; the broker's name is checked."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file and self.key_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def faust(self) -> CredentialsT | None:
        """As Faust takes it.  Without a context Faust would send the password over an open connection."""
        if not self.tls:
            return None
        context = self.context()
        if self.username is None:
            return faust.SSLCredentials(context=context)
        return faust.SASLCredentials(
            username=self.username, password=self.password, mechanism=self.mechanism, ssl_context=context
        )

    def admin(self) -> dict[str, str]:
        """As librdkafka takes it."""
        if not self.tls:
            return {}
        given = {
            "security.protocol": "SSL" if self.username is None else "SASL_SSL",
            "ssl.ca.location": self.ca_file,
            "ssl.certificate.location": self.cert_file,
            "ssl.key.location": self.key_file,
        }
        if self.username is not None:
            given |= {
                "sasl.username": self.username,
                "sasl.password": self.password,
                "sasl.mechanism": self.mechanism,
            }
        return {name: value for name, value in given.items() if value}


def app_settings(
    profile: Profile, *, broker: str, partitions: int, security: Security, instance: str | None
) -> dict[str, Any]:
    """Everything a Faust app of this feed is made with, but its id."""
    return {
        **SHARED,
        **profile.faust,
        "broker": f"kafka://{broker}",
        "broker_credentials": security.faust(),
        "topic_partitions": partitions,
        "consumer_group_instance_id": instance if profile.static_membership else None,
        "datadir": Path(tempfile.gettempdir())
        / f"results-worker-{os.getuid()}",  # wanted by Faust, stays empty
    }
