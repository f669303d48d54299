"""Schemas of what the diagnosis pipeline hands on."""

import pandera.pandas as pa

from learnloop.diagnosis.gaps import VERDICTS
from learnloop.times import UtcMicroseconds

_SHARE = {"min_value": 0, "max_value": 1}


class GapCandidates(pa.DataFrameModel):
    """One row per student, skill answered wrongly and direct prerequisite of it; one without a
    prerequisite where the skill has none. Columns as in `LearningGaps`."""

    student_id: str
    skill_id: str
    requires_skill_id: str = pa.Field(nullable=True)
    as_of: UtcMicroseconds
    answers: int = pa.Field(ge=1)
    wrong: int = pa.Field(ge=1)
    studied: int = pa.Field(ge=0)
    mastery: float = pa.Field(in_range=_SHARE)
    gap_mastery: float = pa.Field(nullable=True, in_range=_SHARE)
    missing: float = pa.Field(nullable=True, in_range=_SHARE)
    effect: float = pa.Field(nullable=True)
    effect_se: float = pa.Field(nullable=True, ge=0)
    explained: float = pa.Field(nullable=True, in_range=_SHARE)
    confidence: float = pa.Field(nullable=True, in_range=_SHARE)

    class Config:
        strict = True
        unique = ["student_id", "skill_id", "requires_skill_id"]  # noqa: RUF012


class LearningGaps(pa.DataFrameModel):
    """One row per student and skill that the student has answered wrongly at least once.

    What is said of a prerequisite is null where the skill has none.
    """

    student_id: str
    skill_id: str
    as_of: UtcMicroseconds
    """The student's last snapshot: what came later is not looked at."""
    verdict: str = pa.Field(isin=VERDICTS)
    requires_skill_id: str = pa.Field(nullable=True)
    """The direct prerequisite that explains the errors best; the gap where one is named."""
    begin_with: str = pa.Field(nullable=True)
    """Where the gap's own errors are explained by a gap, the one at the end of that chain."""
    confidence: float = pa.Field(nullable=True, in_range=_SHARE)
    """That the prerequisite explains the errors, as `GapSettings.explains` has it."""
    explained: float = pa.Field(nullable=True, in_range=_SHARE)
    """Share of the wrong answers to be expected now that would be right had it been known."""
    missing: float = pa.Field(nullable=True, in_range=_SHARE)
    """Chance that it was not known when the skill was answered."""
    effect: float = pa.Field(nullable=True)
    """Logits that practice brings more with it, per unit of log(1 + answers)."""
    effect_se: float = pa.Field(nullable=True, ge=0)
    answers: int = pa.Field(ge=1)
    """Of the student on the skill."""
    wrong: int = pa.Field(ge=1)
    studied: int = pa.Field(ge=0)
    """Work of the student on items of the skill that ask nothing."""
    mastery: float = pa.Field(in_range=_SHARE)
    """Of the skill, believed at `as_of`, with its 95 % interval."""
    mastery_low: float = pa.Field(in_range=_SHARE)
    mastery_high: float = pa.Field(in_range=_SHARE)
    gap_answers: int = pa.Field(ge=0)
    """Of the student on the prerequisite, and those of them that were right."""
    gap_right: int = pa.Field(ge=0)
    gap_mastery: float = pa.Field(nullable=True, in_range=_SHARE)
    gap_low: float = pa.Field(nullable=True, in_range=_SHARE)
    gap_high: float = pa.Field(nullable=True, in_range=_SHARE)
    path_minutes: float = pa.Field(nullable=True, ge=0)
    """Of the shortest path to the skill, where a gap is named."""
    path: str = pa.Field(nullable=True)
    """Its first steps, each with its reason, a line each."""

    class Config:
        strict = True
        unique = ["student_id", "skill_id"]  # noqa: RUF012
