"""Every setting of the feed, its meaning, default and check side by side; nothing here acts on them."""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.contract import Mode
from streams.trouble import Trouble

PREFIX = "RESULTS_"
DOTENV = Path(".env")


class SettingsRefused(Trouble):
    """A setting is wrong, or two cannot stand together."""


def _address(broker: str) -> str:
    """`host:port`, one or several, as they go to the clients; credentials in an address would end up in logs."""
    for address in broker.split(","):
        host, _, port = address.rpartition(":")
        if "@" in host or "/" in address or not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(
                "give it as host:port, for example kafka.example.org:9092, without user or password"
            )
    return broker


Broker = Annotated[str, AfterValidator(_address)]
_WATCHED = r"[A-Za-z0-9._-]{1,200}=(declarations|headlines|standings|contributions|boards|rejections)"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")]


class Settings(BaseSettings):
    """What is in force for one process.

    Taken from arguments, else from the environment (`RESULTS_BROKER`), else from `.env`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=DOTENV,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    mode: Mode = Field(
        # A forgotten mode must never reach a reader: nobody publishes replays, and nobody feeds them results.
        "replay",
        description="Which night this is: part of every topic, event, group and table name, so that test "
        "data cannot reach a live reader. A forgotten mode is a replay, which nobody publishes",
    )
    broker: Broker = Field(
        "127.0.0.1:9092", description="Kafka's address, `host:port`; of a cluster several, comma between them"
    )
    profile: Literal["kafka", "embedded"] = Field(
        "kafka",
        description="`kafka` for Apache Kafka; `embedded` for the built-in broker of the demo (memory "
        "only, loopback only, refused in live mode)",
    )
    partitions: int = Field(
        4,
        ge=1,
        le=256,
        description="Partitions of each topic, hence the most workers that can share the work. "
        "Fixed once the topics exist",
    )
    replication: int = Field(
        1,
        ge=1,
        le=9,
        description="Copies that Kafka keeps of each topic; 3 for a live night, so that one machine can fail",
    )
    generation: int = Field(
        1,
        ge=1,
        description="Part of the workers' groups and tables. A higher one works everything out again from the "
        "first record, under the same ids: `results refold` prepares it",
    )
    council_generation: int | None = Field(
        None,
        ge=1,
        description="The council worker's own, once it was refolded alone; else RESULTS_GENERATION",
    )
    area_generation: int | None = Field(
        None, ge=1, description="The area worker's own, once it was refolded alone; else RESULTS_GENERATION"
    )
    instance: Name = Field(
        "1",
        description="This worker's name among those of its kind. It keeps its partitions over a quick "
        "restart; two that run at once must differ",
    )
    session_timeout_seconds: float = Field(
        10.0,
        ge=1,
        le=90,
        description="How long Kafka waits for a silent worker before its partitions go to another",
    )
    data_dir: Path = Field(
        Path(".results"),
        description="Where a worker may keep files of its own; nothing in it is needed to recover",
    )
    intake_dir: Path = Field(
        Path(".results/intake"),
        description="Where intake keeps its journal, the register of producers and the desk's users: on a disk "
        "that outlasts a restart, one folder for each intake",
    )
    intake_host: str = Field("127.0.0.1", description="Address that intake listens on")
    intake_port: int = Field(8080, ge=1, le=65535, description="Port that intake listens on")
    intake_cert_file: Path | None = Field(
        None, description="Certificate of intake's own HTTPS, PEM; none where a proxy in front of it has one"
    )
    intake_key_file: Path | None = Field(None, description="Key of that certificate, PEM")
    intake_rate: float = Field(
        1000.0, gt=0, le=100_000, description="Events a second that intake takes from all producers together"
    )
    signatures: Literal["optional", "required"] = Field(
        "optional",
        description="`required`: an event without its producer's Ed25519 signature is refused at intake and "
        "again by the council worker",
    )
    public_keys_file: Path | None = Field(
        None, description='Public keys of producers, JSON: `{"name": ["key in base64"]}`'
    )
    signing_key_file: Path | None = Field(
        None, description="Private key, base64, with which intake signs what it and its desk say"
    )
    desk_keying: Literal["confirm", "blind"] = Field(
        "confirm",
        description="What the second person at the desk does where a council has no setting of its own: "
        "confirm what the first keyed, or key it again without seeing it",
    )
    desk_user_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,62}$",
        description="Header in which a proxy on this machine names the signed-in user of the desk; "
        "passwords are not asked for then",
    )
    serve_host: str = Field(
        "127.0.0.1",
        description="Address that the pages and the API listen on. In rehearsal and replay any but this "
        "machine's own asks for RESULTS_SERVE_PASSWORD",
    )
    serve_port: int = Field(8500, ge=1, le=65535, description="Port that the pages and the API listen on")
    serve_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/?#@]+)?$",
        description="Address under which readers know the pages, `https://results.example.org`; feeds and "
        "links name it. The one of each request when empty",
    )
    serve_cors: str = Field(
        "",
        pattern=r"^(\*|https?://[^\s/,*]+(,https?://[^\s/,*]+)*)?$",
        description="Sites whose scripts may read the API, comma between them, or `*`",
    )
    serve_embed: str = Field(
        "",
        pattern=r"^(\*|https?://[^\s/,;]+(,https?://[^\s/,;]+)*)?$",
        description="Sites that may show the embeds in a frame, comma between them, or `*`; none when empty",
    )
    serve_clients: int = Field(
        10_000, ge=1, le=100_000, description="Streams that one copy of the service keeps open at once"
    )
    serve_user: Name = Field("newsroom", description="User name at the pages when they have a password")
    serve_password: SecretStr | None = Field(
        None, description="Password of pages and API, at least 12 characters; readers need none when empty"
    )
    webhook_dir: Path = Field(
        Path(".results/webhooks"),
        description="Where the webhook sender keeps subscriptions and what was delivered: on a disk that "
        "outlasts a restart, one folder for each sender",
    )
    webhook_allow: str = Field(
        "",
        pattern=r"^([0-9a-fA-F.:]+/\d{1,3}(,[0-9a-fA-F.:]+/\d{1,3})*)?$",
        description="Networks of our own that webhooks may reach, such as `10.20.0.0/16`, comma between them; "
        "http and any port are allowed there. Everywhere else: https, port 443, public addresses",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious log lines that are written"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`json`, or `console` for people; `auto` takes the latter in a terminal"
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="Address at which a worker, the pages or the webhook sender show metrics, once "
        "RESULTS_METRICS_PORT is set",
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port for the metrics of a worker, the pages or the webhook sender in Prometheus' format, "
        "one for each process; none when empty",
    )
    monitor_host: str = Field(
        "127.0.0.1",
        description="Address that the monitor listens on; any but this machine's own asks for "
        "RESULTS_MONITOR_PASSWORD",
    )
    monitor_port: int = Field(8600, ge=1, le=65535, description="Port that the monitor listens on")
    monitor_poll_seconds: float = Field(
        5.0, ge=0.2, le=60, description="How often the monitor looks where each group stands"
    )
    monitor_probe_seconds: float = Field(
        5.0, ge=0, le=600, description="How often the monitor sends a probe through the feed; 0 for never"
    )
    monitor_groups: str = Field(
        "",
        pattern=rf"^({_WATCHED}(,{_WATCHED})*)?$",
        description="Further consumer groups that the monitor watches, as `group=topic` with a comma between them; "
        "the topic by its short name: `newsroom=headlines`",
    )
    monitor_user: Name = Field("ops", description="User name at the monitor's page")
    monitor_password: SecretStr | None = Field(
        None, description="Its password, at least 12 characters. Needed to listen beyond this machine"
    )
    tls: bool = Field(
        False,
        description="Encrypt the connection to Kafka and check its certificate. Required in live mode, with a "
        "user name or a certificate of this client",
    )
    allow_open_kafka: bool = Field(
        False,
        description="Live mode without TLS or without a login at Kafka: `true` says that nobody else can reach "
        "that network",
    )
    tls_ca_file: Path | None = Field(
        None, description="Certificates of the authority to trust, PEM; the system's own when empty"
    )
    tls_cert_file: Path | None = Field(None, description="Certificate of this client, PEM, for mutual TLS")
    tls_key_file: Path | None = Field(None, description="Key of that certificate, PEM")
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="How to prove the user name to Kafka"
    )
    sasl_username: str | None = Field(None, description="User name at Kafka; none when empty")
    sasl_password: SecretStr | None = Field(
        None, description="Its password. Never printed, logged or put on a command line"
    )

    @model_validator(mode="after")
    def _stand_together(self) -> Self:
        if self.mode == "live" and self.profile == "embedded":
            raise ValueError(
                "live mode refuses the embedded broker, which forgets everything when it stops: "
                "set RESULTS_PROFILE=kafka and RESULTS_BROKER to your Kafka"
            )
        if self.profile == "embedded" and not self._on_this_machine():
            raise ValueError(
                "the embedded broker only listens on this machine: RESULTS_BROKER must be 127.0.0.1:port"
            )
        if self.mode == "live" and not self.allow_open_kafka:
            if not self.tls:
                raise ValueError(
                    "live mode asks for an encrypted connection to Kafka: set RESULTS_TLS=true, or "
                    "RESULTS_ALLOW_OPEN_KAFKA=true where nobody else can reach that network"
                )
            if self.sasl_username is None and self.tls_cert_file is None:
                raise ValueError(
                    "live mode asks for a login at Kafka: set RESULTS_SASL_USERNAME and RESULTS_SASL_PASSWORD (or a "
                    "client certificate), or RESULTS_ALLOW_OPEN_KAFKA=true where nobody else can reach that network"
                )
        if self.profile == "embedded" and (self.tls or self.sasl_username):
            raise ValueError(
                "the embedded broker knows neither TLS nor users: unset RESULTS_TLS and RESULTS_SASL_USERNAME"
            )
        if (self.sasl_username is None) != (self.sasl_password is None):
            raise ValueError(
                "RESULTS_SASL_USERNAME and RESULTS_SASL_PASSWORD go together: set both or neither"
            )
        if self.sasl_password and not self.tls:
            raise ValueError("a password never goes over an open connection: set RESULTS_TLS=true")
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError(
                "RESULTS_TLS_CERT_FILE and RESULTS_TLS_KEY_FILE go together: set both or neither"
            )
        if (self.intake_cert_file is None) != (self.intake_key_file is None):
            raise ValueError(
                "RESULTS_INTAKE_CERT_FILE and RESULTS_INTAKE_KEY_FILE go together: set both or neither"
            )
        if self.signatures == "required" and self.public_keys_file is None:
            raise ValueError("signatures are required, so RESULTS_PUBLIC_KEYS_FILE must name the public keys")
        if self.mode == "live" and not self.intake_cert_file and not _is_loopback(self.intake_host):
            raise ValueError(
                "live mode takes nothing over an open connection: set RESULTS_INTAKE_CERT_FILE, or let intake "
                "listen on 127.0.0.1 behind a proxy that has a certificate"
            )
        if self.mode != "live" and not _is_loopback(self.serve_host) and self.serve_password is None:
            raise ValueError(
                f"in {self.mode} mode the pages are not for the public: set RESULTS_SERVE_PASSWORD, or let them "
                "listen on 127.0.0.1 (I-05)"
            )
        if self.serve_password and len(self.serve_password.get_secret_value()) < 12:
            raise ValueError("RESULTS_SERVE_PASSWORD has at least 12 characters")
        if not _is_loopback(self.monitor_host):
            word = self.monitor_password.get_secret_value() if self.monitor_password else ""
            if len(word) < 12:
                raise ValueError(
                    f"the monitor may listen on {self.monitor_host} only with RESULTS_MONITOR_PASSWORD of at "
                    "least 12 characters; 127.0.0.1 needs none"
                )
        for name in _FILES:
            path = getattr(self, name)
            if path is not None and not path.is_file():
                raise ValueError(f"{_variable(name)} names {path}, which is no file")
        return self

    def _on_this_machine(self) -> bool:
        return all(_is_loopback(address.rpartition(":")[0]) for address in self.broker.split(","))

    def generation_of(self, agent: str) -> int:
        """Return the generation that an agent's worker is of."""
        own: int | None = getattr(self, f"{agent}_generation")
        return self.generation if own is None else own

    def group(self, agent: str, later: int = 0) -> str:
        """Return the name of an agent's consumer group, which is also its app's; of a later generation, by so many."""
        return f"results-{self.mode}-{agent}-g{self.generation_of(agent) + later}"

    def member(self, agent: str) -> str:
        """Return this worker's static name within the group."""
        return f"{self.group(agent)}-{self.instance}"


