"""Learning curves: does practice of a skill teach it?

The share correct by opportunity (the how manieth answer of a student on the skill) misleads:
those who stay are others than those who began. Weak students who leave make it steeper than
learning is, strong ones who move on make it flat. So beside the raw shares stands the curve of
an additive factors model (Cen, Koedinger and Junker 2006) with a level of each student's own,

    logit P(correct) = c + e[item] + s log(opportunity) + u,    u ~ N(0, v),  e ~ N(0, 1),

fitted by marginal maximum likelihood to all answers, eases and slope together. Who answers
again may depend on the answers so far: the likelihood minds that as little as any other
(missing at random). The curve shown is the mean over all who began, as if each had stayed.

Where the items come in a fixed order, each opportunity is an item: learning and ease cannot
be told apart, and the slope is not identified.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit, log_expit, logit, logsumexp
from scipy.stats import norm

from learnloop.diagnosis.beliefs import Floats, Places
from learnloop.diagnosis.settings import SkillModelSettings

SHOWN = 8
"""Opportunities of a curve that are shown."""
FIRST, LATER = 1, 5
"""Opportunities between which the gain is told."""
LEAST_LEFT = 0.1
"""Of the differences in log(opportunity) within students, the share that items must not tell;
a variance inflation factor of 10 is the usual limit (Marquardt 1970)."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_SHARES = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Curve:
    """What the answers on one skill say."""

    students: int
    answers: int
    raw: pd.DataFrame
    """One row per opportunity that enough students reached: `opportunity`, `n`, `correct`
    (share)."""
    identified: bool
    """Whether learning can be told from the items' ease; if not, only `raw` means anything."""
    corrected: Floats
    """Share correct of all who began, at opportunities 1 … SHOWN."""
    slope: float
    """s, logits per unit of log(opportunity), and its standard error."""
    slope_se: float
    gain: float
    """Share correct at the fifth answer less that at the first, of all who began."""
    gain_low: float
    gain_high: float
    known: bool
    """Whether the share correct is at least `known_from` at the first answer and the fifth:
    little is left to learn."""
    p_flat: float
    """How likely a slope as low as this, or lower, if the gain were `flat_gain`, or half of
    what is left to learn where that is less; NaN where the skill is known from the start or
    the slope is not identified."""
    p_rises: float
    """How likely a slope as high as this, or higher, if the gain were 0; NaN where the slope
    is not identified."""


def learning_curve(
    answers: pd.DataFrame, settings: SkillModelSettings, seed: int = 0
) -> Curve | None:
    """The curve of one skill; ``None`` with too few students who answered twice.

    Args:
        answers: on the skill, each student's in order: `student_id`, `content_id`, `correct`.
        settings: how many students are needed and are used at most.
        seed: of the sample where there are more.
    """
    answers = _sample(answers, settings.most_students, seed)
    opportunity = answers.groupby("student_id").cumcount().to_numpy() + 1
    if (opportunity == 2).sum() < settings.fewest_students:
        return None
    outcome = answers["correct"].to_numpy(float)
    student, item = (pd.factorize(answers[c])[0] for c in ("student_id", "content_id"))
    done = np.log(opportunity)
    identified = _left_by_items(done, item, student) >= LEAST_LEFT
    fit = _Fit(outcome, item, done, student)
    raw = (
        pd.DataFrame({"opportunity": opportunity, "correct": outcome})
        .groupby("opportunity")["correct"]
        .agg(["size", "mean"])
        .reset_index()
        .set_axis(["opportunity", "n", "correct"], axis=1)
    )
    shown = (raw["opportunity"] <= SHOWN) & (raw["n"] >= settings.fewest_students)
    first, later = (fit.mean_at(fit.slope, k) for k in (FIRST, LATER))
    least = fit.slope_of(min(settings.flat_gain, (1 - first) / 2))
    known = identified and min(first, later) >= settings.known_from
    p_flat = float(norm.cdf((fit.slope - least) / fit.slope_se))
    low, high = (fit.gain(fit.slope + end * fit.slope_se) for end in (-1.96, 1.96))
    return Curve(
        students=int(student.max()) + 1,
        answers=len(answers),
        raw=raw[shown],
        identified=identified,
        corrected=np.array([fit.mean_at(fit.slope, k) for k in range(1, SHOWN + 1)]),
        slope=fit.slope,
        slope_se=fit.slope_se,
        gain=later - first,
        gain_low=low,
        gain_high=high,
        known=known,
        p_flat=p_flat if identified and not known else np.nan,
        p_rises=float(norm.sf(fit.slope / fit.slope_se)) if identified else np.nan,
    )


