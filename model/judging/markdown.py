"""A report's figures as Markdown, for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from tabulate import tabulate


def render(report: dict[str, Any]) -> str:
    """The report of `model/judging/report.py` as Markdown."""
    overall, lines_at = report["overall"], report["thresholds"]
    about = (
        f"Judged on {overall['human']} human and {overall['ai']} generated pictures, manifest "
        f"`{report['manifest_sha256'][:16]}`; trained on manifest `{report['trained_on'][:16]}`. Clear below "
        f"{lines_at['clear_below']:.3f}, flagged from {lines_at['flagged_from']:.3f}. Intervals are of 95 % "
        "(shares: Wilson; areas: Hanley and McNeil; balanced accuracy and ECE: by drawing pictures anew)."
    )
    lines = [
        f"# {report['model']}",
        "",
        about,
        "",
        *render_confusion(report),
        "",
        *render_goals(report),
        "",
        *render_figures(report),
        "",
    ]
    lines += [*render_findings(report), "", *_calibration(report)]
    lines += [*_stability(report), *_correlations(report), *_mended(report)]
    for name, rows in report["tables"].items():
        lines += [f"## By {name}", "", *render_groups(rows), ""]
    return "\n".join(lines) + "\n"


def render_confusion(report: dict[str, Any]) -> list[str]:
    """The confusion matrix at each threshold, with the figures that are read from it."""
    counts = ("ai_above", "ai_below", "human_above", "human_below")
    figures = ("accuracy", "precision", "recall", "f1")
    rows = [
        [
            row["threshold"],
            *(str(row[name]) for name in counts),
            *("-" if row[name] is None else f"{row[name]:.3f}" for name in figures),
        ]
        for row in report["confusion"]
    ]
    head = ("taken as generated", "AI found", "AI missed", "human accused", "human spared")
    return table((*head, "accuracy", "precision", "recall", "F1"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, line by line; cells may hold anything."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return tabulate(cells, head, "github", disable_numparse=True).splitlines()


def percent(share: dict[str, Any]) -> str:
    """A share with its interval."""
    return _with_ends(share, ".1f", times=100, unit=" %")


def decimal(figure: dict[str, Any]) -> str:
    """A figure with its interval, in thousandths."""
    return _with_ends(figure, ".3f")


def signed(figure: dict[str, Any]) -> str:
    """A figure that may be negative, with its interval."""
    return _with_ends(figure, "+.2f", joint=" to ")


def _with_ends(figure: dict[str, Any], form: str, *, times: int = 1, unit: str = "", joint: str = "-") -> str:
    value, *ends = [
        format(times * figure[name], form) for name in ("value", "low", "high") if figure[name] is not None
    ]
    return f"{value}{unit} ({joint.join(ends)})" if ends else f"{value}{unit}"


FIGURES = {
    "AUC": ("auc", decimal),
    "AI found at 1 % of humans accused": ("found_at_1_percent", percent),
    "balanced accuracy at 0.5": ("balanced_accuracy", percent),
    "ECE": ("ece", decimal),
    "humans flagged": ("accused", percent),
    "AI flagged": ("found", percent),
    "humans cleared": ("human_cleared", percent),
    "AI cleared": ("ai_cleared", percent),
}


def render_figures(report: dict[str, Any], *, count: int = len(FIGURES)) -> list[str]:
    """The first so many figures, of the pictures as they are and in each other form that was judged."""
    rows = {"as they are": report["overall"], **report.get("encodings", {}), **report.get("confounds", {})}
    columns = list(FIGURES.values())[:count]
    cells = [(name, *(write(row[key]) for key, write in columns)) for name, row in rows.items()]
    return table(("pictures", *list(FIGURES)[:count]), cells)


def render_goals(report: dict[str, Any]) -> list[str]:
    """The goals with both intervals, and what they mean."""
    rows = []
    for row in report["goals"]:
        bound = f"at least {row['at_least']:g}" if "at_least" in row else f"at most {row['at_most']:g}"
        ends = [_ends(row[name]) for name in ("by_picture", "by_owner")]
        surely = "yes" if row["surely"] else "yes, but not the whole interval"
        reached = surely if row["reached"] else "no"
        rows.append([row["goal"], bound, f"{row['value']:.3f}", *ends, reached])
    perfect = report["perfect_calibration"]
    about = (
        "The intervals come from 1,000 bootstrap samples with a fixed seed: by picture, of the pictures "
        "within each label (flips: Wilson); by owner, of owners with all of their pictures, which shows "
        "roughly how much other sources could differ. Each sample sets the threshold for 1 % again. On these "
        f"pictures, a perfectly calibrated score would have an ECE of {perfect['mean']:.3f} "
        f"({perfect['low']:.3f}-{perfect['high']:.3f})."
    )
    return [*table(("goal", "", "measured", "by picture", "by owner", "reached"), rows), "", about]


def _ends(ends: list[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}"


def render_mended(report: dict[str, Any]) -> list[str]:
    """Which mended pictures are misjudged again, and why that was accepted."""
    mended = report["mended"]
    about = (
        f"{mended['listed']} pictures that an earlier version misjudged were corrected by a later one. "
        f"{mended['here']} of them are in this data, and {len(mended['relapsed'])} of these are misjudged "
        "again."
    )
    rows = [
        (
            row["label"],
            f"`{row['file']}`",
            f"{row['score']:.2f}",
            f"{row['mended_score']:.2f}",
            row["accepted"] or "**no**",
        )
        for row in mended["relapsed"]
    ]
    return (
        [about, "", *table(("label", "picture", "score", "score when corrected", "accepted because"), rows)]
        if rows
        else [about]
    )


def render_findings(report: dict[str, Any]) -> list[str]:
    """What is found where so many people are accused, and what becomes of each label at the thresholds."""
    found = [(f"{100 * float(share):g} %", percent(row)) for share, row in report["found_at"].items()]
    shipped = [
        (
            f"{'generated' if label == 'ai' else label}, {name}",
            str(row["count"]),
            percent(row),
            "-" if row["by_owner"] is None else "-".join(f"{100 * end:.1f}" for end in row["by_owner"]),
        )
        for label, rows in report["shipped"].items()
        for name, row in rows.items()
    ]
    return [
        *table(("human pictures accused", "generated pictures found"), found),
        "",
        *table(("at the thresholds", "pictures", "share", "interval over owners, %"), shipped),
    ]


def _calibration(report: dict[str, Any]) -> list[str]:
    rows = [
        (
            f"from {row['from']:g}",
            str(row["generated"]["total"]),
            f"{row['mean_score']:.2f}",
            percent(row["generated"]),
        )
        for row in report["calibration"]
    ]
    head = ("score", "pictures", "mean score", "of them generated")
    return ["## What a score is worth", "", *table(head, rows), ""]


def _mended(report: dict[str, Any]) -> list[str]:
    if not report.get("mended", {}).get("here"):
        return []
    return ["## Pictures that must stay mended", "", *render_mended(report), ""]


def _stability(report: dict[str, Any]) -> list[str]:
    if "stability" not in report:
        return []
    words = {
        "clear_and_flagged": "the same picture clear in one encoding and flagged in another",
        "clear_and_flagged_after_second_look": "the same after the second look (an upper bound)",
        "any_change": "any change of finding",
        "moved_by_second_look": "another finding after the second look",
    }
    rows = [(text, percent(report["stability"][name])) for name, text in words.items()]
    return ["## Under five re-encodings", "", *table(("what happens", "share of pictures"), rows), ""]


def _correlations(report: dict[str, Any]) -> list[str]:
    rows = [
        (name, signed(values["human"]), signed(values["ai"]))
        for name, values in report["correlations"].items()
    ]
    head = ["## Correlation of score with sharpness and size, inside each class (Spearman)", ""]
    return [*head, *table(("", "human", "AI"), rows), ""]


def render_groups(rows: list[dict[str, Any]]) -> list[str]:
    """The shares of each group of pictures, such as those of one source."""
    shares = ("flagged", "cleared", "wrong_at_half")
    cells = [
        (
            row["label"],
            row["name"],
            str(row["count"]),
            *(percent(row[key]) for key in shares),
            f"{row['mean_score']:.2f}",
        )
        for row in rows
    ]
    return table(("label", "name", "pictures", "flagged", "cleared", "wrong at 0.5", "mean score"), cells)
