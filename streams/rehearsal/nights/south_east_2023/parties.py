"""Who the parties of the night are: the codes of the declarations, with names that the codes alone do not give."""

from collections.abc import Iterable

from schemas.council import BasisName, Party
from streams.rehearsal.nights.south_east_2023.sources import Row

Kind = str

#: code -> name, with the article where one is spoken, adjective, plural, kind
_NAMES: dict[str, tuple[str, str, str, bool, Kind]] = {
    "CON": ("Conservative Party", "the Conservatives", "Conservative", True, "party"),
    "LAB": ("Labour Party", "Labour", "Labour", False, "party"),
    "LD": ("Liberal Democrats", "the Liberal Democrats", "Liberal Democrat", True, "party"),
    "GRN": ("Green Party", "the Greens", "Green", True, "party"),
    "UKIP": ("UK Independence Party (UKIP)", "UKIP", "UKIP", False, "party"),
    "REF": ("Reform UK", "Reform UK", "Reform UK", False, "party"),
    "IND": ("Independent", "independents", "independent", True, "independent"),
    "ASHF IND": ("Ashford Independents", "the Ashford Independents", "Ashford Independent", True, "local"),
    "ASHT IND": ("Ashtead Independents", "the Ashtead Independents", "Ashtead Independent", True, "local"),
    "B & H IND": (
        "Brighton and Hove Independents",
        "the Brighton and Hove Independents",
        "Brighton and Hove Independent",
        True,
        "local",
    ),
    "BREAK": ("Breakthrough Party", "the Breakthrough Party", "Breakthrough Party", False, "party"),
    "BRIT 1ST": ("Britain First", "Britain First", "Britain First", False, "party"),
    "CPA": (
        "Christian Peoples Alliance",
        "the Christian Peoples Alliance",
        "Christian Peoples Alliance",
        False,
        "party",
    ),
    "FOUND": ("Foundation Party", "the Foundation Party", "Foundation Party", False, "party"),
    "GGG": (
        "Guildford Greenbelt Group",
        "the Guildford Greenbelt Group",
        "Guildford Greenbelt Group",
        False,
        "local",
    ),
    "HER": ("Heritage Party", "the Heritage Party", "Heritage Party", False, "party"),
    "IAK": (
        "Independent Alliance (Kent)",
        "the Independent Alliance (Kent)",
        "Independent Alliance (Kent)",
        False,
        "local",
    ),
    "IND NET": ("Independent Network", "the Independent Network", "Independent Network", False, "party"),
    "LIB": ("The Liberal Party", "the Liberal Party", "Liberal Party", False, "party"),
    "LOC ALL": ("Local Alliance", "the Local Alliance", "Local Alliance", False, "local"),
    "OMRL": (
        "The Official Monster Raving Loony Party",
        "the Official Monster Raving Loony Party",
        "Official Monster Raving Loony Party",
        False,
        "party",
    ),
    "PATRIA": ("Patria", "Patria", "Patria", False, "party"),
    "PEACE": (
        "The Peace Party - Non-violence, Justice, Environment",
        "the Peace Party",
        "Peace Party",
        False,
        "party",
    ),
    "PRP": (
        "Progress and Reform Party",
        "the Progress and Reform Party",
        "Progress and Reform Party",
        False,
        "local",
    ),
    "RAIC": (
        "Rother Association of Independent Councillors",
        "the Rother Association of Independent Councillors",
        "Rother Association of Independent Councillors",
        False,
        "local",
    ),
    "SDP": (
        "Social Democratic Party",
        "the Social Democratic Party",
        "Social Democratic Party",
        False,
        "party",
    ),
    "SPGB": (
        "The Socialist Party of Great Britain",
        "the Socialist Party of Great Britain",
        "Socialist Party of Great Britain",
        False,
        "party",
    ),
    "SWALE IND": ("Swale Independents", "the Swale Independents", "Swale Independent", True, "local"),
    "THANET IND": ("Thanet Independents", "the Thanet Independents", "Thanet Independent", True, "local"),
    "TUSC": (
        "Trade Unionist and Socialist Coalition",
        "the Trade Unionist and Socialist Coalition",
        "Trade Unionist and Socialist Coalition",
        False,
        "party",
    ),
    "TWA": (
        "Tunbridge Wells Alliance",
        "the Tunbridge Wells Alliance",
        "Tunbridge Wells Alliance",
        False,
        "local",
    ),
    "W & ST.G IND": (
        "Weybridge and St. George's Independents",
        "the Weybridge and St. George's Independents",
        "Weybridge and St. George's Independent",
        True,
        "local",
    ),
}

