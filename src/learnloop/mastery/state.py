"""What is remembered of a student's answers: one recurrence, for batch and online alike.

A state holds one row per student. Taking in one more answer touches one row of the
student's own numbers and one of the student's numbers on the skill, so that it costs
the same however long the history. Batch runs it in lockstep over many students,
online runs it on a single row; both give the same bits.

The residual of an answer is what it tells beyond the item's hardness: `correct` minus the
chance of an average student. The traits of a student are believed to be normal; each answer
moves their mean and covariance (an extended Kalman filter), and between answers they drift.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from scipy.special import expit

from learnloop.mastery.traits import LEAST_INFORMATION, Floats, Places, Singles

STUDENT_DECAYS = np.array([0.6, 0.9, 0.98], dtype=np.float32)
"""How much of an older answer is kept per newer answer of the student."""
SKILL_DECAYS = np.array([0.8, 1.0], dtype=np.float32)
"""The same per newer answer on the skill; 1 is the plain average."""
DRIFT = np.float32(0.003)
"""How much of what is believed of the traits is given up per answer: students learn."""
REMEMBERED = 5
"""Answers on a skill that are kept one by one."""
MOST_STUDIED = 255
"""Times that a skill was studied are counted so far: a byte."""

JOINT_INPUTS = ("expected", "doubt")
STUDENT_INPUTS = (
    "student_answers",
    "student_recent",
    "student_medium",
    "student_long",
    "days_since_answer",
)
SKILL_INPUTS = (
    "skill_answers",
    "skill_recent",
    "skill_average",
    "skill_recency",
    "skill_streak",
    *(f"skill_answer_{back}" for back in range(1, REMEMBERED + 1)),
    "days_since_practice",
    "skill_studied",
)


@dataclass(frozen=True)
class Answers:
    """Answers as parallel arrays, one place per answer."""

    skill: Places
    """Place in the skill list; the place after the last one means a skill not in it."""
    correct: Floats
    """1 for correct, 0 for wrong."""
    hardness: Floats
    """Of the item: minus the logit of an average student's chance."""
    slopes: Singles
    """(n, D) of the item on the traits."""
    day: Floats
    """When, in days since 1970 (UTC); NaN where only the order is known."""
    studied: Places
    """How often the student had studied the skill before."""

    def at(self, places: Places) -> "Answers":
        """The answers at `places`."""
        return Answers(*(getattr(self, field.name)[places] for field in fields(self)))


@dataclass
class Knowledge:
    """The state of S students over K skills (and a neutral last one for unknown skills)."""

    answers: Places
    """(S,) how many answers so far."""
    traits: Singles
    """(S, D) the mean of what is believed of them."""
    spread: Singles
    """(S, D, D) its covariance."""
    sums: Singles
    """(S, 3) decayed sums of residuals."""
    day: Floats
    """(S,) day of the latest answer; NaN: none, or times unknown."""
    skill_answers: Places
    """(S, K + 1) answers on the skill."""
    skill_latest: Places
    """(S, K + 1) the latest REMEMBERED of them as bits, 1 for correct, the newest lowest."""
    skill_sums: Singles
    """(S, K + 1, 2) decayed sums of residuals on the skill."""
    skill_place: Places
    """(S, K + 1) how many answers the student had given after the latest on the skill."""
    skill_day: Singles
    """(S, K + 1) day of the latest answer on the skill, to some minutes; NaN: none, or times
    unknown."""
    skill_studied: Places
    """(S, K + 1) how often the student studied the skill, as far as MOST_STUDIED."""

    @classmethod
    def empty(cls, students: int, skills: int, traits: int) -> Self:
        """Students of whom nothing is known."""
        wide = (students, skills + 1)
        return cls(
            answers=np.zeros(students, np.int64),
            traits=np.zeros((students, traits), np.float32),
            spread=np.tile(np.eye(traits, dtype=np.float32), (students, 1, 1)),
            sums=np.zeros((students, len(STUDENT_DECAYS)), np.float32),
            day=np.full(students, np.nan),
            skill_answers=np.zeros(wide, np.int64),
            skill_latest=np.zeros(wide, np.int64),
            skill_sums=np.zeros((*wide, len(SKILL_DECAYS)), np.float32),
            skill_place=np.zeros(wide, np.int64),
            skill_day=np.full(wide, np.nan, np.float32),
            skill_studied=np.zeros(wide, np.int64),
        )

    def of(self, students: Places) -> "Knowledge":
        """A copy of the state of `students`, who may stand in several places."""
        return Knowledge(*(getattr(self, field.name)[students] for field in fields(self)))

    @property
    def skills(self) -> int:
        """K, the number of known skills."""
        return int(self.skill_answers.shape[1]) - 1


