"""SwarmUI: JSON with `sui_image_params`, in PNG `parameters`, EXIF UserComment, or hidden text."""

from core.sayings.codes import EvidenceDetail
from core.sayings.fault_codes import RecordFault
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.readers.reading import Looked, Reader, Sources, picked

GENERATOR = "SwarmUI"
_KIND = EvidenceKind.SWARMUI_PARAMETERS
_SHOWN = (
    "prompt",
    "negativeprompt",
    "model",
    "seed",
    "steps",
    "cfgscale",
    "width",
    "height",
    "swarm_version",
)


def _read(sources: Sources) -> Looked:
    looked = Looked()
    for record in sources.records:
        if record.values is None:
            if record.fault and "sui_image_params" in record.text[:200]:
                looked.unreadable(_KIND, record.where, record.fault, generator=GENERATOR)
            continue
        if "sui_image_params" not in record.values:
            continue
        values = record.values["sui_image_params"]
        if not isinstance(values, dict) or not values:
            looked.unreadable(
                _KIND, record.where, say(RecordFault.PARAMETERS_NOT_OBJECT), generator=GENERATOR
            )
            continue
        looked.add(
            _KIND,
            Grade.DECLARED,
            Label.AI,
            say(EvidenceDetail.GENERATOR_PARAMETERS, maker=GENERATOR, where=record.where),
            generator=GENERATOR,
            fields=picked(values, _SHOWN),
        )
    return looked


READER = Reader("swarmui", "SwarmUI parameters in PNG text, EXIF UserComment and hidden text", _KIND, _read)