_FILES = (
    "tls_ca_file tls_cert_file tls_key_file intake_cert_file intake_key_file public_keys_file signing_key_file"
).split()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def settings(**given: object) -> Settings:
    """Read the settings; ``given`` goes before everything else, None meaning "not given".

    Raises ``SettingsRefused`` with every mistake in one sentence each.
    """
    _no_misspelt(os.environ)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as refused:
        raise SettingsRefused("; ".join(_sentence(dict(error)) for error in refused.errors())) from None


def effective(these: Settings) -> dict[str, str]:
    """Return each variable with its value as text, secrets masked."""
    return {_variable(name): _shown(getattr(these, name)) for name in Settings.model_fields}


def table() -> str:
    """Return the settings as a Markdown table, as it stands in README.md."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{_shown(field.default)}`"
        lines.append(f"| `{_variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)  # SecretStr masks itself


def _sentence(error: Mapping[str, object]) -> str:
    where = error["loc"]
    message = str(error["msg"]).removeprefix("Value error, ")
    name = _variable(str(where[0])) if isinstance(where, tuple) and where else ""
    return f"{name}: {message}" if name else message


def _no_misspelt(environment: Mapping[str, str]) -> None:
    known = {_variable(name) for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "`results config` lists them all."
            raise SettingsRefused(f"{name} is not a setting; {hint}")
