"""Words that the check knows: loaded ones, numbers, parties by their everyday names, bases, and claims of control."""

import re

#: Words that judge (DR-43). Neutral are: gain, hold, lose, take control, keep, remain, be elected, not be elected.
LOADED = frozenset(
    "seize seized seizes shed sheds rout routed routs wipeout wipeouts massive massively humiliate humiliated "
    "humiliating humiliation storm stormed crush crushed crushing landslide bloodbath collapse collapsed disaster "
    "disastrous triumph triumphant snatch snatched grab grabbed plunge plunged slump slumped surge surged soar soared "
    "demolish demolished thrash thrashed trounce trounced oust ousted topple toppled stunning shock shocking dramatic "
    "historic comfortable comfortably narrow narrowly heavy heavily poor poorly safe safely hugely huge celebrate "
    "devastating decimated decimate annihilated obliterated".split()
)

NUMBERS = {
    word: n
    for n, word in enumerate(
        "none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}

#: A number in a sentence: digits, or a word.
NUMBER = r"(\d{1,3}(?:,\d{3})*|" + "|".join(NUMBERS) + r")"

#: Everyday names of parties; the names in standings come on top.
PARTIES = {
    "conservatives": "CON",
    "conservative": "CON",
    "tories": "CON",
    "labour": "LAB",
    "liberal democrats": "LD",
    "liberal democrat": "LD",
    "lib dems": "LD",
    "lib dem": "LD",
    "greens": "GRN",
    "green party": "GRN",
    "independents": "IND",
    "independent": "IND",
    "ukip": "UKIP",
    "reform uk": "REF",
    "others": "OTHERS",
}

#: How a basis is spoken; a year alone is that of the last election.
BASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("notional_last_election", re.compile(r"notional results of ((?:19|20)\d\d)")),
    ("notional_eve", re.compile(r"notional seats (?:on|of) the eve of poll")),
    ("snapshot", re.compile(r"list of ((?:19|20)\d\d)")),
    (
        "eve_of_poll",
        re.compile(r"(?:on|with|before) the eve of (?:the )?poll|before the (?:poll|vote|election)"),
    ),
    (
        "last_election",
        re.compile(
            r"(?:election of |elections? in |(?:in|since|than|than in|from) (?:the )?)((?:19|20)\d\d)(?: election)?|"
            r"((?:19|20)\d\d) election"
        ),
    ),
)

#: Says that a council left a state with control for one without.
LEFT_CONTROL = re.compile(
    r"\bleaving (?:the council (?:with|under|in) )?no overall control|(?:lost|lose|loses) (?:overall )?control|"
    r"moves? to no overall control|falls? to no overall control"
)
TOOK_CONTROL = re.compile(
    r"\b(?:has|have|had)? ?(?:gained|taken?|took|takes?|wins?|won) (?:overall )?control\b"
)
KEPT_CONTROL = re.compile(r"\b(?:keep|keeps|kept|hold|holds|held|retain|retains|retained) control\b")

#: A figure of change, which needs a basis.
CHANGE = re.compile(
    rf"\b(?:up|down)\s+{NUMBER}\b|\b(?:gain|gained|gains|lose|lost|loses|losing|shed|sheds)\s+(?:all\s+)?{NUMBER}\b|"
    rf"\b{NUMBER}\s+(?:more|fewer)\s+seats?\s+(?:in|on|at|than|there)\b|\bfrom\s+{NUMBER}\s+(?:seats?\s+)?(?:in|to|on|at)\b|"
    r"(?<![\d-])[+−]\d{1,3}\b"
)


def number(text: str) -> int:
    """The value of a number in a sentence."""
    lowered = text.lower()
    return NUMBERS[lowered] if lowered in NUMBERS else int(text.replace(",", ""))
