"""What this dataset is called, its version, who made it, and under which licence."""

from pathlib import Path

from stancebook import Contributor, License

NAME = "@NAME@"
TITLE = "@TITLE@"
DESCRIPTION = "Who claims what in which text, each claim on its passage."
VERSION = "0.1.0"
RELEASED = ""  # the day of the version, such as 2031-04-02
LICENSES = (License("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),)
CONTRIBUTORS = (Contributor("<your name>", roles=("creator", "dataCurator", "contact")),)
KEYWORDS = ("content analysis",)
DATA_CARD_TEXT = (Path(__file__).parent / "datacard.md").read_text(encoding="utf-8")
