"""Serves allotments.yaml on this machine: a gardening society's plots, in memory.

    python examples/openapi/allotments.py [PORT]     prints its address; needs no other package

Leasing wants the header X-Society-Key, which has to be what the environment's SOCIETY_KEY says.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PORT = 8931  # as allotments.yaml says
THIS_YEAR = 2026

PLOTS: dict[str, dict[str, Any]] = {
    plot_id: {
        "plot_id": plot_id,
        "square_metres": size,
        "sun": sun,
        "rent": size * 0.6,
        "lease": {"tenant": tenant, "bees": bees, "until": until} if tenant else None,
    }
    for plot_id, size, sun, tenant, bees, until in (
        ("P-01", 220, "full", "Ines Okafor", True, 2028),
        ("P-02", 180, "half", "", False, 0),
        ("P-03", 200, "full", "", False, 0),
        ("P-04", 150, "shade", "Tom Brandt", False, 2027),
        ("P-05", 240, "full", "", False, 0),
    )
}
MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07")


class Refused(Exception):
    """What cannot be done: a status and why."""


def plots(free: str | None, sun: list[str]) -> list[dict[str, Any]]:
    """List the plots that are free, or not, and have such sun."""
    return [
        plot
        for plot in PLOTS.values()
        if (free is None or (plot["lease"] is None) == (free == "true"))
        and (not sun or plot["sun"] in sun)
    ]


def plot(plot_id: str) -> dict[str, Any]:
    """Give a plot."""
    if plot_id not in PLOTS:
        raise Refused(404, f"There is no plot {plot_id}.")
    return PLOTS[plot_id]


def water(plot_id: str, since: str) -> list[dict[str, Any]]:
    """Give the readings of a plot's meter."""
    size = plot(plot_id)["square_metres"]
    counted = {month: size * (8 + 5 * at) for at, month in enumerate(MONTHS)}
    return [{"month": m, "litres": litres} for m, litres in counted.items() if m >= since]


def lease(plot_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Lease a plot."""
    if plot(plot_id)["lease"]:
        raise Refused(409, f"{plot_id} is leased already.")
    until = THIS_YEAR + wanted["years"]
    bees = wanted.get("bees", False)
    PLOTS[plot_id]["lease"] = {"tenant": wanted["tenant"], "bees": bees, "until": until}
    return PLOTS[plot_id]


class Handler(BaseHTTPRequestHandler):
    """Answers with JSON."""

    def do_GET(self) -> None:
        """Read."""
        self.answer(self.read)

    def do_PUT(self) -> None:
        """Lease."""
        self.answer(self.write)

    def do_DELETE(self) -> None:
        """End a lease."""
        self.answer(self.write)

    def read(self) -> Any:
        """Give what a path names."""
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        match [unquote(step) for step in asked.path.split("/")[1:]]:
            case ["plots"]:
                return plots(query.get("free"), query["sun"].split(",") if "sun" in query else [])
            case ["plots", plot_id]:
                return plot(plot_id)
            case ["plots", plot_id, "water"]:
                return water(plot_id, query.get("since", ""))
        raise Refused(404, "There is nothing here.")

    def write(self) -> Any:
        """Change a lease."""
        said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers["X-Society-Key"] != os.environ.get("SOCIETY_KEY"):
            raise Refused(401, "The society's key is wanted.")
        match [unquote(step) for step in self.path.split("/")[1:]]:
            case ["plots", plot_id, "lease"] if self.command == "PUT":
                try:
                    return lease(plot_id, json.loads(said))
                except (ValueError, KeyError, TypeError) as wrong:
                    raise Refused(400, f"The lease cannot be read ({wrong!r}).") from wrong
            case ["plots", plot_id, "lease"]:
                plot(plot_id)["lease"] = None
                return None
        raise Refused(404, "There is nothing here.")

    def answer(self, does: Any) -> None:
        """Do what was asked, and say what came of it."""
        try:
            status, given = 200, does()
        except Refused as refused:
            status, given = refused.args[0], {"message": refused.args[1]}
        said = b"" if given is None else json.dumps(given).encode()
        self.send_response(status if said else 204)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


def main() -> None:
    """Serve until interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
