"""The one module that knows MLflow: versions, tags, aliases and files of the models.

A version becomes `champion` by one write at the very end, after its files were read
back; whatever fails before that leaves the champion as it was and the registry without
the new version.
"""

import json
import logging
import math
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from learnloop.errors import ModelError
from learnloop.governance.versions import Fingerprint, digest_of_folder, digest_of_model
from learnloop.model import Model

Alias = Literal["champion", "challenger"]
_EXPERIMENT = "learnloop"
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "DO_NOT_TRACK": "true",
}


@dataclass(frozen=True)
class RegisteredVersion:
    """A version as the registry holds it."""

    number: int
    """MLflow's own number."""
    semver: str
    fingerprint: Fingerprint
    git_sha: str
    last_event: str
    """When the last event of its data occurred, ISO 8601."""
    digest: str
    """Of all that the model's `save` wrote."""
    gates: Mapping[str, Any]
    """Verdict, value, limit and reason by gate, when it was last judged for an alias."""
    aliases: tuple[str, ...]
    folder: Path
    """Where the model's own `load` finds it."""


@dataclass(frozen=True)
class Submission:
    """A judged model on its way into the registry."""

    name: str
    semver: str
    fingerprint: Fingerprint
    git_sha: str
    last_event: str
    model: Model
    gates: Mapping[str, Any]
    alias: Alias
    card: str
    """The model card, Markdown."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    """Distributions that the model needs beside learnloop, numpy and pandas."""


def loggable(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The defined values of a model's scores under names that MLflow takes.

    Example:
        >>> loggable({"ndcg@10": {"value": 0.4}, "ece": {"value": None}})
        {'ndcg_at_10': 0.4}
    """
    return {
        name.replace("@", "_at_"): found["value"]
        for name, found in scores.items()
        if found["value"] is not None and math.isfinite(found["value"])
    }


class Registry:
    """The registered versions under a folder, `var/mlflow` by default.

    The folder cannot be moved: MLflow writes the absolute path of every file into its
    database.

    Args:
        folder: holds ``mlflow.db`` and ``artifacts``; made at the first submission.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    @property
    def uri(self) -> str:
        """Tracking and registry URI for MLflow."""
        return f"sqlite:///{self._folder / 'mlflow.db'}"

    def versions(self, name: str) -> list[RegisteredVersion]:
        """All versions of a model, oldest first; empty before the first submission."""
        if not (self._folder / "mlflow.db").exists():
            return []
        with _quiet(), self._readable():
            client = self._client()
            found = client.search_model_versions(f"name = '{name}'")
            aliases = self._aliases(client, name)
        read = [_read(found_version, aliases) for found_version in found]
        return sorted(read, key=lambda registered: registered.number)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Says in words that the database is broken."""
        from sqlalchemy.exc import DatabaseError

        try:
            yield
        except DatabaseError as broken:
            raise ModelError(
                f"the model registry {self._folder / 'mlflow.db'} cannot be read: "
                f"{broken.orig}. Restore it from a backup, or move {self._folder} away to "
                "begin a new one."
            ) from broken

    def champion(self, name: str) -> RegisteredVersion | None:
        """The version that services use."""
        return next((v for v in self.versions(name) if "champion" in v.aliases), None)

    def submit(self, submission: Submission) -> RegisteredVersion:
        """Registers a version, or judges a known one anew, and moves the aliases last.

        A champion that comes again is left as it is. A known challenger that now passes
        its gates is promoted under the version that it has.

        Raises:
            ModelError: the stored files cannot be read back, or hold another model than
                the one that was judged; nothing was registered and no alias moved.
        """
        known = {v.semver: v for v in self.versions(submission.name)}
        already = known.get(submission.semver)
        if already and "champion" in already.aliases:
            return already
        if already and submission.alias == "champion":
            self._check_same(already, submission)
        with _quiet():
            client = self._client()
            if already:
                number = already.number
                for key, value in _tags(submission).items():
                    client.set_model_version_tag(submission.name, str(number), key, value)
            else:
                number = self._register(client, submission)
            _move_alias(client, submission, number)
        return {v.number: v for v in self.versions(submission.name)}[number]

    def _check_same(self, already: RegisteredVersion, submission: Submission) -> None:
        """Only what was judged may be promoted, and a known version is what is stored."""
        _check_readable(already.folder, submission)
        if already.digest not in ("", digest_of_model(submission.model)):
            raise ModelError(
                f"{_title(submission)} passes its gates, but the registry holds another "
                f"model under that version, from the same data, parameters and code. Run "
                f"`kedro run` on the machine that made it, or delete version "
                f"{already.number} of {submission.name} from {self.uri} with "
                "mlflow.MlflowClient().delete_model_version() to register this one."
            )

    def _client(self) -> Any:
        from mlflow import MlflowClient

        self._folder.mkdir(parents=True, exist_ok=True)
        return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    @staticmethod
    def _aliases(client: Any, name: str) -> dict[int, tuple[str, ...]]:
        """Aliases by MLflow's number; search results do not carry them."""
        by_number: dict[int, tuple[str, ...]] = {}
        for model in client.search_registered_models(f"name = '{name}'"):
            for alias, number in sorted(model.aliases.items()):
                by_number[int(number)] = (*by_number.get(int(number), ()), alias)
        return by_number

    def _register(self, client: Any, submission: Submission) -> int:
        """Stores files, metrics and the version, without an alias; all of it or nothing."""
        run = client.create_run(self._experiment(client), run_name=_title(submission))
        try:
            with tempfile.TemporaryDirectory() as scratch:
                digest = _write_model(Path(scratch), submission)
                client.log_artifacts(run.info.run_id, str(Path(scratch) / "logged"))
            for metric, value in submission.metrics.items():
                client.log_metric(run.info.run_id, metric, value)
            for name, said in _flat(submission.parameters):
                client.log_param(run.info.run_id, name, said)
            client.set_terminated(run.info.run_id)
            source = f"{run.info.artifact_uri}/model"
            _check_readable(_folder_of(source), submission)
            if not client.search_registered_models(f"name = '{submission.name}'"):
                client.create_registered_model(submission.name)
            created = client.create_model_version(
                submission.name,
                source,
                run_id=run.info.run_id,
                tags={**_tags(submission), "digest": digest},
            )
        except Exception:
            client.delete_run(run.info.run_id)
            raise
        return int(created.version)

    def _experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(_EXPERIMENT)
        if found:
            return str(found.experiment_id)
        location = (self._folder / "artifacts").as_uri()
        return str(client.create_experiment(_EXPERIMENT, artifact_location=location))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps MLflow's telemetry, progress bars and chatter off."""
    os.environ.update(_QUIET)
    import_module("mlflow")  # sets the levels of its own loggers, so ours come after
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _title(submission: Submission) -> str:
    return f"{submission.name} {submission.semver}"


