"""Answers as a language model might, about the statements of `river-talks`: with mistakes, corrected when asked.

It is a program for `stancebook draft --model-command`: the prompt is its standard input, the path of the schema its
argument.
"""

import json
import sys
from pathlib import Path

S01 = {
    "speaker_id": "r-vale",
    "holder_id": "northmark",
    "issue_id": "direct-talks",
    "stance": "opposes",
    "attribution": "narrated",
    "source": "author",
    "act": "reject",
    "summary": "Northmark refused talks with Southmark.",
    "date_edtf": "../2031-03-31",
    "confidence": "high",
}
S02 = {
    "speaker_id": "anna-hale",
    "holder_id": "northmark",
    "issue_id": "direct-talks",
    "stance": "support",
    "attribution": "partial",
    "source": "spokesperson",
    "act": "offer",
    "quoted_words": "without preconditions",
    "summary": "Northmark is ready to meet Southmark.",
    "date_text": "on Tuesday",
    "date_edtf": "2031-04-01",
    "confidence": "high",
}
S03 = S02 | {
    "issue_id": "island-handover",
    "stance": "strongly_opposes",
    "attribution": "direct",
    "act": "reject",
    "quoted_words": None,
    "summary": "Northmark will not hand over the island.",
    "date_text": None,
}
S04 = S01 | {"issue_id": "island-handover", "stance": "supports", "summary": "Northmark will leave the island."}

READY = (
    "Foreign Minister Anna Hale said on Tuesday that Northmark was ready to meet Southmark"
    ' "without preconditions", a first'
)
FIRST = {
    "records": [
        ("s01", "Northmark had for months refused any talks with Southmark", S01),
        ("s02", READY, S02),
        ("s03", '"We will not hand over the island," Hale added.', S03),
        ("s04", "Northmark agreed to withdraw its guns from the island.", S04),
    ]
}
CORRECTED = {
    "records": [
        ("s02", READY, S02 | {"stance": "supports"}),
        ("s03", "“We will not hand over the island,” Hale added.", S03),
    ],
    "dropped": [{"id": "s04", "reason": "The text does not say that."}],
}
VERDICTS = [
    {"id": "s01", "words": "refused any talks", "reason": "It refused.", "verdict": "supported"},
    {"id": "s02", "words": "ready to meet", "reason": "It is ready.", "verdict": "supported"},
    {"id": "s03", "words": "We will not", "reason": "An interest, or a stance?", "verdict": "unclear"},
]


def record(name: str, quote: str, values: dict, keys: list) -> dict:
    """Return a record with all keys of the schema."""
    passage = {"quote": quote, "from": None, "to": None, "prefix": None, "suffix": None}
    return {"passage": passage, "why": "The words say so.", "id": name, "values": dict.fromkeys(keys) | values}


def main() -> None:
    """Print the answer to a prompt."""
    prompt = sys.stdin.buffer.read().decode()
    schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["properties"]
    if "verdicts" in schema:
        print(json.dumps({"verdicts": VERDICTS}))
        return
    keys = [*schema["records"]["items"]["properties"]["values"]["properties"]]
    given = CORRECTED if "Some of your records have problems." in prompt else FIRST
    answer = {
        "records": [record(*each, keys) for each in given["records"]],
        "dropped": given.get("dropped", []),
        "new_codebook": [],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
