"""A contract with columns of every type, whose tables have other names than anywhere else, and sources with markup."""

from pathlib import Path

from stancebook.schema.columns import (
    Category,
    Date,
    DateTime,
    boolean,
    categorical,
    date,
    datetime,
    edtf,
    foreign_key,
    integer,
    number,
    primary_key,
    text,
    verbatim,
)
from stancebook.schema.contract import Contract
from stancebook.schema.models import Annotation, Codebook, Document, Nested

MARKUP = "<b onclick='x()'>&amp;\"</b>"
SIZES = {"<small>": "Less than <5> & more.", "l&rge": 'A "lot".'}


class Ships(Codebook):
    """One ship."""

    ship_id: str = primary_key("Slug of the ship.")
    name: str = text("Its name.")


class Logs(Document, section="log"):
    """One log."""

    heading: str = text("Its heading.")
    link: str = text("Where it is from.", nullable=True)


class Sightings(Annotation):
    """One ship that was seen."""

    sighting_id: str = primary_key("The log's ID and its own.")
    ship_id: str = foreign_key("ships", "The ship.", nullable=True)
    after_id: str = foreign_key("sightings", "The sighting before it.", nullable=True)
    log_id: str = foreign_key("logs", "Another log.", nullable=True)
    size: Category = categorical(SIZES, "How large it is.", nullable=True)
    words: str = verbatim("The words for it.", nullable=True)
    remark: str = text("What else is known.", nullable=True)
    day: Date = date("When.", nullable=True)
    period: str = edtf("About when.", nullable=True)
    at: DateTime = datetime("The moment.", nullable=True)
    masts: int = integer("How many masts.", nullable=True)
    length: float = number("How long it is.", nullable=True)
    armed: bool = boolean("Whether it has guns.", nullable=True)


class Sailors(Nested, parent=Sightings, section="sailors", key=("sighting_id", "role")):
    """One sailor."""

    sighting_id: str = foreign_key("sightings", "The sighting.")
    role: Category = categorical({"mate": "Second to none."}, "What she does.")
    ship_id: str = foreign_key("ships", "Where she was before.", nullable=True)


class Winds(Annotation):
    """One wind."""

    wind_id: str = primary_key("The log's ID and its own.")


SHIPS = Contract(
    name="ships",
    title=f"Ships {MARKUP}",
    description="What was seen.",
    version="1.0.0",
    models=(Ships, Logs, Sightings, Sailors, Winds),
)
LOG = f"A ship {MARKUP} with sails.\r\n\r\nThen none.\r\n"
FILES = {
    "codebook/ships.yaml": f"ships:\n  - {{ship_id: ida, name: '{MARKUP.replace(chr(39), chr(39) * 2)}'}}\n",
    "documents/north/first.txt": LOG,
    "documents/north/first.yaml": f"""\
log:
  language: en
  heading: '{MARKUP.replace("'", "''")}'
  link: "javascript:alert(1)"
sightings:
  - id: s1
    ship_id: ida
    log_id: second
    size: <small>
    remark: '{MARKUP.replace("'", "''")}'
    words: A ship
    day: 1901-05-04
    period: 1901-05
    at: 1901-05-04T10:00:00+02:00
    masts: 0
    length: 12.5
    armed: false
    quote: '{f"A ship {MARKUP}".replace("'", "''")}'
    sailors:
      - {{role: mate, ship_id: ida}}
  - id: s2
    after_id: s1
    quote: Then none
""",
    "documents/second.txt": "Nothing was seen.\n",
    "documents/second.yaml": "log: {language: en, heading: No ship}\n",
}


def write(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write sources into a folder; return their folder."""
    seeds = folder / "seeds"
    for name, content in files.items():
        (seeds / name).parent.mkdir(parents=True, exist_ok=True)
        (seeds / name).write_bytes(content.encode())
    return seeds
