"""The tables of events, of who takes part, and of how they are related: what happened, is planned or is imagined."""

from typing import Any

import pandas as pd

from schemas.actors import ISO3
from schemas.countries import COUNTRY_CODES
from schemas.passages import DatedPassage, date_basis
from schemas.plover import EVENT_CODES
from schemas.vocabularies import (
    CERTAINTY,
    EVENT_RELATION,
    EVENT_ROLE,
    EVENT_STATUS,
    EVENT_TYPE,
    PLOVER_MODE,
    PLOVER_QUAD,
    PLOVER_TYPE,
)
from stancebook import Category, Nested, Tables, categorical, foreign_key, primary_key, row_rule, text


def plover_quad(tables: Tables) -> "pd.Series[Any]":
    """Return, for each event, the quad class of its PLOVER type."""
    return tables["events"]["plover_type"].astype("object").map({name: code.quad for name, code in EVENT_CODES.items()})


class Events(DatedPassage):
    """One thing that happened, is happening, is planned, expected or imagined."""

    event_id: str = primary_key("The document's ID and the record's own.")
    event_type: Category = categorical(EVENT_TYPE, "What kind of event it is.")
    title: str = text("The event in a few words.")
    status: Category = categorical(EVENT_STATUS, "Its state as of publication.")
    certainty: Category = categorical(CERTAINTY, "How sure the text is of it, in its own words.")
    format_id: str = foreign_key("formats", "The format it is an instance of.", nullable=True)
    part_of_id: str = foreign_key("events", "The larger event it belongs to.", nullable=True)
    place: str = text("Where it takes place, as the text names it.", nullable=True)
    iso3: str = text(
        "ISO 3166-1 alpha-3 code of the state in which the place is.",
        title="ISO 3166-1 code",
        nullable=True,
        pattern=ISO3,
    )
    plover_type: Category = categorical(
        PLOVER_TYPE, "Event type of PLOVER, by its manual.", title="PLOVER type", nullable=True
    )
    plover_mode: Category = categorical(
        PLOVER_MODE, "Event mode of PLOVER, by its manual.", title="PLOVER mode", nullable=True
    )
    plover_quad: Category = categorical(
        PLOVER_QUAD, "Quad class of the PLOVER type.", title="PLOVER quad class", nullable=True, compute=plover_quad
    )
    date_basis: Category = date_basis("events")

    @row_rule("certainty")
    def hypothetical_event_is_not_certain(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A hypothetical event is not certain: choose another certainty or status."""
        return (df["status"] != "hypothetical") | (df["certainty"] != "certain")

    @row_rule("plover_mode")
    def plover_mode_needs_type(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A plover_mode needs a plover_type: give the type too, or leave the mode out."""
        return df["plover_mode"].isna() | df["plover_type"].notna()

    @row_rule("plover_mode")
    def plover_mode_belongs_to_type(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """PLOVER has no such mode of this type: choose one of the type's modes, another type, or leave the mode out."""
        types, modes = df["plover_type"].astype("object"), df["plover_mode"].astype("object")
        pairs = {(name, mode) for name, code in EVENT_CODES.items() for mode in code.modes}
        known = [pair in pairs for pair in zip(types, modes, strict=True)]
        return types.isna() | modes.isna() | pd.Series(known, index=df.index, dtype=bool)

    @row_rule("iso3")
    def iso3_is_assigned(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """ISO 3166-1 has no such code: look up that of the state in which the place is. XKX stands for Kosovo,
        withdrawn codes such as YUG for states of the past."""
        return df["iso3"].isna() | df["iso3"].isin(COUNTRY_CODES)

    @row_rule("iso3")
    def iso3_needs_place(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """The iso3 of an event needs a place that the text names: give the place, or leave iso3 out."""
        return df["iso3"].isna() | df["place"].notna()


class EventParticipants(Nested, parent=Events, section="participants", key=("event_id", "actor_id", "role")):
    """One actor in one role in one event."""

    event_id: str = foreign_key("events", "The event.")
    actor_id: str = foreign_key("actors", "The actor.")
    role: Category = categorical(EVENT_ROLE, "What the actor is in it.")


class EventRelations(Nested, parent=Events, section="relations", key=("event_id", "relation", "other_event_id")):
    """How the text relates one event to another, in its words."""

    event_id: str = foreign_key("events", "The event.")
    relation: Category = categorical(EVENT_RELATION, "What it is to the other.")
    other_event_id: str = foreign_key("events", "The other event.")
