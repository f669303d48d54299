"""Learning gaps: which missing prerequisite explains a student's errors on a skill.

A prerequisite explains the errors if, had it been known all the while, the same practice had
brought the student so much more that at least `GapSettings.explains` of the wrong answers to
be expected now would be right. With mastery m of the skill, h = log(1 + work on it) and w the
effect of the prerequisite (`learnloop.diagnosis.readiness`), one of n,

    explained = (m' - m) / (1 - m),    logit m' = logit m + w h / n

where it was missing, and 0 where it was known. `confidence` is the probability that this
reaches the threshold: of its having been missing, times that of w and m being such that it
does. Both are believed with an uncertainty of their own, and students differ in what practice
brings them. Beliefs are drawn to the mean, so that both come out too low where the truth is
known: `GapSettings.work`, `slope` and `shift` correct it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr

from learnloop.diagnosis.beliefs import Beliefs, Floats
from learnloop.diagnosis.readiness import Readiness, gain_known, practice
from learnloop.diagnosis.settings import GapSettings
from learnloop.errors import DataError

GAP, NOT_LEARNT, UNSURE, LEARNT = (
    "gap",
    "none: the skill itself is not learnt yet",
    "not enough evidence",
    "none: learnt by now",
)
VERDICTS = (GAP, NOT_LEARNT, UNSURE, LEARNT)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_KEYS = ["student_id", "skill_id"]


def candidates(
    answers: pd.DataFrame,
    beliefs: Beliefs,
    readiness: Readiness,
    variance: float,
    settings: GapSettings,
) -> pd.DataFrame:
    """Every prerequisite of every skill that a student has answered wrongly.

    Args:
        answers: of the students asked about, up to their last snapshots; `Attempts`.
        beliefs: of the same students.
        readiness: fitted on others.
        variance: of what is not known of a mastery's logit.
        settings: the threshold.

    Returns:
        One row per student, skill and direct prerequisite, and one without a prerequisite
        where the skill has none: `student_id`, `skill_id`, `requires_skill_id` (or null),
        `as_of`, `answers`, `wrong`, `mastery`, `gap_mastery` (now), `missing` (the chance
        that it was not known), `effect`, `effect_se`, `explained` (expected), `confidence`.
    """
    rows = answers.reset_index(drop=True)
    rows = rows.join(beliefs.places(rows))
    rows = rows[(rows["student"] >= 0) & (rows["skill"] >= 0)]
    rows = rows[rows["occurred_at"] <= rows["student_id"].map(beliefs.ends)]
    work = rows.groupby([*_KEYS, "student", "skill", "week"]).agg(
        size=("correct", "size"), sum=("correct", "sum"), studied=("studied", "max")
    )
    work = work.reset_index().rename(columns={"size": "answers"})
    of_skill = work.groupby([*_KEYS, "student", "skill"])
    cases = of_skill.agg({"answers": "sum", "sum": "sum", "studied": "max"}).reset_index()
    cases["wrong"] = cases["answers"] - cases.pop("sum")
    cases = cases[cases["wrong"] > 0]
    cases["mastery"] = _now(beliefs, cases["student"], cases["skill"])
    cases["as_of"] = cases["student_id"].map(beliefs.ends)
    needs = readiness.effects.copy()
    needs["needs"] = needs.groupby("skill_id")["requires_skill_id"].transform("size")
    needs["needed"] = beliefs.skills.get_indexer(pd.Index(needs["requires_skill_id"]))
    needs = needs.drop(columns=["told_by"])
    pairs = cases.merge(needs, on="skill_id", how="left")
    has = pairs["needed"].notna()
    found = pairs[has].astype({"needed": int})
    found["missing"] = 1 - _known_at_work(found, work, beliefs, variance)
    found["gap_mastery"] = _now(beliefs, found["student"], found["needed"])
    found = found.assign(**_explained(found, variance, settings))
    table = pd.concat([found, pairs[~has]]).sort_values([*_KEYS, "requires_skill_id"])
    return table.drop(columns=["student", "skill", "needs", "needed"]).reset_index(drop=True)


def _now(beliefs: Beliefs, student: pd.Series, skill: pd.Series) -> Floats:
    return np.asarray(expit(beliefs.logits[student, -1, skill]), dtype=np.float64)


def _known_at_work(
    found: pd.DataFrame, work: pd.DataFrame, beliefs: Beliefs, variance: float
) -> Floats:
    """How likely each prerequisite was known, averaged over the answers on the skill."""
    weeks = found[["student", "skill", "needed"]].reset_index(drop=True).reset_index()
    weeks = weeks.merge(work[["student", "skill", "week", "answers"]], on=["student", "skill"])
    known = beliefs.known_during(
        weeks["student"].to_numpy(),
        weeks["week"].to_numpy(),
        weeks["needed"].to_numpy(),
        variance,
    )
    count = weeks["answers"].to_numpy(float)
    total = np.bincount(weeks["index"], count, len(found))
    return np.asarray(np.bincount(weeks["index"], count * known, len(found)) / total)


def _explained(
    found: pd.DataFrame, variance: float, settings: GapSettings
) -> Mapping[str, Floats]:
    """Expected share of the errors explained, and the chance that it reaches the threshold.

    Mastery is integrated over its belief by Gauss-Hermite nodes; given mastery, the effect
    is normal and the threshold a number of logits.
    """
    done = practice(found["answers"] + found["studied"]) / found["needs"].to_numpy()
    added = np.maximum(found["effect"].to_numpy(), 0.0) * done
    away = np.hypot(found["effect_se"].to_numpy() * done, settings.spread * added)
    away = np.maximum(away, 1e-9)
    centre = logit(found["mastery"].to_numpy())
    reached, expected = np.zeros(len(found)), np.zeros(len(found))
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        mastery = expit(centre + node * np.sqrt(variance))
        needed = logit(mastery + settings.explains * (1 - mastery)) - logit(mastery)
        reached += weight * ndtr((added - needed) / away)
        expected += weight * gain_known(mastery, settings.work * added)
    missing = found["missing"].to_numpy()
    chance = np.clip(missing * reached, 1e-6, 1 - 1e-6)
    confidence = expit(settings.slope * logit(chance) + settings.shift)
    return {"explained": np.clip(missing * expected, 0.0, 1.0), "confidence": confidence}


def decide(found: pd.DataFrame, settings: GapSettings) -> pd.DataFrame:
    """One row per student and skill: the likeliest explanation, or that there is none.

    Args:
        found: from `candidates`.
        settings: when a gap is named, and when it is denied.

    Returns:
        `candidates` of the likeliest prerequisite of each case, with `verdict`, one of
        VERDICTS, and `begin_with`: where the gap itself is explained by a gap of its own,
        the one at the end of that chain; null where no gap is named.
    """
    order = found.sort_values([*_KEYS, "confidence"], ascending=[True, True, False])
    best = order.drop_duplicates(_KEYS).reset_index(drop=True)
    doubt = (1 - found["confidence"].fillna(0.0)).groupby([found[k] for k in _KEYS]).prod()
    some = 1 - doubt.reindex(pd.MultiIndex.from_frame(best[_KEYS])).to_numpy()
    learnt = best["mastery"] >= settings.paths.mastered
    unknown = best["requires_skill_id"].notna() & best["confidence"].isna()
    named, denied = best["confidence"] >= settings.name_from, some < settings.deny_below
    verdict = np.select(
        [learnt, unknown, named, denied], [LEARNT, UNSURE, GAP, NOT_LEARNT], UNSURE
    )
    best["verdict"] = verdict
    return best.assign(begin_with=ends_of_chains(best[best["verdict"] == GAP]))


def ends_of_chains(named: pd.DataFrame) -> pd.Series:
    """Follows each gap to the gap that explains it, as far as there is one.

    Args:
        named: `student_id`, `skill_id`, `requires_skill_id`; a row per student and skill.

    Raises:
        DataError: gaps explain each other in a circle, as the prerequisites do.
    """
    step = named.set_index(_KEYS)["requires_skill_id"]
    here = named["requires_skill_id"]
    for _ in range(named["skill_id"].nunique() + 1):
        at = pd.MultiIndex.from_arrays([named["student_id"], here])
        further = pd.Series(step.reindex(at).to_numpy(), index=named.index)
        if further.isna().all():
            return here
        here = further.fillna(here)
    circle = ", ".join(f"'{skill}'" for skill in sorted(here[further.notna()].unique()))
    raise DataError(
        f"gaps explain each other in a circle: {circle}.",
        file="prerequisites",
        column="requires_skill_id",
    )
