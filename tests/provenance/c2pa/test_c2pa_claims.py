"""C2PA: the claim and its validity are told apart, and only a trusted signer's claim is a proof."""

import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import render
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.c2pa.c2pa_store import read_store
from provenance.containers.containers import open_image
from provenance.read import read_provenance
from provenance.shared.errors import RecordError
from provenance.shared.trust import TrustList
from tests.provenance.asking import code_of, says_unreadable
from tests.provenance.signing import BASE, Signer, created, edited, fingerprint, make_signer, sign
from tests.provenance.writing import drawing, jpeg, jpeg_segment, pillow_png, png, png_chunk, webp

pytestmark = pytest.mark.processes

KIND = EvidenceKind.C2PA
PNG = pillow_png(drawing(64, 64))
GENERATED = [created("trainedAlgorithmicMedia", "GPT-4o")]


@pytest.fixture(scope="module")
def signer() -> Signer:
    return make_signer("OpenAI")


@pytest.fixture(scope="module")
def generated(signer: Signer) -> bytes:
    return sign(PNG, "image/png", signer, GENERATED)


def claim(data: bytes, trust: TrustList | None = None) -> Evidence:
    found = [item for item in read_provenance(data, trust=trust) if item.kind is KIND]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("data", "mime"),
    [(PNG, "image/png"), (jpeg(), "image/jpeg"), (webp(pixels=drawing(64, 64)), "image/webp")],
)
def test_every_container_is_read(data: bytes, mime: str, signer: Signer) -> None:
    item = claim(sign(data, mime, signer, GENERATED))
    assert (item.grade, item.label, item.generator) == (Grade.DECLARED, Label.AI, "OpenAI")
    assert "not on the trust list" in render(item.detail)
    assert item.fields["signer"] == "OpenAI"


def test_a_trusted_signer_makes_it_a_proof(generated: bytes, signer: Signer) -> None:
    item = claim(generated, TrustList(anchors=signer.root))
    assert (item.grade, item.label, item.generator) == (Grade.PROOF, Label.AI, "OpenAI")


def test_a_single_signer_may_be_trusted_by_certificate_or_fingerprint(
    generated: bytes, signer: Signer
) -> None:
    for allowed in (signer.chain, f"## a comment\n{fingerprint(signer)}\n"):
        assert claim(generated, TrustList(allowed=allowed)).grade is Grade.PROOF
    other = make_signer("OpenAI")
    for allowed in (other.chain, fingerprint(other)):
        assert claim(generated, TrustList(allowed=allowed)).grade is Grade.DECLARED


def test_another_root_does_not(generated: bytes) -> None:
    assert claim(generated, TrustList(anchors=make_signer("OpenAI").root)).grade is Grade.DECLARED


def test_a_changed_picture_keeps_the_claim_and_loses_the_proof(generated: bytes, signer: Signer) -> None:
    at = generated.rindex(b"IDAT") + 30
    changed = generated[:at] + bytes([generated[at] ^ 1]) + generated[at + 1 :]
    item = claim(changed, TrustList(anchors=signer.root))
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    assert "changed after it was signed" in render(item.detail)


def test_a_manifest_moved_onto_an_artists_picture_is_no_proof(generated: bytes, signer: Signer) -> None:
    start = generated.index(b"caBX") - 4
    size = int.from_bytes(generated[start : start + 4], "big") + 12
    other = pillow_png(drawing(64, 64, seed=9))
    framed = other[:33] + generated[start : start + size] + other[33:]
    assert claim(framed, TrustList(anchors=signer.root)).grade is Grade.DECLARED


def test_what_an_ingredient_says_is_said(generated: bytes, signer: Signer) -> None:
    edited = sign(PNG, "image/png", signer, [], parent=generated)
    item = claim(edited)
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    assert "ingredient" in render(item.detail)


@pytest.fixture(scope="module")
def editor() -> Signer:
    return make_signer("A trusted editor")


