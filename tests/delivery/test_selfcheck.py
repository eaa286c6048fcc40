"""Delivery runs with the Faust that was read, or not at all."""

import pytest

from streams.delivery import selfcheck
from streams.delivery.faults import ConfigurationFault


def test_the_installed_faust_is_the_one_that_was_read() -> None:
    selfcheck.check()


def test_another_source_of_a_replaced_method_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selfcheck, "SOURCES", {**selfcheck.SOURCES, "Consumer._new_offset": "0"})

    with pytest.raises(ConfigurationFault) as refused:
        selfcheck.check()

    assert str(refused.value) == (
        "The installed faust-streaming is not the one this feed was proved with: Consumer._new_offset"
        " differ; install it anew from requirements.txt."
    )
