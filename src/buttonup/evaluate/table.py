"""An evaluation as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from buttonup.evaluate.summary import Group, Summary
from buttonup.showing.wording import plain


def as_text(s: Summary) -> str:
    """Tell an evaluation as a table."""
    settings = ", ".join(f"{k} {v}" for k, v in s.settings.items())
    lines = [
        f"{s.suite} ({s.version}), {s.model}: {settings}",
        "",
        f"{'':34}{'tasks':>6}{'score':>8}{'95 %':>15}{'credit':>8}{'ceiling':>9}{'floor':>7}"
        f"{'errors':>8}" + "".join(f"{f'pass^{k}':>8}" for k in range(2, s.trials + 1)),
    ]
    lines += [_row(g) for g in s.groups]
    lines += _measures(s.groups)
    lines.append("")
    if s.reasons:
        lines.append(f"not passed: {', '.join(f'{n} {why}' for why, n in s.reasons.items())}")
    lines.append(
        f"{s.usage.calls} replies, {s.usage.prompt_tokens} tokens read and "
        f"{s.usage.completion_tokens} written, {s.seconds:.0f} s of playing"
    )
    return "\n".join(lines)


def _row(g: Group) -> str:
    hats = "".join(f"{_percent(p):>8}" for p in g.pass_k[1:])
    between = f"{100 * g.low:.1f} to {100 * g.high:.1f}"
    return (
        f"{plain(g.name)[:33]:34}{g.tasks:6}{_percent(g.score):>8}{between:>15}{_percent(g.credit):>8}"
        f"{_percent(g.ceiling):>9}{_percent(g.floor):>7}{g.faults:8}{hats}"
    )


def _measures(groups: Sequence[Group]) -> Iterator[str]:
    """Tell what the suite counts beside: of all, and by its first label."""
    _, *labelled = groups
    first = labelled[0].name.partition("=")[0] if labelled else ""
    shown = [g for g in groups if g.name.partition("=")[0] in ("all", first)]
    if not groups[0].measures:
        return
    yield ""
    yield f"{'':34}{'':14}{'95 %':>15}{'':8}{'ceiling':>9}{'floor':>7}"
    for g in shown:
        for name, f in g.measures.items():
            if f.value is None and f.ceiling is None:
                continue
            between = f"{100 * f.low:.1f} to {100 * f.high:.1f}" if f.value is not None else "-"
            yield (
                f"{plain(g.name)[:20]:21}{name[:20]:21}{_percent(f.value):>6}{between:>15}{'':8}"
                f"{_percent(f.ceiling):>9}{_percent(f.floor):>7}"
            )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
