"""The check at load stands before every node that comes after the filter."""

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import node
from kedro.pipeline.node import Node

from learnloop.errors import ConsentError
from pipelines.consent_check import ConsentCheck

POLICY = pd.DataFrame(
    {
        "student_id": ["a", "b"],
        "under_13": [False, False],
        "parental_consent": [False, False],
        "learning_consent": [True, False],
    }
)
DENIED = pd.DataFrame({"student_id": ["a", "b"]})
ALLOWED = pd.DataFrame({"student_id": ["a"]})


def catalog(**data: object) -> DataCatalog:
    made = DataCatalog()
    for name, value in data.items():
        made[name] = value
    return made


def training(tag: str = "mastery") -> Node:
    return node(lambda attempts: attempts, "attempts", "model", name="fit", tags=tag)


def test_a_node_may_read_consented_students() -> None:
    inputs = {"attempts": ALLOWED, "params:mastery": {"layers": 2}}
    ConsentCheck().before_node_run(training(), catalog(eligibility=POLICY), inputs)


def test_a_node_may_not_read_anybody_else() -> None:
    with pytest.raises(ConsentError, match="attempts holds data of 1 students"):
        ConsentCheck().before_node_run(
            training(), catalog(eligibility=POLICY), {"attempts": DENIED}
        )


def test_without_the_policy_nothing_is_read() -> None:
    with pytest.raises(ConsentError, match="there is no eligibility table"):
        ConsentCheck().before_node_run(training(), catalog(), {"attempts": ALLOWED})


def test_a_policy_is_forgotten_when_another_run_begins() -> None:
    check = ConsentCheck()
    check.before_node_run(training(), catalog(eligibility=POLICY), {"attempts": ALLOWED})
    check.before_pipeline_run()
    with pytest.raises(ConsentError):
        check.before_node_run(
            training(), catalog(eligibility=POLICY.iloc[1:]), {"attempts": ALLOWED}
        )


@pytest.mark.parametrize("tag", ["source", "ingest"])
def test_data_on_its_way_to_the_filter_is_let_through(tag: str) -> None:
    ConsentCheck().before_node_run(training(tag), catalog(), {"attempts": DENIED})


def test_the_policy_itself_and_the_truth_are_let_through() -> None:
    ConsentCheck().before_node_run(
        training(), catalog(), {"eligibility": POLICY, "truth_students": DENIED}
    )


@pytest.mark.parametrize(
    "hidden", [{"january": DENIED}, [ALLOWED, DENIED], DENIED.set_index("student_id")]
)
def test_students_are_found_wherever_they_stand(hidden: object) -> None:
    with pytest.raises(ConsentError, match="1 students"):
        ConsentCheck().before_node_run(
            training(), catalog(eligibility=POLICY), {"attempts": hidden}
        )


def test_a_consent_withdrawn_within_a_run_counts_at_once() -> None:
    check = ConsentCheck()
    check.before_node_run(training(), catalog(eligibility=POLICY), {"attempts": ALLOWED})
    check.after_node_run(outputs={"eligibility": POLICY.iloc[1:]})
    with pytest.raises(ConsentError):
        check.before_node_run(
            training(), catalog(eligibility=POLICY.iloc[1:]), {"attempts": ALLOWED}
        )
