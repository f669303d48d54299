"""Small campuses for the tests of this room, and a term of one as tables."""

from dataclasses import dataclass

import pandas as pd

from learnloop.simulation import Block, Campus, CampusSettings


@dataclass(frozen=True)
class Observed:
    """A term of learners, as tables."""

    campus: Campus
    block: Block
    events: pd.DataFrame
    truth: pd.DataFrame
    """One row per student, indexed by student, with the columns of the roster."""


def small(**changes: object) -> Campus:
    """A campus of a few learners and nobody else, unless said otherwise."""
    return Campus(
        CampusSettings.model_validate(
            {"students": 40, "audit_students": 0, "reference_students": 0, **changes}
        )
    )


def plain(block: Block) -> pd.DataFrame:
    """The events with ordinary text columns."""
    events = block.events.to_pandas()
    texts = events.select_dtypes("category").columns
    return events.astype(dict.fromkeys(texts, "object"))
