"""The tables of events and their participants: what happened, is happening, is planned or is imagined."""

import pandas as pd

from schemas.actors import ISO3
from schemas.countries import COUNTRY_CODES
from schemas.passages import DatedPassage
from schemas.vocabularies import CERTAINTY, EVENT_ROLE, EVENT_STATUS, EVENT_TYPE, PLOVER_MODE, PLOVER_TYPE
from stancebook import Category, Nested, categorical, foreign_key, primary_key, row_rule, text


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
        PLOVER_TYPE, "Event type by PLOVER, as in POLECAT.", title="PLOVER type", nullable=True
    )
    plover_mode: Category = categorical(
        PLOVER_MODE, "Event mode by PLOVER, as in POLECAT.", title="PLOVER mode", nullable=True
    )

    @row_rule("certainty")
    def hypothetical_event_is_not_certain(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A hypothetical event is not certain: choose another certainty or status."""
        return (df["status"] != "hypothetical") | (df["certainty"] != "certain")

    @row_rule("plover_mode")
    def plover_mode_needs_type(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A plover_mode needs a plover_type: give the type too, or leave the mode out."""
        return df["plover_mode"].isna() | df["plover_type"].notna()

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
