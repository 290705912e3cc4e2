"""From a dataset and settings to a folder with the trained model, and all that it came from."""

from __future__ import annotations

import re
import resource
import shutil
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from buttonup import __version__
from buttonup.chat import Tokens
from buttonup.errors import BadInput
from buttonup.records import Record, decode, digest, encode
from buttonup.store.rundir import open_run
from buttonup.store.settings import as_toml
from buttonup.store.whole import put
from buttonup.train import adapters, fit, models
from buttonup.train.curve import Curve, as_svg
from buttonup.train.measured import Odds, Preferred, loss_on, odds_on, preferred
from buttonup.train.results import RESULTS, Results, read_results
from buttonup.train.rows import OWN, Pair, Row, ids_of, write_rows
from buttonup.train.sources import ROUND, Prepared, prepared
from buttonup.train.training import Training

FULL = re.compile("No space left|[Qq]uota exceeded")
LITTLE = 2**20  # bytes; torch says of a full disk only that it could not write


class Work(NamedTuple):
    """All that a training starts from, and the folder that it writes."""

    k: Training
    folder: Path
    """The model, or that of the round before."""
    past: adapters.Past | None
    """The adapters that a shared round goes on from."""
    tokens: Tokens
    ready: Prepared
    out: Path

    @property
    def rows(self) -> list[Row]:
        """Those that are held back."""
        return [row for row in self.ready.held if isinstance(row, Row)]

    @property
    def pairs(self) -> list[Pair]:
        """Those that are held back."""
        return [row for row in self.ready.held if isinstance(row, Pair)]


class Before(Record):
    """What was held back, as the student had it before training."""

    losses: dict[str, float] = {}
    odds: Odds = ()


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
    logging.set_verbosity_error()
    state = PartialState(cpu=not torch.cuda.is_available())  # of all processes
    folder = _student(k)
    past = adapters.read_past(Path(k.round.after), k.lora) if k.round.shared else None
    tokens = models.tokens_of(folder, k.template)
    ready = prepared(data, k, tokens)
    if past and isinstance(ready.rows[0], Pair):
        mend = "leave round.shared out: an adapter of their own goes over the model of the round"
        raise BadInput("preference pairs are not learnt into a shared adapter", mend)
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", FutureWarning)  # what libraries say of one another
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
        work = Work(k, folder, past, tokens, ready, out)
        stack.enter_context(_told_where_full(out))
        return _fitted(work, watch, first=state.is_main_process)


@contextmanager
def _told_where_full(out: Path) -> Iterator[None]:
    """Raise BadInput where a library could not write, which each of them tells in its own way."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        if not FULL.search(str(error)) and shutil.disk_usage(out).free > LITTLE:
            raise
        mend = "make room; the same command goes on from the last checkpoint"
        raise BadInput(f"cannot write {out}: the disk is full", mend) from error


def _student(k: Training) -> Path:
    """Find the model that is trained: the one named, or that of the round before."""
    if not k.round.after:
        return models.folder_of(k.model)
    read_results(Path(k.round.after))
    return models.folder_of(str(Path(k.round.after).resolve() / "model"))


def _write_tokenizer(folder: Path, tokens: Tokens, to: Path) -> None:
    """Write the tokenizer, with the chat template that the rows are written by."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - an extra

    made = AutoTokenizer.from_pretrained(str(folder))
    made.chat_template = models.template_of(tokens).source
    if end := models.end_of_turn(tokens):
        made.eos_token = end
    made.save_pretrained(to)


# --- the training -------------------------------------------------------------------------------


