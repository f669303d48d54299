"""What stands behind each gap, and the shortest way out of it."""

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.diagnosis.beliefs import Beliefs, Floats
from learnloop.diagnosis.gaps import GAP
from learnloop.mastery.intervals import ends_of
from learnloop.paths.planner import PathPlanner

STEPS = 3
"""Of a path that are written out."""
COLUMNS = [
    "student_id",
    "skill_id",
    "as_of",
    "verdict",
    "requires_skill_id",
    "begin_with",
    "confidence",
    "explained",
    "missing",
    "effect",
    "effect_se",
    "answers",
    "wrong",
    "studied",
    "mastery",
    "mastery_low",
    "mastery_high",
    "gap_answers",
    "gap_right",
    "gap_mastery",
    "gap_low",
    "gap_high",
    "path_minutes",
    "path",
]


def with_evidence(
    decided: pd.DataFrame,
    answers: pd.DataFrame,
    beliefs: Beliefs,
    variances: Floats,
    planner: PathPlanner,
) -> pd.DataFrame:
    """`LearningGaps`: the student's answers on each gap, intervals, and the path.

    Args:
        decided: from `gaps.decide`.
        answers: of the same students.
        beliefs: of the same students.
        variances: `MasteryPredictor.logit_variances`.
        planner: of the curriculum; plans from what is believed now.
    """
    seen = answers[answers["occurred_at"] <= answers["student_id"].map(beliefs.ends)]
    counts = seen.groupby(["student_id", "skill_id"])["correct"].agg(["size", "sum"])
    on_gap = pd.MultiIndex.from_frame(decided[["student_id", "requires_skill_id"]])
    own = counts.reindex(on_gap).fillna(0).astype(int)
    table = decided.assign(gap_answers=own["size"].to_numpy(), gap_right=own["sum"].to_numpy())
    for name, count in (("mastery", "answers"), ("gap_mastery", "gap_answers")):
        low, high = ends_of(
            table[name].to_numpy(np.float32), table[count].to_numpy(), variances
        )
        stem = name.removesuffix("_mastery")
        table[f"{stem}_low"], table[f"{stem}_high"] = low.astype(float), high.astype(float)
    return _with_paths(table, beliefs, planner)[COLUMNS]


def _with_paths(table: pd.DataFrame, beliefs: Beliefs, planner: PathPlanner) -> pd.DataFrame:
    """Adds the minutes and the first steps of the path to each skill with a gap."""
    named = table[table["verdict"] == GAP]
    place = beliefs.skills.get_indexer(pd.Index(planner.skill_ids))
    rows = beliefs.students.get_indexer(pd.Index(named["student_id"]))
    masteries = expit(beliefs.logits[rows, -1][:, place].astype(float))
    paths = [
        planner.plan([skill], mastery)
        for skill, mastery in zip(named["skill_id"], masteries, strict=True)
    ]
    minutes = pd.Series([path.total_minutes for path in paths], named.index, float)
    steps = pd.Series(
        [
            "\n".join(path.step(step).because() for step in range(min(STEPS, len(path))))
            for path in paths
        ],
        named.index,
        object,
    )
    return table.assign(
        path_minutes=minutes.reindex(table.index), path=steps.reindex(table.index)
    )
