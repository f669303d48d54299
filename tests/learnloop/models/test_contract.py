"""What every model promises, whatever library is inside it (see `learnloop.model`)."""

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from learnloop.errors import ModelError
from learnloop.model import Model

from .cases import CASES, Case


@pytest.fixture(params=CASES, ids=lambda case: case.name, scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture(scope="module")
def fitted(case: Case) -> Model:
    """One fit for all tests that only look."""
    return case.make().fit(case.examples())


def test_it_carries_its_registered_name_and_major_version(case: Case) -> None:
    assert (case.model_class().name, case.model_class().contract) == (case.name, case.contract)


def test_it_has_every_method_of_the_interface(case: Case) -> None:
    methods = ("fit", "predict", "explain", "save", "load")
    assert [m for m in methods if not callable(getattr(case.model_class(), m, None))] == []


def test_fit_returns_the_model_itself(case: Case) -> None:
    model = case.make()
    assert model.fit(case.examples()) is model


def test_fit_leaves_its_input_as_it_was(case: Case) -> None:
    examples = case.examples()
    case.make().fit(examples)
    assert_frame_equal(examples, case.examples())


def test_predict_leaves_its_input_as_it_was(case: Case, fitted: Model) -> None:
    asked = case.asked()
    fitted.predict(asked)
    assert_frame_equal(asked, case.asked())


def test_explain_leaves_its_input_as_it_was(case: Case, fitted: Model) -> None:
    asked = case.asked()
    fitted.explain(asked)
    assert_frame_equal(asked, case.asked())


def test_predict_answers_every_row_under_its_own_index(case: Case, fitted: Model) -> None:
    asked = case.asked()
    assert fitted.predict(asked).index.tolist() == asked.index.tolist()


def test_no_prediction_is_null(case: Case, fitted: Model) -> None:
    assert not fitted.predict(case.asked()).isna().any(axis=None)


def test_the_order_of_the_rows_asked_does_not_matter(case: Case, fitted: Model) -> None:
    asked = case.asked()
    shuffled = asked.sample(frac=1, random_state=5)
    assert_frame_equal(
        fitted.predict(shuffled).loc[asked.index], fitted.predict(asked), rtol=1e-6, atol=1e-9
    )


def test_asking_twice_gives_the_same_answer(case: Case, fitted: Model) -> None:
    assert_frame_equal(
        fitted.predict(case.asked()), fitted.predict(case.asked()), check_exact=True
    )


def test_a_second_fit_on_the_same_examples_predicts_exactly_the_same(
    case: Case, fitted: Model
) -> None:
    again = case.make().fit(case.examples())
    assert_frame_equal(
        again.predict(case.asked()), fitted.predict(case.asked()), check_exact=True
    )


def test_a_model_read_back_predicts_bit_for_bit_the_same(
    case: Case, fitted: Model, tmp_path: Path
) -> None:
    folder = tmp_path / "not" / "made" / "yet"
    fitted.save(folder)
    loaded = case.model_class().load(folder)
    assert_frame_equal(
        loaded.predict(case.asked()), fitted.predict(case.asked()), check_exact=True
    )


def test_a_model_read_back_explains_bit_for_bit_the_same(
    case: Case, fitted: Model, tmp_path: Path
) -> None:
    fitted.save(tmp_path)
    loaded = case.model_class().load(tmp_path)
    assert_frame_equal(
        loaded.explain(case.asked()), fitted.explain(case.asked()), check_exact=True
    )


def test_nothing_on_disk_is_a_pickle(case: Case, fitted: Model, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    suffixes = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert suffixes
    assert not suffixes & {".pkl", ".pickle", ".joblib"}


def test_explain_gives_reasons_with_signed_contributions(case: Case, fitted: Model) -> None:
    reasons = fitted.explain(case.asked())
    assert reasons.columns.tolist() == ["row", "reason", "contribution"]
    assert not reasons.isna().any(axis=None)
    assert reasons["reason"].str.len().between(3, 100).all()
    assert pd.api.types.is_float_dtype(reasons["contribution"])


def test_explain_covers_every_row_asked_and_no_other(case: Case, fitted: Model) -> None:
    asked = case.asked()
    assert set(fitted.explain(asked)["row"]) == set(asked.index)


def test_the_weightiest_reason_of_a_row_comes_first(case: Case, fitted: Model) -> None:
    for _, reasons in fitted.explain(case.asked()).groupby("row", sort=False):
        assert reasons["contribution"].abs().is_monotonic_decreasing


def test_examples_without_rows_are_refused(case: Case) -> None:
    with pytest.raises(ModelError):
        case.make().fit(case.examples().iloc[:0])


def test_a_column_that_is_missing_is_named(case: Case, fitted: Model) -> None:
    for column in case.needs:
        with pytest.raises(ModelError, match=f"missing: {column}"):
            case.make().fit(case.examples().drop(columns=column))
        with pytest.raises(ModelError, match=f"missing: {column}"):
            fitted.predict(case.asked().drop(columns=column))


def test_a_model_that_was_never_fitted_says_so(case: Case) -> None:
    with pytest.raises(ModelError, match="fit"):
        case.make().predict(case.asked())


def test_a_folder_without_the_model_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        case.model_class().load(tmp_path)
