from __future__ import annotations

import socket

import pytest

NOWHERE = ("192.0.2.1", 80)  # an address that belongs to nobody


def test_no_test_can_look_up_a_far_name() -> None:
    with pytest.raises(BaseException, match="tried to reach"):
        socket.getaddrinfo("example.org", 80)


def test_no_test_can_connect_to_a_far_address() -> None:
    with socket.socket() as client:
        with pytest.raises(BaseException, match="tried to reach"):
            client.connect(NOWHERE)
        with pytest.raises(BaseException, match="tried to reach"):
            client.connect_ex(NOWHERE)


def test_a_test_can_reach_its_own_server() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
