"""What the difficulty model promises beyond the interface of all models."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from learnloop.difficulty import DifficultyEstimator, EstimatorSettings
from learnloop.errors import ModelError

from .answer_tables import drawn_answers, written_answers

TRUE_DIFFICULTY = np.linspace(-2, 2, 20)


@pytest.fixture(scope="module")
def model() -> DifficultyEstimator:
    """Fitted on 400 students and 20 items, item-0000 the easiest."""
    return DifficultyEstimator().fit(drawn_answers(TRUE_DIFFICULTY, np.ones(20), 400, 0))


@pytest.fixture
def asked() -> pd.DataFrame:
    return drawn_answers(TRUE_DIFFICULTY, np.ones(20), 30, 1, prefix="new")


def test_flipping_all_later_answers_changes_no_earlier_prediction(
    model: DifficultyEstimator, asked: pd.DataFrame
) -> None:
    later = asked["position"] >= 10
    flipped = asked.assign(correct=asked["correct"] ^ later)
    before, after = model.predict(asked), model.predict(flipped)
    pd.testing.assert_frame_equal(
        before[asked["position"] <= 10], after[asked["position"] <= 10]
    )
    assert not before[asked["position"] > 11].equals(after[asked["position"] > 11])


def test_other_students_do_not_matter(model: DifficultyEstimator, asked: pd.DataFrame) -> None:
    alone = asked[asked["student_id"] == "new-00007"]
    together = model.predict(asked).loc[alone.index]
    pd.testing.assert_frame_equal(model.predict(alone), together, rtol=1e-12)


def test_a_solved_item_raises_and_a_failed_one_lowers_the_next_chance(
    model: DifficultyEstimator,
) -> None:
    chance = model.predict(
        written_answers(
            {
                "ann": "item-0010+ item-0005+",
                "bob": "item-0010- item-0005+",
                "eve": "item-0005+",
            }
        )
    )["probability"]
    ann, bob, eve = chance[1], chance[3], chance[4]
    assert bob < eve < ann


def test_harder_items_have_a_lower_chance(model: DifficultyEstimator) -> None:
    items = model.items().sort_values("difficulty")["content_id"]
    first = pd.DataFrame(
        {"student_id": [f"s{n}" for n in range(20)], "content_id": items.to_numpy()}
    ).assign(position=0, correct=True)
    assert model.predict(first)["probability"].is_monotonic_decreasing


def test_a_question_without_an_answer_is_predicted_and_teaches_nothing(
    model: DifficultyEstimator,
) -> None:
    asked = written_answers({"ann": "item-0003+ item-0010+ item-0005+"})
    asked["correct"] = asked["correct"].astype(object).where(asked["position"] != 1, None)
    predicted = model.predict(asked)
    assert 0 < predicted["probability"][1] < 1
    assert predicted["ability"][2] == pytest.approx(predicted["ability"][1])


def test_the_first_question_is_answered_by_an_average_student(
    model: DifficultyEstimator, asked: pd.DataFrame
) -> None:
    first = model.predict(asked)[asked["position"] == 0]
    assert first["ability"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert first["ability_sd"].to_numpy() == pytest.approx(1, abs=1e-4)


def test_only_the_first_answer_of_a_student_to_an_item_is_fitted() -> None:
    once = drawn_answers(TRUE_DIFFICULTY, np.ones(20), 50, 2)
    again = once.assign(position=once["position"] + 100, correct=True)
    fitted = DifficultyEstimator().fit(pd.concat([again, once], ignore_index=True)).items()
    pd.testing.assert_frame_equal(fitted, DifficultyEstimator().fit(once).items())


@pytest.mark.parametrize("form", ["1pl", "2pl"])
@pytest.mark.parametrize("shrink", [True, False])
def test_items_that_everybody_or_nobody_solves_get_finite_parameters(
    form: str, shrink: bool
) -> None:
    answers = drawn_answers(TRUE_DIFFICULTY, np.ones(20), 60, 3)
    answers["correct"] |= answers["content_id"] == "item-0000"
    answers["correct"] &= answers["content_id"] != "item-0019"
    items = (
        DifficultyEstimator(EstimatorSettings(form=form, shrink=shrink)).fit(answers).items()
    )
    numbers = items.drop(columns="content_id").to_numpy()
    assert np.isfinite(numbers).all()
    assert items["difficulty"].idxmin() == 0
    assert items["difficulty"].idxmax() == 19


def test_answers_that_are_all_correct_can_be_fitted() -> None:
    answers = drawn_answers(TRUE_DIFFICULTY, np.ones(20), 30, 3).assign(correct=True)
    assert np.isfinite(DifficultyEstimator().fit(answers).items()["difficulty"]).all()


def test_two_courses_without_a_common_student_are_fitted_on_one_scale() -> None:
    easy = drawn_answers(np.linspace(-2, -1, 10), np.ones(10), 300, 4, prefix="a")
    hard = drawn_answers(np.linspace(1, 2, 10), np.ones(10), 300, 5, prefix="b")
    hard["content_id"] = "hard-" + hard["content_id"]
    items = DifficultyEstimator().fit(pd.concat([easy, hard], ignore_index=True)).items()
    mean = items.groupby(items["content_id"].str.startswith("hard"))["difficulty"].mean()
    # Both groups of students are taken to be alike: standard normal, as they are.
    assert mean.tolist() == pytest.approx([-1.5, 1.5], abs=0.3)


def test_an_item_nobody_answered_takes_the_mean_of_its_authors_guess() -> None:
    content = pd.DataFrame(
        {
            "content_id": [f"item-{n:04d}" for n in range(20)] + ["new-easy", "new-hard"],
            "author_difficulty": [1] * 10 + [5] * 10 + [1, 5],
        }
    )
    answers = drawn_answers(TRUE_DIFFICULTY, np.ones(20), 300, 6)
    items = DifficultyEstimator().fit(answers, content).items().set_index("content_id")
    assert items.loc[["new-easy", "new-hard"], "attempts"].tolist() == [0, 0]
    # The means of the first and last ten of linspace(-2, 2, 20) are -1.05 and 1.05;
    # five of fifteen parts come from the mean of all items, which is 0.
    assert items.loc["new-easy", "difficulty"] == pytest.approx(-1.05 * 10 / 15, abs=0.15)
    assert items.loc["new-hard", "difficulty"] == pytest.approx(1.05 * 10 / 15, abs=0.15)
    answered = items[items["attempts"] > 0]["difficulty_se"]
    assert items.loc["new-easy", "difficulty_se"] > 2 * answered.max()


def test_an_item_the_bank_does_not_hold_is_predicted_like_an_average_item(
    model: DifficultyEstimator,
) -> None:
    asked = written_answers({"ann": "never-met+", "bob": "item-0000+", "eve": "item-0019+"})
    unknown, easiest, hardest = model.predict(asked)["probability"]
    assert hardest < unknown < easiest
    assert unknown == pytest.approx(0.5, abs=0.05)


def test_the_reasons_add_up_to_the_logit_of_the_prediction(
    model: DifficultyEstimator, asked: pd.DataFrame
) -> None:
    total = model.explain(asked).groupby("row")["contribution"].sum()
    chance = model.predict(asked)["probability"]
    logit = np.log(chance / (1 - chance))
    assert total.loc[asked.index].to_numpy() == pytest.approx(logit.to_numpy(), abs=1e-9)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ModelError, match="missing: position"):
        DifficultyEstimator().fit(written_answers({"ann": "a+"}).drop(columns="position"))


def test_the_order_of_the_examples_does_not_change_the_fit() -> None:
    answers = drawn_answers(TRUE_DIFFICULTY, np.ones(20), 40, 9)
    shuffled = answers.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        DifficultyEstimator().fit(answers).items(), DifficultyEstimator().fit(shuffled).items()
    )


def test_a_model_of_another_contract_is_refused(
    model: DifficultyEstimator, tmp_path: Path
) -> None:
    model.save(tmp_path)
    about = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**about, "contract": 99}))
    with pytest.raises(ModelError, match="contract 99"):
        DifficultyEstimator.load(tmp_path)
