"""Kedro's settings: hooks, and the configuration loader with its two environments."""

from kedro.config import OmegaConfigLoader

from pipelines.hooks import Progress

HOOKS = (Progress(),)
CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
}
