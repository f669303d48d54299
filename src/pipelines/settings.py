"""Kedro's settings: hooks, and where the configuration comes from."""

import warnings

from kedro.config import OmegaConfigLoader

from pipelines.consent_check import ConsentCheck
from pipelines.hooks import DefaultPipeline, Progress
from pipelines.last_run import LastRun
from pipelines.resolvers import RESOLVERS
from pipelines.run_lock import OneRunAtATime

# Kedro 1.7 registers its resolvers by a name that OmegaConf has deprecated since.
warnings.filterwarnings("ignore", message="register_new_resolver", category=UserWarning)

HOOKS = (DefaultPipeline(), ConsentCheck(), LastRun(), Progress(), OneRunAtATime())
CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": RESOLVERS,
    # An environment, or one value given with --params, leaves what stands beside it in base.
    "merge_strategy": {"parameters": "soft"},
}
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
