"""Records whose settings are spread over separate fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.sayings.codes import EvidenceDetail, Place
from core.sayings.saying import Saying, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.shared.fields import where

_KIND = EvidenceKind.SOFTWARE_TAG
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class _Spread:
    """The names of the PNG texts by which a generator is known: all of the first, two of the second."""

    generator: str
    all_of: frozenset[str]
    two_of: frozenset[str]

    def fits(self, texts: Mapping[str, str]) -> bool:
        return self.all_of <= texts.keys() and len(self.two_of & texts.keys()) >= 2


def _spread(generator: str, all_of: str, two_of: str) -> _Spread:
    return _Spread(generator, frozenset(all_of.split("|")), frozenset(two_of.split("|")))


_SPREADS = (
    _spread("Easy Diffusion", "use_stable_diffusion_model|seed", "num_inference_steps|guidance_scale|prompt"),
    _spread(
        "Easy Diffusion",
        "Stable Diffusion model|Seed",
        "Guidance Scale|Inference Steps|Steps|Prompt|Sampler|Negative Prompt",
    ),
    # sygil-webui and its ancestor by hlky, `scripts/sd_utils`
    _spread("Sygil WebUI", "SD:prompt|SD:seed", "SD:steps|SD:cfg_scale|SD:sampler_name|SD:type|SD:width"),
    # kohya-ss/sd-scripts, `gen_img.py`
    _spread("sd-scripts", "prompt|seed|steps", "sampler|scale|negative-prompt|clip-prompt"),
)
# black-forest-labs/flux, `cli.py`, and those who took it over: what was made of what, by what
_FLUX = re.compile(r"AI generated;[\w;.\-]{1,80}")


def _read(sources: Sources) -> Looked:
    looked = Looked()
    texts = {record.key: record.text for record in sources.records if record.place is Place.PNG_TEXT}
    spread = next((item for item in _SPREADS if item.fits(texts)), None)
    if spread is not None:
        names = sorted((spread.all_of | spread.two_of) & texts.keys())[:_SHOWN]
        _declare(looked, say(Place.SEVERAL_PNG_TEXTS), spread.generator, picked(texts, names))
    tags = {record.key: record.text for record in sources.records if record.place is Place.EXIF_TAG}
    if _FLUX.fullmatch(tags.get("Software", "")[:100].strip()):
        maker = tags.get("Make", "").strip()[:80] or "Black Forest Labs"
        _declare(
            looked,
            where(Place.EXIF_TAG, "Software, Make"),
            maker,
            picked(tags, ("ImageDescription", "Model", "Software")),
        )
    return looked


def _declare(looked: Looked, place: Saying, generator: str, fields: Mapping[str, object]) -> None:
    detail = say(EvidenceDetail.GENERATION_RECORD, maker=generator, where=place)
    looked.add(_KIND, Grade.DECLARED, Label.AI, detail, generator=generator, fields=fields)


READER = Reader("spread records", "generation settings, each in its own PNG text or EXIF tag", _KIND, _read)
