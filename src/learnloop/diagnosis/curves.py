"""Learning curves: does practice of a skill teach it?

The share correct by opportunity (the how manieth answer of a student on the skill) misleads:
those who stay are others than those who began. Weak students who leave make it steeper than
learning is, strong ones who move on make it flat. So beside the raw shares stands the curve of
an additive factors model (Cen, Koedinger and Junker 2006) with a level of each student's own,

    logit P(correct) = c + ease of the item + s log(opportunity) + u,    u ~ N(0, v),

fitted by marginal maximum likelihood to all answers. Who answers again may depend on the
answers so far: the likelihood minds that as little as any other (missing at random). The
curve shown is the mean over all who began, as if each had stayed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit, logsumexp
from scipy.stats import norm

from learnloop.diagnosis.beliefs import Floats, Places
from learnloop.diagnosis.settings import SkillModelSettings

SHOWN = 8
"""Opportunities of a curve that are shown."""
FIRST, LATER = 1, 5
"""Opportunities between which the gain is told."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True)
class Curve:
    """What the answers on one skill say."""

    students: int
    answers: int
    raw: pd.DataFrame
    """One row per opportunity: `opportunity`, `n`, `correct` (share)."""
    corrected: Floats
    """Share correct of all who began, at opportunities 1 … SHOWN."""
    slope: float
    """s, logits per unit of log(opportunity), and its standard error."""
    slope_se: float
    gain: float
    """Share correct at the fifth answer less that at the first, of all who began."""
    gain_low: float
    gain_high: float
    p_flat: float
    """How likely a slope as low as this, or lower, if the gain were `flat_gain`."""


def learning_curve(answers: pd.DataFrame, settings: SkillModelSettings) -> Curve | None:
    """The curve of one skill; ``None`` with too few students who answered twice.

    Args:
        answers: on the skill, sorted by student and order: `student_id`, `content_id`,
            `correct`.
        settings: how many students are needed and are used at most.
    """
    numbers, names = pd.factorize(answers["student_id"])
    code = numbers.astype(np.intp)
    kept = code < settings.most_students
    answers, code = answers[kept], code[kept]
    opportunity = answers.groupby("student_id").cumcount().to_numpy() + 1
    if (opportunity == 2).sum() < settings.fewest_students:
        return None
    outcome = answers["correct"].to_numpy(float)
    ease = _ease(answers["content_id"], outcome)
    fit = _Fit(outcome, ease, np.log(opportunity), code)
    raw = (
        pd.DataFrame({"opportunity": opportunity, "correct": outcome})
        .groupby("opportunity")["correct"]
        .agg(["size", "mean"])
        .reset_index()
        .set_axis(["opportunity", "n", "correct"], axis=1)
    )
    start, slope, _ = fit.found
    gain = float(fit.mean_at(start, slope, LATER) - fit.mean_at(start, slope, FIRST))
    least = fit.slope_of(settings.flat_gain)
    low, high = (
        float(fit.mean_at(start, end, LATER) - fit.mean_at(start, end, FIRST))
        for end in (slope - 1.96 * fit.slope_se, slope + 1.96 * fit.slope_se)
    )
    return Curve(
        students=int(min(len(names), settings.most_students)),
        answers=len(answers),
        raw=raw[raw["opportunity"] <= SHOWN],
        corrected=np.array([fit.mean_at(start, slope, k) for k in range(1, SHOWN + 1)]),
        slope=float(slope),
        slope_se=fit.slope_se,
        gain=gain,
        gain_low=low,
        gain_high=high,
        p_flat=float(norm.cdf((slope - least) / fit.slope_se)),
    )


def _ease(items: pd.Series, outcome: Floats) -> Floats:
    """Logit of each item's share correct about that of all, drawn to it as by ten answers."""
    table = pd.DataFrame({"item": items.to_numpy(), "correct": outcome})
    share = outcome.mean()
    sums = table.groupby("item")["correct"].agg(["sum", "size"])
    shares = (sums["sum"] + 10 * share) / (sums["size"] + 10)
    eases = logit(np.clip(shares, 0.01, 0.99)) - logit(np.clip(share, 0.01, 0.99))
    return np.asarray(table["item"].map(eases), dtype=float)


class _Fit:
    """Marginal maximum likelihood of c, s and log sqrt(v), by quadrature over students."""

    def __init__(self, outcome: Floats, ease: Floats, done: Floats, code: Places) -> None:
        self._outcome, self._ease, self._done, self._code = outcome, ease, done, code
        self._students = int(code.max()) + 1
        begin = np.array([logit(np.clip(outcome.mean(), 0.01, 0.99)), 0.1, 0.0])
        result = minimize(
            self._loss, begin, jac=True, method="L-BFGS-B", bounds=[(-8, 8), (-4, 4), (-3, 1.5)]
        )
        self.found: Floats = result.x
        self.slope_se = self._slope_error()

    def _loss(self, point: Floats) -> tuple[float, Floats]:
        scores, likelihood = self._by_student(point)
        return -float(likelihood.sum()), -scores.sum(axis=0)

    def _by_student(self, point: Floats) -> tuple[Floats, Floats]:
        """(students, 3) gradients and (students,) log likelihoods."""
        start, slope, log_spread = point
        levels = np.exp(log_spread) * _NODES
        line = (start + slope * self._done + self._ease)[:, None] + levels
        sign = (2 * self._outcome - 1)[:, None]
        each = self._sum(log_expit(sign * line)) + np.log(_WEIGHTS / _WEIGHTS.sum())
        total = logsumexp(each, axis=1)
        likely = np.exp(each - total[:, None])
        surprise = self._outcome[:, None] - expit(line)
        parts = (surprise, surprise * self._done[:, None], surprise * levels)
        gradient = [(likely * self._sum(part)).sum(axis=1) for part in parts]
        return np.stack(gradient, axis=1), total

    def _sum(self, values: Floats) -> Floats:
        """By student, of (answers, nodes)."""
        return np.stack(
            [np.bincount(self._code, column, self._students) for column in values.T], axis=1
        )

    def _slope_error(self) -> float:
        """From the outer product of the students' gradients."""
        scores, _ = self._by_student(self.found)
        inverse = np.linalg.pinv(scores.T @ scores)
        return float(np.sqrt(max(inverse[1, 1], 1e-12)))

    def mean_at(self, start: float, slope: float, opportunity: float) -> float:
        """Share correct at an opportunity, of all who began, on an item of mean ease."""
        line = start + slope * np.log(opportunity) + np.exp(self.found[2]) * _NODES
        return float(expit(line) @ _WEIGHTS / _WEIGHTS.sum())

    def slope_of(self, gain: float) -> float:
        """The slope that raises the share correct by `gain` from FIRST to LATER."""
        slopes = np.linspace(-3, 6, 181)
        gains = [
            self.mean_at(self.found[0], slope, LATER)
            - self.mean_at(self.found[0], slope, FIRST)
            for slope in slopes
        ]
        return float(np.interp(gain, gains, slopes))
