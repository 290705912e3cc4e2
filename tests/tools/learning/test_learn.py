from __future__ import annotations

from collections.abc import Callable

from buttonup.tools.learning.learned import Learned
from buttonup.tools.sources.scripted import Scripted

Learn = Callable[..., Learned]


def fed(found: Learned) -> set[tuple[str, str]]:
    return {(feed.field, feed.parameter) for feed in found.feeds}


def test_the_feeds_of_a_shop_are_found(learned: Learn, shop: Scripted) -> None:
    assert fed(learned(shop)) >= {
        ("find_customers.customer_id", "list_orders.customer_id"),
        ("list_orders.order_id", "get_order.order_id"),
        ("list_products.sku", "create_order.sku"),
    }


def test_ids_that_are_whole_numbers_and_names_in_camel_case_are_found_too(
    learned: Learn, desk: Scripted
) -> None:
    assert ("listAgents.id", "getAgent.agentId") in fed(learned(desk))
    assert ("searchTickets.assigned_agent_id", "getAgent.agentId") in fed(learned(desk))


def test_the_same_tools_are_learned_the_same(
    learned: Learn, shop: Scripted, desk: Scripted
) -> None:
    assert [learned(shop), learned(desk)] == [learned(shop), learned(desk)]