def _fitted(work: Work, watch: fit.Watch, *, first: bool) -> Results:
    """Train, measure what was held back before and after, and write it all down.

    Of several processes, the `first` one measures and writes.
    """
    k, ready, out = work.k, work.ready, work.out
    model = _loaded(work)
    before = _before(model, work) if first else Before()
    if work.past:
        adapters.put_weights(model, adapters.started(work.past.own))
    _, step = fit.last_checkpoint(out / "checkpoints")
    curve = Curve(out / "curve.jsonl", step) if first else None

    def weighed(student: Any) -> dict[str, Preferred]:
        return preferred(work.pairs, before.odds, odds_on(student, work.pairs), k.beta)

    trainer = fit.fit(model, ready.rows, k, out, curve, watch, lambda m: weighed(m).get(OWN))
    if curve:
        trained = trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)
        place = (str(trained.device), trainer.accelerator.num_processes)
        _keep_adapters(trained, work)
        after, now = loss_on(trained, work.rows), weighed(trained)
        results = _results(work, curve, before.losses, after, now, place)
        _write_model(trained, out)
        put(out / "curve.svg", as_svg(curve.points, f"loss of {out.name}").encode())
        put(out / RESULTS, msgspec.json.format(encode(results), indent=1) + b"\n")  # last of all
    trainer.accelerator.wait_for_everyone()
    return read_results(out)


def _loaded(work: Work) -> Any:
    """Load the student as it is before training. Raises BadInput where it lacks a token."""
    model = fit.load(work.past.base if work.past else work.folder, work.k)
    top = max(chain.from_iterable(map(ids_of, (*work.ready.rows, *work.ready.held))))
    if top >= model.get_input_embeddings().num_embeddings:
        what = f"the data has the token {top}, which the model does not know"
        raise BadInput(what, "write them with this model's tokenizer")
    if not work.past:
        return model
    from peft import get_peft_model  # noqa: PLC0415 - an extra

    model = get_peft_model(model, fit.adapter(work.k))
    adapters.put_weights(model, work.past.shared)
    return model


def _keep_adapters(trained: Any, work: Work) -> None:
    """Write an adapter by itself, and merge it into the shared one, which the student has then."""
    if work.k.tune == "lora":
        trained.save_pretrained(work.out / adapters.OWN)
    if work.past:
        own = adapters.weights_of(trained)
        adapters.put_weights(trained, adapters.merged(work.past.shared, own, work.past.rounds))
        trained.save_pretrained(work.out / adapters.SHARED)


def _write_model(trained: Any, out: Path) -> None:
    """Write the model as safetensors with its tokenizer, an adapter merged in."""
    from peft import PeftModel  # noqa: PLC0415 - an extra
    from transformers import AutoTokenizer  # noqa: PLC0415

    if isinstance(trained, PeftModel):
        trained = trained.merge_and_unload()
    tokenizer = AutoTokenizer.from_pretrained(str(out / "tokenizer"))
    trained.generation_config.eos_token_id = tokenizer.eos_token_id
    trained.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")


def _before(model: Any, work: Work) -> Before:
    """Measure the untrained model once: a training that goes on reads what was measured."""
    losses, odds = work.out / "before.json", work.out / "odds.json"
    if not (losses.exists() and odds.exists()):
        put(odds, encode(odds_on(model, work.pairs)) + b"\n")
        put(losses, encode(loss_on(model, work.rows)) + b"\n")
    return Before(decode(losses.read_bytes(), dict[str, float]), decode(odds.read_bytes(), Odds))


def _results(
    work: Work,
    curve: Curve,
    before: dict[str, float],
    after: dict[str, float],
    now: dict[str, Preferred],
    place: tuple[str, int],
) -> Results:
    ready, points = work.ready, curve.points
    tail = points[-max(1, len(points) // 10) :]
    margins = [p.margin for p in tail if p.margin is not None]
    pairs = isinstance(ready.rows[0], Pair)
    return Results(
        round=ready.round,
        objective="preference" if pairs else "imitation",
        rows=dict(Counter(row.source for row in ready.rows)),
        tokens=sum(1 for row in ready.rows for _ in ids_of(row)),
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
        template=digest(models.template_of(work.tokens).source),
        versions={"buttonup": __version__, **{name: version(name) for name in models.PARTS}},
        preferred=now,
        shared=work.past.rounds + 1 if work.past else 0,
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
