"""A session runs calls; whatever it is given, it answers with data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.records import Tools, Upset
from buttonup.worlds.session import Session, find_world, open_session

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted(find_world("bike_hire").functions)


def session() -> Session:
    return open_session(Tools(source="worlds", worlds=("bike_hire",), seed=1))


@given(st.sampled_from([*NAMES, "rm"]), st.dictionaries(st.text(), JSON, max_size=4))
def test_a_wild_call_gets_an_error_as_data_and_changes_nothing(
    name: str, arguments: dict[str, Any]
) -> None:
    opened = session()
    assert "error" in opened.call(name, arguments)
    assert opened.changes() == {}


def test_an_error_says_what_is_wrong_with_the_arguments() -> None:
    assert session().call("find_bikes", {"station_id": 3}) == {
        "error": "Invalid arguments: Expected `str`, got `int` - at `$.station_id`."
    }


def test_a_policy_refuses_in_words() -> None:
    opened = session()
    member = next(iter(find_world("bike_hire").state(1).members)).member_id
    bike = next(b for b in find_world("bike_hire").state(1).bikes if b.available)
    hire = {"bike_id": bike.bike_id, "member_id": member, "days": 2}
    assert "error" not in opened.call("hire_bike", hire)
    assert opened.call("hire_bike", hire) == {"error": f"Bike {bike.bike_id} is out on hire."}


def test_two_sessions_do_not_see_each_other() -> None:
    first, second = session(), session()
    member = next(iter(find_world("bike_hire").state(1).members)).member_id
    first.call("top_up", {"member_id": member, "amount": 10})
    assert first.changes()
    assert second.changes() == {}


BUSY = {"error": "The service did not answer in time (HTTP 504)."}


def test_an_upset_function_fails_so_many_times_and_then_goes_through() -> None:
    tools = Tools("worlds", ("bike_hire",), 1, (Upset("get_station", BUSY, times=2),))
    upset, well = open_session(tools), session()
    [station, *_] = find_world("bike_hire").state(1).stations
    given = {"station_id": station.station_id}
    results = [upset.call("get_station", given) for _ in range(4)]
    assert results[:2] == [BUSY, BUSY]
    assert results[2] == results[3] == well.call("get_station", given)


def test_an_upset_changes_nothing_and_strikes_no_other_function() -> None:
    tools = Tools("worlds", ("bike_hire",), 1, (Upset("top_up", BUSY),))
    upset, well = open_session(tools), session()
    [member, *_] = find_world("bike_hire").state(1).members
    assert upset.call("top_up", {"member_id": member.member_id, "amount": 10}) == BUSY
    assert upset.changes() == {}
    given = {"member_id": member.member_id}
    assert upset.call("get_member", given) == well.call("get_member", given)


def test_a_world_can_be_entered_later_and_only_once() -> None:
    opened = session()
    opened.enter(find_world("library"))
    names = {function.name for function in opened.functions}
    assert {"find_bikes", "get_branch"} <= names
    assert opened.writes("hire_bike")
    assert not opened.writes("get_branch")
    assert not opened.writes("no_such")
    member = next(iter(find_world("bike_hire").state(1).members)).member_id
    opened.call("top_up", {"member_id": member, "amount": 10})
    opened.enter(find_world("bike_hire"))
    assert opened.changes(), "what was done is not undone"


def test_an_unknown_world_is_the_users_to_mend() -> None:
    with pytest.raises(BadInput, match="there is no world 'atlantis'; choose from"):
        find_world("atlantis")
