"""The page as a person has it, in a real browser: pointing, keys, narrow screens, hostile text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra view")
pytest.importorskip("selenium", reason="needs selenium")

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from tests.view.browser import chromium, needs_chromium
from tests.view.sample.conftest import a_bike_ride, a_pair
from tests.view.sample.hostile import hostile
from tests.view.serving import Served, serving

from buttonup import gates
from buttonup.records import encode
from buttonup.view.sample.page import WAYS

pytestmark = [needs_chromium, pytest.mark.slow]

BIKES, HOSTILE, PAIR = "/sample/1", "/sample/2", "/sample/3"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("seen")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        lines: list[Any] = [gates.sift(a_bike_ride()), hostile(), a_pair()]
        file = folder / "seen.jsonl"
        file.write_bytes(b"".join(encode(line) + b"\n" for line in lines))
        with serving(file) as served:
            yield served


class Browser:
    """A browser on a served file."""

    def __init__(self, driver: Any, served: Served) -> None:
        self.driver = driver
        self._origin = f"http://{served.host}"
        driver.get(served.address)

    def open(self, path: str) -> None:
        self.driver.get(self._origin + path)

    def __call__(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(f"return {script}", *given)

    def find(self, css: str) -> Any:
        return self.driver.find_element("css selector", css)

    def hover(self, css: str) -> None:
        ActionChains(self.driver).move_to_element(self.find(css)).perform()

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, css: str) -> None:
        """Go there as one without a mouse does."""
        for _ in range(80):
            self.press(Keys.TAB)
            if self("document.activeElement.matches(arguments[0])", css):
                return
        raise AssertionError(f"Tab does not reach {css}")

    @property
    def lit(self) -> list[str]:
        """The words of the sources that are lit."""
        return [
            str(m)
            for m in self("[...document.querySelectorAll('.src.lit')].map(m => m.textContent)")
        ]


@pytest.fixture(scope="module")
def wide(served: Served) -> Iterator[Browser]:
    with chromium(1280, 900) as driver:
        yield Browser(driver, served)


@pytest.fixture(scope="module")
def narrow(served: Served) -> Iterator[Browser]:
    with chromium(390, 800, dark=True) as driver:
        yield Browser(driver, served)


def test_pointing_at_an_argument_lights_the_words_that_it_comes_from(wide: Browser) -> None:
    wide.open(BIKES)
    wide.hover("#call-0 .traced.said")
    assert wide.lit in (["Riverside"], ["5 May 2026"])
    assert "from the user's words" in wide.find("#tip").text
    wide.hover("h1")
    assert wide.lit == []


def test_tab_lights_it_too_and_enter_goes_there_and_unfolds_it(wide: Browser) -> None:
    wide.open(BIKES)
    wide("document.querySelectorAll('main details').forEach(d => d.open = false)")
    wide.tab_to("#call-1 .traced.result")
    assert "from an earlier result: find_bikes" in wide.find("#tip").text
    assert wide("document.querySelector('#m2 summary').classList.contains('lit')")
    wide.press(Keys.ENTER)
    assert wide("document.querySelector('#m2 details').open")
    assert wide("document.querySelector('.src.arrived').textContent") in ("BK-2077", "Harbour")


def test_of_equal_values_the_one_that_the_plan_means_is_lit(wide: Browser) -> None:
    wide.open(BIKES)
    wide.hover("#call-1 .traced[data-quote='/1/dock']")
    at = "[...document.querySelectorAll('.src')].findIndex(m => m.classList.contains('lit'))"
    harbours = "[...document.querySelectorAll('#m2 .val')].filter(v => v.textContent == 'Harbour')"
    assert wide(f"{at} >= 0")
    assert wide(f"{harbours}.map(v => !!v.querySelector('.lit'))") == [False, True]


def test_a_node_of_the_graph_lights_its_call_and_leads_there_and_back(wide: Browser) -> None:
    wide.open(BIKES)
    wide.hover(".graph a.node[data-node='2'] .name")
    assert "lit" in wide.find("#call-1").get_attribute("class")
    wide.hover("#call-0 .head")
    assert "lit" in wide.find("#node-0").get_attribute("class")
    wide.find("#call-1 .step").click()
    assert wide("location.hash") == "#node-2"


def test_a_result_is_folded_and_unfolded_by_keys(wide: Browser) -> None:
    wide.open(BIKES)
    wide.tab_to("#m2 summary")
    before = wide("document.querySelector('#m2 details').open")
    wide.press(Keys.ENTER)
    assert wide("document.querySelector('#m2 details').open") is not before


def test_light_and_dark_are_switched_and_remembered(narrow: Browser) -> None:
    narrow.open(BIKES)
    dark = narrow("getComputedStyle(document.body).backgroundColor")
    narrow.find("#theme").click()
    assert narrow("getComputedStyle(document.body).backgroundColor") != dark
    narrow.open(BIKES)
    assert narrow("document.documentElement.dataset.theme") == "light"
    narrow.find("#theme").click()


@pytest.mark.parametrize("path", [BIKES, HOSTILE, PAIR])
def test_nothing_is_wider_than_a_phone(path: str, narrow: Browser) -> None:
    ways = [way for way in WAYS if path == PAIR or way != "diff"]
    wide_at = {}
    for way in ways:
        narrow.open(f"{path}?show={way}")
        wide_at[way] = narrow("document.documentElement.scrollWidth")
    assert wide_at == dict.fromkeys(ways, 390)


def test_hostile_text_does_nothing_and_nothing_is_refused_by_the_policy(wide: Browser) -> None:
    wide.driver.get_log("browser")
    for way in WAYS:
        wide.open(f"{HOSTILE}?show={way}")
        wide("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert wide("window.hacked") is None
        assert wide("document.querySelectorAll('img, b, script:not([src])').length") == 0
    assert [entry["message"] for entry in wide.driver.get_log("browser")] == []


def test_the_record_is_copied_as_it_stands(wide: Browser, served: Served) -> None:
    wide.open(f"{BIKES}?show=raw")
    origin = f"http://{served.host}"
    granted = {"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    wide.driver.execute_cdp_cmd("Browser.grantPermissions", granted)
    wide.find("[data-copy]").click()
    wide.driver.set_script_timeout(20)
    copied = wide.driver.execute_async_script(
        "const done = arguments[0];"
        "const look = async () => { const text = await navigator.clipboard.readText();"
        "text ? done(text) : setTimeout(look, 50) }; look()"
    )
    assert json.loads(copied) == json.loads(encode(gates.sift(a_bike_ride())))
