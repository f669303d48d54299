"""How much mastery an item is expected to add, and what that is worth per minute.

    success = expit(a * (ability - b)),  ability = logit(mastery) + mean b of the skill
    fit     = exp(-((success - target) / width)^2 / 2)
    taught  = 1 - exp(-pace * minutes)
    gain    = taught * (1 - mastery) * fit
    value   = gain * patience / (patience + minutes)

`success` is the two-parameter logistic model (Birnbaum 1968). `fit` is largest
where the student succeeds about seven times in ten: learning is fastest at an
intermediate error rate (Wilson et al. 2019 derive 85 % for binary choices; with
hints and feedback at hand a lower rate pays, Metcalfe 2017). `taught` is the
exponential law of practice (Heathcote, Brown & Mewhort 2000); `pace` is higher for
what students do than for what they watch or read (Koedinger et al. 2015 find six
times the effect; the default is a cautious three).

A worked example: mastery .6, a question of discrimination 1 that is .3 logits
harder than its skill's mean, pace .036, 5 minutes, target .7, width .2:

    success = expit(logit(.6) - .3)         = expit(.1055)    = .526
    fit     = exp(-((.526 - .7) / .2)^2 / 2) = exp(-.378)     = .685
    taught  = 1 - exp(-.036 * 5)                              = .165
    gain    = .165 * .4 * .685                                = .0451
    value   = .0451 * 15 / 20                                 = .0338
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]

EDGE = 0.01
"""Mastery is kept this far from 0 and 1, where its logit has no end."""


def expected_success(
    mastery: ArrayLike,
    skill_difficulty: ArrayLike,
    difficulty: ArrayLike,
    discrimination: ArrayLike,
) -> Floats:
    """Probability in (0, 1) that the student answers the item correctly.

    Args:
        mastery: of the item's primary skill, in [0, 1].
        skill_difficulty: mean difficulty, in logits, of the skill's questions.
        difficulty: of this item, in logits.
        discrimination: of this item, above 0.

    Example:
        >>> round(float(expected_success(0.6, 0.0, 0.3, 1.0)), 3)
        0.526
    """
    m = np.clip(np.asarray(mastery, dtype=np.float64), EDGE, 1 - EDGE)
    ability = logit(m) + np.asarray(skill_difficulty, dtype=np.float64)
    return np.asarray(expit(np.asarray(discrimination) * (ability - np.asarray(difficulty))))


def challenge_fit(success: ArrayLike, target: float, width: float) -> Floats:
    """How well the challenge suits, in (0, 1]; 1 where `success` equals `target`."""
    distance = (np.asarray(success, dtype=np.float64) - target) / width
    return np.asarray(np.exp(-0.5 * distance**2))


def taught(minutes: ArrayLike, pace: ArrayLike) -> Floats:
    """Share of what is missing that the item closes at the right difficulty, in [0, 1).

    Args:
        minutes: that the item takes.
        pace: of its type, per minute.

    Example:
        >>> round(float(taught(5, 0.036)), 3)
        0.165
    """
    return np.asarray(-np.expm1(-np.asarray(pace) * np.asarray(minutes, dtype=np.float64)))


def expected_gain(share: ArrayLike, mastery: ArrayLike, fit: ArrayLike) -> Floats:
    """Mastery that the item is expected to add, in [0, 1].

    Args:
        share: `taught`.
        mastery: of the item's skills, their mean where there are several, in [0, 1].
        fit: `challenge_fit`.

    Example:
        >>> round(float(expected_gain(0.165, 0.6, 0.685)), 4)
        0.0452
    """
    missing = 1 - np.asarray(mastery, dtype=np.float64)
    return np.asarray(np.asarray(share) * missing * np.asarray(fit))


def time_factor(minutes: ArrayLike, patience: float) -> Floats:
    """Hyperbolic discount of a gain by the minutes it costs, in (0, 1] (Mazur 1987)."""
    return np.asarray(patience / (patience + np.asarray(minutes, dtype=np.float64)))
