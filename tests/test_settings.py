"""Are settings read, checked and shown as their descriptions say?"""

from pathlib import Path

import pytest

from streams.settings import SettingsRefused, effective, settings, table


@pytest.fixture(autouse=True)
def no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without an .env."""
    monkeypatch.chdir(tmp_path)


def test_a_forgotten_mode_is_a_replay() -> None:
    assert settings().mode == "replay"


def test_arguments_go_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("RESULTS_PARTITIONS=6\nRESULTS_GENERATION=6\nRESULTS_INSTANCE=six\nOTHER=1\n")
    monkeypatch.setenv("RESULTS_PARTITIONS", "7")
    monkeypatch.setenv("RESULTS_GENERATION", "7")

    these = settings(partitions=8)

    assert (these.partitions, these.generation, these.instance) == (8, 7, "six")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"RESULTS_MODE": "live", "RESULTS_PROFILE": "embedded"}, "live mode refuses the embedded broker"),
        ({"RESULTS_MODE": "live", "RESULTS_BROKER": "kafka.example.org:9093"}, "set RESULTS_TLS=true"),
        ({"RESULTS_MODE": "live"}, "set RESULTS_TLS=true"),
        ({"RESULTS_MODE": "live", "RESULTS_TLS": "true"}, "live mode asks for a login at Kafka"),
        (
            {"RESULTS_PROFILE": "embedded", "RESULTS_BROKER": "kafka.example.org:9092"},
            "only listens on this machine",
        ),
        ({"RESULTS_PROFILE": "embedded", "RESULTS_TLS": "true"}, "knows neither TLS nor users"),
        ({"RESULTS_BROKER": "kafka.example.org"}, "RESULTS_BROKER: give it as host:port"),
        ({"RESULTS_BROKER": "one.example.org,two.example.org:9092"}, "RESULTS_BROKER: give it as host:port"),
        ({"RESULTS_BROKER": "kafka://user:word@kafka.example.org:9092"}, "without user or password"),
        ({"RESULTS_SASL_USERNAME": "feed"}, "set both or neither"),
        (
            {"RESULTS_SASL_USERNAME": "feed", "RESULTS_SASL_PASSWORD": "word"},
            "never goes over an open connection",
        ),
        ({"RESULTS_TLS_CERT_FILE": "/nowhere"}, "RESULTS_TLS_KEY_FILE go together"),
        ({"RESULTS_TLS_CA_FILE": "/nowhere"}, "RESULTS_TLS_CA_FILE names /nowhere, which is no file"),
        ({"RESULTS_PARTITIONS": "none"}, "RESULTS_PARTITIONS: Input should be a valid integer"),
        ({"RESULTS_BROCKER": "127.0.0.1:1"}, "did you mean RESULTS_BROKER?"),
    ],
)
def test_settings_that_cannot_stand_are_refused_in_a_sentence(
    variables: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsRefused) as refused:
        settings()

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESULTS_PARTITIONS", "0")
    monkeypatch.setenv("RESULTS_MODE", "test")

    with pytest.raises(SettingsRefused, match=r"RESULTS_MODE: .*; RESULTS_PARTITIONS: "):
        settings()


def test_a_secret_is_neither_shown_nor_part_of_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESULTS_SASL_PASSWORD", "canary-7f3a")
    with pytest.raises(SettingsRefused) as refused:
        settings()
    monkeypatch.setenv("RESULTS_SASL_USERNAME", "feed")
    monkeypatch.setenv("RESULTS_TLS", "true")

    these = settings()

    assert effective(these)["RESULTS_SASL_PASSWORD"] == "**********"
    assert "canary" not in f"{these!r}{these}{effective(these)}{refused.value}"


def test_group_names_carry_mode_and_generation() -> None:
    these = settings(mode="rehearsal", generation=3, instance="b")

    assert these.group("council") == "results-rehearsal-council-g3"
    assert these.member("council") == "results-rehearsal-council-g3-b"


def test_an_agent_may_have_a_generation_of_its_own() -> None:
    these = settings(generation=3, area_generation=5)

    assert (these.group("council"), these.group("area")) == (
        "results-replay-council-g3",
        "results-replay-area-g5",
    )
    assert these.group("area", later=1) == "results-replay-area-g6"


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESULTS_AREA_GENERATION", "")
    monkeypatch.setenv("RESULTS_SASL_USERNAME", "")

    these = settings()

    assert (these.area_generation, these.sasl_username) == (None, None)


def test_live_mode_goes_without_tls_or_login_only_when_told_so_in_so_many_words() -> None:
    assert settings(mode="live", allow_open_kafka=True).tls is False
    assert (
        settings(mode="live", tls=True, sasl_username="feed", sasl_password="word").allow_open_kafka is False
    )


def test_the_table_has_a_line_for_each_setting_and_a_meaning_in_each() -> None:
    lines = table().splitlines()[2:]

    assert len(lines) == len(effective(settings()))
    assert all(line.count("|") == 4 and len(line.split("|")[3].strip()) > 10 for line in lines)
