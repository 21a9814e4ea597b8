"""What a manifest store says of a picture is told from what it says of its parts, whatever it holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import render
from provenance.c2pa.c2pa_manifests import claims_in, leaves_as_it_was, signer_of, walk
from provenance.c2pa.c2pa_marks import marks_in
from tests.provenance.signing import created, edited

GENERATED = created("trainedAlgorithmicMedia")
OPENED = {"action": "c2pa.opened"}


def manifest(*actions: dict[str, Any], inside: str = "", relationship: str = "parentOf") -> dict[str, Any]:
    ingredients = [{"active_manifest": inside, "relationship": relationship}] if inside else []
    return {
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(actions)}}],
        "ingredients": ingredients,
        "signature_info": {"issuer": "A signer"},
    }


def told(**manifests: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    """Each claim in a store whose active manifest is `a`: its code, if an ingredient's, if about a part."""
    claims = claims_in(list(walk(manifests, "a")))
    return [(claim.code, claim.is_ingredient, claim.is_part) for claim in claims]


def test_a_parents_claim_is_about_the_picture() -> None:
    assert told(a=manifest(OPENED, inside="b"), b=manifest(GENERATED)) == [
        ("trainedAlgorithmicMedia", True, False)
    ]


def test_a_components_claim_is_about_a_part() -> None:
    drawn = manifest(created("digitalCreation"), inside="b", relationship="componentOf")
    assert told(a=drawn, b=manifest(GENERATED)) == [
        ("digitalCreation", False, False),
        ("trainedAlgorithmicMedia", True, True),
    ]


def test_a_single_component_that_nothing_was_begun_around_is_the_picture() -> None:
    """So does ChatGPT wrap what it generated."""
    wrapped = manifest(inside="b", relationship="componentOf")
    assert told(a=wrapped, b=manifest(GENERATED)) == [("trainedAlgorithmicMedia", True, False)]


def test_two_components_are_parts() -> None:
    both = manifest()
    both["ingredients"] = [{"active_manifest": name, "relationship": "componentOf"} for name in ("b", "c")]
    found = told(a=both, b=manifest(GENERATED), c=manifest(created("digitalCapture")))
    assert found == [("trainedAlgorithmicMedia", True, True), ("digitalCapture", True, True)]


def test_an_input_to_a_process_is_not_in_the_picture() -> None:
    drawn = manifest(created("digitalCreation"), inside="b", relationship="inputTo")
    assert told(a=drawn, b=manifest(GENERATED)) == [("digitalCreation", False, False)]


@pytest.mark.parametrize("action", ["c2pa.edited", "c2pa.placed", "c2pa.removed", "c2pa.drawing"])
def test_an_edit_is_about_a_part_where_there_was_a_picture_before(action: str) -> None:
    fill = edited("trainedAlgorithmicMedia", action)
    assert told(a=manifest(OPENED, fill)) == [("trainedAlgorithmicMedia", False, True)]
    assert told(a=manifest(fill)) == [("trainedAlgorithmicMedia", False, False)]
    assert told(a=manifest(GENERATED, fill))[1] == ("trainedAlgorithmicMedia", False, False)


def test_parts_of_a_part_are_parts() -> None:
    drawn = manifest(created("digitalCreation"), inside="b", relationship="componentOf")
    found = told(a=drawn, b=manifest(OPENED, inside="c"), c=manifest(GENERATED))
    assert found[-1] == ("trainedAlgorithmicMedia", True, True)


def test_manifests_that_contain_each_other_are_walked_once() -> None:
    assert len(told(a=manifest(GENERATED, inside="b"), b=manifest(GENERATED, inside="a"))) == 2


def test_an_edit_counts_however_many_actions_stand_before_it() -> None:
    turned = [{"action": "c2pa.orientation"}] * 1000
    assert leaves_as_it_was(manifest(OPENED, *turned))
    assert not leaves_as_it_was(manifest(OPENED, *turned, {"action": "c2pa.drawing"}))


def test_what_a_picture_began_as_counts_however_many_edits_came_after() -> None:
    chain = {str(number): manifest(OPENED, inside=str(number + 1)) for number in range(1000)}
    found = told(a=manifest(OPENED, inside="0"), **chain, **{"1000": manifest(created("digitalArt"))})
    assert found == [("digitalArt", True, False)]


def test_an_ingredients_source_is_vouched_for_only_where_it_has_no_manifest_of_its_own() -> None:
    source = {"digitalSourceType": GENERATED["digitalSourceType"], "relationship": "parentOf"}
    for extra, is_vouched in (({}, True), ({"active_manifest": "b"}, False)):
        opened = manifest(OPENED) | {"ingredients": [source | extra]}
        (found,) = claims_in(list(walk({"a": opened}, "a")))
        assert found.is_vouched is is_vouched


def marks(*actions: dict[str, Any], methods: tuple[object, ...] = ()) -> list[str]:
    made = manifest(*actions)
    made["assertions"] += [{"label": "c2pa.soft-binding", "data": {"alg": method}} for method in methods]
    return [render(said) for said in marks_in(list(walk({"a": made}, "a")))]


@pytest.mark.parametrize(
    ("method", "who", "what"),
    [
        ("com.digimarc.validate.1", "Digimarc", "an invisible watermark"),
        ("com.microsoft.invismark.1", "Microsoft", "an invisible watermark"),
        ("castLabs.watermark.1", "castLabs", "an invisible watermark"),
        ("io.iscc.v0", "ISCC", "a fingerprint"),
        ("com.example.new.1", "the owner of this method", "an invisible watermark"),
    ],
)
def test_a_soft_binding_names_who_can_look(method: str, who: str, what: str) -> None:
    (said,) = marks(methods=(method,))
    assert f"{what} ({method})" in said
    assert f"by {who}; Kantei did not" in said


@pytest.mark.parametrize("name", ["c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound"])
def test_a_watermark_without_a_method_is_its_signers_to_find(name: str) -> None:
    (said,) = marks(GENERATED, {"action": name})
    assert f"({name}). It can be looked for by A signer; Kantei did not" in said


@pytest.mark.parametrize("method", ["", "  ", None, 7, ["com.adobe.trustmark.P"]])
def test_an_empty_soft_binding_says_nothing(method: object) -> None:
    assert marks(GENERATED, methods=(method,)) == []


def test_many_marks_are_cut_to_four() -> None:
    assert len(marks(methods=tuple(f"com.example.{number}" for number in range(40)))) == 4


KEYS = (
    "assertions ingredients label data actions action alg relationship digitalSourceType active_manifest"
    " signature_info parameters softwareAgent"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS.split()),
            inner | st.sampled_from(["a", "c2pa.actions", "c2pa.soft-binding", "c2pa.created", "parentOf"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["a", "b"]), JSON, max_size=2))
def test_no_store_fails_the_reader(manifests: dict[str, Any]) -> None:
    walked = list(walk(manifests, "a"))
    assert isinstance(claims_in(walked), list)
    assert all(said.code in set(EvidenceDetail) for said in marks_in(walked))
    assert all(isinstance(signer_of(one.manifest), str) for one in walked)
