from __future__ import annotations

from collections.abc import Callable

import pytest

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


@pytest.mark.parametrize(
    ("spec", "title"),
    [
        ("python:tools/corner_shop.py:find,sell", "the corner shop tools"),
        ("mcp:python examples/lost_and_found.py", "the lost and found tools"),
        ("openapi:api.yaml auth=KEY server=http://127.0.0.1:8/v1", "the api tools"),
        ("mcp:", "these tools"),
    ],
)
def test_what_the_assistant_is_for_is_named_after_the_sources(
    learned: Learn, spec: str, title: str
) -> None:
    def get_pet(_state: object) -> dict[str, str]:
        return {"pet": "cat"}

    kit = Scripted(spec)
    kit.add(get_pet, "Get a pet.", {})
    assert learned(kit).title == title
