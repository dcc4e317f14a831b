"""How likely it is that chance alone explains what was counted."""

from __future__ import annotations

import math

_EXACT = 1000  # trials up to which the sum is taken exactly


def tail(trials: int, successes: int, chance: float) -> float:
    """Probability of so many or more successes, each with the same chance: exact for few trials,
    the Chernoff bound above that.
    """
    if successes <= chance * trials:
        return 1.0
    if trials <= _EXACT:
        return math.fsum(
            math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k)
            for k in range(successes, trials + 1)
        )
    share = successes / trials
    divergence = share * math.log(share / chance) + (
        (1 - share) * math.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    )
    return math.exp(-trials * divergence)
