"""A trust list counts once it is installed, vouched for by its digest, and chosen; and only unchanged."""

import hashlib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from core.settings.setting import SettingsError
from core.settings.settings import read_settings_as_found
from core.vocabulary import Grade
from kantei.operations.checkup import examine_settings
from kantei.operations.diagnostic import Health
from kantei.roots.picture_reading import make_evidence_reader, trust_list
from kantei.roots.serve import serve
from kantei.roots.trust_lists import KNOWN
from kantei.roots.worker import worker
from kantei.trust.trust_commands import trust
from tests.provenance.signing import Signer, created, fingerprint, make_signer, sign
from tests.provenance.writing import drawing, pillow_png

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def signer() -> Signer:
    return make_signer("OpenAI")


@pytest.fixture
def roots(signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list with one root, beside an empty data folder."""
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    file = tmp_path / "roots.pem"
    file.write_text(f"Subject\tCN=A root\n{signer.root}")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(trust, [str(one) for one in arguments])


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def grade(signer: Signer) -> Grade:
    """What a manifest by a signer is worth under the settings of now."""
    data = sign(pillow_png(drawing(64, 64)), "image/png", signer, [created("trainedAlgorithmicMedia")])
    return make_evidence_reader(read_settings_as_found())(data)[0].grade


def test_an_installed_list_counts_once_it_is_chosen(
    roots: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("update", roots, "--sha256", digest(roots).upper())
    assert done.exit_code == 0, done.output
    assert f"installed: official, certificates: 1, SHA-256 {digest(roots)}" in done.output
    assert "set KANTEI_C2PA_TRUST_LISTS=official" in done.output
    assert grade(signer) is Grade.DECLARED
    assert "not chosen" in run("list").output
    monkeypatch.setenv("KANTEI_C2PA_TRUST_LISTS", "official")
    assert grade(signer) is Grade.PROOF
    assert "not chosen" not in run("list").output


def test_fingerprints_of_signers_are_of_the_interim_list(
    roots: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = roots.with_name("allowed.sha256.txt")
    file.write_text(f"## made by hand\n##\n{fingerprint(signer)}\n{fingerprint(make_signer('Another'))}\n")
    assert "interim, fingerprints of signers: 2" in run("update", file, "--sha256", digest(file)).output
    monkeypatch.setenv("KANTEI_C2PA_TRUST_LISTS", "interim")
    assert grade(signer) is Grade.PROOF
    assert grade(make_signer("OpenAI")) is Grade.DECLARED


def test_an_edition_that_nobody_vouches_for_is_not_installed(roots: Path) -> None:
    for arguments in ([], ["--sha256", "0" * 64], ["--list", "interim"]):
        done = run("update", roots, *arguments)
        assert done.exit_code == 1
        assert "was not installed" in done.output
        assert digest(roots) in done.output
    assert "No trust lists are installed" in run("list").output


def test_an_edition_that_kantei_knows_needs_no_digest(roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN, digest(roots), "interim")
    assert "it is of the interim list" in run("update", roots, "--list", "official").output
    assert "installed: interim, certificates: 1" in run("update", roots).output


def test_a_new_edition_replaces_the_old_one(roots: Path) -> None:
    run("update", roots, "--sha256", digest(roots))
    old = digest(roots)
    roots.write_text(make_signer("New").root + make_signer("Newer").root)
    run("update", roots, "--sha256", digest(roots))
    assert "certificates: 2" in run("list").output
    assert old not in run("list").output


@pytest.mark.parametrize(
    "text", ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_a_file_that_is_no_list_is_refused(roots: Path, text: str) -> None:
    roots.write_text(text)
    done = run("update", roots, "--sha256", digest(roots))
    assert (done.exit_code, "was not installed: it holds" in done.output) == (1, True)


def test_a_chosen_list_that_is_missing_or_changed_stops_the_program(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANTEI_C2PA_TRUST_LISTS", "official")
    with pytest.raises(SettingsError, match="which is not installed"):
        trust_list(read_settings_as_found())
    run("update", roots, "--sha256", digest(roots))
    assert trust_list(read_settings_as_found()) is not None
    kept = roots.parent / "data" / "trust" / "official" / "anchors.pem"
    kept.write_text(kept.read_text() + make_signer("Slipped in").root)
    with pytest.raises(SettingsError, match="is not the file that was installed"):
        trust_list(read_settings_as_found())
    kept.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        trust_list(read_settings_as_found())


@pytest.mark.parametrize("command", [serve, worker])
def test_a_server_with_a_chosen_list_that_is_missing_does_not_start(
    roots: Path, monkeypatch: pytest.MonkeyPatch, command: click.Command
) -> None:
    monkeypatch.setenv("KANTEI_C2PA_TRUST_LISTS", "official")
    done = CliRunner().invoke(command, [])
    assert isinstance(done.exception, SettingsError)
    assert "run `kantei trust update FILE`" in str(done.exception)


def test_the_doctor_looks_at_the_chosen_lists(roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_at() -> list[tuple[Health, str]]:
        return [
            (one.state, one.said)
            for one in examine_settings(read_settings_as_found())
            if one.check == "C2PA trust"
        ]

    assert looked_at() == []
    monkeypatch.setenv("KANTEI_C2PA_TRUST_LISTS", "official")
    ((health, said),) = looked_at()
    assert health is Health.BROKEN
    assert "is not installed" in said
    run("update", roots, "--sha256", digest(roots))
    assert looked_at() == [(Health.WELL, "official, certificates: 1")]


def test_nothing_is_installed_into_a_folder_that_is_not_there(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANTEI_DATA_DIR", str(roots.parent / "elsewhere"))
    done = run("update", roots, "--sha256", digest(roots))
    assert "does not exist; set KANTEI_DATA_DIR" in done.output
    assert not (roots.parent / "elsewhere").exists()
