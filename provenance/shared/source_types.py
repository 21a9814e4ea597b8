"""IPTC's vocabulary of digital source types (cv.iptc.org/newscodes/digitalsourcetype), compared whole."""

from core.vocabulary import Label

BASE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA_BASE = "http://c2pa.org/digitalsourcetype/"
GENERATED = frozenset({"trainedAlgorithmicMedia"})
# "Edited using Generative AI" (inpainting), and "mix or composite of several elements, at least one of which
# is Generative AI": a part, unsaid which. Plain `composite` may or may not have such an element.
PARTLY = frozenset({"compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"})
HUMAN = frozenset(
    {
        "digitalCapture",
        "computationalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "humanEdits",
        "minorHumanEdits",
        "compositeCapture",
        "digitalArt",
        "digitalCreation",
        "softwareImage",
    }
)
CAPTURED = frozenset({"digitalCapture", "computationalCapture"})
# Said of pictures and saying nothing on generative models: formulas, screens, data, enhancement.
NEITHER = frozenset(
    {
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "composite",
        "dataDrivenMedia",
        "multiFrameComputationalCapture",
        "screenCapture",
        "virtualRecording",
    }
)
KNOWN = GENERATED | PARTLY | HUMAN | NEITHER
# The C2PA's own (C2PA 2.2, 18.15.4): nothing yet, and data that is no picture.
_C2PA_KNOWN = frozenset({"empty", "trainedAlgorithmicData"})


def code_of(uri: str) -> str | None:
    """The code of a whole URI of the vocabulary; None for anything else, near misses included."""
    uri = uri.strip()
    for base in (BASE, BASE.replace("http:", "https:", 1)):
        code = uri.removeprefix(base)
        if code != uri:
            return code if code in KNOWN else None
    code = uri.removeprefix(C2PA_BASE)
    return code if code != uri and code in _C2PA_KNOWN else None


def label_of(code: str) -> Label | None:
    """The label that a code supports; None for neither, and for pictures that were generated in part."""
    if code in GENERATED:
        return Label.AI
    return Label.HUMAN if code in HUMAN else None
