"""The one word about a cluster. Unknown outweighs drift: with anything unread there is no verdict to stand on."""

from typing import Literal

from reconciler.core.diff import Difference

Verdict = Literal["converged", "differs", "unknown"]


def verdict(difference: Difference) -> Verdict:
    if difference.unknown:
        return "unknown"
    return "differs" if difference.drift else "converged"
