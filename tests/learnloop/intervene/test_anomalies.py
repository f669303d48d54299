"""Anomalies in a student's own weeks, on series whose oddity the eye can see."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import stats

from learnloop.intervene import AnomalySettings, find_anomalies
from learnloop.intervene.anomalies import (
    KINDS,
    AnomalyLimits,
    Weeks,
    begins,
    cumulate,
    score_weeks,
)
from learnloop.intervene.schema import Anomalies

from .conftest import START

SETTINGS = AnomalySettings(
    dispersion=0.2,
    away=0.05,
    away_weeks=10,
    prior_weeks=0.5,
    prior_students=20,
    prior_answers=8,
    slack=0.5,
    limits=AnomalyLimits(activity_fell=3.0, activity_burst=3.5, accuracy_fell=3.0),
)
STEADY = [20, 19, 21, 20, 22, 18, 20, 20]


def activity(right: float = 0.75, late: int = 0, **events: list[int]) -> pd.DataFrame:
    """Half of the events are answers; `late` weeks after the usual start of the term."""
    rows = [
        (name, START + (late + week) * pd.Timedelta(days=7), week, count)
        for name, counts in events.items()
        for week, count in enumerate(counts, 1)
    ]
    table = pd.DataFrame(rows, columns=["student_id", "as_of", "week", "learning_events"])
    table["answers"] = table["learning_events"] // 2
    table["correct"] = (table["answers"] * right).astype("int64")
    return table.assign(as_of=table["as_of"].astype("datetime64[us, UTC]"), observed=True)


def found(table: pd.DataFrame) -> list[tuple[str, int, str]]:
    anomalies = Anomalies.validate(find_anomalies(table, SETTINGS))
    return list(anomalies[["student_id", "week", "kind"]].itertuples(index=False, name=None))


def crowd(counts: list[int], size: int = 30) -> dict[str, list[int]]:
    return {f"other{number:02d}": counts for number in range(size)}


def test_a_steady_student_has_none() -> None:
    assert found(activity(ann=STEADY)) == []


def test_a_stop_is_found_once_and_not_in_its_first_week_away() -> None:
    stopped = find_anomalies(activity(ann=[*STEADY[:4], 0, 0, 0, 0], **crowd(STEADY)), SETTINGS)
    assert stopped["student_id"].tolist() == ["ann"]
    assert stopped["kind"].tolist() == ["activity fell"]
    assert stopped["week"].item() in (6, 7)
    assert stopped["value"].item() == 0
    assert stopped["usual"].item() == pytest.approx(20, abs=2)


def test_a_week_away_is_no_anomaly() -> None:
    assert found(activity(ann=[20, 19, 21, 20, 0, 18, 20, 20], **crowd(STEADY))) == []


def test_a_slow_fade_adds_up() -> None:
    fading = activity(ann=[20, 20, 20, 20, 14, 10, 7, 5, 3, 2], **crowd([*STEADY, 20, 20]))
    assert [(name, kind) for name, _, kind in found(fading)] == [("ann", "activity fell")]


def test_cramming_is_a_burst_in_its_week_and_no_fall_after_it() -> None:
    cramming = activity(ann=[20, 19, 21, 20, 140, 18, 20, 20], **crowd(STEADY))
    assert found(cramming) == [("ann", 5, "activity burst")]


QUIET = [20, 19, 21, 20, 2, 1, 2, 20]


def test_a_holiday_of_all_is_nobodys_anomaly() -> None:
    assert found(activity(**crowd(QUIET))) == []
    assert found(activity(ann=QUIET, **crowd(STEADY))) == [("ann", 7, "activity fell")]


def test_the_holiday_of_another_term_excuses_nobody() -> None:
    now = activity(late=8, ann=QUIET, bea=STEADY)
    both = pd.concat([activity(**crowd(QUIET, 300)), now], ignore_index=True)
    assert found(both) == [("ann", 7, "activity fell")]


def test_wrong_answers_after_right_ones_are_found() -> None:
    before, after = activity(ann=STEADY, **crowd(STEADY)), activity(right=0.2, ann=STEADY)
    fell = before.copy()
    late = (fell["student_id"] == "ann") & (fell["week"] >= 5)
    fell.loc[late, "correct"] = after.loc[after["week"] >= 5, "correct"].to_numpy()
    names = find_anomalies(fell, SETTINGS)
    assert names["kind"].tolist() == ["accuracy fell"]
    assert names["week"].item() in (5, 6)
    assert names["value"].item() == pytest.approx(0.2, abs=0.1)


def test_what_comes_later_changes_nothing_before() -> None:
    rng = np.random.default_rng(8)
    drawn = {f"s{n:02d}": rng.poisson(rng.choice([4, 20, 40], 10)).tolist() for n in range(40)}
    whole = find_anomalies(activity(**drawn), SETTINGS)
    cut = find_anomalies(activity(**{k: v[:6] for k, v in drawn.items()}), SETTINGS)
    assert len(cut) > 0
    pd.testing.assert_frame_equal(
        whole[whole["week"] <= 6].reset_index(drop=True), cut, check_exact=True
    )


def test_a_first_week_and_a_week_not_observed_say_nothing() -> None:
    table = activity(ann=[*STEADY[:5], 0, 0, 0])
    table["observed"] = table["week"] <= 5
    assert found(table) == []
    assert found(activity(ann=[200])) == []
    assert found(activity(ann=[0, 0, 0, 0])) == []


def test_nobody_has_no_anomaly() -> None:
    nobody = find_anomalies(activity(ann=STEADY).head(0), SETTINGS)
    Anomalies.validate(nobody)
    assert nobody.empty


def test_a_count_is_scored_by_the_negative_binomial_of_the_weeks_before() -> None:
    """A lone student, whose class of one is its own prior: 10 and 10, then 30."""
    alone = SETTINGS.model_copy(update={"prior_students": 1e9})
    scores = score_weeks(Weeks.of(activity(ann=[10, 10, 30])), alone)["activity burst"][0]
    spread = 0.2 + (0.2 + 0.1) / 2.5
    drawn = stats.nbinom(1 / spread, 1 / (1 + 10 * spread))
    away = 0.05 * 10 / 12
    middle = away + (1 - away) * (drawn.cdf(29) + drawn.pmf(30) / 2)
    assert scores[0, 2] == pytest.approx(stats.norm.ppf(middle))


def test_a_cusum_forgets_by_its_slack_and_a_rise() -> None:
    np.testing.assert_allclose(
        cumulate(np.array([[2.0, 2.0, np.nan, -9.0, 1.0]]), 0.5), [[1.5, 3.0, 3.0, 0.0, 0.5]]
    )


def test_an_anomaly_begins_where_its_limit_is_reached() -> None:
    score = np.array([[3.0, 3.0, 0.0, np.nan, 5.0]])
    np.testing.assert_array_equal(begins(score, 3.0), [[True, False, False, False, True]])


def test_a_setting_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="windows"):
        AnomalySettings.model_validate({**SETTINGS.model_dump(), "windows": 3})


@pytest.mark.parametrize("name", ["activity fell", "accuracy", "activity_rose"])
def test_a_limit_of_a_kind_that_there_is_not_is_refused(name: str) -> None:
    limits = {"activity_fell": 3, "activity_burst": 3, "accuracy_fell": 3, name: 3}
    with pytest.raises(ValidationError, match=name):
        AnomalySettings.model_validate({**SETTINGS.model_dump(), "limits": limits})


def test_a_limit_that_is_missing_is_named() -> None:
    with pytest.raises(ValidationError, match="accuracy_fell"):
        AnomalySettings.model_validate(
            {**SETTINGS.model_dump(), "limits": {"activity_fell": 3, "activity_burst": 3}}
        )


def test_every_kind_has_the_limit_of_its_name() -> None:
    limits = SETTINGS.limits.model_dump()
    told = {kind.replace(" ", "_"): limit for kind, limit in SETTINGS.limits.by_kind().items()}
    assert told == limits
    assert set(SETTINGS.limits.by_kind()) == set(KINDS)
