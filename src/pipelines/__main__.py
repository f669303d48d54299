"""Lets the packaged project run as `python -m pipelines`."""

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main() -> None:
    """Runs the project's own `run` command."""
    configure_project("pipelines")
    find_run_command("pipelines")()


if __name__ == "__main__":
    main()
