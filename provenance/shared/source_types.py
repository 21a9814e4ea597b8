"""IPTC's vocabulary of digital source types (cv.iptc.org/newscodes/digitalsourcetype), compared whole."""

from core.vocabulary import Label

BASE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})
# "Mix or composite of several elements, at least one of which is Generative AI": a part, unsaid which.
PARTLY = frozenset({"compositeSynthetic"})
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


def code_of(uri: str) -> str | None:
    """The code of a whole URI of the vocabulary; None for anything else, near misses included."""
    uri = uri.strip()
    for base in (BASE, BASE.replace("http:", "https:", 1)):
        code = uri.removeprefix(base)
        if code != uri:
            return code if code in KNOWN else None
    return None


def label_of(code: str) -> Label | None:
    """The label that a code supports; None for neither."""
    if code in GENERATED | PARTLY:
        return Label.AI
    return Label.HUMAN if code in HUMAN else None
