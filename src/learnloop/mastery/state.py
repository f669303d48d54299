"""What is remembered of a student's answers: one recurrence, for batch and online alike.

A state holds one row per student. Taking in one more answer touches one row of the
student's counters and one of the student's counters on the skill, so that it costs
the same however long the history. Batch runs it in lockstep over many students,
online runs it on a single row; both give the same bits.

The residual of an answer is what it tells beyond the item's difficulty: `correct`
minus the chance that an average student (ability 0) has by item response theory.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

STUDENT_DECAYS = (0.6, 0.9, 0.98)
"""How much of an older answer is kept per newer answer of the student."""
SKILL_DECAYS = (0.4, 0.8, 1.0)
"""The same per newer answer on the skill; 1 is the plain average."""
ABILITY_PRIOR_PRECISION = 1.0
"""Ability is standard normal over students, as in the difficulty model."""

STUDENT_INPUTS = (
    "student_answers",
    "student_recent",
    "student_medium",
    "student_long",
    "student_ability",
    "days_since_answer",
)
SKILL_INPUTS = (
    "skill_answers",
    "skill_recent",
    "skill_medium",
    "skill_average",
    "skill_recency",
    "days_since_practice",
)


@dataclass(frozen=True)
class Answers:
    """Answers as parallel arrays, one place per answer."""

    skill: Places
    """Place in the skill list; the place after the last one means a skill not in it."""
    correct: Floats
    """1 for correct, 0 for wrong."""
    hardness: Floats
    """a b of the item: minus the logit of an average student's chance."""
    discrimination: Floats
    """a of the item, > 0."""
    day: Floats
    """When, in days since 1970 (UTC); NaN where only the order is known."""

    def at(self, places: Places) -> "Answers":
        """The answers at `places`."""
        return Answers(*(getattr(self, field.name)[places] for field in fields(self)))


@dataclass
class Knowledge:
    """The state of S students over K skills (and a neutral last one for unknown skills)."""

    answers: Floats
    """(S,) how many answers so far."""
    ability: Floats
    """(S,) running estimate on the logit scale, from all skills."""
    information: Floats
    """(S,) its precision."""
    sums: Floats
    """(S, 3) decayed sums of residuals."""
    day: Floats
    """(S,) day of the latest answer; NaN: none, or times unknown."""
    skill_answers: Floats
    """(S, K + 1) answers on the skill."""
    skill_correct: Floats
    """(S, K + 1) of these, correct ones."""
    skill_sums: Floats
    """(S, K + 1, 3) decayed sums of residuals on the skill."""
    skill_place: Floats
    """(S, K + 1) how many answers the student had given after the latest on the skill."""
    skill_day: Floats
    """(S, K + 1) day of the latest answer on the skill; NaN: none, or times unknown."""

    @classmethod
    def empty(cls, students: int, skills: int) -> Self:
        """Students of whom nothing is known."""
        wide = (students, skills + 1)
        return cls(
            answers=np.zeros(students),
            ability=np.zeros(students),
            information=np.full(students, ABILITY_PRIOR_PRECISION),
            sums=np.zeros((students, len(STUDENT_DECAYS))),
            day=np.full(students, np.nan),
            skill_answers=np.zeros(wide),
            skill_correct=np.zeros(wide),
            skill_sums=np.zeros((*wide, len(SKILL_DECAYS))),
            skill_place=np.zeros(wide),
            skill_day=np.full(wide, np.nan),
        )

    @property
    def skills(self) -> int:
        """K, the number of known skills."""
        return int(self.skill_answers.shape[1]) - 1


def update(state: Knowledge, students: Places, answers: Answers) -> None:
    """Takes in one answer of each of `students`, in place.

    The ability follows one Newton step of the two-parameter item response model an
    answer, which is an extended Kalman filter with a fixed ability: with
    p = logistic(a (θ - b)), precision += a² p (1 - p), θ += a (correct - p) / precision.

    Args:
        state: changed in place.
        students: rows of the state, each at most once.
        answers: one answer per entry of `students`.
    """
    a, skill = answers.discrimination, answers.skill
    residual = answers.correct - expit(-answers.hardness)

    ability = state.ability[students]
    chance = expit(a * ability - answers.hardness)
    information = state.information[students] + a**2 * chance * (1 - chance)
    state.information[students] = information
    state.ability[students] = ability + a * (answers.correct - chance) / information

    state.answers[students] += 1
    state.sums[students] = state.sums[students] * STUDENT_DECAYS + residual[:, None]
    state.day[students] = answers.day

    known = skill < state.skills
    students, skill, residual = students[known], skill[known], residual[known]
    state.skill_answers[students, skill] += 1
    state.skill_correct[students, skill] += answers.correct[known]
    state.skill_sums[students, skill] = (
        state.skill_sums[students, skill] * SKILL_DECAYS + residual[:, None]
    )
    state.skill_place[students, skill] = state.answers[students]
    state.skill_day[students, skill] = answers.day[known]


def student_inputs(state: Knowledge, students: Places, day: Floats) -> Floats:
    """What is known of each student, whatever the skill.

    Args:
        state: not changed.
        students: n rows of the state; a student may stand in several places.
        day: (n,) the moment of asking; NaN where only the order is known.

    Returns:
        (n, len(STUDENT_INPUTS)); all zero for a student without history.
    """
    count = state.answers[students]
    return np.column_stack(
        [
            np.log1p(count),
            _averages(state.sums[students], count, STUDENT_DECAYS),
            state.ability[students],
            _log_days(day - state.day[students]),
        ]
    )


def skill_inputs(
    state: Knowledge, students: Places, skill: Places | slice, day: Floats
) -> Floats:
    """What is known of students on skills.

    Args:
        state: not changed.
        students: n rows of the state.
        skill: (n,) one skill per student, or a slice for many skills of each.
        day: (n,) the moment of asking; NaN where only the order is known.

    Returns:
        (n, len(SKILL_INPUTS)), or (n, skills, len(SKILL_INPUTS)) for a slice; all
        zero where the student never practised the skill.
    """
    several = isinstance(skill, slice)
    now = day[:, None] if several else day
    total = state.answers[students]
    count = state.skill_answers[students, skill]
    since = (total[:, None] if several else total) - state.skill_place[students, skill]
    averages = _averages(state.skill_sums[students, skill], count, SKILL_DECAYS)
    return np.concatenate(
        [
            np.log1p(count)[..., None],
            averages,
            np.where(count > 0, 1 / (1 + since), 0.0)[..., None],
            _log_days(now - state.skill_day[students, skill])[..., None],
        ],
        axis=-1,
    )


def _averages(sums: Floats, count: Floats, decays: tuple[float, ...]) -> Floats:
    """Decayed averages, shrunk to 0 as if one more answer had had no residual."""
    weights = [count if decay == 1 else (1 - decay**count) / (1 - decay) for decay in decays]
    return np.asarray(sums / (np.stack(weights, axis=-1) + 1.0))


def _log_days(days: Floats) -> Floats:
    """log(1 + days), 0 where there is no time to measure from."""
    return np.log1p(np.maximum(np.nan_to_num(days, nan=0.0), 0.0))
