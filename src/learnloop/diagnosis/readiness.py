"""How much it matters on a skill whether its prerequisites are known, from answers alone.

An additive factors model (Cen, Koedinger and Junker 2006) whose slope depends on readiness R,
the mean chance that each prerequisite is known:

    logit P(correct) = c[skill] + s[skill] h + k[skill] R + item + ability + w h R

with h = log(1 + earlier work), every answer on the skill and every item of it that was studied.
`w` is what practice brings more where all prerequisites are known. Every skill has a start, a
rate and a head start k of its own, so that `w` compares students on the same skill: skills that
are learnt fast would else make their prerequisites look valuable. That the answers of those who
know the prerequisites are better from the start, `k`, is no proof that these matter: able
students know more of everything. So `w` alone speaks of a prerequisite.

Each prerequisite has its own `w`, drawn to the common one as far as the differences between
them are no more than chance (DerSimonian and Laird 1986).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.diagnosis.beliefs import Beliefs, Floats, Places

logger = logging.getLogger(__name__)

FEWEST_ANSWERS = 500
"""Below this the weights of the model are noise."""
MOST_STEPS = 50
LARGEST = 12.0
"""Logits of an answer: where all on a skill are right, the fit would have no end."""


@dataclass(frozen=True)
class Readiness:
    """What was learned of the prerequisites."""

    effects: pd.DataFrame
    """One row per prerequisite: `skill_id`, `requires_skill_id`, `effect` (w, logits per unit
    of h were it the only one) and `effect_se`, null where there is too little to learn from,
    and `told_by`, the students behind it."""
    weights: dict[str, tuple[float, float]]
    """Weight and standard error of each term of the model; none where it was not fitted."""
    answers: int
    """Learned from."""


def practice(work: pd.Series | Floats) -> Floats:
    """h: log(1 + pieces of earlier work), the power law of practice on the logit scale."""
    return np.asarray(np.log1p(np.asarray(work, dtype=float)))


def fit_readiness(
    answers: pd.DataFrame,
    beliefs: Beliefs,
    prerequisites: pd.DataFrame,
    items: pd.DataFrame,
    courses: pd.Series,
    variance: float,
) -> Readiness:
    """Fits the model to the answers on skills that have prerequisites.

    Args:
        answers: of training students, `Attempts`.
        beliefs: of these students, by a model that did not see them.
        prerequisites: `skill_id`, `requires_skill_id`.
        items: `content_id`, `difficulty`, `discrimination`.
        courses: `course_id` by skill; ability is what is believed of the rest of the course.
        variance: of what is not known of a mastery's logit.

    With fewer than FEWEST_ANSWERS answers, or only right or only wrong ones, nothing is fitted,
    nor, with a warning in the log, where MOST_STEPS do not suffice.
    """
    rows = answers.reset_index(drop=True)
    earlier = rows.groupby(["student_id", "skill_id"])["position"].rank() - 1
    rows = rows.assign(earlier=earlier + rows["studied"]).join(beliefs.places(rows))
    rows = rows[(rows["student"] >= 0) & (rows["skill"] >= 0)]
    needs = prerequisites.groupby("skill_id")["requires_skill_id"].agg(list)
    rows = rows[rows["skill_id"].isin(needs.index)].reset_index(drop=True)
    edges = prerequisites[["skill_id", "requires_skill_id"]]
    nothing = {"effect": np.nan, "effect_se": np.nan, "told_by": 0}
    unfitted = Readiness(edges.assign(**nothing), {}, len(rows))
    if len(rows) < FEWEST_ANSWERS or rows["correct"].nunique() < 2:
        return unfitted
    known = _known(rows, beliefs, needs, variance)
    design = _design(rows, beliefs, items, courses, known)
    done = practice(rows["earlier"])
    ready = design.pop("ready").to_numpy()
    lines = _Lines(pd.factorize(rows["skill_id"])[0], np.column_stack([done, ready]))
    # What is the same in all answers on a skill, as with a single item, has no weight.
    design = design.loc[:, np.ptp(lines.leave(design, np.ones(len(rows))), axis=0) > 1e-9]
    if "practice_ready" not in design:
        return unfitted
    fit = _fit(design, lines, rows)
    if fit is None:
        logger.warning(
            "What prerequisites are worth was not found in %d steps: no gap is named.",
            MOST_STEPS,
        )
        return unfitted
    weights, chance = fit
    own = _own_effects(rows, known, done, chance, weights)
    table = edges.merge(own, on=["skill_id", "requires_skill_id"], how="left")
    effect, error = weights["practice_ready"]
    unheard = {"effect": effect, "effect_se": error, "told_by": 0}
    return Readiness(table.fillna(unheard), weights, len(rows))


def _known(
    rows: pd.DataFrame, beliefs: Beliefs, needs: pd.Series, variance: float
) -> dict[str, tuple[Places, Sequence[str], Floats]]:
    """By skill: its rows, its prerequisites, and how likely each was known before."""
    found = {}
    for skill, own in rows.groupby("skill_id"):
        places = beliefs.skills.get_indexer(pd.Index(needs[skill]))
        student, week = own["student"].to_numpy(), own["week"].to_numpy()
        before = beliefs.known(student[:, None], week[:, None], places, variance)
        found[str(skill)] = (own.index.to_numpy(), needs[skill], before)
    return found


def _design(
    rows: pd.DataFrame,
    beliefs: Beliefs,
    items: pd.DataFrame,
    courses: pd.Series,
    known: dict[str, tuple[Places, Sequence[str], Floats]],
) -> pd.DataFrame:
    parameters = items.set_index("content_id").reindex(rows["content_id"])
    ease = -(parameters["discrimination"] * parameters["difficulty"]).to_numpy()
    ability, ready = np.zeros(len(rows)), np.zeros(len(rows))
    course_of = courses.reindex(beliefs.skills)
    for skill, (own, required, chance) in known.items():
        apart = beliefs.skills.isin([skill, *required])
        rest = np.flatnonzero((course_of == courses[skill]).to_numpy() & ~apart)
        student, week = rows.loc[own, "student"].to_numpy(), rows.loc[own, "week"].to_numpy()
        rest = rest if len(rest) else np.flatnonzero(~apart)
        ability[own] = beliefs.logits[student, week][:, rest].mean(axis=1) if len(rest) else 0
        ready[own] = chance.mean(axis=1)
    return pd.DataFrame(
        {
            "item": np.nan_to_num(ease),
            "ability": ability,
            "ready": ready,
            "practice_ready": practice(rows["earlier"]) * ready,
        }
    )


@dataclass(frozen=True)
class _Lines:
    """A constant and weights of each skill's own, taken out of what stands beside them."""

    skill: Places
    """Shape (answers,): 0 … skills - 1, each of which occurs."""
    apart: Floats
    """Shape (answers, columns): what has a weight of each skill's own."""

    def leave(self, columns: pd.DataFrame | Floats, weight: Floats) -> Floats:
        """Shape (answers, columns): what weighted regression within each skill leaves."""
        table = np.column_stack([self.apart, np.asarray(columns, dtype=float)])
        table -= self._sums(table, weight)[self.skill] / self._sums(1.0, weight)[self.skill]
        for place in range(self.apart.shape[1]):
            own, rest = table[:, [place]], table[:, place + 1 :]
            spread = np.maximum(self._sums(own**2, weight), 1e-12)
            rest -= (self._sums(own * rest, weight) / spread)[self.skill] * own
        return table[:, self.apart.shape[1] :]

    def _sums(self, columns: Floats | float, weight: Floats) -> Floats:
        """Shape (skills, columns)."""
        weighted = np.atleast_2d(weight * np.transpose(columns))
        return np.column_stack([np.bincount(self.skill, column) for column in weighted])


