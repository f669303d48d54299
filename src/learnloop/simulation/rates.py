"""The rates of the campus, each with the source it is taken from.

Where a paper gives a range or another setting, the value is ours and is said to be so.

- Guo, Kim and Rubin (2014), "How video production affects student engagement", ACM
  Learning at Scale: students watch most of a video of up to 6 minutes; the time they
  give to a video peaks at about 6 minutes whatever its length, and falls to about 3
  minutes, less than a quarter, for those of over 12.
- Kizilcec, Piech and Schneider (2013), "Deconstructing disengagement", LAK: learners
  complete, audit, disengage or sample; disengaging follows falling participation.
- Kuzilek, Hlosta and Zdrahal (2017), "Open University Learning Analytics dataset",
  Scientific Data 4:170171: of the presentations 2013B, 2013J and 2014B, 6,330 of 21,333
  enrolments (30 %) end withdrawn.
- Settles and Meeder (2016), "A trainable spaced repetition model for language learning",
  ACL: recall falls as 2^(-days / half-life), and half-life grows exponentially with
  practice; after Ebbinghaus (1885).
- Lord (1980), "Applications of item response theory": the logistic response model.
- van der Linden (2006), "A lognormal model for response times on test items", JEBS 31:
  log-normal answer times.
- Cepeda et al. (2006), "Distributed practice in verbal recall tasks", Psychological
  Bulletin 132: practice that is spread out lasts longer.
"""

from typing import Final

SESSIONS_PER_WEEK: Final = 2.9
"""Median study days a week of a student with one course (ours; gives the 150-250 events of
a term that a teacher of a blended course sees)."""

ACTIVITIES_PER_SESSION: Final = 5.6
"""Mean activities in a session; at about 4 minutes each, a session of some 25 minutes."""

MAX_ACTIVITIES: Final = 14
"""Most activities a day."""

PAUSE_CHANCE: Final = 0.03
"""Chance, after an activity, of a break after which a new session begins."""

PAUSE_S: Final = (2_400.0, 10_800.0)
"""Shortest and longest break: longer than the 30 minutes of silence that usually end a
session in learning analytics (Kovanovic et al. 2015, "Penetrating the black box of
time-on-task estimation", LAK)."""

SECOND_COURSE: Final = 0.25
"""Share of students who take a second course, and so do half as much work again."""

DAY_WEIGHTS: Final = (1.15, 1.2, 1.15, 1.1, 0.85, 0.65, 0.9)
"""Relative study by weekday, Monday first (ours)."""

AWAY_WEEK: Final = 0.05
"""Chance that a student is away (ill, travelling) for a whole week (ours)."""

HALF_LIFE_DAYS: Final = 21.0
"""Median half-life of what was learnt in one go (Settles and Meeder fit half-lives from
15 minutes to 9 months; weeks are typical of words seen a few times)."""

HALF_LIFE_GROWTH: Final = 0.35
"""Doublings of the half-life per further practice, at most `HALF_LIFE_PRACTICES` of them."""

HALF_LIFE_PRACTICES: Final = 8

LEARNT_CEILING: Final = 3.2
"""Most that study adds to a skill, in logits."""

STUDY_GAIN: Final = 0.75
"""Median gain in logits of a whole item on an untouched skill with its prerequisites known."""

PRACTICE_GAIN: Final = 0.36
"""The same for answering a question, right or wrong (ours; half of studying)."""

UNREADY_GAIN: Final = 0.12
"""Share of the gain that is left when no prerequisite is known."""

START_LEVEL: Final = -0.75
"""Mean logit, before study, of a median student on an item of median difficulty."""

LOST_PER_DAY: Final = 0.05
"""Daily chance that a struggling student drops out for good, after `SETTLING_DAYS`. With
the hazards below, 25-30 % of students are lost in 12 weeks (30 % withdraw in OULAD)."""

SETTLING_DAYS: Final = 12
"""Days of struggling in which nobody gives up yet: disengaging shows before leaving
(Kizilcec et al. 2013), which is what an early warning lives on."""

STRUGGLE_PER_DAY: Final = 0.0042
"""Daily chance of starting to struggle at an ordinary share of wrong answers."""

STRUGGLE_STRAIN: Final = 5.5
"""Growth of that chance, per unit of log, with strain (recent failure, 0 to 1)."""

RECOVER_PER_DAY: Final = 0.012
"""Daily chance that a struggling student finds back."""

LEAVE_PER_DAY: Final = 0.0003
"""Daily chance of leaving without any sign: moves, work, money (2.5 % in 12 weeks)."""

FADE_PER_DAY: Final = 0.93
"""Factor of engagement for each day of struggling."""

SLUMP: Final = 1.2
"""Logits that a struggling student comes to lack on every skill: rushed, tired work."""

FINISHING: Final = (2.2, 1.2, 0.9)
"""Logits of finishing a video of no length, a text, and an interactive item."""

VIDEO_KNEE_S: Final = 360.0
VIDEO_SLOPE: Final = 2.6
"""The logit of finishing a video falls by `VIDEO_SLOPE` × ln(1 + seconds / `VIDEO_KNEE_S`):
8 in 10 finish one of 2 minutes, 6 of 6, a quarter one of 15 (after Guo et al. 2014)."""

VIDEO_STOP_S: Final = 420.0
"""Seconds within which those stop who do not finish a video (after Guo et al. 2014)."""

FORUM_SHARE: Final = 0.045
"""Median share of activities that are forum posts or replies."""

COLLABORATION_SHARE: Final = 0.03
"""Median share of activities that are work with a peer."""

REVIEW_SHARE: Final = 0.13
"""Share of activities that go back to an earlier skill."""

NO_LEARNING_CONSENT: Final = 0.02
"""Share of students who do not let their data be learnt from (ours: rare but present)."""

NO_PARENTAL_CONSENT: Final = 0.15
"""Share of under-13s without a parent's consent, 2 % of all students (ours)."""

SLOWER_LEARNING: Final = 0.5
"""Share of what an item teaches that a drift `slower` of strength 1 takes away."""

SLOWER_STUDY: Final = 0.35
"""Share of the study days that a drift `slower` of strength 1 takes away."""

LABEL_FLIPS: Final = 0.3
"""Share of recorded answers that a label bias of strength 1 flips."""

ACCESS_LOSS: Final = 0.5
"""Share of sessions and of watching to the end that an access bias of strength 1 takes away;
what is learnt falls with them."""
