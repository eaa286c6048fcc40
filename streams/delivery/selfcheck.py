"""Whether the Faust that is installed is the Faust that was read: delivery replaces and leans on its inner methods."""

import hashlib
import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from faust.app.base import App
from faust.streams import Stream
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer, ThreadDelegateConsumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Producer

from streams.delivery.faults import ConfigurationFault

FAUST = "0.15.3"
AIOKAFKA = "0.14."

#: Half the sha256 of the source of each method as it was read.
SOURCES: Mapping[str, str] = {
    "Consumer.getmany": "4b168d84882a70d6e3e2f9804430a63b",
    "Consumer._wait_next_records": "6218e1969a636b3ff504ad1b8e7ad58a",
    "Consumer._drain_messages": "44a2500309e83c630493f6828af50166",
    "Consumer.perform_seek": "0e8c130ff4b0afd82c0be9c5fd831316",
    "Consumer.ack": "5fcf41cf45153475de3790dc56fec1b8",
    "Consumer._new_offset": "1d2c7ea89a7ad4f1a216c1d51936e569",
    "Consumer._should_commit": "5ce941793947ad42b5c4298765d32f8f",
    "Consumer._filter_tps_with_pending_acks": "f6f9239774234e7e230eee7c40c68642",
    "Consumer._filter_committable_offsets": "dc5e9baf5d994485473ce80aed1873b9",
    "Consumer._commit_offsets": "1a6979904118844111259d182ca1c6e9",
    "Consumer.on_partitions_revoked": "d04b7ae72c6fc206924a2879d6c90dd3",
    "Consumer.on_partitions_assigned": "29ce96596f05a18c6738eeb2e0d308dd",
    "Consumer.on_buffer_full": "c8961679e0bcdce5c23b07143d687ec8",
    "Consumer.on_buffer_drop": "4b57e8a418d5ad9c58632b13b58b377a",
    "Consumer.verify_event_path": "aead7dc3d8dc43fa242b82c75512329f",
    "ThreadDelegateConsumer._getmany": "f9d47aa9010b5ff2b874ba65f927871f",
    "AIOKafkaConsumerThread._create_worker_consumer": "c2701bfc3e6f6cad95c2be36d6a255a8",
    "AIOKafkaConsumerThread._fetch_records": "39a2c6c79fc1455a199629912b533458",
    "AIOKafkaConsumerThread._commit": "932852ce7a23f658804273d0296de6af",
    "AIOKafkaConsumerThread._seek_wait": "9d221e816d9404678ac2d802b1419c7c",
    "AIOKafkaConsumerThread.getmany": "26fc5fc9f3b667e104f9657dbc49da3b",
    "Producer._settings_extra": "a4c7bc41b63822236e4c9be1c49437d0",
    "Producer._settings_default": "9c39987fb719e98422344bbfa0872571",
    "Producer.send": "0b5bd08f52e5e2a90ff6307dbfc3c97a",
    "Recovery.on_rebalance": "aa4d997a1795ceae3880f98311b46935",
    "Recovery.revoke": "779302ebfab0b2dbd86e9c0268bfd05d",
    "Recovery._restart_recovery": "6bd8a8558a2dffe4c60b8150f23d721b",
    "Recovery._build_highwaters": "91b4cc0d3724ae7bfc398e873684fc6f",
    "Recovery.on_recovery_completed": "6ef567acf072e46da3fccbccc6d66237",
    "Recovery._slurp_changelogs": "7825c7e50f766d5ab0fd246b63420ea0",
    "Recovery.flush_buffers": "6fa9c17f1071018c49cb6d411a34fb4a",
    "TableManager.on_start": "365dd25fbc0e068499c89e526516c638",
    "TableManager.on_rebalance": "2d2c23a07bf5432854a01ad790af19bb",
    "TableManager.on_partitions_revoked": "382852adff42ab9930b39e38433a77c0",
    "App._on_partitions_revoked": "d5c895bbe57dc73ae4d7f762f6fdc9fd",
    "App._on_partitions_assigned": "de932b7927db85b3d5e88971c3c7d2d7",
    "App._stop_consumer": "55854a5de12c3f5296b4acf16ddfe359",
    "App.on_rebalance_end": "b7ff69e1e3772f3094aad3c63e65dc81",
    "Stream._py_aiter": "3a48ee257a65435b482d51edb74f2993",
}


def methods() -> dict[str, Callable[..., Any]]:
    """The methods that delivery replaces, and those whose inner order it leans on."""
    owners: tuple[tuple[type[Any], str], ...] = (
        (Consumer, "getmany _wait_next_records _drain_messages perform_seek ack _new_offset _should_commit"
                   " _filter_tps_with_pending_acks _filter_committable_offsets _commit_offsets"
                   " on_partitions_revoked on_partitions_assigned on_buffer_full on_buffer_drop verify_event_path"),
        (ThreadDelegateConsumer, "_getmany"),
        (AIOKafkaConsumerThread, "_create_worker_consumer _fetch_records _commit _seek_wait getmany"),
        (Producer, "_settings_extra _settings_default send"),
        (Recovery, "on_rebalance revoke _restart_recovery _build_highwaters on_recovery_completed"
                   " _slurp_changelogs flush_buffers"),
        (TableManager, "on_start on_rebalance on_partitions_revoked"),
        (App, "_on_partitions_revoked _on_partitions_assigned _stop_consumer on_rebalance_end"),
        (Stream, "_py_aiter"),
    )  # fmt: skip
    found = {
        f"{owner.__name__}.{name}": getattr(owner, name) for owner, names in owners for name in names.split()
    }
    return {
        name: getattr(method, "fun", method) for name, method in found.items()
    }  # .fun of a background task


def fingerprint(method: Callable[..., Any]) -> str:
    """The first half of the sha256 of a method's source."""
    return hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:32]


def changed() -> list[str]:
    """The methods whose source is not the one that was read."""
    return [name for name, method in methods().items() if SOURCES.get(name) != fingerprint(method)]


def check() -> None:
    """ConfigurationFault when Faust or aiokafka is another than the one that was read."""
    if version("faust-streaming") != FAUST or not version("aiokafka").startswith(AIOKAFKA):
        raise ConfigurationFault(
            f"This feed runs with faust-streaming {FAUST} and aiokafka {AIOKAFKA}x alone, not with"
            f" {version('faust-streaming')} and {version('aiokafka')}: install from requirements.txt."
        )
    if names := changed():
        raise ConfigurationFault(
            f"The installed faust-streaming is not the one this feed was proved with: {', '.join(names)}"
            " differ; install it anew from requirements.txt."
        )
