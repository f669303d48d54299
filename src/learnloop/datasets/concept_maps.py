"""Reads public concept maps: skills and their prerequisites, as they were written."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from learnloop.errors import DataError

SUBJECTS = ("data_mining", "geometry", "physics", "precalculus")
"""Of AL-CPL."""


@dataclass(frozen=True)
class ConceptMap:
    """Skills and edges of one subject, unchecked.

    Attributes:
        skill_ids: in the order of the file.
        prerequisites: one row per edge: `skill_id`, `requires_skill_id`, `_file`, `_row`
            (the line in the file).
    """

    skill_ids: tuple[str, ...]
    prerequisites: pd.DataFrame


def read_metacademy(folder: Path) -> ConceptMap:
    """Metacademy's `concepts.csv` and `prerequisites.csv` (metacademy.org).

    An edge may spell a concept with hyphens that the concepts' file spells with
    underscores; such names are taken as the concept's. Other absent names stay as they are.

    Raises:
        DataError: a file or a column is missing.
    """
    skill_ids = tuple(_table(folder / "concepts.csv", ["id"])["id"])
    edges = _table(folder / "prerequisites.csv", ["concept", "prerequisite"])
    spelled = {name.replace("-", "_"): name for name in skill_ids}
    spelled |= {name: name for name in skill_ids}
    named = {
        "skill_id": edges["concept"],
        "requires_skill_id": edges["prerequisite"],
    }
    said = {
        column: names.map(
            lambda name: spelled.get(name, spelled.get(name.replace("-", "_"), name))
        )
        for column, names in named.items()
    }
    return ConceptMap(skill_ids, _placed(pd.DataFrame(said), "prerequisites.csv", 2))


def read_al_cpl(folder: Path, subject: str) -> ConceptMap:
    """The prerequisite pairs of one subject of AL-CPL (Liang et al. 2018).

    Args:
        folder: holds `<subject>.preqs`: a line per pair, the second is required by the first.
        subject: one of `SUBJECTS`.

    Raises:
        DataError: the file is missing.
    """
    file = folder / f"{subject}.preqs"
    if not file.is_file():
        raise DataError("there is no such file.", file=str(file))
    edges = pd.read_csv(file, header=None, names=["skill_id", "requires_skill_id"], dtype=str)
    skill_ids = tuple(pd.unique(edges[["requires_skill_id", "skill_id"]].to_numpy().ravel()))
    return ConceptMap(skill_ids, _placed(edges, file.name, 1))


def _table(file: Path, columns: list[str]) -> pd.DataFrame:
    if not file.is_file():
        raise DataError("there is no such file.", file=str(file))
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    for column in columns:
        if column not in table:
            raise DataError("there is no such column.", file=str(file), column=column)
    return table


def _placed(edges: pd.DataFrame, file: str, first_row: int) -> pd.DataFrame:
    return edges.assign(_file=file, _row=range(first_row, first_row + len(edges)))
