"""What scikit-learn makes of plain columns, and single figures that any tutor has."""

from typing import Any

import pandas as pd

from benchmarks.intervention.plain import NUMBERS, WORDS
from benchmarks.intervention.protocol import Predict


def _fitted(model: Any, columns: list[str]) -> Predict:
    """`model(seed)`, a scikit-learn classifier of `columns`, as one that is scored."""

    def predict(known: pd.DataFrame, asked: pd.DataFrame, seed: int) -> pd.DataFrame:
        fitted = model(seed).fit(known[columns], known["label"])
        return pd.DataFrame({"risk": fitted.predict_proba(asked[columns])[:, 1]}, asked.index)

    return predict


def _logistic(numbers: list[str], words: list[str]) -> Predict:
    """Logistic regression; a column says where a number is not known."""

    def model(_: int) -> Any:
        from sklearn.compose import make_column_transformer
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        filled = SimpleImputer(add_indicator=True, keep_empty_features=True)
        return make_pipeline(
            make_column_transformer(
                (make_pipeline(filled, StandardScaler()), numbers),
                (OneHotEncoder(handle_unknown="ignore"), words),
            ),
            LogisticRegression(max_iter=1000),
        )

    return _fitted(model, [*numbers, *words])


def _booster() -> Predict:
    """scikit-learn's HistGradientBoosting as it comes; no column is a label of its class."""

    def model(seed: int) -> Any:
        from sklearn.compose import make_column_transformer
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OrdinalEncoder

        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        columns = make_column_transformer((codes, list(WORDS)), remainder="passthrough")
        return make_pipeline(columns, HistGradientBoostingClassifier(random_state=seed))

    return _fitted(model, [*NUMBERS, *WORDS])


BASELINES: dict[str, Predict] = {
    "logistic regression, plain columns": _logistic(list(NUMBERS), list(WORDS)),
    "HistGradientBoosting, plain columns": _booster(),
    "last score": _logistic(["plain_last_score"], []),
    "missing submissions": _logistic(["plain_missing"], []),
}
"""By name; the single figures go through a logistic regression, so that they are chances."""
