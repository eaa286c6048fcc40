"""Every threshold of the rules, here and nowhere else: what is close, major, long, nearly gone."""

#: A last seat won by this many votes or fewer is a close result.
CLOSE_VOTES = 10

#: A party is in sight of a majority when it needs no more seats than this.
IN_SIGHT = 2

#: A party that stands for at least one in so many of the seats up is a contender.
CONTENDER_ONE_IN = 5

#: A party is nearly wiped out when at least ``MANY`` seats have become at most ``FEW``, or a tenth (the larger).
MANY, FEW = 10, 3

#: Losing all seats is a flash when there were at least so many.
FLASH_SEATS = 5

#: A change is major from so many seats on that are also one in so many of those before.
MAJOR_SEATS, MAJOR_ONE_IN = 8, 3

#: The only seat left is told of a party that had at least so many.
SURVIVOR_FROM = 3

#: One party in every seat up is a clean sweep from so many seats on.
SWEEP_SEATS = 5

#: A party that had at least so many seats falls in rank when it falls by so many places.
RANK_SEATS, RANK_PLACES = 5, 2

#: Holding a council is a long rule from so many years on; seats are regained after a gap of so many.
LONG_RULE_YEARS, GAP_YEARS = 10, 8

#: Tallies and trends are told when so many percent of the seats up are declared, and no fewer than so many seats.
STEPS, STEP_SEATS = (25, 50, 75), 10

#: Wards that can still decide control are told when there are no more than this.
PIVOTAL_WARDS = 4

#: Sums of two or three parties that reach a majority are told up to this number.
COALITIONS = 6

#: Shares of the vote are told from so many tenths of a percent on.
LEAST_SHARE = 50

#: Turnout is high or low from so many tenths of a percent beside that of last time.
TURNOUT_TENTHS = 50

#: More ballot papers than this share of the electorate, in percent, are held; the night of 4 May 2023 has at most 58.
HIGHEST_TURNOUT = 90

#: Ballot papers and a stated turnout may differ by so many tenths of a percent.
TURNOUT_SLIP = 20

#: A candidate of at least so many votes, so many times those of a running mate in the same ward, is held (I-12). The
#: night of 4 May 2023 has at most 3.9 times.
RUNNING_MATE_VOTES, RUNNING_MATES = 300, 6

#: Names of two candidates this close are one slip apart (I-16).
NAMES_APART = 2

#: Gains of councils one after the other are a streak from so many on.
STREAK_GAINS = 3

#: Sums over an area are told from so many final councils on.
AREA_COUNCILS = 2

#: Round numbers of seats, and of seats gained or lost, that are told when an area's councils pass them.
SEAT_MILESTONES = (100, 250, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000)
CHANGE_MILESTONES = (50, 100, 250, 500, 1_000, 1_500, 2_000)
