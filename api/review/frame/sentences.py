"""What the machine says, in the reader's language.

Reasons and evidence are stored in English, once, as they were given: they are part of the record. Each
is one of the sentences below with names and numbers in it. Here it is told apart again and said anew in
the language of the page; what is none of them (an older program's, a reader's own fault) stays as it is.
The test of the catalogue reads the program, and fails for a sentence that is missing here.
"""

import re
from functools import lru_cache

from flask_babel import get_locale, gettext

from api.review.frame.words import N_

LONGEST = 2000  # a reason holds details of evidence, which are cut long before
DEEPEST = 3  # a reason holds a detail, a detail a clause
SENTENCES = (
    # Reasons (worker/examining/policy.py)
    N_("Two valid signatures disagree about the origin of this picture."),
    N_("People decided differently on near copies."),
    N_("%(known)s But this file names %(maker)s as its maker: look again."),
    N_("%(known)s But a valid signature vouches for human origin: look again."),
    N_("A valid signature proves that %(maker)s made this picture."),
    N_("A valid signature vouches for human origin: %(detail)s"),
    N_("The file says so, unsigned: it names %(maker)s as its maker."),
    N_("The pixels do not decide: score %(score)s, between %(low)s and %(high)s."),
    N_("The pixels look generated: score %(score)s, flagged from %(line)s."),
    N_("The pixels show no sign of generation: score %(score)s."),
    N_("The score, %(score)s, crosses a threshold when the picture is saved anew: it decides nothing."),
    N_("A field of the file hints at generation: %(detail)s"),
    N_("The file also holds a sign of human work: %(detail)s"),
    N_("The file carries no record of its origin; sites often strip it: ask for the original."),
    N_("A moderator decided on %(day)s that %(what)s is %(how)s (%(count)s of 256 bits differ)."),
    N_("A moderator decided that %(what)s is %(how)s (%(count)s of 256 bits differ)."),
    N_("The list “%(name)s” holds %(what)s as %(how)s (%(count)s of 256 bits differ)."),
    # Evidence (provenance/)
    N_("Generation parameters in the manner of A1111 stand in %(where)s, unsigned."),
    N_("%(where)s says that A1111 enlarged or retouched this picture: nothing on who made it."),
    N_("Generation parameters of %(maker)s stand in %(where)s, unsigned."),
    N_("A generation record of %(maker)s stands in %(where)s, unsigned."),
    N_("A generation record of NovelAI stands in %(where)s, unsigned by itself."),
    N_("%(where)s names NovelAI, without a record of the generation."),
    N_("NovelAI's signature in %(where)s is valid for exactly these pixels."),
    N_("A NovelAI signature in %(where)s is not verifiable: %(why)s."),
    N_("A ComfyUI graph of %(count)s kinds of nodes stands in %(where)s (%(names)s), unsigned."),
    N_(
        "A ComfyUI graph of %(count)s kinds of nodes stands in %(where)s (%(names)s), unsigned; "
        "none of them generates."
    ),
    N_("EXIF holds a signature and an id in the manner of xAI's Grok; nobody can check that signature."),
    N_("The label AIGC in %(where)s declares generated content, unsigned."),
    N_("The label AIGC in %(where)s declares that the content may be generated."),
    N_("%(where)s: generators hide text like this; what it says is not known here."),
    N_("%(where)s ends in options as Midjourney's prompts do."),
    N_("%(where)s holds a prompt and settings of a generator that is not known here."),
    N_("A C2PA manifest by %(signer)s says nothing of generative AI; %(validity)s."),
    N_("A C2PA manifest by %(signer)s declares this picture to be %(code)s; %(validity)s."),
    N_("A C2PA manifest by %(signer)s declares an ingredient of this picture to be %(code)s; %(validity)s."),
    N_("XMP holds the word %(word)s as digital source type, not the vocabulary's URI."),
    N_("XMP declares the digital source type %(code)s, unsigned."),
    N_("The pixels carry the watermark of %(maker)s (correlation %(number)s), unsigned."),
    N_("%(where)s names %(editor)s, a program that people paint or edit with."),
    N_("%(where)s names %(maker)s."),
    N_("XMP keeps a history of editing: %(steps)s steps, %(layers)s named text layers."),
    N_("EXIF holds camera data of a %(camera)s, with exposure."),
    N_("Unreadable record in %(where)s: %(why)s."),
    # Clauses that stand in these
    N_("the same picture in another file"),
    N_("a near copy of this picture"),
    N_("a generator"),
    N_("drawn by a person"),
    N_("generated"),
    N_("text hidden in the %(where)s"),
    N_("the signature is valid and its signer is on the trust list"),
    N_("the signature is valid, but its signer is not on the trust list"),
    N_("the picture was changed after it was signed"),
    N_("the signature does not hold"),
    N_("validation failed (%(codes)s)"),
    N_("only PNG and lossless WebP keep the pixels that were signed"),
    N_("pixels or comment changed since it was made, as any editing or re-saving does"),
    N_("it holds, but parts are transparent, and transparency is not signed"),
)
_PLACE = re.compile(r"%\((\w+)\)s")


def told(text: object, depth: int = DEEPEST) -> str:
    """Say a stored sentence in the language of the page."""
    said = str(text)
    locale = get_locale()
    if locale is None or locale.language == "en" or len(said) > LONGEST:
        return said
    found = find_sentence(said)
    if found is None:
        return said
    sentence, parts = found
    if depth > 1:
        parts = {name: told(part, depth - 1) for name, part in parts.items()}
    return str(gettext(sentence, **parts))


@lru_cache(maxsize=4096)
def find_sentence(said: str) -> tuple[str, dict[str, str]] | None:
    """Find which sentence was said, and what stands in its places."""
    for sentence, texts, names in _ordered():
        parts = _match(said, texts)
        if parts is not None:
            return sentence, dict(zip(names, parts, strict=True))
    return None


@lru_cache(maxsize=1)
def _ordered() -> list[tuple[str, list[str], list[str]]]:
    """Cut each sentence into its own words and its places, those with most words of their own first."""
    cut = [(one, _PLACE.split(one)) for one in SENTENCES]
    found = [(one, pieces[::2], pieces[1::2]) for one, pieces in cut]
    return sorted(found, key=lambda one: sum(map(len, one[1])), reverse=True)


def _match(said: str, texts: list[str]) -> list[str] | None:
    """Find what stands between a sentence's own words, None where they are not there in this order.

    Without a pattern: strangers write what stands there, and must not keep a search busy.
    """
    head, tail = texts[0], texts[-1]
    if len(texts) == 1:
        return [] if said == head else None
    if not said.startswith(head) or not said.endswith(tail) or len(said) < len(head) + len(tail):
        return None
    rest, parts = said[len(head) : len(said) - len(tail)], []
    for text in texts[1:-1]:
        part, found, rest = rest.partition(text)
        if not found:
            return None
        parts.append(part)
    parts.append(rest)
    return parts if all(parts) else None
