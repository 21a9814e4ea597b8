"""A report's figures as Markdown, for people."""

from typing import Any


def render(report: dict[str, Any]) -> str:
    """Write the report of `model/judging/report.py` as Markdown."""
    overall, lines_at = report["overall"], report["thresholds"]
    about = (
        f"Judged on {overall['human']} human and {overall['ai']} generated pictures, manifest "
        f"`{report['manifest_sha256'][:16]}`; trained on manifest `{report['trained_on'][:16]}`. Clear below "
        f"{lines_at['clear_below']:.3f}, flagged from {lines_at['flagged_from']:.3f}. Intervals are of 95 % "
        "(shares: Wilson; areas: Hanley and McNeil; balanced accuracy and ECE: by drawing pictures anew)."
    )
    lines = [f"# {report['model']}", "", about, "", *render_goals(report), "", *_dresses(report)]
    lines += [*_stability(report), *_correlations(report), *_mended(report)]
    for name, rows in report["tables"].items():
        lines += _table(name, rows)
    return "\n".join(lines) + "\n"


def percent(share: dict[str, Any]) -> str:
    """Write a share with its interval."""
    return f"{100 * share['value']:.1f} % ({100 * share['low']:.1f}-{100 * share['high']:.1f})"


def decimal(figure: dict[str, Any]) -> str:
    """Write a figure with its interval, in thousandths."""
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f})"


def signed(figure: dict[str, Any]) -> str:
    """Write a figure that may be below nothing, with its interval."""
    return f"{figure['value']:+.2f} ({figure['low']:+.2f} to {figure['high']:+.2f})"


def render_goals(report: dict[str, Any]) -> list[str]:
    """Write the goals with both intervals, and what they mean."""
    lines = ["| goal | | measured | by picture | by owner | reached |", "|---" * 6 + "|"]
    for row in report["goals"]:
        bound = f"at least {row['at_least']:g}" if "at_least" in row else f"at most {row['at_most']:g}"
        ends = (_ends(row[name]) for name in ("by_picture", "by_owner"))
        reached = "no" if not row["reached"] else "yes" if row["surely"] else "yes, its interval not wholly"
        lines.append(f"| {row['goal']} | {bound} | {row['value']:.3f} | {' | '.join(ends)} | {reached} |")
    perfect = report["perfect_calibration"]
    about = (
        "By picture: 1,000 seeded draws of as many pictures inside each label (flips: Wilson). By owner: of "
        "as many owners, with all of their pictures, which says roughly what other sources would do. Each "
        "draw sets the line of 1 % anew. A score that is calibrated to perfection would show an ECE of "
        f"{perfect['mean']:.3f} ({perfect['low']:.3f}-{perfect['high']:.3f}) on these pictures."
    )
    return [*lines, "", about]


def _ends(ends: list[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}"


def render_mended(report: dict[str, Any]) -> list[str]:
    """Write which mended pictures are misjudged again, and why that was accepted."""
    mended = report["mended"]
    about = (
        f"{mended['here']} of the {mended['listed']} pictures that an earlier version misjudged and a later "
        f"one mended are among these; {len(mended['relapsed'])} of them are misjudged again."
    )
    lines = [about]
    if mended["relapsed"]:
        lines += ["", "| label | picture | score | had | accepted |", "|---" * 5 + "|"]
    for row in mended["relapsed"]:
        why = (row["accepted"] or "**no**").replace("|", "\\|").replace("\n", " ")
        lines.append(
            f"| {row['label']} | `{row['file']}` | {row['score']:.2f} | {row['mended_score']:.2f} | {why} |"
        )
    return lines


def _mended(report: dict[str, Any]) -> list[str]:
    if not report.get("mended", {}).get("here"):
        return []
    return ["## Pictures that must stay mended", "", *render_mended(report), ""]


def _dresses(report: dict[str, Any]) -> list[str]:
    rows = {"as they are": report["overall"], **report.get("encodings", {}), **report.get("confounds", {})}
    names = (
        "AUC",
        "AI found at 1 % of humans accused",
        "balanced accuracy",
        "ECE",
        "humans flagged",
        "AI flagged",
        "humans cleared",
        "AI cleared",
    )
    lines = [f"| pictures | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name, row in rows.items():
        area = row["auc"]
        cells = (
            f"{area['value']:.4f} ({area['low']:.3f}-{area['high']:.3f})",
            percent(row["found_at_1_percent"]),
            percent(row["balanced_accuracy"]),
            decimal(row["ece"]),
            *(percent(row[key]) for key in ("accused", "found", "human_cleared", "ai_cleared")),
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def _stability(report: dict[str, Any]) -> list[str]:
    if "stability" not in report:
        return []
    words = {
        "clear_and_flagged": "the same picture clear in one encoding and flagged in another",
        "clear_and_flagged_after_second_look": "the same after the second look (an upper bound)",
        "any_change": "any change of finding",
        "called_unstable": "called unstable, hence uncertain",
    }
    rows = [f"| {text} | {percent(report['stability'][name])} |" for name, text in words.items()]
    return ["## Under five re-encodings", "", "| what happens | share of pictures |", "|---|---|", *rows, ""]


def _correlations(report: dict[str, Any]) -> list[str]:
    rows = [
        f"| {name} | {signed(values['human'])} | {signed(values['ai'])} |"
        for name, values in report["correlations"].items()
    ]
    head = ["## Correlation of score with sharpness and size, inside each class (Spearman)", ""]
    return [*head, "| | human | AI |", "|---|---|---|", *rows, ""]


def _table(name: str, rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"## By {name}",
        "",
        "| label | name | pictures | flagged | cleared | wrong at 0.5 | mean score |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shown = row["name"].replace("|", "\\|")
        shares = " | ".join(percent(row[key]) for key in ("flagged", "cleared", "wrong_at_half"))
        lines.append(f"| {row['label']} | {shown} | {row['count']} | {shares} | {row['mean_score']:.2f} |")
    return [*lines, ""]