def _sample(answers: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """All answers of `most` students, drawn whatever their ids and the order of rows."""
    students = np.sort(answers["student_id"].unique())
    if len(students) <= most:
        return answers
    drawn = np.random.default_rng(seed).choice(len(students), most, replace=False)
    return answers[answers["student_id"].isin(students[drawn])]


def _left_by_items(done: Floats, item: Places, student: Places) -> float:
    """Share of the variance of `done` within students that which item it was does not tell."""

    def within(columns: Floats) -> Floats:
        return np.asarray(columns - np.asarray(means @ columns)[student])

    means = _by(student) / np.bincount(student)[:, None]
    own, dummies = within(done), within(np.eye(item.max() + 1)[item])
    total = float(own @ own)
    left = own - dummies @ np.linalg.lstsq(dummies, own)[0]
    return float(left @ left) / total if total > 0 else 0.0


def _by(student: Places) -> csr_array:
    """Sums rows by student, by multiplication from the left."""
    rows = np.arange(len(student))
    return csr_array((np.ones(len(student)), (student, rows)))


class _Fit:
    """Marginal maximum likelihood of s, c, log sqrt(v) and the eases, by quadrature."""

    def __init__(
        self, outcome: Floats, item: NDArray[np.intp], done: Floats, student: Places
    ) -> None:
        self._outcome, self._item, self._done = outcome, item, done
        self._sums = _by(student)
        self._student = student
        self._prior = np.repeat([0.0, 1.0], [3, item.max() + 1])
        begin = np.zeros(len(self._prior))
        begin[:3] = 0.1, logit(np.clip(outcome.mean(), 0.01, 0.99)), 0.0
        bounds = [(-4.0, 4.0), (-8.0, 8.0), (-3.0, 1.5), *[(-6.0, 6.0)] * (item.max() + 1)]
        result = minimize(self._loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
        self._found: Floats = result.x
        self.slope = float(self._found[0])
        self.slope_se = self._slope_error()
        self._mean_ease = float(self._found[3:][item].mean())

    def _loss(self, point: Floats) -> tuple[float, Floats]:
        scores, likelihood = self._by_student(point)
        loss = self._prior @ point**2 / 2 - likelihood.sum()
        return float(loss), self._prior * point - scores.sum(axis=0)

    def _by_student(self, point: Floats) -> tuple[Floats, Floats]:
        """(students, 3 + items) gradients and (students,) log likelihoods."""
        slope, start, log_spread = point[:3]
        levels = np.exp(log_spread) * _NODES
        line = (start + slope * self._done + point[3:][self._item])[:, None] + levels
        sign = (2 * self._outcome - 1)[:, None]
        each = self._sums @ log_expit(sign * line) + np.log(_SHARES)
        total = logsumexp(each, axis=1)
        likely = np.exp(each - total[:, None])[self._student]
        surprise = likely * (self._outcome[:, None] - expit(line))
        own = surprise.sum(axis=1)
        parts = self._sums @ np.column_stack([own * self._done, own, surprise @ levels])
        by_item = csr_array((own, (self._student, self._item))).toarray()
        return np.column_stack([parts, by_item]), np.asarray(total)

    def _slope_error(self) -> float:
        """From the outer product of the students' gradients and the prior of the eases."""
        scores, _ = self._by_student(self._found)
        inverse = np.linalg.pinv(scores.T @ scores + np.diag(self._prior))
        return float(np.sqrt(max(inverse[0, 0], 1e-12)))

    def mean_at(self, slope: float, opportunity: float) -> float:
        """Share correct at an opportunity, of all who began, on an item of mean ease."""
        start = self._found[1] + self._mean_ease + slope * np.log(opportunity)
        return float(expit(start + np.exp(self._found[2]) * _NODES) @ _SHARES)

    def gain(self, slope: float) -> float:
        """By how much a slope raises the share correct from FIRST to LATER."""
        return self.mean_at(slope, LATER) - self.mean_at(slope, FIRST)

    def slope_of(self, gain: float) -> float:
        """The slope that raises the share correct by `gain` from FIRST to LATER."""
        slopes = np.linspace(-3, 6, 181)
        return float(np.interp(gain, [self.gain(slope) for slope in slopes], slopes))
