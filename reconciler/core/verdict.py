"""The verdict on a cluster. Unknown outweighs drift: with anything unread no verdict can be trusted."""

from typing import Literal

from reconciler.core.diff import Difference

Verdict = Literal["converged", "differs", "unknown"]


def verdict(difference: Difference) -> Verdict:
    if difference.unknown:
        return "unknown"
    return "differs" if difference.drift else "converged"
