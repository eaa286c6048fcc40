"""Whether the Faust that is installed is the Faust that was read: delivery replaces and leans on its inner methods."""

import hashlib
import inspect
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from faust.app.base import App
from faust.serializers.schemas import Schema
from faust.streams import Stream
from faust.tables.base import Collection
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer, Fetcher, ThreadDelegateConsumer
from faust.transport.drivers import aiokafka as driver
from mode.utils.queues import FlowControlEvent

from streams.delivery.faults import ConfigurationFault

FAUST = "0.15.3"
AIOKAFKA = "0.14."

#: The classes of which delivery replaces methods, or leans on the inner order of their methods.
OWNERS: Mapping[str, type[Any]] = {
    "App": App,
    "Collection": Collection,
    "Consumer": Consumer,
    "Fetcher": Fetcher,
    "FlowControlEvent": FlowControlEvent,
    "Recovery": Recovery,
    "Schema": Schema,
    "Stream": Stream,
    "TableManager": TableManager,
    "ThreadDelegateConsumer": ThreadDelegateConsumer,
    "driver.Thread": driver.AIOKafkaConsumerThread,
    "driver.Consumer": driver.Consumer,
    "driver.Producer": driver.Producer,
}

#: The sha256 of the source of each method as it was read.
SOURCES: Mapping[str, str] = {
    "App._on_partitions_assigned": "de932b7927db85b3d5e88971c3c7d2d75c0c7af8111a2ca08d4097bd9f8d2552",
    "App._on_partitions_revoked": "d5c895bbe57dc73ae4d7f762f6fdc9fdd3abd02f9e05863ccfd8034082e5682f",
    "App._stop_consumer": "55854a5de12c3f5296b4acf16ddfe359be0b702d0cd7686bcab541847c396077",
    "App.agent": "ae1d2b662569c68b57e9a78bc9d1f9a7cd0bbdfdcecdaa50de9580425570ae2b",
    "App.commit": "44512d22a7741a7bc7da3286ba5791f78fff8dea63bb5e32d039e37df0ee7373",
    "App.create_event": "15fea3d1e95e6625b2f6a969e9ce4bbed786bed15fde58f0c6518f6e461f7a10",
    "App.on_rebalance_end": "b7ff69e1e3772f3094aad3c63e65dc8133cd1408701ed449c560947f8f3fc9a1",
    "App.send": "5b07ede9a5f6cc05a1eb590fe57c97620c5b6ba53711c78cfb1f8c353958a761",
    "App.topic": "7b040db38d3b5c423472dda58e4e0da50d0c87197391db68928dfc1c58e5a6e1",
    "Collection.apply_changelog_batch": "b980a78d3ae9b1e87f2d3fb63e0dcd2671341a1e60ea5233859d6bdd699d3029",
    "Collection.on_rebalance": "0812ad692171a8fd8b3757f2868fa50e195ff1ab3284da50a3200c32fae02932",
    "Consumer._commit": "99bb6b42fc09563043305f1d72500c175e5b1c76fcfa1de86310e8f1c8be56c4",
    "Consumer._commit_offsets": "1a6979904118844111259d182ca1c6e92ccc16364ccbe55c58e59d6e254a7adb",
    "Consumer._drain_messages": "44a2500309e83c630493f6828af50166ec8d96a0b3e4fb2bab735f704ae93417",
    "Consumer._filter_committable_offsets": "dc5e9baf5d994485473ce80aed1873b9318f02d735fde21e285de3d0c52a5e0e",
    "Consumer._filter_tps_with_pending_acks": "f6f9239774234e7e230eee7c40c686421a66302be95e59c59a9109c2bba5fbd6",
    "Consumer._getmany": "fea4952545b44cac888bc9e966aa3c62dc588e28d09a6c6155b148c6c9728019",
    "Consumer._is_changelog_tp": "88867d75cfe9aecff424c952e84979c1548522facb900053926651d56172d74f",
    "Consumer._new_offset": "1d2c7ea89a7ad4f1a216c1d51936e569162cd66bd56f889e13fd29c910b58eb0",
    "Consumer._should_commit": "5ce941793947ad42b5c4298765d32f8fcbb8dd74b4385a50ab4b466fb651781c",
    "Consumer._wait_next_records": "6218e1969a636b3ff504ad1b8e7ad58a113572e43d746cc96d684ed5153032c6",
    "Consumer.ack": "5fcf41cf45153475de3790dc56fec1b83335956dc8b3bf7ff6bbb2b57627f03f",
    "Consumer.commit": "a354437baaa08bf8096d978ca195963e22f7a497d18392960dd53dacb7c9f2d8",
    "Consumer.getmany": "4b168d84882a70d6e3e2f9804430a63b92f8fd117d3187cbb4aeb54305bda34e",
    "Consumer.on_buffer_drop": "4b57e8a418d5ad9c58632b13b58b377ae185855520fd1280870cf7141ac0d1d0",
    "Consumer.on_buffer_full": "c8961679e0bcdce5c23b07143d687ec8814492012e176332552e81b8feb7862c",
    "Consumer.on_partitions_assigned": "29ce96596f05a18c6738eeb2e0d308dd8ef09e9116854129372c474f8638c069",
    "Consumer.on_partitions_revoked": "d04b7ae72c6fc206924a2879d6c90dd383f3e8ba6f4b10a19ca99a921eb8f4db",
    "Consumer.perform_seek": "0e8c130ff4b0afd82c0be9c5fd831316e10febc62c94032833911096e156d7c6",
    "Consumer.resume_flow": "db59630f25b5819b092c90649e1046cbea184e91a0aff59368e7747665536dd5",
    "Consumer.resume_partitions": "afe6b7c02a41d63cd46d47a03f09b547c85289c108de21d682970057d1015c3b",
    "Consumer.seek": "b86a9fe05f956b30cf299c787b6787c6e0349cbf1ae556f2456a1e97b15dbb22",
    "Consumer.stop_flow": "cf7e875a2b0d40e8e45df69720709199c47b710c983cf79371cce3a58888a6ac",
    "Consumer.verify_event_path": "aead7dc3d8dc43fa242b82c75512329fa0289dfe936dcf22168fb31d00229845",
    "FlowControlEvent.clear": "dda5e40d80288a8f4244cffdf3e7a648773579a72e64b40182bbbc2424752524",
    "FlowControlEvent.resume": "4dcdc1253fd0dcb40de18a3702503c01d21e9da7e5e55b122fb92615f27648d9",
    "FlowControlEvent.suspend": "807929ab275a3b63f494856d6ba556d8a5babd3df72bc59a386eddcfa57dbb87",
    "Recovery._build_highwaters": "91b4cc0d3724ae7bfc398e873684fc6f667ef8feb61a3b3314346ef11f2823de",
    "Recovery._is_changelog_tp": "453e8762c530ad44bfe4fda7a4baa3d35d1f34a4499f573742bb5c0a774f91e5",
    "Recovery._restart_recovery": "6bd8a8558a2dffe4c60b8150f23d721baa6b3d658367f911a3ad2187e20efc6f",
    "Recovery._set_recovery_ended": "84badf3f2cfe0d0206c632a08818f7c89f21c80358e9fba27535f1089761198f",
    "Recovery._slurp_changelogs": "7825c7e50f766d5ab0fd246b63420ea0dfcd732d005f1057cc9da656ff5d3967",
    "Recovery._wait": "ec7429b70176f8c688545780fdd6751714a1fa2ed247a9c0236adf9c99f16a53",
    "Recovery.active_remaining_total": "b61e82f5a3850445305c71ed48f97f0ff356c7a80831edd96ebc850f6c3eab14",
    "Recovery.flush_buffers": "6fa9c17f1071018c49cb6d411a34fb4a2c2ac4f41c3de650bbee15831abd6f1f",
    "Recovery.on_partitions_revoked": "161b5e997f7cbfefbcc6476066dab2230f1857311bfdc6332872966c285af481",
    "Recovery.on_rebalance": "aa4d997a1795ceae3880f98311b46935d9ae1a183a699b9a283bb4306bc8641f",
    "Recovery.on_recovery_completed": "6ef567acf072e46da3fccbccc6d662371f634f622c3d510972d5df81f70ae3ac",
    "Recovery.revoke": "779302ebfab0b2dbd86e9c0268bfd05d2254f90121107bf7a31f132453f80e9b",
    "Schema.compile": "d46eec5ce3195b2c6752cb860a10946cee66ddf6a955f2ea44ac1568c0ecb9ad",
    "Stream._py_aiter": "3a48ee257a65435b482d51edb74f2993a67867949b1ef89b49fea893769e0614",
    "Stream.events": "c62f4dd3a73fe7aaa7c61fd2658bffe97a05aa9c6926b96f9e4d49dcf3250f93",
    "Stream.noack": "921a6f5c674d32d4568445c58e340ad17f896d36ec0e832c1b92c9f99eced5d0",
    "TableManager._update_channels": "88e3941facc934d697ef5bc26c6e21b0e30179c6d66493d12e77da501010e701",
    "TableManager.on_actives_ready": "274c07e80913af0c54cd0cb2ef449c928008b6a11b81418202cb13b47dbcdf55",
    "TableManager.on_partitions_revoked": "382852adff42ab9930b39e38433a77c06e41d39dd20e8231e8cfae45084c84b4",
    "TableManager.on_rebalance": "2d2c23a07bf5432854a01ad790af19bb7e7acc8062a6ac2934ff0db94bf3924a",
    "TableManager.on_standbys_ready": "46be52cea69684f5038285dd293a49bbd0f1e1e162baaaa6f7b5c3ebc9b34224",
    "TableManager.on_start": "365dd25fbc0e068499c89e526516c638693a2d143b6ac249f84a60f5267fec9d",
    "TableManager.recovery": "f0bf5de78b4c3d235c3554010480f407010ccb7c481c68852a985542b952df32",
    "ThreadDelegateConsumer._commit": "a20eec84e4b2ed5072f6c6ab7707ac03d69e2255d67f115c31f8dc9cc246dc66",
    "ThreadDelegateConsumer._getmany": "f9d47aa9010b5ff2b874ba65f927871f3612718d8a9db00b58601554a35236c4",
    "ThreadDelegateConsumer._new_consumer_thread": "79e9c029a91a2cb2fe9a109cf851239d5030f27669d2a168e4b5df60c0beab66",
    "ThreadDelegateConsumer.assignment": "58f5bf9281fb8ef996a9524a8bbe1d13f19293d4d7130018e2d7f17a661965ee",
    "ThreadDelegateConsumer.earliest_offsets": "2833b09d2888825b74a3e67762232db0d2e036e41cb51105e98f26006c89af9d",
    "ThreadDelegateConsumer.highwater": "f52cb0d26a713c3a2032108138009d056ebaa896e1c2df615d0e009ff2659efc",
    "ThreadDelegateConsumer.seek_wait": "e9db5bbc4ceb2543830e020a97ba36d762de5affe579278f933d20bc42af9b9b",
    "driver.Thread._commit": "932852ce7a23f658804273d0296de6affaa7d21c19311c279712c2fae91a3b03",
    "driver.Thread._create_worker_consumer": "c2701bfc3e6f6cad95c2be36d6a255a86e2c57d18d36cc1082b5fb5c482d99d7",
    "driver.Thread._ensure_consumer": "ff4a4c693b7ec63f4a76dfb61c419380bef70dd32383fe38ebcfcc27091605a6",
    "driver.Thread._fetch_records": "39a2c6c79fc1455a199629912b533458a720c64983bc957420a42feef6593baa",
    "driver.Thread._seek_wait": "9d221e816d9404678ac2d802b1419c7c2d166cbc9c8ec9f689a77673b8f2e85f",
    "driver.Thread.assignment": "61f105132ae619f69f4a09c3eff4bbd4e2b4f467e3a3e49d458d9558987e952d",
    "driver.Thread.commit": "d31c8558ba25310c0b7acbf128a244131f6e51d1b555bcb137188f08857d6558",
    "driver.Thread.earliest_offsets": "5d697cd768735af7b5aa13f130070e2e1a4db1f78ec5c04c2cf995c6c8c15b05",
    "driver.Thread.getmany": "26fc5fc9f3b667e104f9657dbc49da3b3b6620d40cc9856761cbaf4da2172557",
    "driver.Thread.highwater": "6f7dbe109ae6807f500a1343eefb23f39e856ee62eaad5d09f145f49f838c4ab",
    "driver.Thread.seek": "1498560d05f025820be906f3695710b6ac45258ea1c96ab5a403fcb38520c234",
    "driver.Thread.seek_wait": "12e8d34e554e90240c73ce9912f6533c7a6a3337abc5a31de5c83bc6ac973f25",
    "driver.Consumer._new_consumer_thread": "0870ec53dea75083995e3565c0f0a25a1c63ecceaeb238e92e2585e3623af5a9",
    "driver.Consumer.verify_event_path": "a17e8f0610e1abcb03ac2a94f6fae3371ec988543b6fae4d889129d362c65f7a",
    "driver.Producer._settings_default": "9c39987fb719e98422344bbfa087257103b158e9851cc16f7f04e6d3ebcc49a9",
    "driver.Producer._settings_extra": "a4c7bc41b63822236e4c9be1c49437d091f58c1b3a983eecabb7362a819aa8bd",
    "driver.Producer.send": "0b5bd08f52e5e2a90ff6307dbfc3c97afb01cb2687835e8fe8486c5bcad02dc1",
}


def fingerprint(name: str) -> str:
    """The sha256 of a method's source, by the name under which it is listed; empty when there is no such method."""
    owner, _, method = name.rpartition(".")
    try:
        found = inspect.getattr_static(OWNERS[owner], method)
    except AttributeError:
        return ""
    for inner in ("fun", "fget", "__func__"):  # of a background task, a property, a class method
        found = getattr(found, inner, found)
    return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()


def changed() -> list[str]:
    """The methods whose source is not the one that was read."""
    return [name for name, source in SOURCES.items() if fingerprint(name) != source]


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
