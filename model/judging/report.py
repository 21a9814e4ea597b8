"""From judgements to the figures of a report: a dictionary, ready for JSON."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from model.data.figures import (
    Bools,
    Floats,
    Share,
    auc,
    auc_interval,
    balanced_accuracy,
    expected_calibration_error,
    found_at,
    rank,
    sigmoid,
)
from model.data.generators import family_of
from model.data.judged import Judged
from model.data.samples import digest
from model.judging.confusion import describe_confusion
from model.judging.findings import describe_findings, reliability
from model.judging.goals import measure_goals
from model.judging.resampling import (
    Resampling,
    Rows,
    error_interval,
    group_rows,
    interval,
    perfect_calibration,
)
from model.serving.info import ModelInfo
from model.serving.second_look import decides_narrowly, settle

_SHARES = (0.005, 0.01, 0.02, 0.05)
_BANDS = ((0, 400_000), (400_000, 1_000_000), (1_000_000, 2_500_000), (2_500_000, 10**12))


def make_report(judged: Sequence[Judged], info: ModelInfo) -> dict[str, Any]:
    """Make all figures; those of dresses that were not judged are left out."""
    is_ai = np.array([item.sample.is_ai for item in judged])
    logits = np.array([item.logit for item in judged])
    lines, shown = np.array([item.lines for item in judged]), info.thresholds
    drawn_from = group_rows(is_ai, [item.sample.owner for item in judged])
    report: dict[str, Any] = {
        "model": info.version,
        "manifest_sha256": digest([item.sample for item in judged]),
        "trained_on": info.manifest,
        "thresholds": {"clear_below": shown.clear_below, "flagged_from": shown.flagged_from},
        "confusion": describe_confusion(judged),
        "overall": _overall(logits, is_ai, lines, drawn_from),
        "shipped": describe_findings(judged),
        "found_at": {f"{share:g}": found_at(logits, is_ai, share).as_dict() for share in _SHARES},
        "calibration": reliability(sigmoid(logits), is_ai),
        "tables": _tables(judged),
        "correlations": _correlations(judged, logits, is_ai, drawn_from),
    }
    again = [item for item in judged if item.encoded]
    if {item.sample.is_ai for item in again} == {False, True}:
        report["encodings"] = _encodings(again)
        report["stability"] = _stability(again, info)
    if all(item.uniform is not None for item in judged):
        report["confounds"] = {
            "one codec and one size": _overall(_of(judged, "uniform"), is_ai, lines, drawn_from),
            "codecs swapped": _overall(_of(judged, "swapped"), is_ai, lines, drawn_from),
        }
    report["goals"] = measure_goals(
        judged, is_ai, drawn_from, report.get("stability", {}).get("clear_and_flagged_after_second_look")
    )
    mean, low, high = perfect_calibration(sigmoid(logits))
    report["perfect_calibration"] = {"mean": mean, "low": low, "high": high}
    report["misjudged"] = _misjudged(judged)
    return report


def _encodings(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures of those pictures that were saved anew: first as they are, then after each re-encoding."""
    is_ai, lines = np.array([item.sample.is_ai for item in judged]), np.array([item.lines for item in judged])
    drawn_from = group_rows(is_ai, [item.sample.owner for item in judged])
    dresses = {f"the same {len(judged)} as they are": _of(judged, "logit")}
    for name in judged[0].encoded:
        dresses[name] = np.array([item.encoded[name] for item in judged])
    return {name: _overall(logits, is_ai, lines, drawn_from) for name, logits in dresses.items()}


def _overall(logits: Floats, is_ai: Bools, lines: Floats, drawn_from: Resampling) -> dict[str, Any]:
    scores, sides = sigmoid(logits), (logits[:, None] >= lines).sum(axis=1)

    def balanced(rows: Rows) -> float:
        return balanced_accuracy(scores[rows], is_ai[rows])

    def error(rows: Rows) -> float:
        return expected_calibration_error(scores[rows], is_ai[rows])

    everything = np.arange(len(scores))
    drawn, made = scores[~is_ai], scores[is_ai]
    low, high = auc_interval(scores, is_ai)
    found = found_at(scores, is_ai, 0.01)
    return {
        "human": len(drawn),
        "ai": len(made),
        "auc": {"value": auc(scores, is_ai), "low": low, "high": high},
        "found_at_1_percent": found.as_dict(),
        "balanced_accuracy": _between(balanced(everything), interval(balanced, drawn_from.by_picture)),
        "accuracy_human": Share(int((drawn < 0.5).sum()), len(drawn)).as_dict(),
        "accuracy_ai": Share(int((made >= 0.5).sum()), len(made)).as_dict(),
        "ece": _between(error(everything), error_interval(error, drawn_from.by_picture)),
        "accused": Share(int((sides[~is_ai] == 2).sum()), len(drawn)).as_dict(),
        "found": Share(int((sides[is_ai] == 2).sum()), len(made)).as_dict(),
        "human_cleared": Share(int((sides[~is_ai] == 0).sum()), len(drawn)).as_dict(),
        "ai_cleared": Share(int((sides[is_ai] == 0).sum()), len(made)).as_dict(),
    }