def _fit(
    design: pd.DataFrame, lines: _Lines, rows: pd.DataFrame
) -> tuple[dict[str, tuple[float, float]], Floats] | None:
    """Weights with standard errors over students, and the chance of each answer; ``None`` if
    it has not settled after MOST_STEPS.

    Logistic regression by iterated least squares in which the weights of each skill's own are
    taken out before each step rather than estimated in it (Stammann 2018).
    """
    import statsmodels.api as sm

    outcome = rows["correct"].to_numpy(float)
    line = np.zeros(len(rows))
    for _ in range(MOST_STEPS):
        chance = expit(line)
        certainty = chance * (1 - chance)
        target = line + (outcome - chance) / certainty
        left = lines.leave(design.assign(target=target), certainty)
        model = sm.WLS(left[:, -1], left[:, :-1], weights=certainty)
        before, line = line, np.clip(target - model.fit().resid, -LARGEST, LARGEST)
        if np.abs(line - before).max() < 1e-6:
            break
    else:
        return None
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": rows["student"].to_numpy()})
    pairs = zip(design.columns, fitted.params, fitted.bse, strict=True)
    return {name: (float(value), float(error)) for name, value, error in pairs}, expit(line)


def _own_effects(
    rows: pd.DataFrame,
    known: dict[str, tuple[Places, Sequence[str], Floats]],
    done: Floats,
    chance: Floats,
    weights: dict[str, tuple[float, float]],
) -> pd.DataFrame:
    """One step of Newton's from the common effect for each prerequisite, then shrunk."""
    surprise = rows["correct"].to_numpy(float) - chance
    found = []
    for skill, (own, required, likely) in known.items():
        certainty = chance[own] * (1 - chance[own])
        for place, needed in enumerate(required):
            ready = likely[:, place]
            signal = done[own] * ready / len(required)
            line = _Lines(np.zeros_like(own), np.column_stack([done[own], ready]))
            signal = line.leave(signal, certainty)[:, 0]
            told = float(signal**2 @ certainty)
            scores = pd.Series(signal * surprise[own]).groupby(
                rows.loc[own, "student"].to_numpy().tolist()
            )
            by_student = scores.sum()
            if told > 1e-9:
                step, error = by_student.sum() / told, np.sqrt((by_student**2).sum()) / told
                found.append((skill, needed, step, error, len(by_student)))
    columns = ["skill_id", "requires_skill_id", "step", "error", "told_by"]
    table = pd.DataFrame(found, columns=columns)
    common, common_error = weights["practice_ready"]
    variance = np.maximum(table["error"].to_numpy() ** 2, 1e-6)
    between = between_variance(table["step"].to_numpy(), variance)
    kept = between / (between + variance)
    return table.drop(columns=["step", "error"]).assign(
        effect=common + kept * table["step"],
        effect_se=np.sqrt(common_error**2 + kept * variance),
    )


def between_variance(values: Floats, variance: Floats) -> float:
    """How much values differ beyond chance (DerSimonian and Laird 1986); 0 at least.

    Args:
        values: (n,) estimates.
        variance: (n,) of each, above 0.

    Example:
        >>> between_variance(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
        1.0
    """
    from statsmodels.stats.meta_analysis import combine_effects

    if len(values) < 2:
        return 0.0
    # An estimate below 0 is legal, but has no pooled mean, which is made nevertheless.
    with np.errstate(divide="ignore", invalid="ignore"):
        return max(0.0, float(combine_effects(values, variance, method_re="dl").tau2))


def gain_known(mastery: Floats, added: Floats) -> Floats:
    """Share of the wrong answers to be expected that `added` logits would make right.

    Example:
        >>> round(float(gain_known(np.array(0.5), np.log(3.0))), 2)
        0.5
    """
    odds = mastery / (1 - mastery)
    better = expit(np.log(odds) + added)
    return np.clip((better - mastery) / (1 - mastery), 0.0, 1.0)
