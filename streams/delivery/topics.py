"""Topics as they must be: created with their policies, checked before anything connects, told apart by identity."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType  # type: ignore[attr-defined]

from streams.delivery.faults import ConfigurationFault
from streams.delivery.profiles import Security
from streams.delivery.reaching import Administration
from streams.delivery.table import CHANGELOG_CONFIG, changelog_topic


class TopicSpec(Protocol):
    """A topic as it must be."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def config(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Changelog:
    """The changelog of an app, as it must be."""

    app_id: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=lambda: dict(CHANGELOG_CONFIG))

    @property
    def name(self) -> str:
        return changelog_topic(self.app_id)


class NotOurs(ConfigurationFault):
    """A topic of which Kafka tells us nothing, not even whether it exists."""


@dataclass(frozen=True, slots=True)
class Successor:
    """The app that takes over once its changelog exists, and the setting that leads to it."""

    app_id: str
    setting: str


class Topics:
    """What a broker has for topics.  Every call blocks, for ``patience_seconds`` at most."""

    def __init__(self, broker: str, security: Security | None = None, patience_seconds: float = 10.0) -> None:
        self.administration = Administration(broker, security, patience_seconds)
        self._broker = broker
        self._admin = self.administration.client
        self._patience = patience_seconds

    def create(self, specs: Sequence[TopicSpec], replication: int = 1) -> list[str]:
        """Create those that are missing; their names.  What exists is left as it is: ``check`` judges it."""
        new = [NewTopic(s.name, s.partitions, replication, config=dict(s.config)) for s in specs]
        created = []
        for name, future in self._admin.create_topics(new, request_timeout=self._patience).items():
            try:
                self.administration.answer(future)
            except KafkaException as refused:
                if refused.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise self.administration.fault(f"cannot create topic {name}", refused) from None
            else:
                created.append(name)
        self._wait_shown(created)
        return created

    def _wait_shown(self, names: list[str]) -> None:
        # A broker answers "created" before it tells others of it; who asks meanwhile is told that there is none.
        until = time.monotonic() + self._patience
        while names and None in self._describe(names).values() and time.monotonic() < until:
            time.sleep(0.1)

    def check(self, specs: Iterable[TopicSpec]) -> None:
        """ConfigurationFault when one is missing, or has another partition count or policy than it must."""
        specs = list(specs)
        found = self._describe([spec.name for spec in specs])
        for name, topic in found.items():
            if topic is None:
                raise ConfigurationFault(
                    f"There is no topic {name} at {self._broker}: create the topics with `results topics`."
                )
        for fault in self._unfit(specs, found).values():
            raise ConfigurationFault(fault)

    def unfit(self, specs: Sequence[TopicSpec]) -> dict[str, str]:
        """Of those that exist, what is wrong with each that ``check`` would refuse, by its name."""
        found = self._describe([spec.name for spec in specs])
        return self._unfit([spec for spec in specs if found[spec.name] is not None], found)

    def _unfit(self, specs: Sequence[TopicSpec], found: Mapping[str, Any]) -> dict[str, str]:
        counted = {
            spec.name: f"Topic {spec.name} has {there} partitions, the settings say {spec.partitions}: set"
            " RESULTS_PARTITIONS to what the topic has, or, if nothing was written to it yet, let"
            " `results topics --repair` create it anew."
            for spec in specs
            if (there := len(found[spec.name].partitions)) != spec.partitions
        }
        return counted | self._policies_unfit([spec for spec in specs if spec.name not in counted])

    def identity(self, name: str) -> str | None:
        """The topic's id, new with each creation; None when there is no such topic."""
        topic = self._describe([name])[name]
        return None if topic is None else str(topic.topic_id)

    def partitions(self, name: str) -> int:
        """How many partitions the topic has; 0 when there is no such topic."""
        topic = self._describe([name])[name]
        return 0 if topic is None else len(topic.partitions)

    def check_successor(self, successor: Successor) -> None:
        """ConfigurationFault when a later generation exists: two that judge side by side would go unnoticed."""
        changelog = changelog_topic(successor.app_id)
        try:
            there = self.identity(changelog) is not None
        except NotOurs:
            return
        if there:
            raise ConfigurationFault(
                f"Topic {changelog} exists at {self._broker}, so a later generation has taken over: set"
                f" {successor.setting} for every process, and start again."
            )

    def check_session(self, seconds: float) -> None:
        """ConfigurationFault when the broker wants longer sessions: it would let the worker ask for ever."""
        answer = self.administration.answer
        try:
            cluster = answer(self._admin.describe_cluster(request_timeout=self._patience))
            node = ConfigResource(ResourceType.BROKER, str(cluster.nodes[0].id))
            entries = answer(self._admin.describe_configs([node], request_timeout=self._patience)[node])
        except KafkaException:
            return  # not ours to read
        least = entries.get("group.min.session.timeout.ms")
        if least is not None and seconds * 1000 < float(least.value):
            raise ConfigurationFault(
                f"The broker at {self._broker} wants sessions of {int(least.value) / 1000:g} s at least, the settings"
                f" say {seconds:g}: raise RESULTS_SESSION_TIMEOUT_SECONDS."
            )

    def _describe(self, names: list[str]) -> dict[str, Any]:
        asked = self._admin.describe_topics(TopicCollection(names), request_timeout=self._patience)
        found: dict[str, Any] = {}
        for name, future in asked.items():
            try:
                found[name] = self.administration.answer(future)
            except KafkaException as refused:
                code = refused.args[0].code()
                if code == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                    raise NotOurs(
                        f"{self.administration.security.principal} may not see topic {name} at {self._broker}:"
                        " grant it Describe at least."
                    ) from None
                if code != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise self.administration.fault(f"cannot describe topic {name}", refused) from None
                found[name] = None
        return found

    def _policies_unfit(self, specs: Sequence[TopicSpec]) -> dict[str, str]:
        resources = [ConfigResource(ResourceType.TOPIC, spec.name) for spec in specs]
        asked = self._admin.describe_configs(resources, request_timeout=self._patience) if resources else {}
        by_name = {resource.name: future for resource, future in asked.items()}
        unfit = {}
        for spec in specs:
            try:
                answer = self.administration.answer(by_name[spec.name])
            except KafkaException as refused:
                raise self.administration.fault(
                    f"cannot read the policy of topic {spec.name}", refused
                ) from None
            have = {name: entry.value for name, entry in answer.items()}
            for name, wanted in spec.config.items():
                if have.get(name) != wanted:
                    unfit[spec.name] = (
                        f"Topic {spec.name} has {name}={have.get(name)}, but must have {name}={wanted}: set it with"
                        " Kafka's own tools, or, if nothing was written to it yet, let `results topics --repair` create"
                        " it anew."
                    )
        return unfit
