"""The metadata of a release is what DataCite, Zenodo, RO-Crate and the Citation File Format take."""

import json
import subprocess
from pathlib import Path

import frictionless
import jsonschema
import pytest
import yaml

pytestmark = pytest.mark.xdist_group("release")  # which share releases that take seconds

SCHEMAS = Path(__file__).parent / "schemas"


def read_json(path):
    return json.loads(path.read_bytes())


@pytest.fixture(params=["release", "without"])
def release(request, project_folder):
    """A complete release, and one without text."""
    return project_folder / request.param


def test_datacite_schema_accepts_metadata(release):
    """The DataCite metadata is valid by the JSON Schema of DataCite 4.5."""
    record = read_json(release / "datacite.json")
    jsonschema.Draft201909Validator(read_json(SCHEMAS / "datacite-v4.5.json")).validate(record)
    assert record["doi"] == "10.1234/river"
    assert [creator["name"] for creator in record["creators"]] == ["Vale, Jo", "Port League"]
    assert record["creators"][0]["nameIdentifiers"][0]["nameIdentifier"] == "https://orcid.org/0000-0002-1825-0097"
    assert record["rightsList"][0]["rightsIdentifier"] == "cc-by-4.0"


def test_cff_schema_accepts_citation(release):
    """The citation file in a release is valid by the JSON Schema of the Citation File Format."""
    citation = yaml.safe_load((release / "CITATION.cff").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(read_json(SCHEMAS / "cff-1.2.0.json")).validate(citation)


def test_zenodo_metadata(release):
    """The file for Zenodo has what its form requires, and says from which texts the dataset derives."""
    record = read_json(release / ".zenodo.json")
    assert {
        "upload_type": "dataset",
        "license": "cc-by-4.0",
        "publication_date": "2031-04-05",
    }.items() <= record.items()
    assert record["creators"] == [
        {"name": "Vale, Jo", "affiliation": "University of Northmark", "orcid": "0000-0002-1825-0097"},
        {"name": "Port League"},
    ]
    assert [each["relation"] for each in record["related_identifiers"]] == ["isDerivedFrom", "isCompiledBy"]


def test_ro_crate_library_reads_release(release):
    """The reference library of RO-Crate finds every file of the folder in its description."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(release)
    described = {entity.id for entity in crate.get_entities() if entity.type == "File"}
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert described == files - {"ro-crate-metadata.json"}
    assert [each.id for each in crate.root_dataset["license"]] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert [author["name"] for author in crate.root_dataset["author"]] == ["Jo Vale", "Port League"]


def test_ro_crate_meets_the_requirements(release):
    """Root, descriptor and referenced entities are as sections 3 to 5 of RO-Crate 1.1 require."""
    crate = read_json(release / "ro-crate-metadata.json")
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    assert all({"@id", "@type"} <= entity.keys() for entity in crate["@graph"])
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    for name in ("license", "author", "hasPart", "isBasedOn"):
        assert all(each["@id"] in entities for each in root[name])


def test_sha256sum_accepts_checksums(release):
    """The program sha256sum checks all files by the checksums."""
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=release, check=True)


@pytest.mark.proof
def test_frictionless_accepts_release(release):
    """The data package of a release is valid for frictionless."""
    assert frictionless.validate(str(release / "datapackage.json")).valid


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mlcroissant_reads_release(release):
    """The reference library of Croissant reads the rows of a table, with its digests of quotes."""
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    rows = list(dataset.records("statements"))
    assert len(rows) == 3
    assert ("statements/quote_sha256" in rows[0]) == (release.name == "without")
