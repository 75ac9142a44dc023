"""The tables of formats and their participants: ways of talking, who with whom, through whom."""

import pandas as pd

from schemas.vocabularies import CONFIGURATION, FORMAT_ROLE, LEVEL, MEDIATED, MODE
from stancebook import Category, Codebook, Nested, Tables, categorical, foreign_key, integer, primary_key, text


def _count(tables: Tables, role: str) -> "pd.Series[int]":
    """Return, for each format, how many participants have this role."""
    participants = tables["format_participants"]
    counts = participants.loc[participants["role"] == role, "format_id"].value_counts()
    return tables["formats"]["format_id"].map(counts).fillna(0).astype("int64")


def number_of_named_parties(tables: Tables) -> "pd.Series[int]":
    """Return, for each format, the number of its parties: mediators, hosts and the excluded do not count."""
    return _count(tables, "party")


def configuration(tables: Tables) -> "pd.Series[str]":
    """Return, for each format, the name of its number of parties."""
    names = {2: "bilateral", 3: "trilateral", 4: "four_way"}
    return number_of_named_parties(tables).map(lambda n: names.get(n, "multilateral" if n > 4 else "unspecified"))


def mediated(tables: Tables) -> "pd.Series[str]":
    """Return, for each format, whether a participant mediates."""
    return (_count(tables, "mediator") > 0).map({True: "yes", False: "none_named"})


class Formats(Codebook):
    """One way of talking that somebody proposes, refuses, defers, tries or plans."""

    format_id: str = primary_key("Slug of the format.")
    label: str = text("A few words to name it by, in a table or a figure.")
    mode: Category = categorical(MODE, "How the parties are in touch, if all that is said about the format bears it.")
    level: Category = categorical(LEVEL, "At which level they talk, if all that is said about it bears it.")
    n_named_parties: int = integer(
        "How many parties the texts name.",
        title="Number of named parties",
        unit="parties",
        minimum=0,
        compute=number_of_named_parties,
    )
    configuration: Category = categorical(CONFIGURATION, "What that number is called.", compute=configuration)
    mediated: Category = categorical(MEDIATED, "Whether a mediator is named.", compute=mediated)


class FormatParticipants(Nested, parent=Formats, section="participants", key=("format_id", "actor_id", "role")):
    """One actor in one role in one format."""

    format_id: str = foreign_key("formats", "The format.")
    actor_id: str = foreign_key("actors", "The actor.")
    role: Category = categorical(FORMAT_ROLE, "What the actor is there, or that it is left out.")
