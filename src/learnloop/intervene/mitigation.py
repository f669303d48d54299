"""Mitigation while training: weights that narrow gaps between groups, by Fairlearn.

The reduction of Agarwal et al. (2018) turns a constraint such as equalized odds, with a
multiplier for each group and rate, into a weight for each group × label, with which an
ordinary logistic regression is fitted. Groups are needed for the weights alone: the fit that
comes of them neither holds nor asks for them.

What is constrained is the flag itself, the highest logits up to the alert budget, and not
the side of a probability of one half, which hardly moves who is flagged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import ModelError
from learnloop.evaluation import auc
from learnloop.intervene.crossfit import deal_folds, out_of_fold_logits
from learnloop.intervene.logistic import Floats
from learnloop.intervene.settings import MitigationSettings, TriggerSettings

SHARES = tuple(tenth / 10 for tenth in range(1, 21))
"""Weights of the multipliers, beside the labels' weight of 1, that are tried in turn."""


@dataclass(frozen=True)
class Step:
    """What some mitigation does to students whom the fit did not see."""

    share: float
    """Weight of the multipliers beside that of the labels."""
    auc: float
    violation: float
    """Furthest that the constrained rate of a group is from that of all students."""


@dataclass(frozen=True)
class Mitigation:
    """What was done to a fit; nothing by default. It names no group."""

    share: float = 0.0
    """The share of the step that was chosen."""
    steps: tuple[Step, ...] = ()
    """All that were tried, in their order."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"share": self.share, "steps": [asdict(step) for step in self.steps]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Reads back what `as_dict` gave."""
        return cls(content["share"], tuple(Step(**step) for step in content["steps"]))


NOTHING = Mitigation()


@dataclass(frozen=True)
class Reweighting:
    """The weighted problem whose fit is the mitigated one."""

    target: Floats
    """0 or 1 per row: the label, turned round where the reduction asks for it."""
    weight: Floats
    """Of each row, 1 on average."""
    logit: Floats
    """Of each row, by a fit to the weighted problem that did not see its student."""
    mitigation: Mitigation


def reweigh(
    columns: Floats,
    label: Floats,
    students: Sequence[str],
    groups: Sequence[str],
    strength: float | Floats,
    settings: TriggerSettings,
    rules: MitigationSettings,
) -> Reweighting:
    """A weighted problem whose fit treats the groups more alike, at no more than its price.

    The multipliers are those that lower the violation of the constraint the fastest: of a
    group whose struggling students are flagged too seldom each counts more, in proportion to
    how far its rate is below that of all. How much they weigh is chosen out of fold, by
    student: step by step, until the violation is within `difference_bound` or the AUC more
    than `auc_loss` below that of no mitigation. Of the steps that cost less the one is taken
    whose violation and loss of AUC are least in sum, so that what is paid buys as much.

    Args:
        columns: shape (rows, columns); NaN where unknown; the groups are not among them.
        label: 0 or 1 per row.
        students: the student of each row.
        groups: the group of each row.
        strength: see `fit_logistic`.
        settings: budget and folds.
        rules: what is evened out, and the price.

    Raises:
        ModelError: there is one group only, or one has too few students.
    """
    member = np.asarray(groups, dtype=str)
    _require_groups(label, np.asarray(students, dtype=str), member, rules.minimum_students)
    constraint = _Constraint(label, member, rules.constraint, settings.alert_budget)
    fold = deal_folds(label, students, settings.folds)
    logit = out_of_fold_logits(columns, label, students, fold, strength)
    push = constraint.push(logit)
    steps = [Step(0.0, auc(label, logit), constraint.violation(logit))]
    best = steps[0], label, np.ones(len(label)), logit

    def price(step: Step) -> float:
        return step.violation + steps[0].auc - step.auc

    for share in SHARES:
        if steps[-1].violation <= rules.difference_bound:
            break
        signed = 2 * label - 1 + share * push
        target, weight = (signed > 0).astype(np.float64), np.abs(signed)
        weight /= weight.mean()
        logit = out_of_fold_logits(columns, target, students, fold, strength, weight)
        steps.append(Step(share, auc(label, logit), constraint.violation(logit)))
        if steps[-1].auc < steps[0].auc - rules.auc_loss:
            break
        if price(steps[-1]) < price(best[0]):
            best = steps[-1], target, weight, logit
    chosen, target, weight, logit = best
    return Reweighting(target, weight, logit, Mitigation(chosen.share, tuple(steps)))


class _Constraint:
    """A constraint of Fairlearn on the flag, over the rows learned from."""

    def __init__(
        self, label: Floats, member: NDArray[np.str_], name: str, budget: float
    ) -> None:
        from fairlearn import reductions

        moments = {
            "equalized_odds": reductions.EqualizedOdds,
            "true_positive_rate": reductions.TruePositiveRateParity,
            "false_positive_rate": reductions.FalsePositiveRateParity,
        }
        self._moment = moments[name]()
        self._moment.load_data(label[:, None], label, sensitive_features=member)
        self._budget = budget

    def violation(self, logit: Floats) -> float:
        """Furthest that the rate of a group is from that of all, the highest being flagged."""
        return float(self._gaps(logit).max())

    def push(self, logit: Floats) -> Floats:
        """What the multipliers add to the signed weight of each row, of mean size 1.

        The multipliers are the gaps times the share of rows that they are about: the
        direction in which the sum of squared gaps, weighted by these shares, falls fastest.
        """
        gaps = self._gaps(logit).clip(lower=0)
        rows = self._moment.prob_group_event.reindex(gaps.index.droplevel("sign"))
        signed = self._moment.signed_weights(gaps * rows.to_numpy())
        push: Floats = np.asarray(signed, dtype=np.float64)
        return push / max(float(np.abs(push).mean()), np.finfo(float).tiny)

    def _gaps(self, logit: Floats) -> pd.Series:
        flagged = (logit >= least_flagged(logit, self._budget)).astype(np.float64)
        gaps: pd.Series = self._moment.gamma(lambda _: flagged)
        return gaps


def least_flagged(logit: Floats, budget: float) -> float:
    """The least logit that is flagged when `budget` of the rows, at most, is.

    Example:
        >>> least_flagged(np.array([1.0, 2.0, 3.0, 4.0]), 0.25)
        4.0
    """
    return float(np.quantile(logit, 1 - budget, method="higher"))


def _require_groups(
    label: Floats, students: NDArray[np.str_], member: NDArray[np.str_], minimum: int
) -> None:
    names = np.unique(member).tolist()
    if len(names) < 2:
        raise ModelError(
            "Mitigation needs students of two groups or more in the training data; "
            f"there are {len(names)}: {', '.join(names) or 'none'}."
        )
    for name in names:
        for value, word in ((1.0, "struggle"), (0.0, "do not struggle")):
            count = len(np.unique(students[(member == name) & (label == value)]))
            if count < minimum:
                raise ModelError(
                    f"Mitigation cannot learn from the group '{name}': {count} of its "
                    f"students in the training data {word}, at least {minimum} are needed. "
                    "Give it more students, or an attribute of larger groups."
                )