def test_a_strangers_claim_is_no_proof_once_a_trusted_editor_has_opened_it(
    generated: bytes, signer: Signer, editor: Signer
) -> None:
    """Anybody can sign a claim of their own, and have an editor sign that it opened the picture."""
    opened = sign(PNG, "image/png", editor, [], parent=generated)
    item = claim(opened, TrustList(anchors=editor.root))
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    assert claim(opened, TrustList(anchors=editor.root + signer.root)).grade is Grade.PROOF
    again = sign(PNG, "image/png", editor, [], parent=opened)
    assert claim(again, TrustList(anchors=editor.root)).grade is Grade.DECLARED


def test_a_stranger_who_is_said_to_be_trusted_by_another_stranger_is_not(
    generated: bytes, signer: Signer, editor: Signer
) -> None:
    """Beside the picture, the editor is given a file of theirs in which they trust themselves."""
    praise = sign(PNG, "image/png", signer, [], parent=generated, trusting=signer.root)
    opened = sign(PNG, "image/png", editor, [], parent=generated, component=praise)
    item = claim(opened, TrustList(anchors=editor.root))
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    assert claim(opened, TrustList(anchors=editor.root + signer.root)).grade is Grade.DECLARED


def test_what_an_editor_found_trusted_is_proved_while_we_trust_it(
    generated: bytes, signer: Signer, editor: Signer
) -> None:
    opened = sign(PNG, "image/png", editor, [], parent=generated, trusting=signer.root)
    assert claim(opened, TrustList(anchors=editor.root + signer.root)).grade is Grade.PROOF
    assert claim(opened, TrustList(anchors=editor.root)).grade is Grade.DECLARED
    # A stranger's file beside it, with a record of what is found now, hides that it is.
    doubt = sign(PNG, "image/png", make_signer("Somebody"), [], parent=generated)
    both = sign(PNG, "image/png", editor, [], parent=generated, component=doubt, trusting=signer.root)
    assert claim(both, TrustList(anchors=editor.root)).grade is Grade.DECLARED


def test_a_claim_about_another_picture_is_no_proof_once_a_trusted_editor_has_opened_it(
    generated: bytes, signer: Signer, editor: Signer
) -> None:
    start = generated.index(b"caBX") - 4
    size = int.from_bytes(generated[start : start + 4], "big") + 12
    other = pillow_png(drawing(64, 64, seed=9))
    framed = other[:33] + generated[start : start + size] + other[33:]
    opened = sign(other, "image/png", editor, [], parent=framed)
    assert claim(opened, TrustList(anchors=editor.root + signer.root)).grade is Grade.DECLARED


def overwritten(data: bytes, before: str, after: str) -> bytes:
    """A PNG with a word in it overwritten, as anybody can do without a key, and sums that fit again."""
    assert len(before) == len(after)
    out, at = [data[:8]], 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        chunk = data[at + 4 : end - 4].replace(before.encode(), after.encode())
        out += [data[at : at + 4], chunk, struct.pack(">I", zlib.crc32(chunk))]
        at = end
    return b"".join(out)


@pytest.fixture(scope="module")
def falsified(signer: Signer, editor: Signer) -> bytes:
    """A picture that a trusted editor opened, and in which someone then overwrote where it comes from."""
    trusting = signer.root + editor.root
    enhanced = sign(PNG, "image/png", signer, [created("algorithmicallyEnhanced")])
    opened = sign(PNG, "image/png", editor, [], parent=enhanced, trusting=trusting)
    return overwritten(opened, "algorithmicallyEnhanced", "trainedAlgorithmicMedia")


def test_what_was_overwritten_inside_a_picture_is_no_proof_once_another_trusted_editor_has_opened_it(
    falsified: bytes, signer: Signer, editor: Signer
) -> None:
    """The second editor records what failed further inside, and the library then passes over it."""
    last = make_signer("Another trusted editor")
    roots = signer.root + editor.root + last.root
    trust = TrustList(anchors=roots)
    assert claim(falsified, trust).grade is Grade.DECLARED
    opened = sign(PNG, "image/png", last, [], parent=falsified, trusting=roots)
    item = claim(opened, trust)
    assert item.fields["signature"] == "the signature is valid and its signer is on the trust list"
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)
    again = sign(PNG, "image/png", editor, [], parent=opened, trusting=roots)
    assert claim(again, trust).grade is Grade.DECLARED


