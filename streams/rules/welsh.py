"""Welsh for control and the final result: a second language is a table, and no change of code.

Sentences are built so that no name has to mutate: names stand before a verb, or after a colon. What has no sentence
here is said in English.
"""

from streams.rules.english import ENGLISH
from streams.rules.language import Language, PartyWords

TEMPLATES = {
    "CONTROL_LOST_CERTAIN": (
        1,
        "{council}: rheolaeth wedi ei cholli. Cyn yr etholiad: {before}. Uchafswm posibl: {ceiling} o {total} sedd; "
        "mae angen {majority} ar gyfer mwyafrif{out}.",
    ),
    "CONTROL_GAIN": (
        1,
        "{council}: rheolaeth newydd. Mwyafrif: {party}, {tally}{out}. Cyn yr etholiad: {before}{deciding}.{context}",
    ),
    "CONTROL_HOLD": (
        1,
        "{council}: dim newid. Mwyafrif, fel cyn yr etholiad: {party}, {tally}{out}{deciding}.{context}",
    ),
    "CONTROL_LOSS_TO_NOC": (
        1,
        "{council}: dim rheolaeth gyffredinol; {nobody}{out}. Cyn yr etholiad: {before}{deciding}.{context}",
    ),
    "CONTROL_NO_CHANGE": (
        1,
        "{council}: dim newid, dim rheolaeth gyffredinol; {nobody}{out}{deciding}.{context}",
    ),
    "NEW_COUNCIL_WON": (1, "{new_council}{out}."),
    "CONTROL_DECIDED_BEFORE_POLL": (1, "{decided}, beth bynnag fydd canlyniad y bleidlais."),
    "COUNCIL_FINAL": (1, "{council}, canlyniad terfynol: {table}{missing}."),
    "COUNCIL_REOPENED": (1, "{council}: nid yw'r canlyniad yn derfynol bellach."),
}

#: Verbs and pronouns that English needs to agree with a party; Welsh sentences here do without.
_SILENT = dict.fromkeys("has have is are it they its their needs need third_person was were".split(), "")

PHRASES = _SILENT | {
    "and": "; ",
    "and_after_many": "; ",
    "noc": "dim rheolaeth gyffredinol",
    "one_seat": "1 sedd",
    "seats": "{count} sedd",
    "of_seats": "{seats} o {total} sedd",
    "sure_of": "{seats} o {total} sedd, yn sicr o {floor}",
    "elected": "{name} ({party})",
    "out": " (heb eu datgan: {seats})",
    "deciding_majority": "; cwblhawyd y mwyafrif yma: {wards}",
    "deciding_noc": "; penderfynwyd hyn yma: {wards}",
    "nobody_reaches": "ni all yr un blaid gyrraedd mwyafrif ({majority} o {total} sedd)",
    "nobody_has": "nid oes gan yr un blaid fwyafrif ({majority} o {total} sedd)",
    "context": " Mwyafrif {then}, a gollwyd cyn yr etholiad hwn: {The}.",
    "new_council_party": "{council}, cyngor newydd. Mwyafrif: {The}, {tally}",
    "new_council_noc": "{council}, cyngor newydd: dim rheolaeth gyffredinol",
    "decided_noc_remains": "{council}: dim newid, dim rheolaeth gyffredinol",
    "decided_noc": "{council}: dim rheolaeth gyffredinol",
    "decided_party": "{council}, mwyafrif: {The}",
    "row": "{party} {seats}",
    "others": "eraill",
    "vacant": "gwag",
    "pending": "heb eu llenwi",
    "missing": " ({declared} o {total}; i ddilyn: {wards})",
    "unfilled": " (heb ymgeisydd neu'n wag: {count})",
    "corrected": "Cywiriad{reason}: {text}",
    "corrected_from": "Cywiriad{reason}: {text} Yn lle: {was}",
    "withdrawn": "Tynnwyd yn ôl{reason}: {text}",
    "reason": " ({reason})",
}

WELSH = Language(
    code="cy",
    templates=TEMPLATES,
    phrases=PHRASES,
    since={
        "eve_of_poll": "o'i gymharu â'r noson cyn y bleidlais",
        "last_election": "o'i gymharu ag etholiad {year}",
        "notional_last_election": "o'i gymharu ag amcangyfrif o ganlyniadau {year}",
        "notional_eve": "o'i gymharu ag amcangyfrif ar gyfer y noson cyn y bleidlais",
        "snapshot": "o'i gymharu â rhestr {year}",
    },
    then={
        "eve_of_poll": "y noson cyn y bleidlais",
        "last_election": "yn etholiad {year}",
        "notional_last_election": "yn ôl amcangyfrif o ganlyniadau {year}",
        "notional_eve": "yn ôl amcangyfrif ar gyfer y noson cyn y bleidlais",
        "snapshot": "yn ôl rhestr {year}",
    },
    numbers=(),
    reasons={
        "transcription": "gwall copïo",
        "wrong_ward": "ward anghywir",
        "wrong_party_mapping": "plaid anghywir",
        "duplicate": "cofnod dwbl",
        "source_amended": "newid gan y ffynhonnell",
        "oral_slip": "llithriad wrth gyhoeddi",
        "recount_before_declaration_withdrawn": "ffigurau o gyfnod cyn ailgyfrif",
        "baseline_amended": "newid i'r ffigurau cymharu",
        "nomination_amended": "newid i'r enwebiadau",
        "court_order": "gorchymyn llys",
        "test_leak": "cofnod prawf",
    },
    parties={
        "CON": PartyWords("y Ceidwadwyr", "y Ceidwadwyr", True),
        "LAB": PartyWords("Llafur", "Llafur", False),
        "LD": PartyWords("y Democratiaid Rhyddfrydol", "y Democratiaid Rhyddfrydol", True),
        "GRN": PartyWords("y Blaid Werdd", "y Blaid Werdd", False),
        "PC": PartyWords("Plaid Cymru", "Plaid Cymru", False),
        "REF": PartyWords("Reform UK", "Reform UK", False),
        "IND": PartyWords("annibynnol", "annibynnol", False),
    },
    otherwise=ENGLISH,
)
