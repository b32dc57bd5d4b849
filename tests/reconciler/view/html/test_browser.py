"""The pages in a real browser, narrow and wide, light and dark: axe-core finds nothing, nothing is asked for.

AXE_CORE=…/axe-core/axe.min.js pytest -m campaign tests/reconciler/view/html/test_browser.py
"""

import pytest

from docs.pictures import pages
from specs.text import Lang
from tests.support import chromium

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(chromium.BROWSER is None, reason="chromium (Debian: chromium) is not installed"),
]
LANGUAGES: tuple[Lang, ...] = ("en", "zh")


@pytest.mark.skipif(not chromium.AXE.exists(), reason="AXE_CORE does not name the axe.min.js of npm's axe-core")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("width", "dark"), [(chromium.PHONE, True), (chromium.DESKTOP, False)])
def test_axe_finds_nothing_to_object_to(lang: Lang, width: int, dark: bool) -> None:
    found = {
        (name, violation["id"], node["html"][:120])
        for name, page in pages(lang)
        for violation in chromium.violations(page, width=width, dark=dark)
        for node in violation["nodes"]
    }
    assert found == set()


@pytest.mark.skipif(not chromium.AXE.exists(), reason="AXE_CORE does not name the axe.min.js of npm's axe-core")
def test_axe_objects_to_a_page_whose_text_is_hard_to_read() -> None:
    page = dict(pages("en"))["check"].replace("--mute:#566070", "--mute:#c8ccd2")
    assert "color-contrast" in {violation["id"] for violation in chromium.violations(page, width=chromium.DESKTOP)}


def test_no_page_asks_for_anything_that_an_empty_one_does_not() -> None:
    own = chromium.hosts_asked("<!DOCTYPE html><title>empty</title>")
    for name, page in pages("en"):
        assert chromium.hosts_asked(page) <= own | _BROWSERS, name


_BROWSERS = {
    "accounts.google.com",
    "clients2.google.com",
    "update.googleapis.com",
    "optimizationguide-pa.googleapis.com",
}
"""Errands of the browser itself, which it does at times of its own choosing."""


def test_a_page_that_asks_for_something_is_caught() -> None:
    page = '<!DOCTYPE html><title>x</title><img src="http://report.example/x.png" alt="">'
    assert "report.example" in chromium.hosts_asked(page)
