from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from buttonup import export, make
from buttonup.errors import BadInput
from buttonup.formats.export import card_path
from buttonup.push import push, sendings
from buttonup.recipe import Recipe

pytestmark = pytest.mark.filterwarnings(
    "ignore:Use .content=:DeprecationWarning"  # huggingface_hub 2.4, of its own upload
)

TOKEN = "hf_secretSECRETsecret"


class Hub:
    """A dataset hub on loopback: what huggingface_hub 2.4 calls to make, fill and commit."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[str] = []
        self.made: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.branch = ""
        self.refuses: tuple[int, str] | None = None
        self.breaks = False

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:  # noqa: C901
        self.calls.append(f"{method} {path}")
        if self.refuses is not None:
            return self.refuses[0], {"error": self.refuses[1]}
        if path == "/api/repos/create":
            self.made.append(json.loads(body))
            return 200, {"url": f"{self.url}/datasets/me/data"}
        if "/branch/" in path:
            return 200, {}
        if "/preupload/" in path:
            asked = json.loads(body)["files"]
            modes = [
                {
                    "path": f["path"],
                    "uploadMode": "regular" if f["path"].endswith(".md") else "lfs",
                    "shouldIgnore": False,
                }
                for f in asked
            ]
            return 200, {"files": modes}
        if path.endswith("/info/lfs/objects/batch"):
            wanted = json.loads(body)["objects"]
            upload = [
                {**o, "actions": {"upload": {"href": f"{self.url}/blob/{o['oid']}"}}}
                for o in wanted
            ]
            return 200, {"transfer": "basic", "objects": upload}
        if path.startswith("/blob/") and self.breaks:
            return 403, {"error": "the link has expired"}
        if path.startswith("/blob/"):
            assert hashlib.sha256(body).hexdigest() == path.removeprefix("/blob/")
            self.blobs[path.removeprefix("/blob/")] = body
            return 200, {}
        if "/commit/" in path:
            self.branch = path.rpartition("/")[2]
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
                if line["key"] == "lfsFile":
                    self.files[line["value"]["path"]] = self.blobs[line["value"]["oid"]]
            url = f"{self.url}/datasets/me/data/commit/0123"
            return 200, {"commitUrl": url, "commitOid": "0123", "success": True}
        return 200, {}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self._body()
            status, told = hub.answer(self.command, self.path.partition("?")[0], body)
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - the names are the base class's

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    if importlib.util.find_spec("huggingface_hub"):  # Xet speaks to servers of its own
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("push") / "run"
    asyncio.run(make(Recipe(n=12), folder))
    return folder


@pytest.fixture
def data(run: Path, tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    export(run, "sharegpt", path, shares=(0.5, 0.5), shards=2)
    return path


def test_all_shards_the_card_and_the_entry_are_sent_and_nothing_else(data: Path) -> None:
    (data.parent / "data-train-00009-of-00010.jsonl").write_text("of an earlier export")
    (data.parent / "accepted.jsonl").write_text("privileged")
    parts = [f"data-{s}-0000{n}-of-00002.jsonl" for s in ("train", "test") for n in (0, 1)]
    names = [s.name for s in sendings(data)]
    assert sorted(names) == sorted(["README.md", "data.jsonl.dataset_info.json", *parts])


def test_a_dry_run_lists_and_sends_nothing(data: Path, hub: Hub) -> None:
    told = push(data, "me/data", endpoint=hub.url, dry=True)
    assert told.files[0].name == "README.md"
    assert told.url == ""
    assert hub.calls == []


@pytest.mark.parametrize("name", ["accepted.jsonl", "failed.jsonl", "journal.sqlite"])
def test_what_is_a_runs_is_never_sent(run: Path, tmp_path: Path, name: str) -> None:
    for path in (run, run / name, tmp_path / name):
        with pytest.raises(BadInput, match="no student may see; give an export"):
            sendings(path)


def test_an_export_without_its_card_is_not_sent(data: Path) -> None:
    card_path(data).unlink()
    with pytest.raises(BadInput, match=r"has no card data\.jsonl\.card\.md; write both"):
        sendings(data)


def test_a_shard_that_is_gone_is_told(data: Path) -> None:
    (data.parent / "data-test-00001-of-00002.jsonl").unlink()
    with pytest.raises(BadInput, match=r"data-test-00001-of-00002\.jsonl is missing"):
        sendings(data)


def test_a_file_that_is_too_large_is_not_sent(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buttonup.push.LARGEST", 10)
    with pytest.raises(BadInput, match="export it in more --shards"):
        sendings(data)


def test_a_card_names_no_file_elsewhere(data: Path) -> None:
    card = card_path(data)
    card.write_text(card.read_text().replace("data-test-00000", "../../data-test-00000"))
    assert all(Path(s.path).parent == data.parent for s in sendings(data))


@pytest.mark.parametrize("repo", ["", "a/b/c", "../x", "a b", "-x", "https://hub/x"])
def test_a_name_that_is_none_is_told_before_anything_is_sent(data: Path, repo: str) -> None:
    with pytest.raises(BadInput, match="is no name of a repository"):
        push(data, repo, dry=True)


def _needs_hub() -> None:
    pytest.importorskip("huggingface_hub", reason="needs the extra hub")


def test_every_file_arrives_as_it_is(
    data: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    _needs_hub()
    told = push(data, "me/data", endpoint=hub.url, private=True)
    assert told.url.endswith("/commit/0123")
    assert hub.files == {s.name: Path(s.path).read_bytes() for s in told.files}
    assert hub.files["README.md"].startswith(b"---\n")
    assert hub.made[0]["type"] == "dataset"
    assert hub.made[0]["visibility"] == "private"
    assert hub.branch == "main"
    assert TOKEN not in "".join(capsys.readouterr())


def test_a_revision_is_a_branch(data: Path, hub: Hub) -> None:
    _needs_hub()
    push(data, "me/data", endpoint=hub.url, revision="v2")
    assert hub.branch == "v2"
    assert any("/branch/v2" in call for call in hub.calls)


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (401, "set HF_TOKEN"),
        (403, "may not write"),
        (404, "check the owner's name"),
        (400, "try again"),
    ],
)
def test_what_the_hub_refuses_is_one_line_with_its_mend(
    data: Path, hub: Hub, status: int, mend: str
) -> None:
    _needs_hub()
    hub.refuses = status, f"no,\nnot with {TOKEN}"
    with pytest.raises(BadInput, match=mend) as refused:
        push(data, "me/data", endpoint=hub.url)
    assert str(status) in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_upload_that_breaks_off_is_told(data: Path, hub: Hub) -> None:
    _needs_hub()
    hub.breaks = True
    with pytest.raises(BadInput, match="try again later"):
        push(data, "me/data", endpoint=hub.url)
    assert hub.files == {}


def test_a_hub_that_is_not_there_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _needs_hub()
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(BadInput, match="cannot be reached"):
        push(data, "me/data", endpoint="http://127.0.0.1:9")
