"""What the configuration may take from outside: the clock and the environment."""

from collections.abc import Callable
from datetime import UTC, datetime

from omegaconf.resolvers import oc


def clock() -> str:
    """The time of the run, UTC: `${clock:}`."""
    return datetime.now(UTC).isoformat()


RESOLVERS: dict[str, Callable[..., object]] = {"clock": clock, "oc.env": oc.env}