def name_of(data: bytes) -> str:
    return str(read_store(open_image(data), None)[0]["active_manifest"])


def recording(code: str, *parts: str, kind: str = "failure", is_delta: bool = False) -> dict[str, Any]:
    """An ingredient that is not there, with records of failures of whatever manifests one likes."""
    nothing: dict[str, list[dict[str, str]]] = {"success": [], "informational": [], "failure": []}
    recorded = {**nothing, kind: [{"code": code, "url": f"self#jumbf=/c2pa/{part}"} for part in parts]}
    results: dict[str, Any] = {"activeManifest": nothing if is_delta else recorded}
    if is_delta:
        address = f"self#jumbf=/c2pa/{parts[0]}/c2pa.assertions/c2pa.ingredient.v3"
        results["ingredientDeltas"] = [{"ingredientAssertionURI": address, "validationDeltas": recorded}]
    return {"title": "one", "relationship": "componentOf", "validation_results": results}


@pytest.mark.parametrize(
    ("kind", "is_delta"), [("failure", False), ("success", False), ("informational", True), ("failure", True)]
)
def test_a_failure_that_a_stranger_recorded_before_it_was_there_ends_the_proof(
    kind: str, *, is_delta: bool, signer: Signer, editor: Signer
) -> None:
    """The library passes over what fails now where a record in the file says so, whoever wrote that."""
    enhanced = sign(PNG, "image/png", signer, [created("algorithmicallyEnhanced")])
    name, drawn, stranger = name_of(enhanced), [created("digitalCreation")], make_signer("Somebody")
    records = [
        recording("ingredient.manifest.mismatch", name, kind=kind, is_delta=is_delta),
        recording(
            "assertion.hashedURI.mismatch",
            f"{name}/c2pa.assertions/c2pa.actions.v2",
            kind=kind,
            is_delta=is_delta,
        ),
    ]
    theirs = sign(PNG, "image/png", stranger, drawn, ingredients=records)
    roots = signer.root + editor.root
    opened = sign(PNG, "image/png", editor, [], parent=enhanced, component=theirs, trusting=roots)
    changed = overwritten(opened, "algorithmicallyEnhanced", "trainedAlgorithmicMedia")
    item = claim(changed, TrustList(anchors=roots))
    assert item.fields["signature"] == "the signature is valid and its signer is on the trust list"
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)


@pytest.mark.slow
def test_a_record_of_distrust_counts_however_many_ingredients_stand_before_it(
    generated: bytes, signer: Signer, editor: Signer
) -> None:
    """It hides that the stranger is not trusted now, so that their own praise would be believed."""
    names = [f"urn:c2pa:{digit * 8}-1111-4111-8111-111111111111" for digit in "12"]
    parts = [f"{name}/c2pa.signature" for name in (name_of(generated), *names)]
    others: list[dict[str, Any]] = [{"title": "one", "relationship": "componentOf"} for _ in range(1100)]
    records = [*others, recording("signingCredential.untrusted", *parts)]
    drawn = [created("digitalCreation")]
    doubt = sign(PNG, "image/png", signer, drawn, ingredients=records, name=names[0])
    praise = sign(
        PNG,
        "image/png",
        signer,
        [],
        parent=generated,
        component=doubt,
        trusting=signer.root,
        name=names[1],
    )
    opened = sign(PNG, "image/png", editor, [], parent=generated, component=praise, is_trust_checked=False)
    item = claim(opened, TrustList(anchors=editor.root))
    assert item.fields["signature"] == "the signature is valid and its signer is on the trust list"
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)


@pytest.mark.parametrize(
    ("action", "grade"),
    [("c2pa.resized", Grade.PROOF), ("c2pa.drawing", Grade.DECLARED), ("c2pa.edited", Grade.DECLARED)],
)
def test_what_a_generated_picture_was_painted_over_with_is_not_proved_to_be_generated(
    generated: bytes, signer: Signer, editor: Signer, action: str, grade: Grade
) -> None:
    drawn = sign(PNG, "image/png", editor, [{"action": action}], parent=generated)
    assert claim(drawn, TrustList(anchors=editor.root + signer.root)).grade is grade


