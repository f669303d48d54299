"""The predictor: causal, the same online as in batch, and behaving as a teacher expects."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from learnloop.errors import ModelError
from learnloop.mastery import ItemBank, MasteryPredictor

from .toys import (
    QUICK,
    SKILLS,
    START,
    bank,
    classroom,
    history,
    later,
    mastery,
    trained,
    trained_on_forgetting,
)


def chance(model: MasteryPredictor, answers: pd.DataFrame) -> float:
    """Of the last answer to be correct."""
    return float(model.predict(answers)["probability"].iloc[-1])


def test_no_feature_of_an_answer_depends_on_it_or_on_later_ones() -> None:
    attempts, _ = classroom(20, seed=6)
    flipped = attempts.assign(
        correct=np.where(attempts["position"] >= 15, ~attempts["correct"], attempts["correct"])
    )
    before = attempts["position"] <= 15
    model = trained()
    assert_frame_equal(
        model.inputs(attempts)[before], model.inputs(flipped)[before], check_exact=True
    )
    assert not model.inputs(attempts)[~before].equals(model.inputs(flipped)[~before])


def test_online_masteries_equal_those_of_a_batch() -> None:
    model, (attempts, _) = trained(), classroom(3, seed=7)
    for _, own in attempts.groupby("student_id"):
        state = model.new_student()
        for row in own.itertuples():
            model.learn(state, row.content_id, row.skill_id, bool(row.correct), row.occurred_at)
        now = pd.Series([START + pd.Timedelta(days=90)], dtype="datetime64[us, UTC]")
        online = model.masteries(state, now)[0]
        batch = [mastery(model, own.reset_index(drop=True), 90, skill) for skill in SKILLS]
        assert online == pytest.approx(batch, abs=1e-6)


def test_a_model_that_learned_nothing_new_is_the_same_to_the_bit() -> None:
    attempts, _ = classroom(40, seed=8)
    first, second = (MasteryPredictor(bank(), QUICK).fit(attempts) for _ in range(2))
    assert first.version == second.version
    assert_frame_equal(first.predict(attempts), second.predict(attempts), check_exact=True)


def test_another_seed_gives_another_version() -> None:
    attempts, _ = classroom(40, seed=8)
    versions = {
        MasteryPredictor(bank(), QUICK.model_copy(update={"seed": seed})).fit(attempts).version
        for seed in (0, 1)
    }
    assert len(versions) == 2


def test_a_model_read_back_keeps_version_rates_and_predictions(tmp_path: Path) -> None:
    attempts, _ = classroom(5, seed=9)
    trained().save(tmp_path)
    loaded = MasteryPredictor.load(tmp_path)
    assert loaded.version == trained().version
    assert loaded.skill_rates.tolist() == trained().skill_rates.tolist()
    assert_frame_equal(loaded.predict(attempts), trained().predict(attempts), check_exact=True)


def test_more_right_answers_mean_more_mastery() -> None:
    found = [
        mastery(trained(), history([True] * right + [False] * (6 - right)), 1, "adding")
        for right in (0, 2, 4, 6)
    ]
    assert found == sorted(found)
    assert found[-1] - found[0] > 0.3


def test_right_answers_on_a_skill_say_more_of_it_than_of_another() -> None:
    model, none = trained(), history([False])
    practised = history([True] * 8)
    gain = {
        skill: mastery(model, practised, 1, skill) - mastery(model, none, 1, skill)
        for skill in ("adding", "dividing")
    }
    assert gain["adding"] > gain["dividing"] > 0


def test_harder_items_are_less_likely_answered() -> None:
    asked = [history([True], item=item, student=f"s{item}") for item in range(4)]
    chances = trained().predict(pd.concat(asked, ignore_index=True))["probability"].tolist()
    assert chances == sorted(chances, reverse=True)


def test_a_right_answer_to_a_hard_item_says_more_than_one_to_an_easy_item() -> None:
    easy, hard = (history([True] * 3, item=item) for item in (0, 3))
    assert mastery(trained(), hard, 1, "adding") > mastery(trained(), easy, 1, "adding")


def test_renaming_the_skills_that_a_student_never_met_changes_nothing() -> None:
    model = trained()
    answers = history([True, False, True])
    renamed = {skill: f"{skill}-2" for skill in SKILLS if skill != "adding"}
    table = model.items.table.assign(skill_id=model.items.table["skill_id"].replace(renamed))
    skills = [renamed.get(skill, skill) for skill in SKILLS]
    bank = ItemBank(table, skills, model.items.traits)
    other = MasteryPredictor(bank, QUICK, model._network)
    assert mastery(other, answers, 1, "adding") == mastery(model, answers, 1, "adding")


def test_what_is_not_practised_is_forgotten_where_the_data_say_so() -> None:
    practised = history([True] * 6)
    soon, late = (mastery(trained_on_forgetting(), practised, day, "adding") for day in (1, 20))
    assert soon - late > 0.05


def test_what_is_not_practised_is_kept_where_the_data_say_so() -> None:
    practised = history([True] * 6)
    soon, late = (mastery(trained(), practised, day, "adding") for day in (1, 20))
    assert soon == pytest.approx(late, abs=0.1)


def test_a_student_without_history_is_taken_for_an_average_one() -> None:
    # the toy's items are as often easy as hard, and its students average 0
    assert chance(trained(), history([True], item=1)) == pytest.approx(0.5, abs=0.2)


def test_a_new_skill_and_a_new_item_get_a_chance_between_those_of_known_ones() -> None:
    model = trained()
    stranger = history([True], skill="new")
    assert chance(model, history([True], item=3)) < chance(model, stranger)
    assert chance(model, stranger) < chance(model, history([True], item=0))


def test_answers_on_an_unknown_skill_still_say_something_of_the_student() -> None:
    right, wrong = (
        later(history([correct] * 8, skill="new"), history([True])) for correct in (True, False)
    )
    assert chance(trained(), right) > chance(trained(), wrong) + 0.05


def test_without_times_the_days_since_practice_explain_nothing() -> None:
    answers = history([True, False, True]).assign(
        occurred_at=pd.Series([pd.NaT] * 3, dtype="datetime64[us, UTC]")
    )
    reasons = trained().explain(answers).set_index("reason")["contribution"]
    assert reasons["days since practice"].tolist() == pytest.approx([0.0] * 3, abs=1e-12)


def test_the_difficulty_of_a_hard_item_speaks_against_a_right_answer() -> None:
    reasons = trained().explain(history([True], item=3)).set_index("reason")["contribution"]
    assert reasons["how hard the item is"] < -0.5
    assert reasons["answers so far on this skill"] == pytest.approx(0.0, abs=1e-12)


def test_answers_of_one_kind_only_teach_nothing() -> None:
    with pytest.raises(ModelError, match="right and wrong"):
        MasteryPredictor(bank(), QUICK).fit(history([True, True]))


def test_predicting_imports_neither_lightning_nor_torch(tmp_path: Path) -> None:
    trained().save(tmp_path / "model")
    classroom(2, seed=3)[0].to_parquet(tmp_path / "answers.parquet")
    code = (
        "import sys, pathlib, pandas as pd\n"
        "from learnloop.mastery import MasteryPredictor\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "model = MasteryPredictor.load(folder / 'model')\n"
        "answers = pd.read_parquet(folder / 'answers.parquet')\n"
        "model.predict(answers), model.explain(answers)\n"
        "model.learn(model.new_student(), *answers.iloc[0][['content_id', 'skill_id', "
        "'correct', 'occurred_at']])\n"
        "heavy = {'torch', 'pytorch_lightning', 'lightning', 'mlflow'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", ["predict", "explain"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("student_id", None),
        ("content_id", float("nan")),
        ("skill_id", None),
        ("skill_id", ["adding"]),
        ("correct", float("nan")),
        ("correct", None),
        ("correct", 7),
        ("correct", "yes"),
        ("position", 0),
        ("position", None),
        ("position", "first"),
        ("occurred_at", pd.Timestamp("2025-09-01")),
        ("occurred_at", "2025-09-01"),
        ("occurred_at", "soon"),
        ("occurred_at", 5),
        ("studied", None),
        ("studied", -1),
    ],
)
def test_what_cannot_be_an_answer_is_named_with_its_row(
    method: str, column: str, value: object
) -> None:
    answers = history([True, False, True]).assign(studied=0).set_axis(["x", "y", "z"])
    cells = answers[column].astype(object).tolist()
    answers[column] = pd.Series([cells[0], value, cells[2]], answers.index, dtype=object)
    with pytest.raises(ModelError, match=f"Row y .*{column} is .* must be"):
        getattr(trained(), method)(answers)


def test_times_as_text_with_a_zone_are_times() -> None:
    answers = history([True, False, True])
    as_text = answers.assign(occurred_at=answers["occurred_at"].map(pd.Timestamp.isoformat))
    assert_frame_equal(trained().predict(as_text), trained().predict(answers))


def test_unknown_times_may_be_null_of_any_type() -> None:
    answers = history([True, False, True])
    told = [
        trained().predict(answers.assign(occurred_at=pd.Series(never)))
        for never in ([None] * 3, [pd.NaT] * 3, [np.datetime64("NaT")] * 3, [float("nan")] * 3)
    ]
    for other in told[1:]:
        assert_frame_equal(told[0], other)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content_id", None),
        ("skill_id", None),
        ("skill_id", 3),
        ("correct", float("nan")),
        ("correct", None),
        ("correct", pd.NA),
        ("correct", 7),
        ("correct", "yes"),
        ("occurred_at", pd.Timestamp("2025-09-01")),
        ("occurred_at", "2025-09-01"),
        ("occurred_at", 5),
    ],
)
def test_one_answer_that_cannot_be_is_refused_and_leaves_the_state(
    field: str, value: object
) -> None:
    model, now = trained(), pd.Series([START])
    state = model.new_student()
    answer = {
        "content_id": "adding-1",
        "skill_id": "adding",
        "correct": True,
        "occurred_at": START,
    }
    model.learn(state, **answer)  # type: ignore[arg-type]
    before = model.masteries(state, now)
    with pytest.raises(ModelError, match=f"{field} is "):
        model.learn(state, **(answer | {field: value}))  # type: ignore[arg-type]
    assert (model.masteries(state, now) == before).all()


def test_a_moment_that_is_not_known_may_be_any_null() -> None:
    model = trained()
    by_none, by_nat = model.new_student(), model.new_student()
    model.learn(by_none, "adding-1", "adding", True, None)
    model.learn(by_nat, "adding-1", "adding", True, pd.NaT)  # type: ignore[arg-type]
    never = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    expected = model.masteries(by_none, never)
    assert np.isfinite(expected).all()
    assert (model.masteries(by_nat, pd.Series([pd.NaT])) == expected).all()
    assert (model.masteries(by_nat, pd.Series([None])) == expected).all()


def test_moments_need_a_zone_and_a_student() -> None:
    model = trained()
    state = model.new_student()
    with pytest.raises(ModelError, match="time zone"):
        model.masteries(state, pd.Series([pd.Timestamp("2025-09-01")]))
    with pytest.raises(ModelError, match="2 moments"):
        model.masteries(state, pd.Series([START, START]))
