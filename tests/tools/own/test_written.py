from __future__ import annotations

from typing import Any

import pytest

from buttonup.records import Json, Schema
from buttonup.tools.door import misfit
from buttonup.tools.own.answers import Ask
from buttonup.tools.own.written import Untold, result_of, touches

STATES = ["open", "shipped", "delivered", "cancelled"]
ORDER: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "customer_id": {"type": "string"},
        "status": {"type": "string", "enum": STATES},
        "placed": {"type": "string", "format": "date"},
        "confirmed": {"type": "boolean"},
        "total": {"type": "number"},
    },
    "required": ["id", "customer_id", "status", "placed", "confirmed"],
}
FACTS = {"order id": ("O-1001", "O-1002")}
CREATED = {"customer_id": "C-17", "sku": "LMP-101"}


def made(name: str, arguments: dict[str, Json], known: list[dict[str, Json]] | None = None) -> Any:
    return result_of(name, arguments, ORDER, known or [], FACTS, "2026-11-25")


def test_a_result_fits_its_schema_and_gives_back_what_was_given() -> None:
    result = made("create_order", CREATED)
    assert misfit(result, ORDER) == ""
    assert result["customer_id"] == "C-17"
    assert result["confirmed"] is True
    assert result["placed"] == "2026-11-25"


def test_a_new_id_looks_like_those_there_are_and_is_none_of_them() -> None:
    new = made("create_order", CREATED)["id"]
    assert new.startswith("O-")
    assert len(new) == len("O-1001")
    assert new not in FACTS["order id"]


def test_no_number_is_reckoned_that_nobody_knows() -> None:
    assert "total" not in made("create_order", CREATED)


def test_a_result_that_has_to_tell_what_nobody_knows_is_not_made() -> None:
    fee: Schema = {"type": "object", "properties": {"fee": {"type": "number"}}, "required": ["fee"]}
    with pytest.raises(Untold):
        result_of("pay_fee", {"order_id": "O-1"}, fee, [], FACTS, "2026-11-25")


def test_the_status_is_what_the_function_speaks_of() -> None:
    row = {"id": "O-1002", "customer_id": "C-31"}
    assert made("cancel_order", {"order_id": "O-1002"}, [row])["status"] == "cancelled"
    assert made("ship_order", {"order_id": "O-1002"}, [row])["status"] == "shipped"


def test_what_was_read_of_the_thing_is_still_so_but_for_its_status() -> None:
    row = {"id": "O-1002", "customer_id": "C-31", "status": "open", "total": 40.5}
    other = {"id": "O-1001", "customer_id": "C-17", "status": "open", "total": 9.0}
    result = made("cancel_order", {"order_id": "O-1002"}, [other, row])
    assert (result["id"], result["customer_id"]) == ("O-1002", "C-31")
    assert "total" not in result  # it need not be told, and may be another by now
    assert result["status"] == "cancelled"


def test_a_new_thing_is_not_one_that_was_read() -> None:
    row = {"id": "O-1002", "customer_id": "C-17", "status": "open", "total": 40.5}
    assert made("create_order", CREATED, [row])["id"] != "O-1002"


def test_the_same_write_gives_the_same() -> None:
    assert made("create_order", CREATED) == made("create_order", CREATED)
    assert made("create_order", CREATED) != made("create_order", {**CREATED, "sku": "RUG-415"})


CANCEL = Ask("cancel_order", {"order_id": "O-1002", "reason": "too late"}, writes=True)
DONE = {"order_id": "O-1002", "status": "cancelled"}


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (Ask("get_order", {"order_id": "O-1001"}), {"order_id": "O-1001"}),  # orders have changed
        (Ask("track_shipment", {"order_id": "O-1002"}), {"carrier": "Blue Van"}),
        (Ask("get_customer", {"customer_id": "C-1"}), {"orders": ["O-1002"]}),
    ],
)
def test_what_may_have_changed_is_not_told(read: Ask, found: Json) -> None:
    assert touches(CANCEL, DONE, read, found)


def test_what_has_nothing_to_do_with_it_is() -> None:
    read = Ask("get_product", {"sku": "LMP-101"})
    assert not touches(CANCEL, DONE, read, {"sku": "LMP-101", "price": 39.5})


def test_small_whole_numbers_that_are_ids_count() -> None:
    write = Ask("assign_ticket", {"ticket_id": 501, "agent_id": 2}, writes=True)
    assert touches(write, {}, Ask("getAgent", {"agentId": 2}), {"name": "Kofi"})
    assert not touches(write, {}, Ask("getAgent", {"agentId": 3}), {"age": 2})
