"""From a dataset and settings to a folder with the trained model, and all that it came from."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from buttonup import __version__
from buttonup.chat import Tokens
from buttonup.errors import BadInput
from buttonup.records import Record, decode, digest, encode
from buttonup.store.rundir import open_run
from buttonup.store.settings import as_toml
from buttonup.store.whole import put
from buttonup.train import fit, models
from buttonup.train.curve import Curve, as_svg
from buttonup.train.mixing import Other, drawn, hold_back
from buttonup.train.rows import OWN, Pair, Row, Rows, gather, read_rows, write_rows
from buttonup.train.training import Training

RESULTS = "results.json"
MIXED = "mix: "  # and a path: the source of rows that are mixed in
ROUND = "round "  # and its number: the source of rows of an earlier round


class Results(Record, omit_defaults=False):
    """What a training came to."""

    round: int
    """1 for the first; a round goes on from the model of the one before."""
    objective: str
    """imitation (the labelled tokens) or preference (DPO)."""
    rows: dict[str, int]
    """Source -> rows that were learnt."""
    tokens: int
    """In these rows, once through."""
    learnt: int
    """Of these, the ones with a label."""
    skipped: dict[str, int]
    """Reason -> what was left out."""
    steps: int
    first_loss: float
    last_loss: float
    """Mean of the last tenth of the steps."""
    before: dict[str, float]
    """Source -> mean loss of a learnt token on the rows held back, before training."""
    after: dict[str, float]
    forgotten: dict[str, float]
    """Earlier round -> by how much the loss on its held-back rows rose; less than 0: it fell."""
    margin: float | None
    """DPO: mean reward margin in the last tenth of the steps."""
    seconds: float
    tokens_a_second: float
    memory_mb: int
    """The most that was held at a time."""
    device: str
    processes: int
    """Each with a device of its own."""
    data: str
    """Digest of the rows."""
    template: str
    """Digest of the chat template."""
    versions: dict[str, str]


class Prepared(NamedTuple):
    """What is learnt, what is measured, and what was left out."""

    rows: Rows
    held: Rows
    skipped: Counter[str]
    round: int


def train(data: Path, k: Training, out: Path, watch: fit.Watch) -> Results:
    """Train a model on a dataset into a folder, or go on with what stands there.

    Under `accelerate launch` every process calls this; the first one writes.
    Raises  BadInput where extra, model, data or folder are not as they must be
    """
    models.try_installed()
    import torch  # noqa: PLC0415 - an extra
    from accelerate import PartialState  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # there is one display, and it is ours
    state = PartialState(cpu=not torch.cuda.is_available())  # of all processes
    folder = _student(k)
    tokens = models.tokens_of(folder, k.template)
    ready = _prepared(data, k, tokens)
    with ExitStack() as stack:
        if state.is_main_process:
            weights = sorted((p.name, p.stat().st_size) for p in folder.glob("*.safetensors"))
            of = [k, digest(ready.rows), digest(ready.held), weights, __version__]
            stack.enter_context(open_run(out, as_toml(k), digest(of)))
            put(out / "rows.jsonl", write_rows(ready.rows))
            put(out / "held.jsonl", write_rows(ready.held))
            _write_tokenizer(folder, tokens, out / "tokenizer")
        state.wait_for_everyone()
        if (out / RESULTS).exists():
            return read_results(out)
        first = state.is_main_process
        return _fitted(folder, k, ready, out, watch, tokens, first=first)


def read_results(folder: Path) -> Results:
    """Read what a training came to. Raises BadInput where it has not ended."""
    path = folder / RESULTS
    try:
        return decode(path.read_bytes(), Results)
    except (OSError, msgspec.MsgspecError) as error:
        what = f"{folder} holds no training that has ended"
        raise BadInput(what, "name a folder that `buttonup train --out` made") from error


def _student(k: Training) -> Path:
    """Find the model that is trained: the one named, or that of the round before."""
    if not k.round.after:
        return models.folder_of(k.model)
    read_results(Path(k.round.after))
    return models.folder_of(str(Path(k.round.after).resolve() / "model"))


# --- the data -----------------------------------------------------------------------------------


def _prepared(data: Path, k: Training, tokens: Tokens) -> Prepared:
    """Gather all sources, hold some of each back, and draw the shares."""
    own = gather(data, tokens, k.max_length)
    learnt, held = hold_back(own.rows, k.held_back, k.seed)
    skipped, kept = Counter(own.skipped), [held]
    others = dict[str, Other]()
    for mixed in k.mix:
        more = gather(Path(mixed.data), tokens, k.max_length, f"{MIXED}{mixed.data}")
        rest, back = hold_back(more.rows, k.held_back, k.seed)
        others[f"{MIXED}{mixed.data}"] = Other(rest, mixed.share)
        kept.append(back)
        skipped.update(more.skipped)
    number = 1
    if k.round.after:
        earlier = Path(k.round.after)
        number = _round_before(earlier, tokens) + 1
        past = _of_round(read_rows(earlier / "rows.jsonl"), number - 1)
        others[f"rounds before {number}"] = Other(past, k.round.replay)
        kept.append(_of_round(read_rows(earlier / "held.jsonl"), number - 1))
    chosen = drawn(len(learnt), {n: o for n, o in others.items() if o.share}, k.seed)
    rows: Any = (*learnt, *chain.from_iterable(chosen.values()))
    if len({type(row) for row in rows}) > 1:
        raise BadInput(
            "some data are preference pairs and some conversations", "train on one kind at a time"
        )
    return Prepared(rows, tuple(chain.from_iterable(kept)), skipped, number)  # type: ignore[arg-type]


def _round_before(folder: Path, tokens: Tokens) -> int:
    """Count the rounds so far. Raises BadInput where their rows are of another template."""
    results = read_results(folder)
    if results.template != digest(models.template_of(tokens).source):
        raise BadInput(
            f"{folder} was trained with another chat template",
            "leave --set template out: its model carries it",
        )
    return results.round


def _of_round(rows: Rows, number: int) -> Rows:
    """Say of rows that were a round's own that they are its."""
    return tuple(  # type: ignore[return-value]
        replace(row, source=f"{ROUND}{number}") if row.source == OWN else row for row in rows
    )


