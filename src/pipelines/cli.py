"""The project's own commands: Kedro's `run` with readable errors, and an example school."""

from pathlib import Path
from typing import Any

import click
from kedro.framework.cli import project
from kedro.validation.exceptions import DataValidationError, ParameterValidationError
from rich.console import Console

from learnloop.errors import LearnloopError

READABLE = (LearnloopError, DataValidationError, ParameterValidationError)
"""What a user can mend, and so reads without a stack trace."""


@click.group(name="kedro")
def cli() -> None:
    """Commands of the Learnloop project."""


@cli.command(
    params=project.run.params,
    epilog="Examples: kedro run · kedro run --pipelines mastery · "
    "kedro run --params campus.students=200 · "
    "kedro run --env school --params source.dir=my-school",
)
def run(**options: Any) -> Any:
    """Run the pipelines: all of them in order, or those named."""
    try:
        return project.run.callback(**options)
    except READABLE as error:
        raise click.ClickException(str(error)) from None


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
