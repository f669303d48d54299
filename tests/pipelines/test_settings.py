"""One value that is given leaves those beside it as they are, in every environment."""

from pathlib import Path

import pytest

from pipelines.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS

CONF = Path(__file__).parents[2] / "conf"


@pytest.mark.filterwarnings("ignore:register_new_resolver")
@pytest.mark.parametrize("env", ["base", "experiment", "school", "assistments2015", "oulad"])
def test_a_given_value_changes_no_other(env: str) -> None:
    given = {"difficulty": {"estimator": {"nodes": 31}}}
    plain, changed = (
        CONFIG_LOADER_CLASS(str(CONF), env=env, runtime_params=params, **CONFIG_LOADER_ARGS)[
            "parameters"
        ]
        for params in (None, given)
    )
    assert changed["difficulty"]["estimator"]["nodes"] == 31
    assert plain["difficulty"]["estimator"]["nodes"] != 31
    plain["difficulty"]["estimator"]["nodes"] = 31
    assert changed["difficulty"] == plain["difficulty"]
    assert changed.keys() == plain.keys()
