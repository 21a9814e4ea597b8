"""A moderator's preferences, read from whatever was stored."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from api.review.frame.words import LANGUAGES, N_

ACTS = {
    "human": N_("Decide: human"),
    "ai": N_("Decide: AI"),
    "assisted": N_("Decide: AI-assisted"),
    "escalate": N_("Escalate"),
    "ground": N_("Choose a ground (then press a digit)"),
    "skip": N_("Skip to the next case"),
    "undo": N_("Undo"),
    "note": N_("Write a note"),
    "queue": N_("Back to the queue"),
    "take": N_("Take over"),
    "next": N_("Next page or group"),
    "select": N_("Select case"),
    "filter": N_("Filter the queue"),
    "triage": N_("Triage: twelve at once"),
    "zoom": N_("Show pixel for pixel, or fit"),
    "heat": N_("Show the heat map"),
    "compare": N_("Hold: hide the heat map"),
    "veil": N_("Show or blur the picture"),
}
DEFAULT_KEYS = {
    "human": "h",
    "ai": "a",
    "assisted": "p",
    "escalate": "e",
    "ground": "g",
    "skip": "s",
    "undo": "u",
    "note": "w",
    "queue": "q",
    "take": "t",
    "next": "n",
    "select": "x",
    "filter": "f",
    "triage": "i",
    "zoom": "1",
    "heat": "m",
    "compare": "c",
    "veil": "v",
}
MOVES = {
    "/": N_("Search all cases"),
    "j": N_("Next in the list"),
    "k": N_("Previous in the list"),
    "?": N_("Show keyboard shortcuts"),
}
# Acts that came after moderators had chosen keys: they have their usual key where that is free.
LATER_ACTS = ("assisted", "ground", "compare", "filter", "triage")
VIEWS = ("grid", "list")
MOST_SAVED, NAME_LENGTH = 20, 40  # saved filters, and letters of a name


class KeyClashError(Exception):
    """Two acts want one key; the text is the key."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The desk as one moderator has it; `keys` names the key of each act that has one."""

    view: str = "grid"
    blur: bool = False
    grey: bool = False
    mix: bool = False  # start in mixed order, to avoid long runs of one finding
    language: str = ""  # empty: as the browser asks
    remind: int = 50  # minutes at the desk after which a break is suggested; 0 for never
    keys: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_KEYS))
    saved: Mapping[str, str] = field(default_factory=dict)  # filters of the queue by name, as queries


def read_preferences(stored: Mapping[str, object] | None) -> Preferences:
    """Read what was stored; what cannot be used is as if it were not there."""
    stored = stored or {}
    view, remind, keys = stored.get("view"), stored.get("remind"), stored.get("keys")
    language = stored.get("language")
    return Preferences(
        view=str(view) if view in VIEWS else VIEWS[0],
        blur=stored.get("blur") is True,
        grey=stored.get("grey") is True,
        mix=stored.get("mix") is True,
        language=language if isinstance(language, str) and language in LANGUAGES else "",
        remind=remind if isinstance(remind, int) and 0 <= remind <= 480 else 50,
        keys=_read_keys(keys) if isinstance(keys, dict) else dict(DEFAULT_KEYS),
        saved=_read_saved(stored.get("saved")),
    )


def _read_saved(stored: object) -> dict[str, str]:
    pairs = stored.items() if isinstance(stored, dict) else ()
    return {name: query for name, query in pairs if isinstance(name, str) and isinstance(query, str)}


def preferences_from_form(values: Mapping[str, str], before: Preferences) -> Preferences:
    """Read a form; an empty key leaves an act without one. What the form does not have stays as before.

    Errors: KeyClashError.
    """
    keys: dict[str, str] = {}
    for act in ACTS:
        key = values.get(f"key_{act}", "").strip().lower()
        if key and (key in keys.values() or key in MOVES or not is_key(key)):
            raise KeyClashError(key)
        if key or act in LATER_ACTS:
            keys[act] = key
    remind = values.get("remind", "")
    return Preferences(
        view=values.get("view", "") if values.get("view") in VIEWS else VIEWS[0],
        blur=values.get("blur") == "1",
        grey=values.get("grey") == "1",
        mix=values.get("mix") == "1",
        language=values.get("language", "") if values.get("language") in LANGUAGES else "",
        remind=int(remind) if remind.isascii() and remind.isdigit() and len(remind) <= 3 else 50,
        keys=keys,
        saved=before.saved,
    )


def write_preferences(preferences: Preferences) -> dict[str, object]:
    """Write them for storing."""
    return asdict(preferences)


def _read_keys(stored: Mapping[str, object]) -> dict[str, str]:
    keys = {act: str(key) for act, key in stored.items() if act in ACTS and is_key(key)}
    for act in LATER_ACTS:
        usual = DEFAULT_KEYS[act]
        if act not in stored and usual not in keys.values():
            keys[act] = usual
    return keys


def is_key(key: object) -> bool:
    """True if this is one visible character that can be a key by itself."""
    return isinstance(key, str) and len(key) == 1 and key.isprintable() and not key.isspace()
