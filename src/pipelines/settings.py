"""Kedro's settings: hooks, and where the configuration comes from."""

from kedro.config import OmegaConfigLoader

from pipelines.hooks import DefaultPipeline, Progress

HOOKS = (DefaultPipeline(), Progress())
CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local"}
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
