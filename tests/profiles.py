"""How hard hypothesis tries: a minute for everybody, hours for whoever asks.

MAYFLY_HYPOTHESIS_PROFILE=long has state machines try 25 times as many orders of calls, each
twice as long; a number in its place is the factor for the orders.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_LONG = 25


def effort(*, examples: int, steps: int) -> settings:
    """Return settings for a state machine that takes a few seconds unless more is asked for."""
    profile = os.environ.get("MAYFLY_HYPOTHESIS_PROFILE", "")
    factor = int(profile) if profile.isdigit() else _LONG if profile == "long" else 1
    return settings(
        max_examples=examples * factor,
        stateful_step_count=steps * (1 if factor == 1 else 2),
        deadline=None,
        # Making a failure of a state machine smaller takes minutes; ask for it when there is one.
        phases=[one for one in Phase if factor > 1 or one is not Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
