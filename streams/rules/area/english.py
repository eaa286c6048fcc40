"""British English for areas: templates and phrases as a table, beside those of councils. Neutral verbs (DR-43)."""

from dataclasses import replace

from streams.rules.english import ENGLISH

TEMPLATES = {
    "FIRST_DECLARATION": (1, "{first}."),
    "NTH_GAIN": (1, "{gains}."),
    "STREAK": (1, "{Party} {have} gained {count} councils in a row in {area}: {councils}."),
    "COUNCILS_CONTROLLED": (1, "Control is certain in {decided}: {table}."),
    "COUNTY_ROLLUP": (1, "Seats in {so_far}: {table}{postponed}."),
    "REGION_ROLLUP": (1, "Seats in {so_far}: {table}{postponed}."),
    "NATION_ROLLUP": (1, "Seats in {so_far}: {table}{postponed}."),
    "FEED_ROLLUP": (1, "Seats in {so_far}: {table}{postponed}."),
    "ROLLUP_BY_FAMILY": (1, "Seats by family in {so_far}: {table}."),
    "NET_CHANGE": (1, "{Seats} in {where}, {since}: {rows}."),
    "NET_CHANGE_LEADER": (1, "{leaders}; in {where}, {since}{apart}."),
    "MILESTONE": (1, "{milestone}."),
    "COVERAGE_STATUS": (1, "{all_councils}{postponed}."),
}

PHRASES = {
    # How the councils are spoken of: all of an area, those that the feed has of it, those of the whole feed.
    "councils_all": "{count} councils of {area}",
    "councils_feed": "{count} councils of this feed in {area}",
    "councils_whole_feed": "{count} councils of this feed",
    "council_all": "only council of {area}",
    "council_feed": "only council of this feed in {area}",
    "council_whole_feed": "only council of this feed",
    "the_councils": "the {councils}",
    "some_councils": "{count} of the {councils}",
    "where_all": "the {count} of the {councils} where seats compare",
    "where_some": "{count} of the {comparable} councils where seats compare, out of the {councils}",
    "all_final": "All the wards due have declared in the {councils}",
    "council_postponed": "{seats} in {council}",
    "still_to_fill": "; still to be filled: {list}",
    "postponed_seats": "; {seats} still to be filled",
    "first_ward": "{ward} ({council})",
    "first_of": "{wards} is the first ward to declare in the {councils}",
    "among_first_of": "{wards} are among the first wards to declare in the {councils}",
    "gain": "{council} is the {nth} gain for {party} among the {councils}, with {others}",
    "gains": "{Party} {have} gained {count} of the {councils}: {list}",
    "gained_from": "{council} from {party}",
    "controlled": "{party} {count}",
    "controlled_moved": "{party} {count} ({moves})",
    "councils_gained": "{count} gained",
    "councils_lost": "{count} lost",
    "councils_new": "{count} new",
    "family_members": "{family} {count} ({members})",
    "in_councils": "{row} (in {count} of them)",
    "seats_council": "Seats",
    "seats_seats_up": "Seats up for election",
    "most_up": "{party} {are} up the most, by {by}, in {councils}",
    "most_down": "{party} {are} down the most, by {by}, in {councils}",
    "one_council": "one council",
    "some": "{count} councils",
    "including": " ({list})",
    "by_in": "{by} in {council}",
    "apart": ", of the parties that all of these figures tell apart",
    "milestone_seats": "{Party} {have} {seats} or more in the {councils}",
    "milestone_up": "{Party} {are} up by {seats} or more in {where}, {since}",
    "milestone_down": "{Party} {are} down by {seats} or more in {where}, {since}",
    # Areas whose name takes an article.
    **{
        f"area_{region.lower().replace(' ', '-')}": f"the {region}"
        for region in (
            "North East",
            "North West",
            "South East",
            "South West",
            "East Midlands",
            "West Midlands",
        )
    },
}

ENGLISH_AREAS = replace(ENGLISH, templates=TEMPLATES, phrases={**ENGLISH.phrases, **PHRASES})
