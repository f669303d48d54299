"""Small banks of questions whose best choice the eye can see."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from learnloop.assessment.adaptive import AdaptiveTest
from learnloop.assessment.bank import TestBank
from learnloop.assessment.session import Session
from learnloop.assessment.settings import AssessmentSettings
from learnloop.difficulty.bank import ItemBank

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fitted(
    slope: Sequence[float], difficulty: Sequence[float], variance: float = 0
) -> ItemBank:
    """Items q0, q1, … and the unknown item: slope 1, difficulty 0, variance 4."""
    a, b = np.append(slope, 1.0), np.append(difficulty, 0.0)
    error = np.append(np.full(len(slope), variance), 4.0)
    ids = pd.Index([f"q{number}" for number in range(len(slope))])
    return ItemBank(ids, a, -a * b, error, error, np.full(len(a), 100))


def questions(skills: Sequence[str], **columns: Sequence[object]) -> pd.DataFrame:
    ids = [f"q{number}" for number in range(len(skills))]
    own = [[skill] for skill in skills]
    return pd.DataFrame({"content_id": ids, "skill_ids": own, **columns})


def bank_of(
    slope: Sequence[float],
    difficulty: Sequence[float],
    skills: Sequence[str] | None = None,
    **columns: Sequence[object],
) -> TestBank:
    own = ["algebra"] * len(slope) if skills is None else skills
    return TestBank.of(fitted(slope, difficulty), questions(own, **columns))


def drawn_bank(size: int, seed: int = 0, skills: int = 1) -> TestBank:
    """Log-normal(0, .3) slopes, standard normal difficulties, skills in turn."""
    rng = np.random.default_rng(seed)
    own = [f"s{number % skills}" for number in range(size)]
    return bank_of(rng.lognormal(0, 0.3, size).tolist(), rng.normal(size=size).tolist(), own)


def sit(
    test: AdaptiveTest, ability: float, rng: np.random.Generator, session: Session | None = None
) -> Session:
    """A student of `ability` answers until the test ends."""
    now = session or test.start(now=NOON)
    bank = test.bank
    while not (now := test.ask(now, NOON)).ended:
        assert now.pending is not None
        place = bank.place[now.pending]
        logit = bank.slope[place] * ability + bank.easiness[place]
        right = bool(rng.random() < 1 / (1 + np.exp(-logit)))
        now = test.answer(now, now.pending, right, NOON)
    return now


def adaptive(bank: TestBank, **settings: object) -> AdaptiveTest:
    return AdaptiveTest(bank, AssessmentSettings.model_validate(settings))
