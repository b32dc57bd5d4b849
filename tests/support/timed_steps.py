"""Steps that take as long as they are said to, and cut off a product."""

from dataclasses import dataclass

from actions.action import Disrupts
from reconciler.core.plan import Step
from tests.support.flags import Raise
from tests.support.world import plan, step


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Raise):
    lasts_s: float = 60.0
    product: str = ""

    @property
    def estimate_s(self) -> float:
        return self.lasts_s

    @property
    def outage(self) -> str:
        return self.product

    @property
    def disrupts(self) -> Disrupts:
        return "service" if self.product else "no"


def timed(name: str, *after: str, product: str = "", lasts_s: float = 60.0, shares: tuple[str, ...] = ()) -> Step:
    return step(Timed(host="h", name=name, product=product, lasts_s=lasts_s, shares=shares), *after)


CHAIN = plan(
    timed("dump"),
    timed("retire", "dump", product="paas", lasts_s=5.0),
    timed("load", lasts_s=30.0),
    timed("install", "retire", "load", product="paas", lasts_s=360.0),
    timed("tidy", "install", lasts_s=5.0),
)