def _between(value: float, ends: tuple[float, float] | None) -> dict[str, Any]:
    low, high = ends or (None, None)
    return {"value": value, "low": low, "high": high}


def _tables(judged: Sequence[Judged]) -> dict[str, Any]:
    keys: dict[str, Callable[[Judged], str]] = {
        "source": lambda item: item.sample.source,
        "style": lambda item: item.sample.facets.get("kind", ""),
        "generator": lambda item: family_of(item.sample),
        "format": lambda item: item.sample.facets.get("format", ""),
        "resolution": _band,
        "format and resolution": lambda item: ", ".join(
            filter(None, (item.sample.facets.get("format"), _band(item)))
        ),
    }
    return {name: _table(judged, key) for name, key in keys.items()}


def _table(judged: Sequence[Judged], key: Callable[[Judged], str]) -> list[dict[str, Any]]:
    """For each group and label, how many are flagged, and how many are on the wrong side of 0.5."""
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for item in judged:
        if name := key(item):
            groups[item.sample.label.value, name].append(item)
    rows = []
    for (label, name), members in sorted(
        groups.items(), key=lambda row: (row[0][0], -len(row[1]), row[0][1])
    ):
        wrong = sum((item.logit >= 0) != item.sample.is_ai for item in members)
        sides = [item.side for item in members]
        rows.append(
            {
                "label": label,
                "name": name,
                "count": len(members),
                "flagged": Share(sides.count(2), len(members)).as_dict(),
                "cleared": Share(sides.count(0), len(members)).as_dict(),
                "wrong_at_half": Share(wrong, len(members)).as_dict(),
                "mean_score": float(sigmoid(_of(members, "logit")).mean()),
            }
        )
    return rows


def _band(item: Judged) -> str:
    size = float(np.exp(item.pixels))
    low, high = next((low, high) for low, high in _BANDS if low <= size < high)
    return f"{low / 1e6:g}-{high / 1e6:g} Mpx" if high < 10**12 else f"from {low / 1e6:g} Mpx"


def _correlations(
    judged: Sequence[Judged], logits: Floats, is_ai: Bools, drawn_from: Resampling
) -> dict[str, Any]:
    """Spearman's correlation of the score with sharpness and size, inside each class."""
    result: dict[str, Any] = {}
    for name in ("sharpness", "pixels"):
        values = _of(judged, name)
        result[name] = {
            label: _correlation(values, logits, is_ai == truth, drawn_from)
            for label, truth in (("human", False), ("ai", True))
        }
    return result


def _correlation(first: Floats, second: Floats, inside: Bools, drawn_from: Resampling) -> dict[str, Any]:
    def figure(rows: Rows) -> float:
        chosen = rows[inside[rows]]
        return _spearman(first[chosen], second[chosen])

    return _between(figure(np.arange(len(first))), interval(figure, drawn_from.by_picture))


def _spearman(first: Floats, second: Floats) -> float:
    ranks = [rank(values) for values in (first, second)]
    if min(ranks[0].std(), ranks[1].std()) == 0:
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _stability(judged: Sequence[Judged], info: ModelInfo) -> dict[str, Any]:
    """Count findings that change under the ordinary re-encodings, before and after the second look.

    After the second look the median decides; a picture flips still where it and one of its copies, each
    judged with second looks of its own, are `clear` and `flagged`: the copies' own second looks are not
    repeated here, so the second figure is an upper bound.
    """
    extreme = any_change = after = moved = 0
    for item in judged:
        looks = [item.first, *item.encoded.values()]
        own, others = item.side_of(item.first), {item.side_of(logit) for logit in item.encoded.values()}
        extreme += bool({own} | others >= {0, 2})
        any_change += others != {own}
        near = decides_narrowly(item.first, item.lines, info.margin)
        settled = item.side_of(settle(item.first, looks[1:]).logit) if near else own
        moved += settled != own
        after += (settled == 0 and 2 in others) or (settled == 2 and 0 in others)
    total = len(judged)
    return {
        "clear_and_flagged": Share(extreme, total).as_dict(),
        "clear_and_flagged_after_second_look": Share(after, total).as_dict(),
        "any_change": Share(any_change, total).as_dict(),
        "moved_by_second_look": Share(moved, total).as_dict(),
    }


def _of(judged: Sequence[Judged], name: str) -> Floats:
    return np.array([getattr(item, name) for item in judged], dtype=np.float64)


def _misjudged(judged: Sequence[Judged]) -> dict[str, Any]:
    """Name the pictures on the wrong side of a line: humans flagged, generated ones cleared."""

    def named(*, is_ai: bool, side: int) -> list[dict[str, Any]]:
        return [
            {"file": item.sample.name, "score": float(sigmoid(item.logit))}
            for item in judged
            if item.sample.is_ai == is_ai and item.side == side
        ]

    return {"human_flagged": named(is_ai=False, side=2), "ai_cleared": named(is_ai=True, side=0)}
