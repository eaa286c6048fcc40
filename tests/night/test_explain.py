"""A council explained and the feed as it was known at a time, from the log alone; and `results lint` on files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli import app
from streams.rehearsal.night import Night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.explain import explain, retell, standing_claims
from streams.trouble import Trouble
from tests.night.conftest import Outcome, council

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(
        b"".join((SOUTH_EAST_2023 / name).read_bytes() for name in ("maps.jsonl", "events.jsonl"))
    )
    return path


def results(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


class TestExplain:
    def explained(self, night: Night, slug: str) -> list[str]:
        told = retell(night.arriving("replay"), council(slug))
        assert told is not None
        return list(explain(told))

    def test_standing_proof_and_bases_in_words(self, night: Night) -> None:
        lines = self.explained(night, "horsham")

        assert lines[0] == "Horsham: 48 seats, a majority takes 25 (DR-01)."
        assert "The Liberal Democrats: certain of a majority (DR-07):" in lines
        assert (
            "  the Liberal Democrats: 0 not up + 28 won + 0 sure in wards out = at least 28; at most 28."
            in lines
        )
        assert (
            "  The Conservatives: -18 on eve of poll, -21 on last election, -19 on snapshot. "
            "Each is right on its basis." in lines
        )

    def test_what_was_said_is_there_with_its_time_its_cause_and_all_of_it(
        self, night: Night, outcome: Outcome
    ) -> None:
        lines = self.explained(night, "horsham")
        said = [h.text for h in outcome.headlines("horsham")]
        gain = next(
            n
            for n, line in enumerate(lines)
            if "announced CONTROL_GAIN" in line or "updated CONTROL_GAIN" in line
        )

        assert lines[gain].startswith("  5 May 18:15  ")
        assert lines[gain + 1].startswith(
            "    because of WardDeclared local.horsham.roffey-south.2023-05-04:r1"
        )
        assert [text for text in said if not any(line.endswith(text) for line in lines)] == []

    def test_conflicts_and_what_does_not_compare_are_explained(self, night: Night) -> None:
        surrey_heath, medway = self.explained(night, "surrey-heath"), self.explained(night, "medway")

        assert any("contradicts no overall control before" in line for line in surrey_heath)
        assert "    no change is told on it: 55 seats then, 59 now, or other wards (DR-18)" in medway

    def test_a_council_that_the_log_does_not_open_is_none(self, night: Night) -> None:
        assert retell(night.arriving("replay"), council("atlantis")) is None


def test_facts_are_those_that_were_known_at_the_time(night: Night) -> None:
    until = datetime(2023, 5, 5, 17, 14, tzinfo=UTC)
    before = dict(standing_claims(e for e in night.arriving("replay") if e.declared_at.at <= until))
    after = dict(
        standing_claims(e for e in night.arriving("replay") if e.declared_at.at <= until.replace(minute=15))
    )

    assert not [claim for claim in before["Horsham"] if claim.startswith("CONTROL_GAIN")]
    assert [claim for claim in after["Horsham"] if claim.startswith("CONTROL_GAIN")]


def test_the_commands_read_a_log_from_a_file(log: Path) -> None:
    explained = results("explain", "Horsham", "--log", str(log))
    facts = results("facts", "--at", "2023-05-05T17:15:00Z", "--log", str(log))

    assert (explained.exit_code, explained.output.splitlines()[0]) == (
        0,
        "Horsham: 48 seats, a majority takes 25 (DR-01).",
    )
    assert facts.exit_code == 0
    assert "  CONTROL_GAIN: The Liberal Democrats have gained Horsham from the Conservatives" in facts.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("explain", "Atlantis"), "No council is called 'Atlantis' in this log"),
        (("facts", "--at", "teatime"), "'teatime' is no time"),
        (("facts", "--at", "2023-05-05T17:15:00"), "has no zone"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(log: Path, words: tuple[str, ...], why: str) -> None:
    refused = results(*words, "--log", str(log)).exception

    assert isinstance(refused, Trouble)
    assert why in str(refused)


def test_lint_on_files(tmp_path: Path, outcome: Outcome) -> None:
    page, standings = tmp_path / "page.txt", tmp_path / "standings.jsonl"
    standings.write_text(
        "".join(s.model_dump_json() + "\n" for s in outcome.at_close.values()), encoding="utf-8"
    )
    page.write_text(
        "The Conservatives have held Dartford with 29 of 42 seats.\n\n"
        "The Greens have seven more seats in Wealden than in 2019.\n",
        encoding="utf-8",
    )

    found = results("lint", str(page), "--standings", str(standings))
    page.write_text("The Conservatives have held Dartford with 29 of 42 seats.\n", encoding="utf-8")
    clean = results("lint", str(page), "--standings", str(standings))

    assert (found.exit_code, clean.exit_code) == (1, 0)
    assert found.output.splitlines() == [
        "line 3, number: Greens in Wealden: +9 compared with the last election of 2019, not +7; "
        "+7 is the change on eve of poll.",
        "35 standings, 1 findings.",
    ]
