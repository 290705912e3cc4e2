"""In the terminal: every figure in its place, and no text that can steer it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buttonup.engine.report import Ending, Report, Spent
from buttonup.records import Usage
from buttonup.showing.text import as_text


def test_model_calls_are_told_by_prompt_with_their_tokens_and_cost() -> None:
    spent = (
        Spent("compose", "gpt-4.1", Usage(40, 9000, 700, 5000), Usage(), 1.25, 0.0),
        Spent("atom", "gpt-4.1-nano", Usage(60, 1000, 300), Usage(2, 900, 900), 0.0005, 0.25),
    )
    text = as_text(Report(accepted=4, depth=(0, 4), spent=spent))
    assert "compose  gpt-4.1          40      9,000   55.6%         700    $1.25" in text
    assert "atom     gpt-4.1-nano     60      1,000    0.0%         300  $0.0005" in text
    assert (
        "model      100 calls, 10,000 tokens in (50.0% cached), 1,000 out, $1.25; "
        "2 calls more may have been charged for, $0.25 at most"
    ) in text
    assert "a sample   25.0 calls, 2,500 tokens in, 250 out, $0.3126" in text


def test_a_model_without_a_price_is_said_to_have_none_and_so_is_the_whole() -> None:
    spent = (
        Spent("compose", "gpt-4.1", Usage(40, 9000, 700, 5000), Usage(), 1.25, 0.0),
        Spent("tool", "mine", Usage(60, 1000, 300), Usage(), None, None),
    )
    report = Report(accepted=4, depth=(0, 4), spent=spent)
    assert report.dollars is None
    assert "1,000 out, no price" in as_text(report)


def test_a_long_list_of_reasons_is_cut_and_says_so() -> None:
    reasons = {f"reason{i}": 10 - i for i in range(9)}
    text = as_text(Report(stages=("atoms",), rejections={"atoms": reasons}))
    assert "54: reason0 10, reason1 9, " in text
    assert "reason5 5, and 3 more" in text


hostile = st.text(st.characters(codec=None), min_size=1, max_size=300)


@given(text=hostile)
def test_hostile_text_cannot_steer_the_terminal(text: str) -> None:
    report = Report(
        stages=(text,),
        made={text: 1},
        rejections={text: {text: 1}},
        failures={text: {text: 1}},
        spent=(Spent(text, text, Usage(1), Usage(), None, None),),
        ending=Ending(why=text),
    )
    shown = as_text(report)
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    unspent = Report(failures={"g": {}})
    table, about = 3, 2  # lines: of what was spent, and about it
    assert shown.count("\n") == as_text(unspent).count("\n") + 1 + table + about


def test_escapes_are_shown_as_what_they_are() -> None:
    text = as_text(Report(failures={"\x1b[2Jgate\u202e": {"tab\there": 1}}))
    assert r"\x1b[2Jgate\u202e" in text
    assert r"tab\there 1" in text
