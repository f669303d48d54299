"""Environments with public data: a registry of their own, and no champion whatever runs."""

from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader

from learnloop.governance.registry import Submission
from learnloop.governance.versions import Fingerprint
from pipelines.release.datasets import RegisteredDataset
from pipelines.resolvers import RESOLVERS

CONF = Path(__file__).parents[2] / "conf"


def configuration(env: str) -> OmegaConfigLoader:
    return OmegaConfigLoader(
        str(CONF),
        env=env,
        base_env="base",
        default_run_env="local",
        custom_resolvers=RESOLVERS,
    )


PUBLIC = sorted(
    folder.name
    for folder in CONF.iterdir()
    if folder.is_dir() and "public_data" in configuration(folder.name)["parameters"]
)


def test_every_public_data_set_has_an_environment() -> None:
    assert set(PUBLIC) == {"assistments2009", "assistments2015", "oulad"}


@pytest.mark.parametrize("env", PUBLIC)
def test_its_registry_is_its_own_and_takes_no_champion(env: str) -> None:
    registered = configuration(env)["catalog"]["{room}_registered"]
    assert registered["folder"] == f"var/{env}/mlflow"
    assert registered["champions"] is False
    assert configuration(env)["parameters"]["public_data"]["registry"] == f"var/{env}/mlflow"
    assert configuration("base")["catalog"]["{room}_registered"]["champions"] is True


class Words:
    """A model that is a word."""

    @classmethod
    def load(cls, folder: Path) -> "Words":
        (folder / "word.txt").read_text()
        return cls()

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "word.txt").write_text("yes")


@pytest.mark.parametrize("champions", [False, True])
def test_a_model_that_passed_everything_is_champion_only_where_there_are_champions(
    tmp_path: Path, champions: bool
) -> None:
    model: Any = Words()
    passed = Submission(
        name="mastery_predictor",
        semver="2.0.0",
        fingerprint=Fingerprint(2, "p", "c", "d"),
        git_sha="abc",
        last_event="",
        model=model,
        gates={},
        alias="champion",
        card="# A card",
    )
    dataset = RegisteredDataset(folder=str(tmp_path), room="mastery", champions=champions)
    dataset.save(passed)
    assert dataset.load().aliases == (("champion",) if champions else ("challenger",))
