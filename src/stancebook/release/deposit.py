"""What repositories and catalogues read about a release: DataCite, Zenodo and RO-Crate metadata."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stancebook.release.checksums import CHECKSUMS
from stancebook.release.project_files import Author
from stancebook.schema.contract import Contract

DATACITE = "datacite.json"
ZENODO = ".zenodo.json"
RO_CRATE = "ro-crate-metadata.json"
_CRATE_VERSION = "https://w3id.org/ro/crate/1.1"
_PARQUET = "application/vnd.apache.parquet"
_MEDIA_TYPES = {".parquet": _PARQUET, ".cff": "application/yaml", ".md": "text/markdown", ".json": "application/json"}
# A repository puts its own name here; the value is DataCite's for what will be known later.
_PUBLISHER = ":tba"


@dataclass(frozen=True)
class Facts:
    """What is said about a release.

    Attributes:
        contract: The contract of the dataset.
        authors: Its authors, as in the citation file.
        doi: Its DOI; empty if it has none yet.
        descriptor: The data package of the release.
        note: What is withheld in it, in a sentence; empty if nothing is.
    """

    contract: Contract
    authors: tuple[Author, ...]
    doi: str
    descriptor: Mapping[str, Any]
    note: str = ""

    @property
    def description(self) -> str:
        """The description of the dataset, and what is withheld."""
        return " ".join(text for text in (self.contract.description, self.note) if text)

    @property
    def texts(self) -> list[str]:
        """The addresses of the texts, if the data package lists them."""
        paths = [str(source.get("path", "")) for source in self.descriptor.get("sources", ())]
        return list(dict.fromkeys(path for path in paths if path.startswith(("http://", "https://"))))


def write_deposit_metadata(facts: Facts, folder: Path) -> None:
    """Write the metadata of a release into its folder, which holds all other files of it but the checksums.

    Args:
        facts: What is said about it.
        folder: The folder of the release.
    """
    _write_json(folder / DATACITE, datacite(facts))
    _write_json(folder / ZENODO, zenodo(facts))
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    sizes = {name: (folder / name).stat().st_size for name in files}
    _write_json(folder / RO_CRATE, ro_crate(facts, sizes))


def datacite(facts: Facts) -> dict[str, Any]:
    """Return the metadata with which a DOI is registered (https://schema.datacite.org, version 4)."""
    contract = facts.contract
    record = {
        "doi": facts.doi,
        "creators": [_datacite_creator(author) for author in facts.authors],
        "titles": [{"title": contract.title}],
        "publisher": {"name": _PUBLISHER},
        "publicationYear": contract.released[:4],
        "types": {"resourceType": "Dataset", "resourceTypeGeneral": "Dataset"},
        "subjects": [{"subject": keyword} for keyword in contract.keywords],
        "dates": [{"date": contract.released, "dateType": "Issued"}],
        "version": contract.version,
        "rightsList": [
            {
                "rights": licence.title,
                "rightsUri": licence.path,
                "rightsIdentifier": licence.name.lower(),
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            }
            for licence in contract.licenses
        ],
        "descriptions": [{"description": facts.description, "descriptionType": "Abstract"}],
        "relatedIdentifiers": [
            {"relatedIdentifier": address, "relatedIdentifierType": "URL", "relationType": relation}
            for address, relation in _related(facts, "IsDerivedFrom", "IsCompiledBy")
        ],
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    return _without_empty(record)


def zenodo(facts: Facts) -> dict[str, Any]:
    """Return the file from which Zenodo fills in its form (https://developers.zenodo.org)."""
    contract = facts.contract
    record = {
        "upload_type": "dataset",
        "title": contract.title,
        "creators": [_zenodo_creator(author) for author in facts.authors],
        "description": facts.description,
        "access_right": "open",
        "license": contract.licenses[0].name.lower(),
        "publication_date": contract.released,
        "version": contract.version,
        "keywords": list(contract.keywords),
        "related_identifiers": [
            {"identifier": address, "relation": relation}
            for address, relation in _related(facts, "isDerivedFrom", "isCompiledBy")
        ],
    }
    return _without_empty(record)


def ro_crate(facts: Facts, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return the description of the folder as an RO-Crate (https://w3id.org/ro/crate).

    Args:
        facts: What is said about the release.
        sizes: The size in bytes of each file in the folder, by relative path.
    """
    contract = facts.contract
    descriptions = {
        path: resource["description"] for resource in facts.descriptor["resources"] for path in _paths(resource)
    }
    authors = [_crate_author(author) for author in facts.authors]
    licences = [
        {"@id": licence.path, "@type": "CreativeWork", "name": licence.title, "identifier": licence.name}
        for licence in contract.licenses
    ]
    files = [_crate_file(name, size, descriptions.get(name, "")) for name, size in sizes.items()]
    checksums = {"@id": CHECKSUMS, "@type": "File", "name": CHECKSUMS, "encodingFormat": "text/plain"}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "identifier": facts.doi and f"https://doi.org/{facts.doi}",
        "name": contract.title,
        "description": facts.description,
        "version": contract.version,
        "datePublished": contract.released,
        "license": _references(licences),
        "author": _references(authors),
        "keywords": list(contract.keywords),
        "isBasedOn": [{"@id": address} for address in facts.texts],
        "hasPart": _references([*files, checksums]),
    }
    descriptor = {
        "@id": RO_CRATE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CRATE_VERSION},
    }
    texts = [
        {"@id": address, "@type": "CreativeWork", "name": titles} for address, titles in _titles_of_texts(facts).items()
    ]
    entities = [descriptor, _without_empty(root), *authors, *licences, *texts, *files, checksums]
    return {"@context": f"{_CRATE_VERSION}/context", "@graph": entities}


def _related(facts: Facts, derived: str, compiled: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses that a release is related to, and how: it derives from texts, and code compiles it."""
    yield from ((address, derived) for address in facts.texts)
    if facts.contract.repository:
        yield facts.contract.repository, compiled


def _datacite_creator(author: Author) -> dict[str, Any]:
    if not author.family:
        return {"name": author.name, "nameType": "Organizational"}
    scheme = {"nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
    creator = {
        "name": _inverted(author),
        "nameType": "Personal",
        "givenName": author.given,
        "familyName": author.family,
        "nameIdentifiers": [{"nameIdentifier": author.orcid, **scheme}] if author.orcid else [],
        "affiliation": [{"name": author.affiliation}] if author.affiliation else [],
    }
    return _without_empty(creator)


def _zenodo_creator(author: Author) -> dict[str, str]:
    orcid = author.orcid.removeprefix("https://orcid.org/")
    return _without_empty({"name": _inverted(author), "affiliation": author.affiliation, "orcid": orcid})


def _inverted(author: Author) -> str:
    """Return the name of a person with the family name first."""
    return ", ".join(name for name in (author.family, author.given) if name) or author.name


def _crate_author(author: Author) -> dict[str, Any]:
    is_person = bool(author.family)
    entity = {
        "@id": author.orcid or f"#{author.name.replace(' ', '-')}",
        "@type": "Person" if is_person else "Organization",
        "name": author.name,
        "givenName": author.given,
        "familyName": author.family,
    }
    return _without_empty(entity)


def _crate_file(name: str, size: int, description: str) -> dict[str, Any]:
    suffix = Path(name).suffix
    media_type = _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    entity = {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": media_type,
        "contentSize": str(size),
    }
    return _without_empty(entity)


def _titles_of_texts(facts: Facts) -> dict[str, str]:
    titles = {str(source.get("path")): str(source.get("title", "")) for source in facts.descriptor.get("sources", ())}
    return {address: titles[address] or address for address in facts.texts}


def _paths(resource: Mapping[str, Any]) -> list[str]:
    path = resource["path"]
    return path if isinstance(path, list) else [path]


def _references(entities: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def _without_empty(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value not in ("", [], {})}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