def _write_tokenizer(folder: Path, tokens: Tokens, to: Path) -> None:
    """Write the tokenizer, with the chat template that the rows are written by."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - an extra

    made = AutoTokenizer.from_pretrained(str(folder))
    made.chat_template = models.template_of(tokens).source
    if tokens.template == str(models.OURS):
        made.eos_token = models.END
    made.save_pretrained(to)


# --- the training -------------------------------------------------------------------------------


def _fitted(
    folder: Path,
    k: Training,
    ready: Prepared,
    out: Path,
    watch: fit.Watch,
    tokens: Tokens,
    *,
    first: bool,
) -> Results:
    """Train, measure what was held back before and after, and write it all down.

    Of several processes, the `first` one measures and writes.
    """
    model = fit.load(folder, k)
    top = max(chain.from_iterable(map(_ids, (*ready.rows, *ready.held))))
    if top >= model.get_input_embeddings().num_embeddings:
        what = f"the data has the token {top}, which the model does not know"
        raise BadInput(what, "write them with this model's tokenizer")
    measured = [row for row in ready.held if isinstance(row, Row)]
    _, step = fit.last_checkpoint(out / "checkpoints")
    if not first:
        trainer = fit.fit(model, ready.rows, k, out, None, watch)
        trainer.accelerator.wait_for_everyone()
        return read_results(out)
    before = _before(model, measured, out)
    curve = Curve(out / "curve.jsonl", step)
    trainer = fit.fit(model, ready.rows, k, out, curve, watch)
    trained = trainer.accelerator.unwrap_model(trainer.model)
    after = fit.loss_on(trained, measured)
    place = (str(trained.device), trainer.accelerator.num_processes)
    results = _results(ready, curve, before, after, place, tokens)
    _write_model(trained, k, out)
    put(out / "curve.svg", as_svg(curve.points, f"loss of {out.name}").encode())
    put(out / RESULTS, msgspec.json.format(encode(results), indent=1) + b"\n")  # last of all
    trainer.accelerator.wait_for_everyone()
    return results


def _write_model(trained: Any, k: Training, out: Path) -> None:
    """Write the model as safetensors with its tokenizer; an adapter also by itself."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - an extra

    if k.tune == "lora":
        trained.save_pretrained(out / "adapter")
        trained = trained.merge_and_unload()
    tokenizer = AutoTokenizer.from_pretrained(str(out / "tokenizer"))
    trained.generation_config.eos_token_id = tokenizer.eos_token_id
    trained.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")


def _ids(row: Row | Pair) -> Iterable[int]:
    if isinstance(row, Row):
        return row.input_ids
    return (*row.prompt_ids, *row.chosen_ids, *row.rejected_ids)


def _before(model: Any, held: list[Row], out: Path) -> dict[str, float]:
    """Measure the untrained model once: a training that goes on reads what was measured."""
    path = out / "before.json"
    if path.exists():
        return decode(path.read_bytes(), dict[str, float])
    before = fit.loss_on(model, held)
    put(path, encode(before) + b"\n")
    return before


def _results(
    ready: Prepared,
    curve: Curve,
    before: dict[str, float],
    after: dict[str, float],
    place: tuple[str, int],
    tokens: Tokens,
) -> Results:
    points = curve.points
    tail = points[-max(1, len(points) // 10) :]
    margins = [p.margin for p in tail if p.margin is not None]
    pairs = isinstance(ready.rows[0], Pair)
    return Results(
        round=ready.round,
        objective="preference" if pairs else "imitation",
        rows=dict(Counter(row.source for row in ready.rows)),
        tokens=sum(1 for row in ready.rows for _ in _ids(row)),
        learnt=sum(map(_taught, ready.rows)),
        skipped=dict(sorted(ready.skipped.items())),
        steps=points[-1].step,
        first_loss=points[0].loss,
        last_loss=round(sum(p.loss for p in tail) / len(tail), 4),
        before=before,
        after=after,
        forgotten={s: round(after[s] - before[s], 4) for s in after if s.startswith(ROUND)},
        margin=round(sum(margins) / len(margins), 4) if margins else None,
        seconds=points[-1].seconds,
        tokens_a_second=round(points[-1].tokens / max(points[-1].seconds, 1e-9), 1),
        memory_mb=_memory(place[0]),
        device=place[0],
        processes=place[1],
        data=digest(ready.rows),
        template=digest(models.template_of(tokens).source),
        versions={"buttonup": __version__, **{name: version(name) for name in models.PARTS}},
    )


def _taught(row: Row | Pair) -> int:
    """Count the tokens of a row that are learnt from; of a pair, those of both sides."""
    if isinstance(row, Row):
        return sum(label >= 0 for label in row.labels)
    return len(row.chosen_ids) + len(row.rejected_ids)


def _memory(device: str) -> int:
    if device.startswith("cuda"):
        import torch  # noqa: PLC0415 - an extra

        return int(torch.cuda.max_memory_allocated() // 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
