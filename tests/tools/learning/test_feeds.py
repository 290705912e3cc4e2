from __future__ import annotations

from buttonup.records import Json, Schema
from buttonup.tools.learning.feeds import Place, Trial, feeds_between, scored
from buttonup.tools.learning.learned import FED

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}


def place(full: str, schema: Schema = TEXT, *values: Json) -> Place:
    function, _, name = full.partition(".")
    return Place(function, name, schema, values)


def test_an_id_feeds_what_takes_it_whatever_it_is_called() -> None:
    takes = place("get_order.orderId")
    for gives in ("list_orders.id", "create_order.order_id", "list_parcels.order.id"):
        assert scored(place(gives), takes).score >= FED, gives


def test_the_id_of_another_thing_does_not() -> None:
    assert scored(place("list_customers.id"), place("get_order.order_id")).score < FED


def test_a_name_that_goes_further_is_enough_with_a_trial() -> None:
    gives, takes = place("list_tickets.assigned_agent_id"), place("get_agent.agent_id")
    assert scored(gives, takes).score < FED
    assert scored(gives, takes, Trial(passed=2)).score >= FED


def test_calls_that_all_failed_speak_against_it() -> None:
    gives, takes = place("list_orders.id"), place("get_order.order_id")
    assert scored(gives, takes, Trial(failed=3)).score < FED


def test_amounts_go_with_nothing_by_their_names() -> None:
    number: Schema = {"type": "number"}
    assert scored(place("get_item.price", number), place("buy.price", number)).score == 0


def test_a_value_that_the_parameter_refuses_rules_a_field_out() -> None:
    takes = place("get_order.order_id", {**TEXT, "pattern": "^O-"})
    assert scored(place("list_orders.order_id", TEXT, "O-1"), takes).score >= FED
    assert scored(place("list_orders.order_id", TEXT, "C-1"), takes).score == 0


def test_types_that_do_not_fit_rule_a_field_out() -> None:
    assert (
        scored(place("list_orders.order_id", TEXT), place("get_order.order_id", WHOLE)).score == 0
    )


def test_the_evidence_is_told() -> None:
    feed = scored(place("list_orders.id"), place("get_order.order_id"), Trial(passed=3))
    assert feed.because == ("both are order id", "3 of 3 calls with it went through")


def test_no_function_feeds_itself_and_the_best_comes_first() -> None:
    fields = [
        place("get_order.order_id"),
        place("list_orders.customer_id"),
        place("list_orders.id"),
    ]
    found = list(feeds_between(fields, [place("get_order.order_id")], {}, FED))
    assert [feed.field for feed in found] == ["list_orders.id"]
