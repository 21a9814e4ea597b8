"""A report's figures as Markdown, for people."""

from typing import Any


def render(report: dict[str, Any]) -> str:
    """Write the report of `model/report.py` as Markdown."""
    overall, lines_at = report["overall"], report["thresholds"]
    about = (
        f"Judged on {overall['human']} human and {overall['ai']} generated pictures, manifest "
        f"`{report['manifest_sha256'][:16]}`; trained on manifest `{report['trained_on'][:16]}`. Clear below "
        f"{lines_at['clear_below']:.3f}, flagged from {lines_at['flagged_from']:.3f}. Intervals are of 95 % "
        "(shares: Wilson)."
    )
    lines = [f"# {report['model']}", "", about, "", *_dresses(report), *_stability(report)]
    lines += _correlations(report)
    for name, rows in report["tables"].items():
        lines += _table(name, rows)
    return "\n".join(lines) + "\n"


def percent(share: dict[str, Any]) -> str:
    """Write a share with its interval."""
    return f"{100 * share['value']:.1f} % ({100 * share['low']:.1f}-{100 * share['high']:.1f})"


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
            f"{100 * row['balanced_accuracy']:.1f} %",
            f"{row['ece']:.3f}",
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
        f"| {name} | {values['human']:+.2f} | {values['ai']:+.2f} |"
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
