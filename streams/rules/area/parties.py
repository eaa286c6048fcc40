"""Parties across councils: one identity for each, and the family that it is shown with (DR-23, DR-26)."""

from dataclasses import dataclass

from schemas.area import PartyKind, Share

#: Parties of one council or a few, whose short codes other councils use for other parties.
_LOCAL = ("local", "residents")


@dataclass(frozen=True, slots=True)
class AreaParty:
    """A party as an area knows it, with the words for it. ``family`` is its own name where it has none."""

    key: str
    code: str
    name: str
    the: str
    plural: bool
    kind: PartyKind
    family: str


def party_key(share: Share) -> str:
    """What a party is called in an area's figures: its code, with its name where the code alone could be another's."""
    return f"{share.code} ({share.name})" if share.kind in _LOCAL else share.code


def area_party(share: Share) -> AreaParty:
    """The party of a council's share."""
    return AreaParty(
        key=party_key(share),
        code=share.code,
        name=share.name,
        the=share.the,
        plural=share.plural,
        kind=share.kind,
        family=share.family or share.name,
    )
