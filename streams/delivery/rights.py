"""The rights at Kafka that a worker needs, which of them are missing, and the command that grants them."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import ConfigResource, ResourceType  # type: ignore[attr-defined]

from streams.delivery.faults import ConfigurationFault
from streams.delivery.reaching import Administration, Unreached

Operation = Literal["READ", "WRITE", "DESCRIBE_CONFIGS"]
#: librdkafka ends the whole process when its patience with a group's coordinator ends (its issue 4605), so ours must.
_COORDINATOR_SECONDS = 3600.0
_WORDS = {"READ": "read", "WRITE": "write to", "DESCRIBE_CONFIGS": "read the policy of"}
_GRANTED_AS = {"READ": "Read", "WRITE": "Write", "DESCRIBE_CONFIGS": "DescribeConfigs"}


@dataclass(frozen=True, slots=True)
class Right:
    """To do something with a topic, or with a group."""

    operation: Operation
    name: str
    resource: Literal["topic", "group"] = "topic"


class Denied(ConfigurationFault):
    """A right is missing, or was taken away."""

    def __init__(self, broker: str, principal: str, missing: Iterable[Right]) -> None:
        super().__init__("\n".join(dict.fromkeys(_sentence(broker, principal, right) for right in missing)))


def needed(source: str, changelog: str, outputs: Iterable[str], group: str) -> list[Right]:
    """What a worker does: reads its input and its changelog, writes that and its outputs, is in its group."""
    rights = [Right("READ", source), Right("READ", changelog)]
    rights += [Right("WRITE", name) for name in (changelog, *outputs)]
    rights += [Right("DESCRIBE_CONFIGS", name) for name in (source, changelog, *outputs)]
    return [*rights, Right("READ", group, "group")]


class Rights:
    """The rights that one worker needs, asked of its broker."""

    def __init__(self, administration: Administration, rights: Sequence[Right]) -> None:
        self._administration = administration
        self._rights = rights

    def check(self) -> None:
        """Denied when one is missing: Kafka refuses reads without a word, and a worker would wait for ever."""
        missing = self._missing()
        if missing:
            raise Denied(self._administration.broker, self._administration.security.principal, missing)

    def told(self, fault: BaseException) -> BaseException:
        """A client's bare word that something is not allowed as the fault that says what; any other as it is."""
        if isinstance(fault, TopicAuthorizationFailedError | GroupAuthorizationFailedError):
            try:
                self.check()
            except ConfigurationFault as said:
                return said
        return fault

    def _missing(self) -> list[Right]:
        topics = {right.name for right in self._rights if right.resource == "topic"}
        groups = {right.name for right in self._rights if right.resource == "group"}
        client, patience = self._administration.client, self._administration.patience
        asked = client.describe_topics(
            TopicCollection(sorted(topics)), include_authorized_operations=True, request_timeout=patience
        )
        allowed = {name: self._allowed(name, future) for name, future in asked.items()}
        # Once there is a broker: nobody should wait for a coordinator through an outage.
        asked = client.describe_consumer_groups(
            sorted(groups), include_authorized_operations=True, request_timeout=_COORDINATOR_SECONDS
        )
        allowed |= {name: self._allowed_of_group(name, future) for name, future in asked.items()}
        return [right for right in self._rights if not _covers(allowed[right.name], right)]

    def _allowed(self, name: str, asked: Future[Any]) -> set[str] | None:
        """The operations that are ours; None where the broker does not tell, or has no such topic."""
        try:
            found = self._administration.answer(asked).authorized_operations
        except KafkaException as refused:
            code = refused.args[0].code()
            if code == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                return {"DESCRIBE_CONFIGS"} if self._policy_is_told(name) else set()
            return set() if code == KafkaError.GROUP_AUTHORIZATION_FAILED else None
        return None if found is None else {operation.name for operation in found}

    def _allowed_of_group(self, name: str, asked: Future[Any]) -> set[str] | None:
        try:
            return self._allowed(name, asked)
        except (
            Unreached
        ):  # no coordinator: a new cluster makes its first when it is asked for one, and takes its time
            return None

    def _policy_is_told(self, topic: str) -> bool:
        # Of a topic that we may neither read nor write, the list of operations is kept back as a whole.
        resource = ConfigResource(ResourceType.TOPIC, topic)
        asked = self._administration.client.describe_configs(
            [resource], request_timeout=self._administration.patience
        )
        try:
            self._administration.answer(asked[resource])
        except KafkaException:
            return False
        return True


def _covers(allowed: set[str] | None, right: Right) -> bool:
    return allowed is None or right.operation in allowed


def _sentence(broker: str, principal: str, right: Right) -> str:
    return (
        f"{principal} may not {_WORDS[right.operation]} {right.resource} {right.name} ({right.operation}): grant it"
        f" with `kafka-acls.sh --bootstrap-server {broker} --add --allow-principal {principal}"
        f" --operation {_GRANTED_AS[right.operation]} --{right.resource} {right.name}`."
    )
