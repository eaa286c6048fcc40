"""Does the API answer as it is documented, cheaply when nothing changed, and in words when it refuses?"""

import csv
import gzip
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema
import orjson
import pytest

from streams.publishers.api import areas, councils, headlines, score, versions
from streams.publishers.api.known import Known
from streams.publishers.archive import Archive
from streams.publishers.web.application import application
from tests.publishers.making import (
    LEWES,
    SWALE,
    a_board,
    a_client,
    a_headline,
    a_log,
    a_night_of_two,
    a_record,
    a_site,
    a_standing,
    an_archive,
    an_area_headline,
)

QUESTIONS = {
    "scoreboard": "/api/v1/scoreboard",
    "councils": "/api/v1/councils",
    "councils_council": f"/api/v1/councils/{SWALE}",
    "councils_council_versions": f"/api/v1/councils/{SWALE}/versions",
    "councils_council_versions_version": f"/api/v1/councils/{SWALE}/versions/2",
    "areas": "/api/v1/areas",
    "areas_area": "/api/v1/areas/kent",
    "areas_area_versions": "/api/v1/areas/kent/versions",
    "areas_area_versions_version": "/api/v1/areas/kent/versions/1",
    "headlines": "/api/v1/headlines?limit=2",
    "headlines_id": f"/api/v1/headlines/{a_headline(1).id}",
}

MODELS: dict[str, Any] = {
    "scoreboard": score.ScoreboardAnswer,
    "councils": councils.CouncilsAnswer,
    "councils_council": councils.CouncilAnswer,
    "councils_council_versions": versions.VersionsAnswer,
    "councils_council_versions_version": councils.StandingAnswer,
    "areas": areas.AreasAnswer,
    "areas_area": areas.AreaAnswer,
    "areas_area_versions": versions.VersionsAnswer,
    "areas_area_versions_version": areas.BoardAnswer,
    "headlines": headlines.HeadlinesAnswer,
    "headlines_id": headlines.HeadlineAnswer,
}


def shown(example: Any, answer: Any) -> Any:
    """Those parts of an answer that its example has; a contract may have gained fields since."""
    if isinstance(example, dict) and isinstance(answer, dict):
        return {name: shown(value, answer.get(name)) for name, value in example.items()}
    if isinstance(example, list) and isinstance(answer, list) and len(example) == len(answer):
        return [shown(one, other) for one, other in zip(example, answer, strict=True)]
    return answer


@pytest.fixture
def archive() -> Archive:
    return an_archive(a_night_of_two() + a_log(a_board(), an_area_headline(), partition=2))


@pytest.mark.parametrize("operation", QUESTIONS)
async def test_an_answer_is_what_its_example_shows(operation: str, archive: Archive) -> None:
    site = a_site(archive)
    async with a_client(site) as client:
        document = (await client.get("/api/v1/openapi.json")).json()
        answer = await client.get(QUESTIONS[operation])

    found = [o for path in document["paths"].values() for o in path.values() if o["operationId"] == operation]
    content = found[0]["responses"]["200"]["content"]["application/json"]
    example = content["example"]
    assert shown(example, answer.json()) == example, "write them anew: python -m tests.publishers.examples"
    MODELS[operation].model_validate_json(answer.content)
    jsonschema.validate(
        answer.json(), {"$ref": content["schema"]["$ref"], "components": document["components"]}
    )


async def test_every_question_of_the_api_has_a_tested_example(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        document = (await client.get("/api/v1/openapi.json")).json()

    json_answers = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if "application/json" in operation["responses"]["200"].get("content", {})
    }
    assert json_answers == set(QUESTIONS)


