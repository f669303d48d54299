"""Catalog entries of the release: the registry, its champions, and the state of the code."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj

from learnloop.governance.registry import RegisteredVersion, Registry, Submission
from learnloop.governance.versions import hash_code, hash_libraries, hash_parameters
from learnloop.model import Model
from pipelines.release.rooms import BY_NAME
from pipelines.stamp import STAGES, Stage

_SOURCES = (
    ":(top)",
    ":(top,exclude)dvc.lock",
    ":(top,exclude)data",
    ":(top,exclude)conf/*/tuning/*",
)
"""What git is asked about: all but what `dvc repro` and studies write while they run."""


class _ReadOnly:
    def save(self, data: Any) -> NoReturn:  # noqa: ARG002 (Kedro's signature)
        """Refuses."""
        raise DatasetError(f"{type(self).__name__} is read only.")

    def _exists(self) -> bool:
        """What is not there yet is loaded as that."""
        return True


class KnownVersions(_ReadOnly, AbstractDataset[Any, list[RegisteredVersion]]):
    """All versions of a room's model that are registered when the release begins."""

    def __init__(
        self, *, folder: str, room: str, metadata: Mapping[str, Any] | None = None
    ) -> None:
        self._registry, self._room = Registry(Path(folder)), BY_NAME[room]
        self.metadata = metadata

    def load(self) -> list[RegisteredVersion]:
        """Oldest first; empty before the first release."""
        return self._registry.versions(self._room.registered)

    def _describe(self) -> dict[str, Any]:
        return {"registry": self._registry.uri, "model": self._room.registered}


@dataclass(frozen=True)
class Champion:
    """The model to beat."""

    model: Model | None
    """``None`` where there is none, or this code cannot read it."""
    semver: str | None
    problem: str | None = None
    """Why it cannot be read."""


class ChampionDataset(_ReadOnly, AbstractDataset[Any, Champion]):
    """A room's champion, read with the model's own `load`."""

    def __init__(
        self, *, folder: str, room: str, metadata: Mapping[str, Any] | None = None
    ) -> None:
        self._registry, self._room = Registry(Path(folder)), BY_NAME[room]
        self.metadata = metadata

    def load(self) -> Champion:
        """The champion; one that this code cannot read says so instead of failing."""
        found = self._registry.champion(self._room.registered)
        if found is None:
            return Champion(None, None)
        try:
            model: Model = load_obj(self._room.model_class).load(found.folder)
        except Exception as error:  # whatever an older format may lead to
            return Champion(None, found.semver, str(error) or type(error).__name__)
        return Champion(model, found.semver)

    def _describe(self) -> dict[str, Any]:
        return {"registry": self._registry.uri, "model": self._room.registered}


class RegisteredDataset(AbstractDataset[Submission, RegisteredVersion]):
    """Saving submits a model to the registry; loading gives the version it became."""

    def __init__(
        self,
        *,
        folder: str,
        room: str,
        champions: bool = True,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Args:
        folder: of the registry.
        room: whose model.
        champions: where false, whatever is saved becomes a challenger at most.
        metadata: kept for Kedro-Viz, otherwise ignored.
        """
        self._registry, self._room = Registry(Path(folder)), BY_NAME[room]
        self._champions = champions
        self.metadata = metadata
        self._saved: RegisteredVersion | None = None

    def save(self, data: Submission) -> None:
        """Registers the version and moves the alias, or leaves all as it was."""
        allowed = data if self._champions else replace(data, alias="challenger")
        self._saved = self._registry.submit(allowed)

    def load(self) -> RegisteredVersion:
        """What `save` registered; without it, the newest version."""
        versions = self._registry.versions(self._room.registered)
        if self._saved is None and not versions:
            raise DatasetError(f"No {self._room.registered} is registered yet.")
        return self._saved or versions[-1]

    def _exists(self) -> bool:
        return bool(self._registry.versions(self._room.registered))

    def _describe(self) -> dict[str, Any]:
        return {"registry": self._registry.uri, "model": self._room.registered}


class CodeState(_ReadOnly, AbstractDataset[Any, dict[str, Any]]):
    """The commit that runs, and a hash of the code and the libraries of each stage."""

    def __init__(self, *, metadata: Mapping[str, Any] | None = None) -> None:
        self.metadata = metadata
        self._found: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        """``git_sha`` (``+dirty`` with uncommitted changes of sources) and ``code`` by stage.

        Read once a run: what a process has begun with is what it goes on with.
        """
        if self._found is None:
            self._found = {
                "git_sha": _git_sha(),
                "code": {stage.name: _hash_of(stage) for stage in STAGES},
            }
        return self._found

    def _describe(self) -> dict[str, Any]:
        return {"packages": sorted({package for stage in STAGES for package in stage.code})}


def _hash_of(stage: Stage) -> str:
    return hash_parameters(
        {"code": hash_code(stage.code), "libraries": hash_libraries(stage.libraries)}
    )


def _git_sha() -> str:
    """The commit of the working tree, ``unknown`` outside git."""
    here = Path(__file__).parent
    try:
        sha = _git("rev-parse", "HEAD", folder=here)
        dirty = _git("status", "--porcelain", "--untracked-files=no", *_SOURCES, folder=here)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{sha}+dirty" if dirty else sha


def _git(*arguments: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 (fixed arguments)
        ["git", *arguments],  # noqa: S607 (whichever git the user has)
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
