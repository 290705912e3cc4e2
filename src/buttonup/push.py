"""Send an export to a dataset hub, with the extra `hub` (huggingface_hub; its API as of 2.4).

What is sent: the rows, all shards of all splits; the card as README.md; the certificate and the
entry for dataset_info.json where there are some. Nothing else: of a run's folder nothing leaves.
The token is huggingface_hub's to find (HF_TOKEN, or its own store); it is never read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from buttonup.errors import BadInput
from buttonup.formats.export import card_path, entry_path
from buttonup.overlap import certificate_path
from buttonup.records import Record

LARGEST = (
    50 * 10**9
)  # bytes of a file: the hub's own advice, huggingface.co/docs/hub/storage-limits
REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
OURS = {"accepted.jsonl", "failed.jsonl", "rejections.jsonl", "journal.sqlite"}
"""Files of a run: what the assistant must not learn is in them."""


class Sending(Record):
    """A file, and what it is called there."""

    path: str
    name: str
    size: int


class Pushed(Record):
    """What a push came to."""

    url: str
    """Where it can be seen; "" after a dry run."""
    files: tuple[Sending, ...]


def sendings(data: Path) -> tuple[Sending, ...]:
    """List what of an export is sent. `data` is the path that the export was given.

    Raises  BadInput where there is no card, a file is missing or too large, or it is a run's
    """
    _refuse_run(data)
    about = card_path(data)
    if not about.is_file():
        raise BadInput(f"{data} has no card {about.name}", "write both with buttonup export")
    rows = _rows(data, about)
    beside = [p for p in (certificate_path(data), entry_path(data)) if p.is_file()]
    files = [(p, p.name) for p in (*rows, *beside)]
    listed = tuple(_sending(path, name) for path, name in [(about, "README.md"), *files])
    if large := next((s for s in listed if s.size > LARGEST), None):
        what = f"{large.path} has {large.size / 10**9:.0f} GB, and a hub takes {LARGEST // 10**9}"
        raise BadInput(what, "export it in more --shards")
    return listed


def _refuse_run(data: Path) -> None:
    if data.is_dir() or data.name in OURS:
        mend = "give an export: buttonup export RUN --format openai --out data.jsonl"
        raise BadInput(f"{data} is a run's, and holds what no student may see", mend)


def _rows(data: Path, about: Path) -> list[Path]:
    """Give the files of rows that the card names: just those are there to be loaded."""
    header = about.read_text(encoding="utf-8").split("\n---\n", 1)[0].partition("configs:")[2]
    stem, suffix = re.escape(data.stem), re.escape(data.suffix)
    part = r"(-(train|validation|test))?(-\d{5}-of-\d{5})?"
    pattern = re.compile(rf"{stem}{part}{suffix}")
    named = [name for name in re.findall(r'"([^"\\]+)"', header) if pattern.fullmatch(name)]
    if not named:
        raise BadInput(f"{about} names no file of {data.name}", "export it again")
    paths = [data.with_name(name) for name in named]
    if missing := next((p for p in paths if not p.is_file()), None):
        raise BadInput(f"{missing} is missing, which the card names", "export it again")
    return paths


def _sending(path: Path, name: str) -> Sending:
    return Sending(str(path), name, path.stat().st_size)


def push(
    data: Path,
    repo: str,
    *,
    private: bool = False,
    revision: str = "",
    endpoint: str = "",
    dry: bool = False,
) -> Pushed:
    """Send an export to the dataset repository `repo` in one commit; it is made where it is not.

    Without `endpoint`, HF_ENDPOINT or the hub itself. A dry run lists what would be sent.
    Raises  BadInput where `sendings` does, the extra is not installed, or the hub says no
    """
    if not REPO.fullmatch(repo):
        raise BadInput(f"{repo!r} is no name of a repository", "write it as NAME or OWNER/NAME")
    listed = sendings(data)
    if dry:
        return Pushed("", listed)
    hub = _hub()
    with _in_words(hub, repo, endpoint):
        api = hub.HfApi(endpoint=endpoint or None)
        there = api.create_repo(repo, repo_type="dataset", private=private or None, exist_ok=True)
        if revision:
            api.create_branch(there.repo_id, branch=revision, repo_type="dataset", exist_ok=True)
        done = api.create_commit(
            there.repo_id,
            [hub.CommitOperationAdd(s.name, s.path) for s in listed],
            commit_message=f"Data written by ButtonUp: {data.name}",
            repo_type="dataset",
            revision=revision or None,
        )
    return Pushed(str(done.commit_url), listed)


def _hub() -> Any:
    try:
        import huggingface_hub.constants  # noqa: PLC0415 - an extra
        import huggingface_hub.errors  # noqa: PLC0415
    except ImportError as error:
        mend = 'install it with pip install "buttonup[hub]"'
        raise BadInput("to push needs huggingface_hub", mend) from error
    return huggingface_hub


@contextmanager
def _in_words(hub: Any, repo: str, endpoint: str) -> Iterator[None]:
    """Say in one line what the hub refuses, and how to mend it."""
    where = endpoint or str(hub.constants.ENDPOINT)
    try:
        yield
    except hub.errors.HfHubHTTPError as error:
        raise _refused(repo, where, error) from error
    except (hub.errors.LocalTokenNotFoundError, hub.errors.OfflineModeIsEnabled) as error:
        raise BadInput(f"{where}: {_line(error)}", "set HF_TOKEN, or run: hf auth login") from error
    except hub.errors.HFValidationError as error:
        raise BadInput(f"{repo}: {_line(error)}", "choose another name") from error
    except RuntimeError as error:  # an upload broke off; the cause says how
        told = _line(f"{error} {error.__cause__ or ''}")
        raise BadInput(f"{where}: {told}", "try again later") from error
    except OSError as error:
        raise BadInput(f"{where} cannot be reached: {_line(error)}", "try again later") from error
    except Exception as error:
        if not type(error).__module__.startswith("httpx"):
            raise
        raise BadInput(f"{where} cannot be reached: {_line(error)}", "try again later") from error


def _refused(repo: str, where: str, error: Any) -> BadInput:
    status = error.response.status_code if error.response is not None else 0
    mends = {
        401: "set HF_TOKEN to a token that may write, or run: hf auth login",
        403: f"the token may not write to {repo}: take another token or another name",
        404: "check the owner's name, the revision and the token's rights",
        409: "the name is taken by something else: choose another",
        413: "export it in more --shards",
        429: "wait and try again",
    }
    said = error.server_message or "no reason given"
    what = f"{where} refuses {repo} with {status}: {_line(said)}"
    return BadInput(what, mends.get(status, "try again later"))


def _line(text: object) -> str:
    """Keep to one short line what the hub says, without anything like a token."""
    return re.sub(r"hf_\w+", "hf_…", " ".join(str(text).split()))[:200]
