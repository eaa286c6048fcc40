"""What articles on single councils say of before: the eve of poll, others of 2019, their past, and people to watch.

Each was held against the other sources before it was taken: an eve and its vacancies must fill the council, a table
of 2019 must agree with the Library's groups, and a person must be on the ballot paper or, who does not stand, on the
list of 2022. A test does so again. Where they disagree the figure is
kept, operators hear of the conflict, and no change is told on it.
"""

from dataclasses import dataclass

from schemas.past import PartyRecord, Past

_ARTICLE = "Article of an encyclopaedia on the election of 2023 in this council"

EVE_SOURCE = f"{_ARTICLE}: councillors before the poll; not held against the council's own pages"
APART_SOURCE = f"others told apart by the {_ARTICLE[0].lower()}{_ARTICLE[1:]}"

#: council -> seats by party on the eve of poll
EVE: dict[str, dict[str, int]] = {
    "brighton-and-hove": {"GRN": 20, "LAB": 16, "CON": 11, "IND": 7},
    "chichester": {"CON": 17, "LD": 11, "IND": 3, "LOC ALL": 2, "GRN": 2, "LAB": 1},
    "dartford": {"CON": 31, "LAB": 7, "GRN": 1, "RES": 1, "IND": 2},
    "horsham": {"CON": 29, "LD": 13, "GRN": 3, "IND": 3},
    "rother": {"CON": 15, "RAIC": 11, "LD": 7, "LAB": 2, "GRN": 1, "IND": 1},
    # It contradicts no overall control on the eve, which reports have: the rules say so (DR-05).
    "surrey-heath": {"CON": 18, "LD": 9, "IND": 5, "GRN": 2, "LAB": 1},
    "swale": {"CON": 15, "LAB": 9, "SWALE IND": 8, "LD": 4, "GRN": 2, "IND": 8, "REF": 1},
    "wealden": {"CON": 28, "LD": 6, "GRN": 4, "IND": 7},
}
#: Seats that were vacant on the eve.
EVE_VACANT = {"rother": 1}
#: Seven councillors of no party in Brighton and Hove: which of them stood again as a party of their own is not said.
EVE_BUNDLED = {"brighton-and-hove": ("IND",)}

#: council -> who the Library's others of 2019 were
OTHERS_OF_2019: dict[str, dict[str, int]] = {
    "brighton-and-hove": {"IND": 1},
    "chichester": {"LOC ALL": 2, "IND": 1},
    "dartford": {"RES": 3},
    "folkestone-and-hythe": {"IND": 1},
    "horsham": {"IND": 1},
    "lewes": {"IND": 2},
    "rother": {"IND": 13},
    "surrey-heath": {"IND": 4},
    "swale": {"SWALE IND": 10, "IND": 2},
    "thanet": {"THANET IND": 7, "IND": 1},
    "wealden": {"IND": 5},
}


def _past(source: str, *records: PartyRecord, **fields: object) -> Past:
    return Past(parties=records, source=source, **fields)  # type: ignore[arg-type]


#: council -> its past, as far as it was written about (DR-42)
PAST: dict[str, Past] = {
    "chichester": _past(
        _ARTICLE,
        PartyRecord(party="LD", controlled=False, source=_ARTICLE),
        controlled_by=("CON",),
    ),
    "folkestone-and-hythe": _past(
        "BBC live page of the day",
        PartyRecord(party="CON", controlled=True, last_lost=2019, source="BBC live page of the day"),
    ),
    "horsham": _past(_ARTICLE, PartyRecord(party="LD", controlled=True, last_won=1995, source=_ARTICLE)),
    "medway": _past(
        "LabourList, 5 May 2023",
        PartyRecord(party="LAB", controlled=False, source="LabourList, 5 May 2023"),
        created=1998,
    ),
    "surrey-heath": _past(
        _ARTICLE,
        PartyRecord(party="LD", controlled=False, source=_ARTICLE),
        controlled_by=("CON",),
    ),
    "thanet": _past(
        "Isle of Thanet News, May 2023",
        PartyRecord(
            party="LAB",
            controlled=True,
            last_won=1999,
            last_lost=2003,
            source="Isle of Thanet News, May 2023",
        ),
    ),
    "wealden": _past(
        "BBC live page of the day",
        PartyRecord(party="LAB", seated=False, source="BBC live page of the day"),
        created=1974,
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to watch: ``ward`` is the slug of the ward where the person stands, None for nowhere.

    ``on_paper``: the name as the maps have it. ``represents``: the ward on the list of 2022.
    """

    id: str
    name: str
    role: str
    incumbent: bool
    ward: str | None = None
    on_paper: str | None = None
    represents: str | None = None
    elected_as: str | None = None
    flash: bool = False


_LEADER = "leader of the council"

#: council -> people named in reports of the night
WATCH: dict[str, tuple[Person, ...]] = {
    "brighton-and-hove": (
        Person(
            "phelim-mac-cafferty",
            "Phélim Mac Cafferty",
            f"Green {_LEADER}",
            True,
            "brunswick-and-adelaide",
            "P. Cafferty",
            "Brunswick and Adelaide",
            flash=True,
        ),
    ),
    "canterbury": (
        Person(
            "ben-fitter-harding",
            "Ben Fitter-Harding",
            f"Conservative {_LEADER}",
            True,
            "chestfield",
            "B. Fitter-Harding",
            "Chestfield",
            flash=True,
        ),
    ),
    "chichester": (
        Person("eileen-lintill", "Eileen Lintill", "Conservative councillor", True, represents="Petworth"),
    ),
    "dartford": (
        Person(
            "laura-edie",
            "Laura Edie",
            "Green councillor",
            True,
            "newtown",
            "L. Edie",
            "Newtown",
            elected_as="LAB",
        ),
    ),
    "folkestone-and-hythe": (
        Person(
            "david-monk",
            "David Monk",
            f"Conservative {_LEADER}",
            True,
            "north-downs-east",
            "D. Monk",
            "Folkestone Central",
            flash=True,
        ),
        Person(
            "stephen-james",
            "Stephen James",
            "chair of the local Conservative association",
            False,
            "folkestone-central",
            "S. James",
        ),
    ),
    "horsham": (
        Person(
            "claire-vickers",
            "Claire Vickers",
            f"Conservative {_LEADER}",
            True,
            "southwater-north",
            "C. Vickers",
            "Southwater North",
            flash=True,
        ),
    ),
    "medway": (
        Person(
            "alan-jarrett",
            "Alan Jarrett",
            "Conservative councillor",
            True,
            represents="Lordswood and Capstone",
        ),
    ),
    "surrey-heath": (
        Person(
            "sashi-mylvaganam",
            "Sashi Mylvaganam",
            "Liberal Democrat leader",
            True,
            "frimley-green",
            "S. Mylvaganam",
            "Frimley Green",
        ),
    ),
    "thanet": (
        Person(
            "ash-ashbee",
            "Ash Ashbee",
            "leader of the Conservative group",
            True,
            "westbrook",
            "A. Ashbee",
            "Westbrook",
        ),
    ),
}
