"""Random coded texts of the sample contract, with what annotation tools count differently."""

from pathlib import Path

from hypothesis import strategies as st

from stancebook.sources.anchoring import SourceText
from stancebook.sources.editing import InsertRecord, edit_annotations, new_annotation_file
from stancebook.sources.selections import select
from tests.unit.sample_contract import LETTERS, PEOPLE

BYTE_ORDER_MARK = "\ufeff"
WORDS = [
    "the",
    "bridge",
    "“fell”",
    "😀",
    "👍🏽",
    "𝔘ber",
    "cafe\u0301",
    "قال",
    "الوزير",
    "\u05d0\u05d5\u05de\u05e8",
    "他们同意谈判",
    "a\tb",
    "12/3",
    "<b>&amp;",
    '"x": [1]',
    "\u00ad",
]
GAPS = [" ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0"]


@st.composite
def texts(draw) -> str:
    """Draw a text of up to forty words."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=40))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(words), max_size=len(words)))
    mark = draw(st.sampled_from(["", BYTE_ORDER_MARK]))
    return mark + "".join(word + gap for word, gap in zip(words, gaps, strict=True))


@st.composite
def claims(draw, text: str) -> list[dict[str, object]]:
    """Draw records of up to ten claims on passages of a text, which may overlap."""
    source = SourceText(text, "text")
    points = st.integers(0, len(text))
    found = []
    for number in range(draw(st.integers(0, 10))):
        selection = select(source, draw(points), draw(points))
        if selection is None:
            continue
        record = {"id": f"c{number:02}", "person_id": draw(st.sampled_from(["otto", "berta", "falk"]))}
        optional = {
            "believer_id": st.sampled_from(["otto", "berta"]),
            "strength": st.sampled_from(["weak", "fair"]),
            "answers_id": st.sampled_from([each["id"] for each in found] or [None]),
            "when_edtf": st.just("1901-04"),
        }
        record |= {key: draw(st.one_of(st.none(), values)) for key, values in optional.items()}
        record |= {"quote": selection.quote, "prefix": selection.prefix or None, "suffix": selection.suffix or None}
        if draw(st.booleans()):
            record["witnesses"] = [{"person_id": "berta"}, {"person_id": "falk"}]
        if not any(_content(record) == _content(each) for each in found):  # else the build refuses the second
            found.append(record)
    return found


def _content(record: dict[str, object]) -> dict[str, object]:
    """Return what makes a claim another one: its own cells but the ID, with the default filled in."""
    cells = {key: value for key, value in record.items() if key not in ("id", "prefix", "suffix", "witnesses")}
    return {**cells, "believer_id": record["believer_id"] or record["person_id"]}


def write_letter(seeds: Path, text: str, records: list[dict[str, object]], coder: str = "") -> None:
    """Write the sources of one letter; with a coder, as that coder's annotations."""
    folder = seeds / "codings" / coder if coder else seeds / "documents"
    content = new_annotation_file({"language": "en", "sent": "1901-05-04"}, LETTERS)
    edits = [InsertRecord(("claims",), number, record) for number, record in enumerate(records)]
    content = edit_annotations(content, "bridge.yaml", edits, LETTERS)
    files = {
        seeds / "codebook/people.yaml": PEOPLE,
        seeds / "documents/bridge.txt": text,
        folder / "bridge.yaml": content,
    }
    for path, written in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8", newline="")
