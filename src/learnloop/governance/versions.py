"""What makes a new version of a model, and what it is called: semantic versions by rule."""

import ast
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from learnloop.model import Model

FIRST_VERSIONS = {
    "content_recommender": "3.0.0",
    "mastery_predictor": "2.0.0",
    "difficulty_estimator": "1.0.0",
    "intervention_trigger": "1.0.0",
}
"""The registered names, and the version that each begins with."""


class Change(StrEnum):
    """How a model differs from another version of it."""

    FIRST = "first"
    """There is no other version."""
    CONTRACT = "contract"
    METHOD = "method"
    """Other parameters or other code."""
    DATA = "data"
    """The same method on other data."""
    NONE = "none"


@dataclass(frozen=True)
class Fingerprint:
    """All that a model follows from."""

    contract: int
    params_hash: str
    code_hash: str
    data_hash: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON and tags."""
        return asdict(self)


def change_between(old: Fingerprint | None, new: Fingerprint) -> Change:
    """The greatest difference between two fingerprints."""
    if old is None:
        return Change.FIRST
    if old.contract != new.contract:
        return Change.CONTRACT
    if (old.params_hash, old.code_hash) != (new.params_hash, new.code_hash):
        return Change.METHOD
    return Change.DATA if old.data_hash != new.data_hash else Change.NONE


def next_version(
    known: Mapping[str, Fingerprint], new: Fingerprint, first: str, champion: str | None = None
) -> tuple[str, Change]:
    """The semantic version of a model, and how it differs from the champion.

    Major where the contract changed, minor where parameters or code did, patch where
    only the data did: the next number of the champion's line that is free. A fingerprint
    that is known keeps its version: nothing is new.

    Args:
        known: fingerprint of every registered version, by semantic version.
        new: of the model at hand.
        first: the version to begin with.
        champion: the version in use; the newest stands in for it where there is none.

    Example:
        >>> old = Fingerprint(1, "p", "c", "monday")
        >>> next_version({"1.0.0": old}, Fingerprint(1, "p", "c", "tuesday"), "1.0.0")
        ('1.0.1', <Change.DATA: 'data'>)
    """
    for version, fingerprint in known.items():
        if fingerprint == new:
            return version, Change.NONE
    if not known:
        return first, Change.FIRST
    base = champion or max(known, key=_parts)
    change = step = change_between(known[base], new)
    same_contract = [version for version in known if known[version].contract == new.contract]
    if change is Change.CONTRACT and same_contract:
        base = max(same_contract, key=_parts)
        step = change_between(known[base], new)
    return _next_free([_parts(version) for version in known], _parts(base), step, new), change


def _next_free(
    taken: Sequence[tuple[int, int, int]],
    base: tuple[int, int, int],
    step: Change,
    new: Fingerprint,
) -> str:
    """The number one `step` after `base` that no version has."""
    major, minor, _ = base
    if step is Change.CONTRACT:
        return f"{max(new.contract, max(parts[0] for parts in taken) + 1)}.0.0"
    if step is Change.METHOD:
        return f"{major}.{max(parts[1] for parts in taken if parts[0] == major) + 1}.0"
    patch = max(parts[2] for parts in taken if parts[:2] == (major, minor))
    return f"{major}.{minor}.{patch + 1}"


def _parts(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)


def hash_parameters(parameters: Mapping[str, Any]) -> str:
    """A short hash of parameters as configured; the order of keys does not matter."""
    return _digest([json.dumps(parameters, sort_keys=True, default=str)])


def hash_code(packages: Sequence[str]) -> str:
    """A short hash of what the modules of `packages` do.

    Comments, docstrings and layout do not count: to rewrite them makes no new model.

    Args:
        packages: import paths of packages or modules, their subpackages included;
            they are read, not imported.
    """
    sources = sorted(
        (str(file.relative_to(root.parent)), file)
        for root in map(_origin, packages)
        for file in ([root] if root.is_file() else root.rglob("*.py"))
    )
    return _digest(f"{name}\n{_meaning(file)}" for name, file in sources)


def hash_libraries(distributions: Sequence[str]) -> str:
    """A short hash of the installed versions of `distributions`."""
    return _digest(f"{name}=={installed(name)}" for name in sorted(distributions))


def digest_of_model(model: Model) -> str:
    """A short hash of all that the model's `save` writes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        model.save(folder)
        return digest_of_folder(folder)


def digest_of_folder(folder: Path) -> str:
    """A short hash of the names and the content of all files below `folder`."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return _digest(
        f"{file.relative_to(folder).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in files
    )


def hash_events(events: Any) -> str:
    """A short hash of what the events say, whatever the order of the rows.

    When the platform learned of an event, and from where, is left out: no model
    learns from it.

    Args:
        events: the log as an Ibis table.
    """
    import ibis

    told = [c for c in events.columns if c not in {"received_at", "source", "tenant_id"}]
    row = ibis.literal("|").join([events[c].cast("string").fill_null("-") for c in told])
    number = (ibis.literal("0x") + row.hexdigest("md5").substr(0, 15)).cast("int64")
    found = events.aggregate(rows=events.count(), total=number.cast("decimal(38, 0)").sum())
    return _digest(str(value) for value in found.to_pandas().iloc[0])


def hash_tables(tables: Iterable[pd.DataFrame]) -> str:
    """A short hash of small tables, whatever the order of their rows."""
    texts = []
    for table in tables:
        ordered = table[sorted(table.columns)]
        lines = ordered.to_json(orient="records", lines=True, date_unit="us")
        texts.append("\n".join(sorted(lines.splitlines())))
    return _digest(texts)


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _origin(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"'{package}' is named as a model's code but does not exist")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def _meaning(file: Path) -> str:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_text(part)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(part: ast.AST) -> bool:
    return (
        isinstance(part, ast.Expr)
        and isinstance(part.value, ast.Constant)
        and isinstance(part.value.value, str)
    )