def test_what_people_typed_into_a_picture_is_no_proof_whoever_passes_it_on(signer: Signer) -> None:
    typed = {"@context": {}, "Iptc4xmpExt:DigitalSourceType": BASE + "trainedAlgorithmicMedia"}
    data = sign(PNG, "image/png", signer, [created("digitalCreation")], assertions={"cawg.metadata": typed})
    assert all(
        item.grade is not Grade.PROOF or item.label is not Label.AI
        for item in read_provenance(data, trust=TrustList(anchors=signer.root))
    )


IPTC = {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"}


@pytest.mark.parametrize(
    ("label", "is_created", "is_proof"),
    [
        ("stds.iptc.photo-metadata", True, False),
        ("cawg.metadata", True, False),
        ("c2pa.metadata", False, False),
        ("c2pa.metadata", True, True),
    ],
)
@pytest.mark.parametrize(
    ("code", "label_of_it"), [("trainedAlgorithmicMedia", Label.AI), ("digitalCapture", Label.HUMAN)]
)
def test_metadata_is_a_proof_only_where_the_signer_says_that_it_wrote_it(
    label: str, code: str, label_of_it: Label, signer: Signer, *, is_created: bool, is_proof: bool
) -> None:
    """Who exports a picture from a trusted editor may have typed its source type, whoever drew it."""
    typed = {"@context": IPTC, "Iptc4xmpExt:DigitalSourceType": BASE + code}
    created_labels = [label] if is_created else []
    data = sign(
        PNG,
        "image/png",
        signer,
        [{"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}],
        assertions={label: typed},
        created_labels=created_labels,
    )
    item = claim(data, TrustList(anchors=signer.root))
    assert item.label is label_of_it
    assert (item.grade is Grade.PROOF) is is_proof


@pytest.mark.parametrize("code", ["algorithmicMedia", "screenCapture", "compositeWithNothing"])
def test_other_source_types_are_nobodys_evidence(code: str, signer: Signer) -> None:
    item = claim(sign(PNG, "image/png", signer, [created(code)]))
    assert (item.grade, item.label) == (Grade.HINT, None)


COMPOSITES = [
    [created("compositeSynthetic")],
    [created("digitalCapture"), edited("compositeWithTrainedAlgorithmicMedia")],
    [created("digitalCreation"), edited("trainedAlgorithmicMedia")],
    [created("digitalCreation"), edited("trainedAlgorithmicMedia", "c2pa.drawing")],
]


@pytest.mark.parametrize("actions", COMPOSITES)
def test_what_was_generated_in_part_has_no_label_whoever_signs(
    actions: list[dict[str, object]], signer: Signer
) -> None:
    data = sign(PNG, "image/png", signer, actions)
    for trust, grade in ((None, Grade.DECLARED), (TrustList(anchors=signer.root), Grade.PROOF)):
        item = claim(data, trust)
        assert (item.grade, item.label, code_of(item)) == (grade, None, EvidenceDetail.PARTLY_GENERATED)


def test_a_generated_picture_inside_one_that_was_drawn_is_a_part(generated: bytes, signer: Signer) -> None:
    item = claim(sign(PNG, "image/png", signer, [created("digitalCreation")], component=generated))
    assert (item.label, code_of(item), item.generator) == (None, EvidenceDetail.PARTLY_GENERATED, "OpenAI")


def test_a_drawing_inside_a_generated_picture_does_not_change_its_label(signer: Signer) -> None:
    drawn = sign(PNG, "image/png", signer, [created("digitalCreation")])
    item = claim(sign(PNG, "image/png", signer, GENERATED, component=drawn))
    assert (item.grade, item.label) == (Grade.DECLARED, Label.AI)


SOFT = {"alg": "com.adobe.trustmark.P", "blocks": [{"scope": {}, "value": "QUJD"}]}


def neutral(data: bytes) -> list[str]:
    found = [item for item in read_provenance(data) if item.kind is KIND][1:]
    assert all((item.grade, item.label) == (Grade.HINT, None) for item in found)
    return [render(item.detail) for item in found]


def test_a_claimed_watermark_is_a_neutral_line(signer: Signer) -> None:
    drawn = [created("digitalCreation"), {"action": "c2pa.watermarked"}]
    said = neutral(sign(PNG, "image/png", signer, drawn, assertions={"c2pa.soft-binding": SOFT}))
    assert len(said) == 1
    assert "claims an invisible watermark (com.adobe.trustmark.P)" in said[0]
    assert "looked for by Adobe; Kantei did not" in said[0]


@pytest.mark.parametrize(
    "assertions",
    [
        {"c2pa.ai-disclosure": {"modelType": "c2pa.types.model", "modelName": "Example 1"}},
        {
            "cawg.metadata": {
                "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
                "Iptc4xmpExt:AISystemUsed": "Example 1",
            }
        },
    ],
)
def test_a_disclosed_model_is_named_and_nothing_made_of_it(
    assertions: dict[str, object], signer: Signer
) -> None:
    item = claim(sign(PNG, "image/png", signer, [created("composite")], assertions=assertions))
    assert (item.grade, item.label, code_of(item)) == (Grade.HINT, None, EvidenceDetail.C2PA_NAMES_MODEL)
    assert item.fields["AI model"] == "Example 1"


def test_a_picture_without_a_mark_has_no_such_line(signer: Signer) -> None:
    described = {"org.example.note": {"name": "c2pa.soft-binding, c2pa.watermarked"}}
    assert neutral(sign(PNG, "image/png", signer, [created("digitalCreation")], assertions=described)) == []


def test_an_ordinary_editors_credential_is_not_ai(signer: Signer) -> None:
    item = claim(sign(PNG, "image/png", signer, [], parent=PNG))
    assert item.label is None


@pytest.mark.parametrize(
    ("code", "trusted", "plain"),
    [("digitalCapture", Grade.PROOF, Grade.HINT), ("digitalCreation", Grade.DECLARED, Grade.HINT)],
)
def test_human_origin_is_worth_its_signer(code: str, trusted: Grade, plain: Grade, signer: Signer) -> None:
    """A camera vouches for what it saw; a drawing program only repeats that something was drawn."""
    data = sign(PNG, "image/png", signer, [created(code)])
    assert (claim(data).grade, claim(data).label) == (plain, Label.HUMAN)
    item = claim(data, TrustList(anchors=signer.root))
    assert (item.grade, item.label) == (trusted, Label.HUMAN)


def test_a_damaged_manifest_is_unreadable(generated: bytes) -> None:
    start = generated.index(b"caBX") + 4
    length = int.from_bytes(generated[start - 8 : start - 4], "big")
    for body in (b"", b"\0" * 40, generated[start : start + length // 2], b"\xff" * length):
        says_unreadable(png(before=[png_chunk(b"caBX", body or b"x")]), KIND)
    says_unreadable(jpeg([jpeg_segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + bytes(30))]), KIND)


@contextmanager
def socket_listener() -> Iterator[tuple[int, Callable[[], bool]]]:
    """Listen on a port; tell whether anybody came."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with closing(server):
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.0)

        def asked() -> bool:
            try:
                server.accept()
            except BlockingIOError:
                return False
            return True

        yield server.getsockname()[1], asked


def test_a_manifest_elsewhere_is_never_fetched() -> None:
    """The library would follow this reference by itself; a reader that is told otherwise must not."""
    with socket_listener() as (port, asked):
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
            ' xmlns:dcterms="http://purl.org/dc/terms/"'
            f' dcterms:provenance="http://127.0.0.1:{port}/manifest.c2pa"/></rdf:RDF></x:xmpmeta>'
        )
        data = jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())])
        assert [code_of(item) for item in read_provenance(data)] == [EvidenceDetail.CREDENTIALS_ELSEWHERE]
        with pytest.raises(RecordError):
            read_store(open_image(data), None)
        assert not asked()


def test_ordinary_pictures_do_not_load_the_library() -> None:
    code = "import sys; import provenance.read as r; r.read_provenance(b'x'); print('c2pa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