def _flat(parameters: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested parameters as MLflow wants them: ``evaluation.draws``, 300."""
    for name, said in parameters.items():
        if isinstance(said, Mapping):
            yield from _flat(said, f"{before}{name}.")
        else:
            yield f"{before}{name}", said


def _write_model(scratch: Path, submission: Submission) -> str:
    """The pyfunc model in ``logged/model``, the card and the gates beside it.

    Returns:
        The digest of what the model's own `save` wrote.
    """
    from mlflow import pyfunc

    submission.model.save(scratch / "model")
    logged = scratch / "logged"
    kind = type(submission.model)
    needed = ("learnloop", "mlflow", "numpy", "pandas", *submission.libraries)
    pyfunc.save_model(
        logged / "model",
        python_model=str(Path(__file__).with_name("registered_model.py")),
        artifacts={"model": str(scratch / "model")},
        model_config={"model_class": f"{kind.__module__}.{kind.__qualname__}"},
        pip_requirements=[f"{p}=={installed(p)}" for p in needed],
    )
    (logged / "model_card.md").write_text(submission.card, encoding="utf-8")
    gates = json.dumps(submission.gates, indent=2, sort_keys=True)
    (logged / "gates.json").write_text(gates + "\n", encoding="utf-8")
    return digest_of_folder(scratch / "model")


def _folder_of(source: str) -> Path:
    """Where the model's own files lie within a version's pyfunc model."""
    return Path(url2pathname(urlsplit(source).path)) / "artifacts" / "model"


def _check_readable(folder: Path, submission: Submission) -> None:
    try:
        type(submission.model).load(folder)
    except Exception as error:
        raise ModelError(
            f"{_title(submission)} was stored in {folder} but cannot be read back: {error} "
            "The champion stays as it was."
        ) from error


def _tags(submission: Submission) -> dict[str, str]:
    tags = {
        "semver": submission.semver,
        "git_sha": submission.git_sha,
        "last_event": submission.last_event,
        **submission.fingerprint.as_dict(),
        **{f"gate_{gate}": found["verdict"] for gate, found in submission.gates.items()},
        "gates": json.dumps(submission.gates, sort_keys=True),
    }
    return {key: str(value) for key, value in tags.items()}


def _move_alias(client: Any, submission: Submission, number: int) -> None:
    """One write makes the champion; a challenger that it overtook is none any more."""
    client.set_registered_model_alias(submission.name, submission.alias, str(number))
    if submission.alias == "champion":
        client.delete_registered_model_alias(submission.name, "challenger")


def _read(found: Any, aliases: Mapping[int, tuple[str, ...]]) -> RegisteredVersion:
    tags, number = found.tags, int(found.version)
    return RegisteredVersion(
        number=number,
        semver=tags["semver"],
        fingerprint=Fingerprint(
            int(tags["contract"]), tags["params_hash"], tags["code_hash"], tags["data_hash"]
        ),
        git_sha=tags["git_sha"],
        last_event=tags.get("last_event", ""),
        digest=tags.get("digest", ""),
        gates=json.loads(tags["gates"]),
        aliases=aliases.get(number, ()),
        folder=_folder_of(found.source),
    )
