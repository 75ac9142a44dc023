"""What this dataset is called, its version, who made it, and under which licence."""

from pathlib import Path

from stancebook import Contributor, License

NAME = "stancebook"
TITLE = "Stancebook: stances, demands and events in news reports on negotiations, each on its passage"
DESCRIPTION = (
    "Who said what, who wants what, what happened or is planned, and who moved, coded from news reports on"
    " negotiations. Every statement, event, demand and mention rests on an exact passage of a verbatim text:"
    " `text[char_start:char_end] == quote`, in Unicode code points. `documents.coder` says who coded each text."
)
VERSION = "0.2.0"
RELEASED = "2026-11-29"
LICENSES = (
    License(
        name="CC-BY-4.0",
        title="Creative Commons Attribution 4.0 for the annotations; quoted passages remain their publishers' own",
        path="https://creativecommons.org/licenses/by/4.0/",
    ),
)
CONTRIBUTORS = (Contributor("The Stancebook maintainers", roles=("creator", "dataCurator", "contact")),)
KEYWORDS = ("negotiation", "stance", "event data", "content analysis", "political science")
DATA_CARD_TEXT = (Path(__file__).parent / "datacard.md").read_text(encoding="utf-8")
