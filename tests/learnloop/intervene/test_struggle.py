import pandas as pd
import pytest

from learnloop.intervene.struggle import StruggleSettings, label_struggle

START = pd.Timestamp("2025-09-01", tz="UTC")
SETTINGS = StruggleSettings(horizon_weeks=2, active_weeks=1, least_answers=5, failing_share=0.4)


def weeks(
    events: list[int],
    answers: list[int] | None = None,
    correct: list[int] | None = None,
    observed: int = 99,
) -> pd.DataFrame:
    n = len(events)
    table = pd.DataFrame({"student_id": "a", "week": range(1, n + 1)})
    table["as_of"] = START + table["week"] * pd.Timedelta(days=7)
    table["learning_events"] = events
    table["answers"] = answers or [0] * n
    table["correct"] = correct or [0] * n
    table["observed"] = table["week"] <= observed
    return table


def labels(activity: pd.DataFrame) -> dict[int, bool]:
    found = label_struggle(activity, SETTINGS).merge(activity, on=["student_id", "as_of"])
    return dict(zip(found["week"], found["label"], strict=True))


def test_two_silent_weeks_ahead_are_struggling() -> None:
    assert labels(weeks([9, 9, 0, 0])) == {1: False, 2: True}


def test_one_silent_week_ahead_is_a_holiday() -> None:
    assert labels(weeks([9, 0, 9, 9]))[1] is False


def test_who_has_already_gone_is_no_candidate() -> None:
    assert labels(weeks([9, 0, 0, 0, 0])) == {1: True}


def test_a_horizon_beyond_the_log_is_censored() -> None:
    assert labels(weeks([9, 9, 9, 9])) == {1: False, 2: False}
    assert labels(weeks([9, 9, 9, 9], observed=3)) == {1: False}


@pytest.mark.parametrize(
    ("correct", "struggles"), [([0, 1, 0], True), ([0, 1, 1], False), ([5, 1, 0], True)]
)
def test_less_than_two_of_five_right_answers_ahead_is_failing(
    correct: list[int], struggles: bool
) -> None:
    assert labels(weeks([9, 9, 9], [5, 3, 2], correct)) == {1: struggles}


def test_four_wrong_answers_say_nothing_yet() -> None:
    assert labels(weeks([9, 9, 9], [0, 2, 2], [0, 0, 0])) == {1: False}


def test_students_with_terms_of_different_length_keep_apart() -> None:
    long = weeks([9, 9, 0, 0])
    short = weeks([9, 9, 9]).assign(student_id="b")
    found = label_struggle(pd.concat([long, short]), SETTINGS)
    assert found["student_id"].tolist() == ["a", "a", "b"]
    assert found["label"].tolist() == [False, True, False]
