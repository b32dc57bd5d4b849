"""The one line that says how it is: verdict, release, how many facts of how many."""

from reconciler.core.diff import Difference
from reconciler.core.verdict import Verdict, verdict
from reconciler.view.messages.ui import label
from reconciler.view.render import Colour, RenderOptions

COLOURS: dict[Verdict, Colour] = {"converged": "green", "differs": "yellow", "unknown": "red"}


def verdict_line(release: str, difference: Difference, page: RenderOptions) -> str:
    result = verdict(difference)
    drift, unknown = len(difference.drift), len(difference.unknown)
    total = drift + unknown + difference.matching
    counts = {"release": release, "drift": drift, "unknown": unknown, "matching": difference.matching, "total": total}
    text = page.paint(label(f"verdict-{result}", page.lang, **counts), "bold", COLOURS[result])
    text += label("verdict-causes", page.lang, count=difference.consequences) if difference.consequences else ""
    hidden = sum(drift.expected.fact in difference.latent for drift in difference.drift)
    text += label("verdict-latent", page.lang, count=hidden) if hidden else ""
    text += label("verdict-advice", page.lang, count=len(difference.advice)) if difference.advice else ""
    text += label("verdict-waived", page.lang, count=len(difference.waived)) if difference.waived else ""
    if page.not_covered:
        text += label("not-checked", page.lang, sections=", ".join(page.not_covered))
    return text + (label("excluded", page.lang, modules=", ".join(page.excluded)) if page.excluded else "")
