"""From judgements to the figures of a report: a dictionary, ready for JSON."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.vocabulary import Thresholds
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
from model.data.judged import Judged
from model.data.samples import digest
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

_BANDS = ((0, 400_000), (400_000, 1_000_000), (1_000_000, 2_500_000), (2_500_000, 10**12))


def make_report(judged: Sequence[Judged], info: ModelInfo) -> dict[str, Any]:
    """Make all figures; those of dresses that were not judged are left out."""
    is_ai = np.array([item.sample.is_ai for item in judged])
    logits = np.array([item.logit for item in judged])
    lines = info.thresholds
    drawn_from = group_rows(is_ai, [item.sample.owner for item in judged])
    report: dict[str, Any] = {
        "model": info.version,
        "manifest_sha256": digest([item.sample for item in judged]),
        "trained_on": info.manifest,
        "thresholds": {"clear_below": lines.clear_below, "flagged_from": lines.flagged_from},
        "overall": _overall(logits, is_ai, lines, drawn_from),
        "tables": _tables(judged, sigmoid(logits), lines),
        "correlations": _correlations(judged, logits, is_ai, drawn_from),
    }
    if all(item.encoded for item in judged):
        report["encodings"] = {
            name: _overall(np.array([item.encoded[name] for item in judged]), is_ai, lines, drawn_from)
            for name in judged[0].encoded
        }
        report["stability"] = _stability(judged, info)
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
    report["misjudged"] = _misjudged(judged, sigmoid(logits), lines)
    return report


def _overall(logits: Floats, is_ai: Bools, lines: Thresholds, drawn_from: Resampling) -> dict[str, Any]:
    scores = sigmoid(logits)

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
        "accused": Share(int((drawn >= lines.flagged_from).sum()), len(drawn)).as_dict(),
        "found": Share(int((made >= lines.flagged_from).sum()), len(made)).as_dict(),
        "human_cleared": Share(int((drawn < lines.clear_below).sum()), len(drawn)).as_dict(),
        "ai_cleared": Share(int((made < lines.clear_below).sum()), len(made)).as_dict(),
    }


def _between(value: float, ends: tuple[float, float] | None) -> dict[str, Any]:
    low, high = ends or (None, None)
    return {"value": value, "low": low, "high": high}


def _tables(judged: Sequence[Judged], scores: Floats, lines: Thresholds) -> dict[str, Any]:
    keys: dict[str, Callable[[Judged], str]] = {
        "source": lambda item: item.sample.source,
        "style": lambda item: item.sample.facets.get("kind", ""),
        "generator": lambda item: item.sample.facets.get("model", "") if item.sample.is_ai else "",
        "format": lambda item: item.sample.facets.get("format", ""),
        "resolution": _band,
    }
    return {name: _table(judged, scores, lines, key) for name, key in keys.items()}


def _table(
    judged: Sequence[Judged], scores: Floats, lines: Thresholds, key: Callable[[Judged], str]
) -> list[dict[str, Any]]:
    """For each group and label, how many are flagged, and how many are on the wrong side of 0.5."""
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for item, score in zip(judged, scores, strict=True):
        if name := key(item):
            groups[item.sample.label.value, name].append(float(score))
    rows = []
    for (label, name), members in sorted(
        groups.items(), key=lambda row: (row[0][0], -len(row[1]), row[0][1])
    ):
        wrong = sum((score >= 0.5) != (label == "ai") for score in members)
        flagged = sum(score >= lines.flagged_from for score in members)
        cleared = sum(score < lines.clear_below for score in members)
        rows.append(
            {
                "label": label,
                "name": name,
                "count": len(members),
                "flagged": Share(flagged, len(members)).as_dict(),
                "cleared": Share(cleared, len(members)).as_dict(),
                "wrong_at_half": Share(wrong, len(members)).as_dict(),
                "mean_score": float(np.mean(members)),
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

    After the second look a picture whose copies disagree is `uncertain`; it flips still only where
    it and one of its copies, each judged with second looks of its own, are `clear` and `flagged`:
    the copies' own second looks are not repeated here, so the second figure is an upper bound.
    """
    lines = [float(np.log(p / (1 - p))) for p in (info.thresholds.clear_below, info.thresholds.flagged_from)]

    def side(logit: float) -> int:
        return sum(logit >= line for line in lines)

    extreme = any_change = after = unstable = 0
    for item in judged:
        own, others = side(item.logit), {side(logit) for logit in item.encoded.values()}
        extreme += bool({own} | others >= {0, 2})
        any_change += others != {own}
        # As in serving: a score between the lines is `uncertain` already, and not looked at again.
        is_near = own != 1 and any(abs(item.logit - line) < info.margin for line in lines)
        settled = 1 if is_near and others != {own} else own
        unstable += is_near and others != {own}
        after += (settled == 0 and 2 in others) or (settled == 2 and 0 in others)
    total = len(judged)
    return {
        "clear_and_flagged": Share(extreme, total).as_dict(),
        "clear_and_flagged_after_second_look": Share(after, total).as_dict(),
        "any_change": Share(any_change, total).as_dict(),
        "called_unstable": Share(unstable, total).as_dict(),
    }


def _of(judged: Sequence[Judged], name: str) -> Floats:
    return np.array([getattr(item, name) for item in judged], dtype=np.float64)


def _misjudged(judged: Sequence[Judged], scores: Floats, lines: Thresholds) -> dict[str, Any]:
    """Name the pictures on the wrong side of a line: humans flagged, generated ones cleared."""
    pairs = list(zip(judged, scores, strict=True))
    return {
        "human_flagged": [
            {"file": item.sample.name, "score": float(score)}
            for item, score in pairs
            if not item.sample.is_ai and score >= lines.flagged_from
        ],
        "ai_cleared": [
            {"file": item.sample.name, "score": float(score)}
            for item, score in pairs
            if item.sample.is_ai and score < lines.clear_below
        ],
    }
