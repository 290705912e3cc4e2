"""Three Ray nodes of one core each on this machine; `python nodes.py` prints their address.

A line on stdin takes the last node away, as if its plug were pulled. The end of stdin ends all.
"""

from __future__ import annotations

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

SMALL = 100 * 2**20  # bytes of shared memory a node


def main() -> None:
    cluster = Cluster()
    for _ in range(3):
        cluster.add_node(num_cpus=1, object_store_memory=SMALL, include_dashboard=False)
    print(cluster.address, flush=True)  # noqa: T201 - read by the test
    for _ in sys.stdin:
        cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
        print("gone", flush=True)  # noqa: T201 - read by the test
    cluster.shutdown()


if __name__ == "__main__":
    main()
