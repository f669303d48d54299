"""Nodes of the diagnosis pipeline."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from learnloop.content.graph import prerequisite_graph
from learnloop.diagnosis.beliefs import Beliefs
from learnloop.diagnosis.evaluate import judge_gaps
from learnloop.diagnosis.evidence import with_evidence
from learnloop.diagnosis.gaps import candidates, decide
from learnloop.diagnosis.readiness import Readiness, fit_readiness
from learnloop.diagnosis.settings import GapSettings, SkillModelSettings
from learnloop.diagnosis.skill_model import skill_model_report, tell_gaps
from learnloop.governance.pages_skill_model import skill_model_page
from learnloop.mastery import MasteryPredictor
from learnloop.paths.planner import PathPlanner
from learnloop.simulation.gaps import true_gaps
from learnloop.splits import Split

LEARNERS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Whose answers are looked at; students of `audit` are there for the gates alone, those of
`reference` were there in an earlier term."""


class DiagnosisParameters(BaseModel):
    """`params:diagnosis`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gaps: GapSettings
    skill_model: SkillModelSettings
    draws: int
    seed: int


def learn_readiness(
    attempts: pd.DataFrame,
    student_mastery: pd.DataFrame,
    mastery_model: MasteryPredictor,
    item_difficulty: pd.DataFrame,
    prerequisites: pd.DataFrame,
    skills: pd.DataFrame,
) -> Readiness:
    """How much each prerequisite matters, from the answers of training students."""
    answers = attempts[attempts["split"] == Split.TRAIN]
    return fit_readiness(
        answers,
        _beliefs(student_mastery, answers, mastery_model),
        prerequisites,
        item_difficulty,
        skills.set_index("skill_id")["course_id"],
        _variance(mastery_model),
    )


def prepare_paths(
    prerequisites: pd.DataFrame,
    skills: pd.DataFrame,
    content_items: pd.DataFrame,
    parameters: DiagnosisParameters,
) -> PathPlanner:
    """A planner over what students of every age may see."""
    skill_ids = list(skills["skill_id"])
    graph = prerequisite_graph(prerequisites, skill_ids)
    seen = content_items[content_items["min_age"] == 0]
    return PathPlanner(graph, skill_ids, seen, parameters.gaps.paths)


def find_gaps(
    attempts: pd.DataFrame,
    student_mastery: pd.DataFrame,
    mastery_model: MasteryPredictor,
    readiness: Readiness,
    path_planner: PathPlanner,
    parameters: DiagnosisParameters,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every prerequisite that may explain a learner's errors, and `LearningGaps`."""
    answers = attempts[attempts["split"].isin(LEARNERS)]
    beliefs = _beliefs(student_mastery, answers, mastery_model)
    variance = _variance(mastery_model)
    found = candidates(answers, beliefs, readiness, variance, parameters.gaps)
    decided = decide(found, parameters.gaps)
    variances = mastery_model.logit_variances
    return found, with_evidence(decided, answers, beliefs, variances, path_planner)


def evaluate_gaps(
    gap_candidates: pd.DataFrame,
    attempts: pd.DataFrame,
    prerequisites: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    truth_items: pd.DataFrame,
    guess: float,
    parameters: DiagnosisParameters,
) -> dict[str, Any]:
    """Precision and recall on test students; empty where nobody knows the truth.

    The campus is simulated by the prerequisites that it declares, so that these are the true
    ones, whichever the candidates have.
    """
    answers = attempts[attempts["split"] == Split.TEST]
    found = gap_candidates[gap_candidates["student_id"].isin(answers["student_id"])]
    known = truth_mastery[truth_mastery["student_id"].isin(answers["student_id"])]
    if found.empty or known.empty:
        return {}
    truth = true_gaps(
        answers,
        prerequisites,
        known.astype({"student_id": str, "skill_id": str}),
        truth_items.merge(attempts[["content_id", "skill_id"]].drop_duplicates()),
        guess,
    )
    decided = decide(found, parameters.gaps)
    return judge_gaps(found, decided, truth, parameters.gaps, parameters.draws, parameters.seed)


def examine_skill_model(
    attempts: pd.DataFrame,
    skills: pd.DataFrame,
    content_items: pd.DataFrame,
    prerequisites: pd.DataFrame,
    parameters: DiagnosisParameters,
) -> dict[str, Any]:
    """What the answers of learners say of skills, items and prerequisites."""
    answers = attempts[attempts["split"].isin(LEARNERS)]
    return skill_model_report(
        answers, skills, content_items, prerequisites, parameters.skill_model, parameters.seed
    )


def draw_skill_model_page(
    skill_model: dict[str, Any], learning_gaps: pd.DataFrame, gap_metrics: dict[str, Any]
) -> str:
    """The report as HTML; of the gaps only what many students share."""
    gaps = tell_gaps(learning_gaps, skill_model["settings"]["fewest_students"])
    return skill_model_page(skill_model, gaps, gap_metrics)


def _beliefs(
    student_mastery: pd.DataFrame, answers: pd.DataFrame, model: MasteryPredictor
) -> Beliefs:
    own = student_mastery["student_id"].isin(answers["student_id"].unique())
    nobody, never = np.zeros(1, dtype=np.int64), np.full(1, np.nan)
    unknown = model.masteries_of(model.new_student(), nobody, never)[0]
    return Beliefs.of(student_mastery[own], model.skills, unknown)


def _variance(model: MasteryPredictor) -> float:
    """Of what is not known of a mastery's logit, whatever the number of answers."""
    return float(model.logit_variances.mean())
