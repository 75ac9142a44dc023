"""What this dataset is called, its version, who made it, and under which licence."""

from pathlib import Path

from stancebook import Contributor, License

NAME = "@NAME@"
TITLE = "@TITLE@"
DESCRIPTION = (
    "Who said what, who wants what, what happened or is planned, and who moved, coded from news reports on"
    " negotiations. Every statement, event, demand and mention rests on an exact passage of a verbatim text."
)
VERSION = "0.1.0"
RELEASED = ""  # the day of the version, such as 2031-04-02
LICENSES = (
    License(
        name="CC-BY-4.0",
        title="Creative Commons Attribution 4.0 for the annotations; quoted passages remain their publishers' own",
        path="https://creativecommons.org/licenses/by/4.0/",
    ),
)
CONTRIBUTORS = (Contributor("<your name>", roles=("creator", "dataCurator", "contact")),)
KEYWORDS = ("negotiation", "stance", "event data", "content analysis")
DATA_CARD_TEXT = (Path(__file__).parent / "datacard.md").read_text(encoding="utf-8")