#: code -> name of a residents' association that has a code of its own, and whether it reads as a plural
_RESIDENTS: dict[str, tuple[str, bool]] = {
    "EC RES": ("Ewell Court Residents' Association", False),
    "ERA": ("Esher Residents Association", False),
    "FARN RES": ("Farnham Residents", True),
    "HW & WG RES": ("Hinchley Wood Residents Association", False),
    "NORK RES": ("Nork Residents' Association", False),
    "OX & L RES": ("Oxted and Limpsfield Residents Group", False),
    "WALSOC": ("Walton Society", False),
}

#: council -> the one association (in Epsom and Ewell the one bloc) that the shared code RES stands for there
_RES: dict[str, tuple[str, bool]] = {
    "dartford": ("Swanscombe and Greenhithe Residents' Association", False),
    "epsom-and-ewell": ("Residents' Associations of Epsom and Ewell", True),
    "guildford": ("Residents for Guildford and Villages", True),
    "reigate-and-banstead": ("Tattenhams and Preston Residents", True),
    "runnymede": ("Runnymede Independent Residents' Group", False),
}

#: name in the list of councillors -> code; Hextable's councillor stood again and is IND in the declarations
_LISTED: dict[str, str] = {
    "Conservative and Unionist": "CON",
    "Labour Party": "LAB",
    "Liberal Democrats": "LD",
    "Green Party (E&W)": "GRN",
    "UK Independence Party (UKIP)": "UKIP",
    "Reform UK": "REF",
    "Independent / Other": "IND",
    "Hextable Independent": "IND",
    "Ashford Independent": "ASHF IND",
    "Ashtead Independents": "ASHT IND",
    "Breakthrough Party": "BREAK",
    "Esher Residents Association": "ERA",
    "Ewell Court Residents' Association": "EC RES",
    "Farnham Residents": "FARN RES",
    "Guildford Greenbelt Group": "GGG",
    "Hinchley Wood Residents Association": "HW & WG RES",
    "Independent Alliance (Kent)": "IAK",
    "Local Alliance": "LOC ALL",
    "Nork Residents' Association": "NORK RES",
    "Oxted & Limpsfield Residents Group": "OX & L RES",
    "Progress and Reform Party": "PRP",
    "Residents Associations of Epsom and Ewell": "RES",
    "Residents for Guildford and Villages": "RES",
    "Residents' Association of Cuddington": "RES",
    "Runnymede Independent Residents' Group": "RES",
    "Stoneleigh and Auriol Residents' Association": "RES",
    "Swale Independents": "SWALE IND",
    "Swanscombe and Greenhithe Residents' Association": "RES",
    "Tattenhams & Preston Residents": "RES",
    "Thames Ditton / Weston Green Residents' Association": "RES",
    "Thanet Independents": "THANET IND",
    "The Molesey Residents Association": "RES",
    "The Walton Society": "WALSOC",
    "Tunbridge Wells Alliance": "TWA",
    "Weybridge & St. George's Independents": "W & ST.G IND",
}

#: parties that did not exist at the last election (DR-27)
_NEW: dict[str, tuple[BasisName, ...]] = {"RAIC": ("last_election",), "B & H IND": ("last_election",)}

VACANT = "Vacant"
UNNAMED = "Independent / Other"


def listed_code(councillor: Row) -> str:
    """The code of a councillor of the list of 2022, or ``Vacant``."""
    name = councillor["Party Name"]
    return VACANT if name == VACANT else _LISTED[name]


def parties(council: str, codes: Iterable[str], listed: Iterable[Row]) -> tuple[Party, ...]:
    """The parties of a council in the order of their codes; ``listed`` gives the register's ids."""
    register: dict[str, set[str]] = {}
    for row in listed:
        if row["Electoral Commission Party Code"] and row["Party Name"] != "Hextable Independent":
            register.setdefault(listed_code(row), set()).add(row["Electoral Commission Party Code"])
    return tuple(_party(council, code, register.get(code, set())) for code in sorted(set(codes)))


def _party(council: str, code: str, register: set[str]) -> Party:
    name, the, adjective, plural, kind = _named(council, code)
    return Party(
        code=code,
        name=name,
        the=the,
        adjective=adjective,
        plural=plural,
        kind=kind,  # type: ignore[arg-type]
        may_control=kind != "independent" and (code != "RES" or council in _RES),
        register_id=next(iter(register)) if len(register) == 1 else None,
        family="Residents' associations" if kind == "residents" else None,
        new_since=_NEW.get(code, ()),
    )


def _named(council: str, code: str) -> tuple[str, str, str, bool, Kind]:
    if code in _NAMES:
        return _NAMES[code]
    if code == "RES" and council not in _RES:
        # Separate associations share the code here (DR-26): candidates, not one party that could control a council.
        return (
            "Residents' associations",
            "residents' associations",
            "residents' association",
            True,
            "residents",
        )
    name, plural = _RESIDENTS[code] if code in _RESIDENTS else _RES[council]
    return name, f"the {name}", name, plural, "residents"
