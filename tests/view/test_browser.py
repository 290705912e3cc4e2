"""What a person does, in a real Chromium: open, search, filter, read, mark, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="needs the extra view")
pytest.importorskip("selenium", reason="needs selenium")

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.view.browser import chromium, needs_chromium
from tests.view.serving import Served, serving

from buttonup.dataset.exporting import export
from buttonup.records import Sample, decode
from buttonup.store.marks import Choice, Marks
from buttonup.view.index import build, tables
from buttonup.view.sources import open_source

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    with chromium() as driver:
        yield driver


@pytest.fixture
def served(run: Path, browser: WebDriver) -> Iterator[Served]:
    with serving(run) as one:
        browser.get(one.address)
        wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#main h1"))
        yield one
        log = browser.get_log("browser")  # type: ignore[no-untyped-call]
        told = [line["message"] for line in log if line["level"] == "SEVERE"]
        assert told == [], "no script fails, and the policy blocks nothing of ours"
        browser.get("about:blank")  # so that no page asks a server that has ended


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def rows(browser: WebDriver) -> list[str]:
    links = browser.find_elements(By.CSS_SELECTOR, "[data-row] .request")
    return [a.get_attribute("href") or "" for a in links]


def press(browser: WebDriver, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def test_from_the_first_page_to_an_export(
    served: Served, browser: WebDriver, run: Path, tmp_path: Path
) -> None:
    assert "Yield" in browser.page_source
    assert "token" not in browser.current_url
    browser.find_element(By.LINK_TEXT, "Samples").click()
    assert len(rows(browser)) == 32

    sample = decode((run / "accepted.jsonl").read_bytes().splitlines()[4], Sample)
    function = sample.trajectory.blueprint.plan[0].calls[0].function
    browser.find_element(By.ID, "search").send_keys(f'"{function}"', Keys.ENTER)
    wait(lambda: "q=" in browser.current_url)
    found = rows(browser)
    assert any("accepted-5?" in href for href in found)
    assert len(found) < 32

    browser.find_element(By.LINK_TEXT, "All samples").click()
    select = browser.find_element(By.ID, "f-status")
    select.send_keys("accepted")
    browser.find_element(By.CSS_SELECTOR, "#filters button").click()
    wait(lambda: "status=accepted" in browser.current_url)
    assert len(rows(browser)) == 24
    assert "q=" not in browser.current_url, "what says nothing is not in the address"

    browser.find_element(By.CSS_SELECTOR, "[data-row] .request").click()
    wait(lambda: "/sample/accepted-1" in browser.current_url)
    browser.find_element(By.CSS_SELECTOR, "[data-mark=keep]").click()
    wait(lambda: pressed(browser, "keep"))
    browser.find_element(By.ID, "label").send_keys("<i>short</i>", Keys.ENTER)
    wait(lambda: "<i>short</i>" in browser.find_element(By.ID, "labels").text)
    browser.find_element(By.CSS_SELECTOR, "#curate summary").click()
    browser.find_element(By.ID, "note").send_keys("why?", Keys.TAB)
    marks = Marks(run / "marks.jsonl")
    wait(lambda: [said.note for said in marks.said().values()] == ["why?"])

    browser.get(f"http://{served.host}/samples?mark=keep")
    assert [href.rpartition("/")[2] for href in rows(browser)] == ["accepted-1?mark=keep"]
    assert "<i>short</i>" in browser.find_element(By.CSS_SELECTOR, "[data-row]").text
    out = tmp_path / "kept.jsonl"
    assert export(run, "openai", out, choice=Choice(marked="keep")).count == 1


def pressed(browser: WebDriver, mark: str) -> bool:
    button = browser.find_element(By.CSS_SELECTOR, f"[data-mark={mark}]")
    return button.get_attribute("aria-pressed") == "true"


@pytest.mark.slow
def test_all_of_it_goes_by_keys(served: Served, browser: WebDriver) -> None:
    browser.get(f"http://{served.host}/samples")
    press(browser, "j", "j", "k", "j")
    assert browser.switch_to.active_element.get_attribute("href") == rows(browser)[1]
    press(browser, Keys.ENTER)
    wait(lambda: "/sample/accepted-2" in browser.current_url)
    press(browser, "n")
    wait(lambda: "/sample/accepted-3" in browser.current_url)
    press(browser, "m", "s")
    wait(lambda: pressed(browser, "star"))
    press(browser, "m", "s")
    wait(lambda: not pressed(browser, "star"))
    press(browser, "?")
    dialog = browser.find_element(By.ID, "keys")
    assert dialog.is_displayed()
    assert "next in the list" in dialog.text
    press(browser, Keys.ESCAPE)
    assert not dialog.is_displayed()
    press(browser, "l")
    wait(lambda: browser.current_url.endswith("/samples"))
    press(browser, "/")
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    press(browser, "j")
    assert browser.switch_to.active_element.get_attribute("value") == "j", (
        "in a field a key is text"
    )


@pytest.mark.slow
def test_a_bar_of_the_overview_leads_to_its_samples(served: Served, browser: WebDriver) -> None:
    browser.get(f"http://{served.host}/")
    bar = browser.find_element(By.CSS_SELECTOR, "figure.plot svg a")
    told = bar.find_element(By.TAG_NAME, "title").get_attribute("textContent") or ""
    bar.find_element(By.CSS_SELECTOR, ".hit").click()
    wait(lambda: "status=accepted" in browser.current_url)
    assert str(len(rows(browser))) == told.rpartition(" ")[2]


@pytest.mark.slow
def test_what_comes_while_one_looks_is_told_without_moving_the_page(
    run: Path, browser: WebDriver
) -> None:
    (run / "report.json").unlink()
    (run / "accepted.jsonl").touch()
    with serving(run) as served:
        browser.get(served.address)
        wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#main h1"))
        browser.get(f"http://{served.host}/samples")
        assert not browser.find_element(By.ID, "more").is_displayed()
        line = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)[0]
        with (run / "accepted.jsonl").open("ab") as file:
            file.write(line)
        source = open_source(run)
        with closing(tables.opened(source.index)) as db:
            build.fill(db, source)
        wait(lambda: "25 of 24 accepted" in browser.find_element(By.ID, "live").text)
        wait(browser.find_element(By.ID, "more").is_displayed)
        assert len(rows(browser)) == 32
        browser.get("about:blank")


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/samples", "/samples?status=rejected&calls.from=1"])
def test_a_phone_scrolls_down_and_not_sideways(run: Path, path: str) -> None:
    with serving(run) as served, chromium(390, 844, dark=True) as phone:
        phone.get(served.address)
        wait(lambda: phone.find_elements(By.CSS_SELECTOR, "#main h1"))
        phone.get(f"http://{served.host}{path}")
        wide = phone.execute_script("return document.documentElement.scrollWidth")
        assert wide <= 390