def update(state: Knowledge, students: Places, answers: Answers) -> None:
    """Takes in one answer of each of `students`, in place.

    With p the expected chance, w = p (1 - p), x the slopes and S the covariance, the mean
    moves by S x / (1 / w + x'S x) * (correct - p) / w and the covariance loses
    S x x'S / (1 / w + x'S x); then both drift towards those of a student nobody knows.

    Args:
        state: changed in place.
        students: rows of the state, each at most once.
        answers: one answer per entry of `students`.
    """
    skill, slopes = answers.skill, answers.slopes
    study(state, students, skill, answers.studied)
    residual = (answers.correct - expit(-answers.hardness)).astype(np.float32)

    mean, spread = state.traits[students], state.spread[students]
    along = np.einsum("nab,nb->na", spread, slopes)
    doubt = np.einsum("na,na->n", along, slopes)
    chance = expit(np.einsum("na,na->n", mean, slopes) - answers.hardness)
    weight = np.maximum(chance * (1 - chance), LEAST_INFORMATION)
    whole = (1 / weight + doubt).astype(np.float32)
    surprise = ((answers.correct - chance) / weight).astype(np.float32)
    kept = np.float32(1) - DRIFT
    state.traits[students] = np.sqrt(kept) * (mean + along * (surprise / whole)[:, None])
    # Products before the quotient: the covariance stays symmetric to the last bit.
    spread = kept * (spread - along[:, :, None] * along[:, None, :] / whole[:, None, None])
    state.spread[students] = spread + DRIFT * np.eye(slopes.shape[1], dtype=np.float32)

    state.answers[students] += 1
    state.sums[students] = state.sums[students] * STUDENT_DECAYS + residual[:, None]
    state.day[students] = answers.day

    known = skill < state.skills
    students, skill, residual = students[known], skill[known], residual[known]
    state.skill_answers[students, skill] += 1
    shifted = 2 * state.skill_latest[students, skill] + answers.correct[known].astype(np.int64)
    state.skill_latest[students, skill] = shifted % 2**REMEMBERED
    state.skill_sums[students, skill] = (
        state.skill_sums[students, skill] * SKILL_DECAYS + residual[:, None]
    )
    state.skill_place[students, skill] = state.answers[students]
    state.skill_day[students, skill] = answers.day[known]


def study(state: Knowledge, students: Places, skill: Places, times: Places) -> None:
    """Takes in how often each of `students` has studied a skill so far, in place.

    Args:
        state: changed in place.
        students: rows of the state, each at most once.
        skill: (n,) one per student.
        times: (n,) all times until now.
    """
    known = skill < state.skills
    times = np.minimum(times[known], MOST_STUDIED)
    state.skill_studied[students[known], skill[known]] = times


def joint_inputs(state: Knowledge, students: Places, slopes: Singles) -> Floats:
    """What is known of each student on an item's traits.

    Args:
        state: not changed.
        students: n rows of the state.
        slopes: (n, D) of one item each.

    Returns:
        (n, len(JOINT_INPUTS)): slopes · traits in logits, and its variance.
    """
    along = np.einsum("nab,nb->na", state.spread[students], slopes)
    expected = np.einsum("na,na->n", state.traits[students], slopes)
    return np.column_stack([expected, np.einsum("na,na->n", along, slopes)])


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
        zero where the student never practised nor studied the skill.
    """
    several = isinstance(skill, slice)
    now = day[:, None] if several else day
    total = state.answers[students]
    count = state.skill_answers[students, skill]
    since = (total[:, None] if several else total) - state.skill_place[students, skill]
    latest = _latest(state.skill_latest[students, skill], count)
    return np.concatenate(
        [
            np.log1p(count)[..., None],
            _averages(state.skill_sums[students, skill], count, SKILL_DECAYS),
            np.where(count > 0, 1 / (1 + since), 0.0)[..., None],
            np.cumprod(latest == 1, axis=-1).sum(axis=-1)[..., None],
            latest,
            _log_days(now - state.skill_day[students, skill])[..., None],
            np.log1p(state.skill_studied[students, skill])[..., None],
        ],
        axis=-1,
    )


def _latest(bits: Places, count: Places) -> Floats:
    """(…, REMEMBERED) the latest answers, newest first: 1 correct, -1 wrong, 0 not given."""
    back = np.arange(REMEMBERED)
    signs = 2.0 * ((bits[..., None] >> back) & 1) - 1.0
    return np.where(back < count[..., None], signs, 0.0)


def _averages(sums: Singles, count: Places, decays: Singles) -> Floats:
    """Decayed averages, shrunk to 0 as if one more answer had had no residual."""
    number = count[..., None].astype(float)
    fading = np.where(decays == 1, 0.5, decays.astype(float))
    weights = np.where(decays == 1, number, (1 - fading**number) / (1 - fading))
    return np.asarray(sums / (weights + 1.0))


def _log_days(days: Floats) -> Floats:
    """log(1 + days), 0 where there is no time to measure from."""
    return np.log1p(np.maximum(np.nan_to_num(days, nan=0.0), 0.0))
