"""The project's own commands: Kedro's `run` with readable errors, and an example school."""

import os
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from kedro.framework.cli import project
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project
from kedro.validation.exceptions import DataValidationError, ParameterValidationError
from rich.console import Console

from learnloop.errors import LearnloopError
from pipelines.last_run import is_last_run

READABLE = (LearnloopError, DataValidationError, ParameterValidationError)
"""What a user can mend, and so reads without a stack trace."""
PARTS = (
    "node_names",
    "from_nodes",
    "to_nodes",
    "from_inputs",
    "to_outputs",
    "tags",
    "namespaces",
)
"""Options of `run` that take a part of a pipeline; it reads less than the whole."""


def readable(error: BaseException) -> BaseException | None:
    """The first error in the chain of causes that is meant to be read, if there is one."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, READABLE):
        cause = cause.__cause__
    return cause


@click.group(name="kedro")
def cli() -> None:
    """Commands of the Learnloop project."""


@cli.command(
    params=[
        *project.run.params,
        click.Option(
            ["--reuse"],
            is_flag=True,
            help="If code, configuration and data are those of the last whole run, only "
            "run the release again.",
        ),
    ],
    epilog="Examples: kedro run · kedro run --pipelines mastery · "
    "kedro run --params campus.students=200 · "
    "kedro run --env school --params source.dir=my-school",
)
def run(reuse: bool, **options: Any) -> Any:
    """Run the pipelines: all of them in order, or those named."""
    if reuse:
        options["pipelines"] = _what_is_left(options)
    names = [*options["pipelines"], *filter(None, [options["pipeline"]])]
    unknown = [name for name in names if name not in pipelines]
    if unknown:
        known = ", ".join(sorted(pipelines))
        raise click.BadParameter(f"there is no pipeline {unknown[0]!r}; there are {known}.")
    try:
        _require_known(names, options)
        return click.get_current_context().invoke(project.run, **options)
    except Exception as error:
        if (told := readable(error)) is not None:
            raise click.ClickException(str(told)) from None
        raise


def _require_known(names: list[str], options: dict[str, Any]) -> None:
    """Names what is misspelt among `--params`, which would change nothing, and what is missing.

    Raises:
        click.UsageError: a parameter is not known, or what the pipelines read is not there.
    """
    _require_environment(options["env"])
    context = KedroSession.create(env=options["env"]).load_context()
    known = set(context.config_loader["parameters"])
    unknown = sorted(set(options["params"]) - known)
    if unknown:
        raise click.BadParameter(
            f"there is no parameter {unknown[0]!r}; there are {', '.join(sorted(known))}."
        )
    read = sum((pipelines[name] for name in names), Pipeline([])).inputs()
    top = {name.partition(":")[2].partition(".")[0] for name in read if name[:7] == "params:"}
    if unset := sorted(top - known):
        raise click.UsageError(
            f"{', '.join(names)} needs the parameter {unset[0]!r}, which "
            f"{options['env'] or 'the default environment'} does not set. Name an environment "
            f"that does with --env: {', '.join(_environments())}."
        )
    env = options["env"] or ""
    if any(options[part] for part in PARTS):
        return
    data = (name for name in sorted(read) if not name.startswith("param"))
    if missing := [name for name in data if not context.catalog.exists(name)]:
        raise click.UsageError(
            f"{', '.join(names)} reads {', '.join(missing)}: not there. Run the "
            f"pipelines that make it first; `kedro run{' --env ' * bool(env)}{env}` runs those "
            "of a plain run."
        )


def _environments() -> list[str]:
    """Those of the project, without the two that every run reads."""
    conf = (find_kedro_project(Path.cwd()) or Path.cwd()) / "conf"
    folders = {path.name for path in conf.iterdir() if path.is_dir()}
    return sorted(folders - {"base", "local"})


def _require_environment(env: str | None) -> None:
    if env and env not in {*_environments(), "base", "local"}:
        raise click.BadParameter(
            f"there is no environment {env!r}; there are {', '.join(_environments())}."
        )


def _what_is_left(options: dict[str, Any]) -> list[str]:
    """The pipelines that `--reuse` leaves to run: the release alone, or all (no name)."""
    context = click.get_current_context()
    given = [
        name
        for name in options
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    ]
    if given or "KEDRO_ENV" in os.environ:
        raise click.UsageError("--reuse goes with no other option, nor with KEDRO_ENV.")
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    if not is_last_run(project) or not _can_release():
        return []
    click.echo(
        "Code, configuration and data are those of the last run: only its release is run "
        "again. `kedro run` runs everything."
    )
    return ["release"]


def _can_release() -> bool:
    """Whether all that the release reads is on disk."""
    catalog = KedroSession.create().load_context().catalog
    needed = [name for name in pipelines["release"].inputs() if not name.startswith("param")]
    return all(catalog.exists(name) for name in needed)


@cli.command("example-school", epilog="Example: kedro example-school my-school")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def example_school(folder: Path) -> None:
    """Write a small school's data to FOLDER, as a model for your own."""
    from learnloop.datasets.school import write_example

    try:
        write_example(folder)
    except LearnloopError as error:
        raise click.ClickException(str(error)) from None
    Console().print(
        f"Wrote an example school to {folder}. Read it with:\n"
        f"  kedro run --env school --params source.dir={folder}"
    )


@cli.command(epilog="Say it after a change of the catalog, of a pipeline or of its imports.")
def lineage() -> None:
    """Write the stages of dvc.yaml anew, from the pipelines and the catalog."""
    from pipelines.lineage import write_stages

    write_stages(find_kedro_project(Path.cwd()) or Path.cwd())
