"""What holds for every test: settings of the person who runs them stay outside."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every RESULTS_ variable out of the environment, for this process and the ones it starts."""
    for name in list(os.environ):
        if name.upper().startswith("RESULTS_"):
            monkeypatch.delenv(name)
