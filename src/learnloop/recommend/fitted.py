"""What fitting the recommender finds out, and how it is kept on disk."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from learnloop.errors import ModelError
from learnloop.recommend.catalogue import Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.facts import Context
from learnloop.recommend.learners import Floats
from learnloop.recommend.popularity import Popularity
from learnloop.recommend.reasons import Typical
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.takeup import TakeUp


@dataclass(frozen=True)
class Fitted:
    """Everything that fitting finds out."""

    context: Context
    """Item vectors, popularity and course models at the latest moment learned from."""
    take_up: TakeUp
    typical: Typical
    prior: Floats
    """(S,) mastery assumed of a student about whom nothing is believed yet."""


def write(
    folder: Path, name: str, contract: int, settings: RecommenderSettings, fitted: Fitted
) -> None:
    """Writes `model.json`, `model.npz` and the catalogue into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted.context.catalogue.save(folder)
    popularity = fitted.context.popularity
    np.savez_compressed(
        folder / "model.npz",
        prior=fitted.prior,
        item_factors=fitted.context.item_factors,
        overall=popularity.overall,
        course=popularity.course,
        recent=popularity.recent,
        by_class=popularity.by_class,
        ease=fitted.context.course_models.ease,
        follows=fitted.context.course_models.follows,
        centre=fitted.take_up.centre,
        weights=fitted.take_up.weights,
    )
    told = {
        "name": name,
        "contract": contract,
        "settings": settings.model_dump(mode="json"),
        "class_ids": popularity.class_ids.tolist(),
        "intercept": fitted.take_up.intercept,
        "typical": asdict(fitted.typical),
    }
    (folder / "model.json").write_text(json.dumps(told, indent=1))


def read(folder: Path, name: str, contract: int) -> tuple[RecommenderSettings, Fitted]:
    """Reads what `write` wrote.

    Raises:
        ModelError: `folder` does not hold a model of this name and contract, or an early
            one.
    """
    path = folder / "model.json"
    told = json.loads(path.read_text()) if path.is_file() else {}
    if (told.get("name"), told.get("contract")) != (name, contract):
        raise ModelError(f"{folder} does not hold a {name} of contract {contract}.")
    with np.load(folder / "model.npz", allow_pickle=False) as arrays:
        held = {key: arrays[key] for key in arrays.files}
    if "ease" not in held:
        raise ModelError(f"{folder} was written before EASE and transitions: fit anew.")
    popularity = Popularity(
        overall=held["overall"],
        course=held["course"],
        recent=held["recent"],
        class_ids=np.array(told["class_ids"], dtype=str),
        by_class=held["by_class"],
    )
    fitted = Fitted(
        context=Context(
            Catalogue.load(folder),
            held["item_factors"],
            popularity,
            CourseModels(held["ease"], held["follows"]),
        ),
        take_up=TakeUp(held["centre"], held["weights"], told["intercept"]),
        typical=Typical(**told["typical"]),
        prior=held["prior"],
    )
    return RecommenderSettings.model_validate(told["settings"]), fitted