async def test_records_of_the_topic_come_through_untouched(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        answer = await client.get(f"/api/v1/councils/{SWALE}")

    history = archive.councils[SWALE]
    assert history.raw in answer.content
    assert all(entry.raw in answer.content for entry in archive.of(SWALE))


async def test_a_council_ships_the_proof_of_its_call_in_words(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        call = (await client.get(f"/api/v1/councils/{SWALE}")).json()["call"]

    assert call["words"] == [
        "The council has 47 seats, so a majority takes 24.",
        "Labour Party had 24 seats, while 1 ward with 19 seats was still out.",
        "Whatever those said, it could not end below 24.",
    ]


async def test_asked_again_only_what_is_new_comes(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        first = (await client.get("/api/v1/headlines?limit=2")).json()
        rest = (await client.get(first["next"])).json()
        last = (await client.get(rest["next"])).json()
        nothing = (await client.get(last["next"])).json()
        archive.take(a_record(a_headline(2, LEWES), 2, 1), 0.0)
        new = (await client.get(nothing["next"])).json()

    assert [len(a["headlines"]) for a in (first, rest, last, nothing, new)] == [2, 2, 1, 0, 1]
    assert [a["truncated"] for a in (first, rest, last, nothing)] == [True, True, False, False]
    assert nothing["next"] == last["next"]
    assert new["headlines"][0]["text"] == "Headline 2 of Lewes."


async def test_what_is_new_goes_on_at_another_copy(archive: Archive) -> None:
    other = an_archive(
        sorted(
            a_night_of_two() + a_log(a_board(), an_area_headline(), partition=2), key=lambda r: -r.partition
        )
    )
    async with a_client(a_site(archive)) as one, a_client(a_site(other)) as two:
        first = (await one.get("/api/v1/headlines?limit=2")).json()
        second = (await two.get(first["next"])).json()
        third = (await one.get(second["next"])).json()

    ids = [h["id"] for a in (first, second, third) for h in a["headlines"]]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (f"council={SWALE}", 3),
        (f"council={SWALE}&council={LEWES}", 4),
        (f"council={SWALE},{LEWES}", 4),
        ("area=kent@local.2023-05-04", 1),
        ("type=control_gain", 1),
        ("priority=f", 1),
        ("action=withdrawn", 1),
        (f"council={SWALE}&priority=R&action=announced", 1),
        ("last=2", 2),
    ],
)
async def test_filters(question: str, wanted: int, archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        answer = (await client.get(f"/api/v1/headlines?{question}")).json()

    assert len(answer["headlines"]) == wanted


async def test_nothing_is_sent_twice_to_one_who_has_it(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        first = await client.get("/api/v1/councils")
        tag = first.headers["etag"]
        same = await client.get("/api/v1/councils", headers={"If-None-Match": f'W/"x", {tag}'})
        archive.take(a_record(a_headline(2, LEWES), 2, 1), 0.0)
        after = await client.get("/api/v1/headlines", headers={"If-None-Match": tag})

    assert (first.status_code, same.status_code, after.status_code) == (200, 304, 200)
    assert (same.content, same.headers["etag"]) == (b"", tag)
    assert first.headers["cache-control"].startswith("public, max-age=1")


async def test_answers_are_packed_for_those_who_can_unpack(archive: Archive) -> None:
    site = a_site(archive)
    async with a_client(site) as client:
        packed = await client.get("/api/v1/councils")
        plain = await client.get("/api/v1/councils", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    kept = site.kept("/api/v1/councils?", lambda: pytest.fail("made anew"))
    assert kept.packed is not None
    assert gzip.decompress(kept.packed) == plain.content


async def test_latest_and_each_version_have_addresses_that_last(archive: Archive) -> None:
    """I-38: a stored link to a version never shows another, and a stored link to the latest is always the latest."""
    async with a_client(a_site(archive)) as client:
        latest = (await client.get(f"/api/v1/councils/{SWALE}")).json()
        one = await client.get(f"/api/v1/councils/{SWALE}/versions/1")
        linked = (await client.get(latest["version_url"])).json()
        none = await client.get(f"/api/v1/councils/{SWALE}/versions/9")

    assert linked["standing"] == latest["standing"]
    assert one.json()["standing"]["version"] == 1
    assert "immutable" in one.headers["cache-control"]
    assert none.status_code == 404


async def test_the_past_is_answered_as_it_was(archive: Archive) -> None:
    moment = datetime.fromtimestamp(2.5, UTC).isoformat()
    async with a_client(a_site(an_archive(a_night_of_two()))) as client:
        too_old = await client.get("/api/v1/scoreboard", params={"as_of": moment})
        by_count = await client.get(
            "/api/v1/headlines", params={"as_of": "2023-05-05T01:00:00Z", "clock": "declared"}
        )
        by_feed = await client.get(
            "/api/v1/headlines", params={"as_of": "2023-05-05T03:00:00+01:00", "clock": "declared"}
        )
        nonsense = await client.get("/api/v1/headlines", params={"as_of": "yesterday"})
        ahead = await client.get("/api/v1/headlines", params={"as_of": "2999-01-01T00:00:00Z"})

    assert [a.status_code for a in (too_old, nonsense, ahead)] == [404, 400, 404]
    assert by_count.json()["headlines"] == []
    assert len(by_feed.json()["headlines"]) == 4
    assert by_feed.json()["meta"]["as_of"] == "2023-05-05T02:00:00Z"


async def test_stale_is_said_and_the_last_good_state_served(archive: Archive) -> None:
    async with a_client(a_site(archive, stale=True)) as client:
        answer = await client.get("/api/v1/councils")
        page = await client.get("/", headers={"Accept": "text/html"})

    assert answer.json()["meta"]["stale"] is True
    assert answer.headers["results-stale"] == "true"
    assert len(answer.json()["councils"]) == 2
    assert "Not up to date" in page.text


async def test_before_the_topics_are_read_nothing_is_claimed() -> None:
    site = a_site(Archive("replay"))
    site.follower.freshness.complete = False
    async with a_client(site) as client:
        answers = [
            await client.get(path)
            for path in ("/api/v1/councils", "/feeds/night.atom", "/", "/api/v1/stream")
        ]

    assert [a.status_code for a in answers] == [503] * 4
    assert answers[0].headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/nothing", 404, None),
        ("/api/v1/councils/local.nowhere.2023-05-04", 404, "council"),
        ("/api/v1/councils/%3Cscript%3E", 404, "council"),
        ("/api/v1/councils/local.swale.2023-05-04/versions/x", 400, "version"),
        ("/api/v1/areas/nowhere", 404, "area"),
        ("/api/v1/headlines/abc", 404, "id"),
        ("/api/v1/headlines?type=NOTHING", 400, "type"),
        ("/api/v1/headlines?priority=X", 400, "priority"),
        ("/api/v1/headlines?action=shouted", 400, "action"),
        ("/api/v1/headlines?after=nonsense!", 400, "after"),
        ("/api/v1/headlines?limit=0", 400, "limit"),
        ("/api/v1/headlines?limit=100000", 400, "limit"),
        ("/api/v1/stream?type=NOTHING", 400, "type"),
        ("/feeds/council/nowhere.atom", 404, None),
        ("/static/../settings.py", 404, None),
    ],
)
async def test_a_refusal_says_what_was_wrong(
    path: str, status: int, field: str | None, archive: Archive
) -> None:
    async with a_client(a_site(archive)) as client:
        answer = await client.get(path)

    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["status"], told.get("field")) == (status, status, field)
    assert told["type"].startswith("https://")
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text


async def test_a_fault_of_ours_is_a_sentence(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(known: object) -> bytes:
        raise RuntimeError("secret")

    monkeypatch.setattr(score, "score", broken)
    site = a_site(archive)
    transport = httpx.ASGITransport(application(site), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/api/v1/scoreboard")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["title"] == "A fault of this service"


async def test_only_listed_sites_may_read_with_scripts(archive: Archive) -> None:
    site = a_site(archive, serve_cors="https://a.example,https://b.example")
    async with a_client(site) as client:
        ours = await client.get("/api/v1/councils", headers={"Origin": "https://a.example"})
        foreign = await client.get("/api/v1/councils", headers={"Origin": "https://c.example"})
        page = await client.get("/", headers={"Origin": "https://a.example"})
        asked = await client.options("/api/v1/councils", headers={"Origin": "https://b.example"})

    assert ours.headers["access-control-allow-origin"] == "https://a.example"
    assert "Origin" in ours.headers["vary"]
    assert "access-control-allow-origin" not in foreign.headers
    assert "access-control-allow-origin" not in page.headers
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-headers"] == "if-none-match, last-event-id"


async def test_every_answer_keeps_browsers_strict(archive: Archive) -> None:
    site = a_site(archive, serve_embed="https://paper.example")
    async with a_client(site) as client:
        answers = [await client.get(path) for path in ("/", "/api/v1/councils", "/nothing", "/static/x")]
        embed = await client.get("/embed/council/swale")

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert policy.endswith("frame-ancestors 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
    assert embed.headers["content-security-policy"].endswith("frame-ancestors https://paper.example")


async def test_a_password_closes_everything_but_health(archive: Archive) -> None:
    site = a_site(archive, serve_password="correct horse battery")
    async with a_client(site) as client:
        closed = [
            await client.get(path)
            for path in ("/", "/api/v1/councils", "/api/v1/stream", "/feeds/night.atom")
        ]
        wrong = await client.get("/", auth=("newsroom", "correct horse batterx"))
        health = await client.get("/health")
        opened = await client.get("/", auth=("newsroom", "correct horse battery"))

    assert {a.status_code for a in closed} == {401}
    assert (wrong.status_code, health.status_code, opened.status_code) == (401, 200, 200)


async def test_head_is_get_without_the_body(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        got = await client.get("/api/v1/councils", headers={"Accept-Encoding": "identity"})
        head = await client.head("/api/v1/councils", headers={"Accept-Encoding": "identity"})
        posted = await client.post("/api/v1/councils")

    assert head.headers["etag"] == got.headers["etag"]
    assert posted.status_code == 405


async def test_no_cell_is_a_formula(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        headlines = (await client.get("/api/v1/headlines.csv")).text
        wards = (await client.get(f"/api/v1/councils/{SWALE}/wards.csv")).text
        score = (await client.get("/api/v1/scoreboard.csv")).text

    rows = list(csv.reader(io.StringIO(headlines)))
    assert rows[1][9] == "'=Greens & <Labour> gain Abbey."
    assert ',"H. Perkin","LAB",918' in wards
    assert "\r\n" in wards
    assert ",-2" in score, "a number stays a number"


def test_each_table_has_cells_that_nothing_runs() -> None:
    from streams.publishers.tables import table

    made = table(
        ["a"], [["=1+1"], ["+1"], ["-1"], ["@x"], ["\t=1"], [" =1"], ["\r=1"], ["-"], ["a=b"], [-1], [None]]
    )

    cells = [row[0] for row in csv.reader(io.StringIO(made.decode(), newline=""))][1:]
    assert all(not c.lstrip().startswith(("=", "+", "@")) for c in cells)
    assert cells[-3:] == ["a=b", "-1", ""]


async def test_health_says_what_operators_want() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(1), a_headline(3)))
    async with a_client(a_site(archive)) as client:
        told = orjson.loads((await client.get("/health")).content)

    assert (told["repeats"], told["missing"], told["unreadable"], told["stale"]) == (1, 1, 0, False)


async def test_while_much_happens_an_answer_is_made_a_few_times_a_second_however_many_ask(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-33: a flash brings readers; what they ask for is there already."""
    site = a_site(archive)
    site.glance_seconds = 1_000.0
    made: list[int] = []

    def counted(known: Known) -> bytes:
        made.append(len(known.archive.entries))
        return b"{}"

    monkeypatch.setattr(score, "score", counted)
    async with a_client(site) as client:
        for n in range(2, 8):
            archive.take(a_record(a_headline(n, LEWES), n, 1), 0.0)
            await client.get("/api/v1/scoreboard")
        site.glance_seconds = 0.0
        await client.get("/api/v1/scoreboard")

    assert made == [6, 11]


async def test_the_page_of_a_council_is_made_anew_for_its_own_news_alone(archive: Archive) -> None:
    site = a_site(archive)
    async with a_client(site) as client:
        pages = [(await client.get("/council/swale")).headers["etag"]]
        for said in (a_headline(2, LEWES), a_standing(LEWES, 9), a_headline(4), a_standing(SWALE, 9)):
            partition, offset = (1, archive.sequence.next_offset(1)) if said.council == LEWES else (0, 90)
            archive.take(a_record(said, offset, partition), 0.0)
            pages.append((await client.get("/council/swale")).headers["etag"])

    assert pages[0] == pages[1] == pages[2]
    assert len(set(pages)) == 3, "its headline, then its standing"


@pytest.mark.parametrize("question", ["council=", "type=&type=", "priority=,"])
async def test_a_filter_that_names_nothing_is_no_filter(question: str, archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        answer = await client.get(f"/api/v1/headlines?{question}")

    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(": names nothing; leave it out to have all")
