"""Which slots each headline type has: a new type is one function of its family and one line here."""

from collections.abc import Callable

from streams.rules.facts.fact import Fact
from streams.rules.wording import after, changes, control, history, polls, seats, votes, wards
from streams.rules.wording.speaker import Slots, Speaker

Filling = Callable[[Speaker, Fact], Slots]

_BY_FUNCTION: tuple[tuple[Filling, str], ...] = (
    (wards.result, "WARD_DECLARED WARD_GAIN WARD_HOLD WARD_SPLIT"),
    (wards.first, "FIRST_DECLARATION"),
    (wards.stage, "STV_STAGE STV_FIRST_ELECTED"),
    (wards.lot, "TIE_BY_LOT"),
    (wards.close, "CLOSE_RESULT ONE_VOTE"),
    (polls.poll, "POLL_POSTPONED POLL_COUNTERMANDED POLL_ABANDONED POLL_RESCHEDULED"),
    (polls.postponed_result, "POSTPONED_RESULT"),
    (polls.recount, "RECOUNT"),
    (polls.delayed, "DECLARATION_DELAYED"),
    (polls.unopposed, "UNOPPOSED_RETURNS"),
    (polls.unfilled, "UNFILLED_SEATS"),
    (
        control.control,
        "CONTROL_LOST_CERTAIN CONTROL_GAIN CONTROL_HOLD CONTROL_LOSS_TO_NOC CONTROL_NO_CHANGE NEW_COUNCIL_WON",
    ),
    (control.decided, "CONTROL_DECIDED_BEFORE_POLL"),
    (control.cannot, "CANNOT_WIN_OUTRIGHT"),
    (control.needs, "NEEDS_N"),
    (control.half, "EXACT_HALF"),
    (control.pivotal, "PIVOTAL_WARDS"),
    (control.uncallable, "CONTROL_UNCALLABLE"),
    (control.one_short, "ONE_SEAT_SHORT"),
    (control.coalition, "COALITION_ARITHMETIC"),
    (seats.final, "COUNCIL_FINAL"),
    (seats.summary, "SEAT_CHANGE_SUMMARY"),
    (seats.largest, "LARGEST_PARTY_NEW LARGEST_PARTY_KEPT LARGEST_PARTY_TIED"),
    (seats.wipe_out, "WIPE_OUT NEAR_WIPE_OUT"),
    (changes.tally, "TALLY_UPDATE"),
    (changes.trend, "PARTIAL_TREND"),
    (changes.major, "MAJOR_GAIN MAJOR_LOSS"),
    (changes.transfer, "SEAT_TRANSFER"),
    (changes.rank, "RANK_DROP"),
    (changes.sweep, "CLEAN_SWEEP"),
    (changes.survivor, "LAST_SEAT_HELD"),
    (changes.newcomer, "NEW_PARTY_SEATS"),
    (history.first_control, "FIRST_EVER_CONTROL FIRST_CONTROL_SINCE"),
    (history.long_rule, "END_OF_LONG_RULE"),
    (history.first_seats, "FIRST_EVER_SEATS FIRST_SEATS_SINCE"),
    (history.record, "RECORD_SEATS"),
    (history.context, "HISTORY_CONTEXT"),
    (
        history.person,
        "NOTABLE_DEFEAT NOTABLE_NOT_ELECTED NOTABLE_ELECTED NOTABLE_RE_ELECTED NOTABLE_PENDING NOTABLE_NOT_STANDING",
    ),
    (history.label, "DEFECTOR_OUTCOME"),
    (history.suspended, "SUSPENDED_CANDIDATE_ELECTED"),
    (votes.shares, "VOTE_SHARE"),
    (votes.swing, "SWING"),
    (votes.turnout, "TURNOUT_HIGH TURNOUT_LOW"),
    (votes.gap, "VOTES_SEATS_GAP"),
    (after.mayor, "MAYOR_ELECTED MAYOR_GAIN MAYOR_COUNCIL_SPLIT"),
    (after.administration, "ADMINISTRATION_FORMED LEADER_ELECTED"),
    (after.court, "COURT_SUBSTITUTION"),
    (after.control_since, "BY_ELECTION_CONTROL_CHANGE DEFECTION_CONTROL_CHANGE"),
    (after.call, "EDITORIAL_CALL"),
)

SLOTS: dict[str, Filling] = {kind: filling for filling, kinds in _BY_FUNCTION for kind in kinds.split()}
