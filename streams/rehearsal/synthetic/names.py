"""Names that nobody can take for real: counties of television, parties of comedy, people of neither."""

import random

COUNCILS = (
    "Trumptonshire", "Camberwick", "Chigley", "Borsetshire", "Felpersham", "Barchester", "Midsomer", "Mummerset",
    "Walmington", "Royston Vasey", "Craggy Vale", "Llareggub", "Weatherfield", "Holby", "Emmerdale", "Sun Hill",
    "Causton", "Darrowby", "Fulchester", "Balamory", "Pontypandy", "Greendale", "Tannochbrae", "Dunwall",
)  # fmt: skip
WARDS = (
    "Abbey", "Bogle", "Castle", "Dingle", "Eastgate", "Fiveways", "Grange", "Hobbs Hill", "Ingleby", "Jubilee",
    "Kiln Lane", "Lower Piddock", "Market", "Northgate", "Old Town", "Priory", "Quarry", "Riverside", "Southgate",
    "Trinity", "Upper Piddock", "Vale", "Westgate", "Yeoman", "Zetland",
)  # fmt: skip
GIVEN = (
    "Ada Bertram Clementine Dudley Euphemia Fergus Gwendolen Horatio Ivy Jasper Kitty Lancelot Maud Norbert Olive "
    "Percival Queenie Rupert Sybil Tarquin Ursula Vernon Winifred Xanthe Yorick Zelda"
).split()
FAMILY = (
    "Applebottom Bickerstaff Crumpet Dumbleby Entwhistle Fotheringay Grubb Higginbottom Ipswitch Jellicoe Kettlewell "
    "Lumley-Smythe Micklethwait Nettlebed Oddbody Pumpernickel Quillfeather Rumbelow Snodgrass Thistlewood "
    "Underhill Vole Wigglesworth Yaffle"
).split()
#: Code, name, with article, as an adjective, whether it takes a plural.
PARTIES = (
    ("SILLY", "Silly Party", "the Silly Party", "Silly", False),
    ("SENSE", "Sensible Party", "the Sensible Party", "Sensible", False),
    ("VSILLY", "Very Silly Party", "the Very Silly Party", "Very Silly", False),
    ("MARROW", "Giant Marrow Growers", "the Marrow Growers", "Marrow Grower", True),
    ("BISCUIT", "Biscuit Alliance", "the Biscuit Alliance", "Biscuit", False),
)


def person(lot: random.Random) -> str:
    """An invented person."""
    return f"{lot.choice(GIVEN)} {lot.choice(FAMILY)}"
