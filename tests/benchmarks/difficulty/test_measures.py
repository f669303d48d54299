"""The protocol of held-out answers and the recovery of known items, on toy data."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.difficulty import held_out, new_items, published, recovery
from learnloop.errors import DataError


@pytest.fixture
def answers() -> pd.DataFrame:
    """40 students, 10 items of two skills, the higher the number the better and harder."""
    student, item = (part.ravel() for part in np.mgrid[:40, :10])
    rng = np.random.default_rng(0)
    chance = 1 / (1 + np.exp(-(student / 8 - item / 2)))
    return pd.DataFrame(
        {
            "student_id": [f"s{place:02d}" for place in student],
            "content_id": [f"i{place}" for place in item],
            "skill_id": [f"k{place % 2}" for place in item],
            "position": item,
            "correct": rng.random(len(item)) < chance,
        }
    )


def test_a_fifth_of_each_students_answers_is_held_out() -> None:
    students = pd.Series(["a"] * 10 + ["b"] * 5 + ["c"] * 2 + ["d"] * 13)
    held = held_out.held_out(students, seed=3)
    # 10 / 5, 5 / 5, 2 / 5 and 13 / 5 to the nearest whole number.
    assert pd.Series(held).groupby(students).sum().to_dict() == {"a": 2, "b": 1, "c": 0, "d": 3}


def test_another_seed_holds_out_other_answers_and_the_same_seed_the_same() -> None:
    students = pd.Series(["a"] * 50)
    first = held_out.held_out(students, 0)
    assert (first == held_out.held_out(students, 0)).all()
    assert (first != held_out.held_out(students, 1)).any()


def test_ours_and_the_baselines_are_scored_on_the_same_answers(answers: pd.DataFrame) -> None:
    said = json.loads(held_out.compare(answers, ["read"], seeds=2, peer_seeds=0).as_json())
    assert said["rows"] == 80
    assert "read" in said["notes"]
    assert list(said["baselines"]) == [
        "ours without factors",
        "share correct",
        "Rasch",
        "2PL (registered)",
    ]
    assert len(said["auc_by_seed"]["ours"]) == 2
    assert said["scores"]["auc"]["value"] == pytest.approx(
        np.mean(said["auc_by_seed"]["ours"]), abs=1e-5
    )
    assert said["scores"]["auc"]["value"] > said["baselines"]["share correct"]["auc"]["value"]


def test_copied_students_are_counted_and_the_others_scored_apart_or_one_of_each_kept() -> None:
    student, item = (part.ravel() for part in np.mgrid[:10, :30])
    answers = pd.DataFrame(
        {
            "student_id": [f"s{place}" for place in student],
            "content_id": [f"i{place}" for place in item],
            "skill_id": "all",
            "position": item,
            "correct": np.random.default_rng(5).random(len(item)) < 0.5,
        }
    )
    twins = answers[answers["student_id"].isin(["s0", "s1", "s2"])]
    both = pd.concat([answers, twins.assign(student_id=twins["student_id"] + "b")])
    result = held_out.compare(both, [], seeds=1, peer_seeds=0)
    # A fifth of 30 answers of each of six students.
    assert result.details["copies"] == {"students": 6, "groups": 3, "rows": 36}
    every = [result.scores, *result.baselines.values()]
    assert all("auc_without_copies" in scores for scores in every)
    once = held_out.compare(both, [], seeds=1, peer_seeds=0, drop_copies=True)
    assert once.rows == 10 * 6
    assert "auc_without_copies" not in once.scores


def test_the_auc_without_copies_leaves_their_answers_out() -> None:
    asked = pd.DataFrame(
        {
            "student_id": list("pqrs"),
            "correct": [False, True, False, True],
            "copied": [True, False, False, False],
        }
    )
    # .95 for p's wrong answer stands above both right ones: half of the pairs are in order.
    scores = held_out.scores_of(asked, np.array([0.95, 0.9, 0.2, 0.8]), seed=0)
    assert scores["auc"].value == 0.5
    assert scores["auc_without_copies"].value == 1.0


def test_a_peers_lead_is_paired_on_the_same_draws() -> None:
    errors = {
        "ours": {"rmse_b_full": [0.1, 0.3, 9.0], "rmse_b_quarter": [0.2, 0.2, 9.0]},
        "girth": {"rmse_b_full": [0.2, 0.4], "rmse_b_quarter": [0.1, 0.3]},
    }
    seconds = {
        "ours": {"full": [1.0, 1.0, 9.0], "quarter": [1.0, 1.0, 9.0]},
        "girth": {"full": [60.0, 80.0], "quarter": [10.0, 10.0]},
    }
    said = recovery.same_draws(errors, seconds)["girth"]
    assert said["full"]["difference"] == pytest.approx(
        {"value": -0.1, "low": -0.1, "high": -0.1}
    )
    assert said["full"]["times_ours"] == 70
    assert said["quarter"]["difference"] == pytest.approx(
        {"value": 0, "low": -0.1, "high": 0.1}
    )


def test_repeated_answers_are_not_predicted(answers: pd.DataFrame) -> None:
    again = answers.assign(position=answers["position"] + 10)
    both = pd.concat([answers, again], ignore_index=True)
    assert held_out.compare(both, [], seeds=1, peer_seeds=0).rows == 80


def test_answers_of_one_kind_are_refused(answers: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="all of one kind"):
        held_out.compare(answers.assign(correct=True), [], seeds=1, peer_seeds=0)


def test_the_error_is_that_of_the_estimates(
    answers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Known:
        def __init__(self, settings: object = None) -> None: ...

        def fit(self, _: pd.DataFrame) -> "Known":
            return self

        def items(self) -> pd.DataFrame:
            names = [f"i{place}" for place in range(10)]
            return pd.DataFrame({"content_id": names, "difficulty": np.arange(10.0)})

    monkeypatch.setattr(recovery, "DifficultyEstimator", Known)
    truth = pd.DataFrame(
        {"content_id": ["i0", "i1", "i2", "unseen"], "difficulty": [3.0, 1.0, -1.0, 0.0]}
    )
    result = recovery.against_truth(answers, truth, [], with_peers=False)
    # Errors of -3, 0 and 3; the root of 18 / 3.
    assert result.scores["rmse_b"].value == pytest.approx(np.sqrt(6))
    assert "1 items of the truth have no answers." in result.notes


def test_a_drawn_matrix_hides_what_is_not_seen() -> None:
    full, b = recovery.draw(0, 1.0)
    quarter, same = recovery.draw(0, 0.25)
    assert full.shape == (2000, 200)
    assert (b == same).all()
    assert (full >= 0).all()
    assert np.mean(quarter >= 0) == pytest.approx(0.25, abs=0.005)
    assert (quarter[quarter >= 0] == full[quarter >= 0]).all()


def test_easy_items_are_solved_more_often_than_hard_ones_in_a_draw() -> None:
    matrix, b = recovery.draw(1, 1.0)
    assert np.corrcoef(matrix.mean(axis=0), b)[0, 1] < -0.9


def test_a_new_item_of_an_easy_skill_is_expected_to_be_easy(answers: pd.DataFrame) -> None:
    easy = answers["content_id"].isin(["i1", "i3", "i5", "i7", "i9"])
    rng = np.random.default_rng(1)
    solved = rng.random(len(answers)) < np.where(easy, 0.95, 0.15)
    found = new_items.compare(answers.assign(correct=solved))
    assert found["gain"]["low"] > 0.1
    assert found["auc_by_skill"]["value"] > 0.8


def test_where_all_items_have_one_skill_there_is_nothing_to_compare(
    answers: pd.DataFrame,
) -> None:
    assert new_items.compare(answers.assign(skill_id="all")) == {}


def test_lsat_is_held_to_the_published_values_and_other_answers_are_refused(
    answers: pd.DataFrame,
) -> None:
    with pytest.raises(DataError, match="five items"):
        published.compare(answers)
    # Of these answers nobody published anything: they must be far off.
    said = json.loads(published.compare(answers[answers["position"] < 5]).as_json())
    off = said["furthest_off"]
    assert off["all"] == max(value for name, value in off.items() if name != "all")
    first = abs(said["found"]["1pl discrimination"][0] - 0.755)
    assert off["1pl discrimination"] == pytest.approx(first, abs=1e-5)
