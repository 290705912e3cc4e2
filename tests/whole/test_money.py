"""Money: what a run costs is counted, a budget holds at an endpoint that bills, and runs go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from aiohttp import web

import buttonup as package

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Words = Callable[[Any, Path, int], list[object]]

PRICES = '["scripted"]\ninput = 20\ncached = 5\noutput = 80\n'
A_CALL = (100 * 20 + 10 * 80) / 1e6  # dollars: what the server says of each reply


def never_stopped(
    tmp_path: Path, words: list[object], buttonup: Finished, made: Made
) -> dict[str, bytes]:
    """Make the run of some words in another folder, at one go."""
    never = [tmp_path / "never" if word == tmp_path / "run" else word for word in words]
    assert buttonup(*never).returncode == 0
    return made(tmp_path / "never")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES)
    return path


def test_a_budget_holds_ends_in_good_order_and_a_larger_one_goes_on(
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
    prices: Path,
) -> None:
    server = serve(slowest=0.01)
    words = [*text_first(server, tmp_path / "run", 30), "--prices", prices]
    words += ["--concurrency", 8, "--set", "functions.max_tokens=200", "--set"]
    words += ["teacher.max_tokens=200"]
    paid = list[float]()
    for budget in (0.3, 0.45):
        short = buttonup(*words, "--budget", budget)
        paid.append(len(server.asked) * A_CALL)
        assert short.returncode == 3, short.stderr
        assert f"the budget of ${budget:g} is used up" in short.stderr
        assert paid[-1] <= budget
        report = package.report(tmp_path / "run")
        assert report.ending is not None
        assert "--budget" in report.ending.why
        assert report.at_most == 0, "nothing is cut off by the end of a budget"
        assert report.dollars == pytest.approx(paid[-1]), "each reply is counted, and no other"
    assert paid[0] >= 0.3 - 0.25, "less than the dearest call is left"
    assert paid[1] > paid[0]
    done = buttonup(*words, "--budget", 100)
    assert done.returncode == 0, done.stderr
    assert server.repeats == 0, "what was in flight at the end of a budget is waited for"
    assert made(tmp_path / "run") == never_stopped(tmp_path, words, buttonup, made)


def test_a_budget_for_a_model_without_a_price_is_refused_before_anything_is_sent(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    server = serve()
    refused = buttonup(*text_first(server, tmp_path / "run", 2), "--budget", 1)
    assert (refused.returncode, server.asked) == (2, [])
    assert "there is none for scripted" in refused.stderr
    assert "--prices FILE" in refused.stderr
    assert not (tmp_path / "run").exists()


def test_no_sample_depends_on_prices(
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
    prices: Path,
) -> None:
    server = serve()
    assert buttonup(*text_first(server, tmp_path / "one", 3)).returncode == 0
    priced = buttonup(*text_first(server, tmp_path / "two", 3), "--prices", prices)
    assert made(tmp_path / "one") == made(tmp_path / "two")
    assert "no price" in buttonup("report", tmp_path / "one").stdout
    assert "$" in buttonup("report", tmp_path / "two").stdout
    assert "$" in priced.stderr, "the progress says what it has cost"
    longer = buttonup(*text_first(server, tmp_path / "one", 4), "--prices", prices)
    assert longer.returncode == 0
    assert package.report(tmp_path / "one").dollars == pytest.approx(
        sum(u.calls for u in package.report(tmp_path / "one").usage.values()) * A_CALL
    )


def test_what_came_to_nothing_says_what_it_took_however_often_the_run_was_begun(
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    prices: Path,
) -> None:
    server = serve(mood=babbling)
    for n in (2, 6):
        words = [*text_first(server, tmp_path / "twice", n), "--prices", prices]
        assert buttonup(*words).returncode == 0
    assert buttonup(*text_first(server, tmp_path / "once", 6), "--prices", prices).returncode == 0
    twice, once = package.report(tmp_path / "twice"), package.report(tmp_path / "once")
    assert twice.given_up == once.given_up
    assert (twice.failed, twice.conversed) == (once.failed, once.conversed)
    tries = [
        json.loads(line)["usage"]["scripted"]["calls"]
        for line in (tmp_path / "once" / "rejections.jsonl").read_text().splitlines()
        if json.loads(line)["stage"] == "atoms"
    ]
    assert tries
    assert set(tries) == {3}, "asked three times before it was given up"
    assert once.given_up["atoms"].usage.calls == sum(tries)
    assert once.given_up["atoms"].dollars == pytest.approx(sum(tries) * A_CALL)
    conversations = sum(
        sample.trajectory.usage["scripted"].calls for sample in package.accepted(tmp_path / "once")
    )
    assert once.conversed.usage.calls == conversations


def babbling(body: Any, times: int) -> web.Response | None:
    """Never find an atomic task for some settings."""
    name = body["response_format"]["json_schema"]["name"]
    if name != "atom" or sum(map(ord, body["messages"][1]["content"])) % 3:
        return None
    choice = {"message": {"role": "assistant", "content": "Hm?"}, "finish_reason": "stop"}
    used = {"prompt_tokens": 100, "completion_tokens": 10}
    return web.json_response({"choices": [choice], "usage": used})


def test_a_call_that_timed_out_may_have_been_charged_for_and_counts_in_full(
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    prices: Path,
) -> None:
    def torn(body: Any, times: int) -> web.Response | None:
        return web.Response(text='{"choices": [') if times == 1 else None

    server = serve(mood=torn)
    words = [*text_first(server, tmp_path / "run", 1), "--prices", prices, "--concurrency", 2]
    assert buttonup(*words).returncode == 0
    report = package.report(tmp_path / "run")
    lost = sum(row.lost.calls for row in report.spent)
    assert lost >= sum(u.calls for u in report.usage.values()), "the first try of each was torn"
    assert report.at_most is not None
    assert report.at_most > 2 * lost * A_CALL, "at their most, not as the others"
    assert "more may have been charged for" in buttonup("report", tmp_path / "run").stdout


def test_a_dry_run_sends_nothing_and_a_pilot_is_the_beginning_of_the_run(
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
    prices: Path,
) -> None:
    server = serve()
    words = [*text_first(server, tmp_path / "run", 12), "--prices", prices]
    dry = buttonup(*words, "--dry-run")
    assert (dry.returncode, server.asked) == (0, []), dry.stderr
    assert not (tmp_path / "run").exists()
    assert "functions" in dry.stdout
    pilot = buttonup(*words, "--dry-run", "--pilot", 4)
    assert pilot.returncode == 0, pilot.stderr
    assert "Measured on 4 accepted samples" in pilot.stdout
    assert len(list(package.accepted(tmp_path / "run"))) == 4
    assert buttonup(*words).returncode == 0
    assert made(tmp_path / "run") == never_stopped(tmp_path, words, buttonup, made)


def test_an_estimate_of_calls_is_not_far_from_what_a_run_makes(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    server = serve()
    words = [*text_first(server, tmp_path / "run", 12), "--concurrency", 1]
    total = buttonup(*words, "--dry-run").stdout.partition("\nall ")[2].split()
    assert buttonup(*words).returncode == 0
    assert 0.4 < len(server.asked) / float(total[1].replace(",", "")) < 1.5


def test_a_dry_run_without_a_model_says_that_nothing_is_asked(
    tmp_path: Path, buttonup: Finished
) -> None:
    dry = buttonup("run", "-n", 5, "--out", tmp_path / "run", "--dry-run", "--pilot", 3)
    assert (dry.returncode, (tmp_path / "run").exists()) == (0, False)
    assert "no calls, no tokens, $0" in dry.stdout
    alone = buttonup("run", "-n", 5, "--out", tmp_path / "run", "--pilot", 3)
    assert (alone.returncode, "give --dry-run too" in alone.stderr) == (2, True)
