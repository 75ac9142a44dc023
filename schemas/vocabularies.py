"""The closed vocabularies: every value with the definition a coder decides by.

A vocabulary maps a value to its definition. The order of an ordinal one is the order it is written
in. A value once published is never reused for something else.
"""

# ── Codebook ──────────────────────────────────────────────────────────────────────────────────────

ACTOR_TYPE = {
    "person": "One human being, by whatever name or title.",
    "office": "A post or a seat of power as such: a presidency, the White House, the Kremlin.",
    "state": "A country as a whole.",
    "government_body": "A government, ministry, parliament or court; also a capital that stands for one.",
    "intergovernmental_organization": "A body whose members are states and whose purpose is not joint defence.",
    "alliance": "States bound to joint defence, or united as a bloc under one name.",
    "armed_force": "Troops, forces, units or defences of any side.",
    "media": "A newspaper, agency, broadcaster or outlet; its by-lined authors are persons.",
    "collective": "A group named only in the plural or by a category: officials, allies, reporters.",
    "unnamed_source": "Somebody who says or reads something and is not named: experts, reports, a leak.",
}

TOPIC = {
    "territory": "Land: who holds it, gives it up, regains it, swaps it.",
    "alliance_membership": "Joining, staying out of or leaving an alliance.",
    "security_guarantees": "Promises to defend or to deter, short of membership.",
    "military_aid": "Arms, money and training for a war effort.",
    "ceasefire": "Stopping the fighting: when, on what lines, under which plan.",
    "talks": "Whether to talk at all, with whom, and on which conditions.",
    "format": "The form of the talks: which parties, at which table.",
    "legitimacy": "Who may lawfully speak and sign for a side; elections to settle it.",
    "resources": "Minerals, energy and other goods as part of a settlement.",
    "nuclear_weapons": "Having, giving, threatening with or using nuclear weapons.",
    "world_order": "How power is or should be distributed among states.",
}

SOFTER = {
    "toward_zero": (
        "A contested proposition: softening is giving up ground from one's own side of it, whichever side that is."
    ),
    "toward_support": "A cooperative proposition (meeting, talking): softening is more readiness for it.",
}

MODE = {
    "face_to_face": "In one room.",
    "remote": "By telephone, video or letter.",
    "shuttle": "Through somebody who carries messages between parties that do not meet.",
    "unspecified": "The text does not say.",
}

LEVEL = {
    "leaders": "Heads of state or government.",
    "ministers": "Members of a government.",
    "envoys": "Officials, negotiators or special representatives.",
    "mixed": "More than one of these levels at one table.",
    "unspecified": "The text does not say.",
}

CONFIGURATION = {
    "bilateral": "Two parties, whether or not somebody mediates.",
    "trilateral": "Three parties.",
    "four_way": "Four parties.",
    "multilateral": "Five parties or more.",
    "unspecified": "The text names fewer than two parties.",
}

MEDIATED = {
    "yes": "At least one participant mediates.",
    "no": "No participant is said to mediate.",
}

FORMAT_ROLE = {
    "party": "Sits at the table and would be bound by the outcome.",
    "mediator": "Helps the parties to agree, and is none of them.",
    "host": "Gives the place, no more.",
    "guarantor": "Would vouch for the outcome.",
    "observer": "Is present without a say.",
    "excluded": "Is said to be left out, or to be refused a seat.",
}

# ── Every passage ─────────────────────────────────────────────────────────────────────────────────

CONFIDENCE = {
    "high": "The passage says so.",
    "medium": "One step of inference from the passage.",
    "low": "Contested, or pieced together from several passages.",
}

# ── Statements ────────────────────────────────────────────────────────────────────────────────────

STANCE = {
    "strongly_opposes": "Rules the proposition out: never, not under any condition, unacceptable.",
    "opposes": "Is against it, without ruling it out for good.",
    "ambivalent": "Speaks for and against it, or makes it depend on a condition that may well not be met.",
    "supports": "Is for it, open to it or ready for it.",
    "strongly_supports": "Insists on it, or calls it necessary.",
}

ASSERTED_CHANGE = {
    "softened": "The text says that the holder gave ground or became readier to cooperate.",
    "hardened": "The text says that the holder took back ground or became less ready to cooperate.",
    "unchanged": "The text says that the holder's position is the same as before: remains, continues, repeatedly.",
}

ATTRIBUTION = {
    "direct": "A complete clause of the speaker is in quotation marks.",
    "partial": "Some of the speaker's words are in quotation marks, inside the reporter's clause.",
    "indirect": "Reported speech: somebody is said to have said it, in the reporter's words.",
    "narrated": "The author describes a position; nobody is reported to speak.",
    "interpreted": "Somebody's reading of another's words or intentions.",
}

# Strongest evidence first: `stance_changes` relies on this order to find the weaker of two ends.
SOURCE = {
    "on_record": "Said by the speaker under their own name, as reported.",
    "spokesperson": "Said for the holder by somebody whose office it is, or by the office itself.",
    "official_unnamed": "Said by an official who is not named.",
    "leak": "Became known without authorization.",
    "media_report": "Reports, without a named origin.",
    "expert": "Analysts and observers, named or not.",
    "author": "The author of the text, in their own voice.",
}

ACT = {
    "assert": "States that something is or was so, or what one's position is.",
    "demand": "Says that something must be done or accepted.",
    "offer": "Says what one is ready to do or to give.",
    "accept": "Agrees to what another asked or offered.",
    "reject": "Refuses what another asked or offered.",
    "threaten": "Announces harm if something is done or left undone.",
    "promise": "Commits to a future act of one's own.",
    "criticise": "Criticises a person, an act or a state of affairs.",
    "praise": "Welcomes, thanks or commends.",
    "deny": "Says that something claimed or supposed is or was not so.",
    "speculate": "Says what may be true or meant, without claiming to know.",
}

# ── Events ────────────────────────────────────────────────────────────────────────────────────────

EVENT_TYPE = {
    "meeting": "People come together on one occasion, by person or group.",
    "talks": "Negotiations between parties, of one or several rounds.",
    "visit": "Somebody travels to a place for a political purpose.",
    "press_event": "A press conference, briefing or interview as an occasion.",
    "agreement": "A deal, treaty or plan is agreed on or fails to be.",
    "decree": "An act of government with the force of law.",
    "military_operation": "Fighting, an attack, an incursion, an invasion, a war, bombing; also its end.",
    "occupation": "Land is held by a force that is not its state's.",
    "annexation": "A state declares another's land its own.",
    "aid_decision": "Military or other aid is decided on, pledged, delivered, delayed or cut.",
    "election": "A vote, its date, or the end of a term of office.",
    "legal": "A judicial act, a ban, or a state of law such as martial law.",
    "statement_event": "An announcement that is an occasion of its own, such as the presentation of a plan.",
    "publication": "A text, report or document comes out.",
    "other": "None of these: say in the title what it is.",
}

EVENT_STATUS = {
    "occurred": "It happened before publication; also what was so at a past time and is not said to continue.",
    "ongoing": "It has begun, and is said or shown to continue at publication.",
    "planned": "Somebody who decides on it has fixed it, or is said to plan it.",
    "expected": "It is said to be coming, without anybody having fixed it.",
    "aborted": "It began and was stopped before its end.",
    "failed": "It was concluded without the result it was for.",
    "hypothetical": "It is imagined: proposed, wished for, feared, could or would be.",
}

CERTAINTY = {
    "certain": "The text states it flatly.",
    "probable": "The text says is due, is expected, reportedly, likely.",
    "possible": "The text says may, might, could.",
    "disputed": "Somebody in the text contradicts it.",
}

EVENT_ROLE = {
    "initiator": "Does it, calls it or causes it.",
    "target": "Has it done to them, or is what it is about.",
    "party": "Negotiates or fights on a side of its own.",
    "mediator": "Helps the parties to agree, and is none of them.",
    "host": "Gives the place.",
    "attendee": "Is present, in none of these roles.",
}

# PLOVER and POLECAT codes keep their spelling, so that rows can be compared with these datasets.
PLOVER_TYPE = {
    "AGREE": "Agree to, offer or promise to cooperate.",
    "CONSULT": "Meet, visit, host, call, negotiate.",
    "SUPPORT": "Give diplomatic or verbal support; ratify or sign.",
    "CONCEDE": "Concede in words, without material consequence yet.",
    "COOPERATE": "Exchange goods, intelligence or military activity to mutual benefit.",
    "AID": "Give material help that mainly serves the recipient.",
    "RETREAT": "Concede in deed: withdraw, release, disarm, observe a ceasefire.",
    "REQUEST": "Ask for, appeal for or demand something.",
    "ACCUSE": "Disapprove, allege, investigate.",
    "REJECT": "Refuse a request, an offer or a demand.",
    "THREATEN": "Announce harm on a condition.",
    "PROTEST": "Dissent collectively and in public.",
    "SANCTION": "Reduce or end cooperation or aid.",
    "MOBILIZE": "Raise or move forces short of using them.",
    "COERCE": "Restrict, seize, ban, arrest, short of armed attack.",
    "ASSAULT": "Use force.",
}

PLOVER_MODE = {
    "visit": "CONSULT by travelling to the other's place.",
    "third-party": "CONSULT through or with a mediator.",
    "multilateral": "CONSULT among three or more.",
    "phone": "CONSULT by telephone or other media.",
    "withdraw": "RETREAT by pulling forces out.",
    "ceasefire": "RETREAT by ending or pausing the fighting.",
    "meet": "REQUEST or REJECT a meeting or talks.",
    "assist": "REQUEST or REJECT help.",
    "yield": "REQUEST or REJECT a concession.",
    "discontinue": "SANCTION by stopping aid or cooperation.",
    "violence": "THREATEN with force.",
    "territory": "THREATEN to take territory; COERCE or ASSAULT by taking it.",
    "ban": "COERCE by forbidding.",
    "martial-law": "COERCE by emergency rule.",
    "heavy-weapons": "ASSAULT with artillery, aircraft, missiles or armour.",
}

# ── Demands ───────────────────────────────────────────────────────────────────────────────────────

MOVE = {
    "demand": "Wants the other to do, accept or rule out something.",
    "offer": "Says what one would do or give.",
    "refusal": "Says what one will not do, accept or give.",
    "request": "Asks for something, with nothing to force it.",
}

FLEXIBILITY = {
    "red_line": "Stated as non-negotiable: never, will not, adamant, ironclad.",
    "precondition": "Must be met before talks begin.",
    "firm": "Insisted on, and neither of those.",
    "conditional": "Something for something, or only if something holds.",
    "negotiable": "Said to be open to bargaining.",
    "aspiration": "Wished for, with no pressure behind it.",
}

DEMAND_STATUS = {
    "standing": "Still upheld as of publication.",
    "softened": "Upheld in a weaker form as of publication.",
    "withdrawn": "Given up by its holder.",
    "met": "Fulfilled.",
    "partly_met": "Fulfilled in part.",
    "rejected": "Refused by the one it was addressed to.",
    "superseded": "Replaced by a later demand of the same party on the same issue.",
    "unknown": "The text does not say.",
}

BASIS = {
    "explicit": "The holder says so, as reported, or the author states it as what the holder wants.",
    "implied": "It follows from what the holder says or does.",
    "interpreted": "Somebody reads it into the holder's words.",
    "anticipated": "Somebody expects it of the holder, who has not said it.",
}

# ── Stance changes ────────────────────────────────────────────────────────────────────────────────

SERIES_LEVEL = {
    "actor": "The observations of one holder.",
    "party": "The observations of all holders that belong to one party.",
}

DIRECTION = {
    "softened": "From the first to the second observation the stance moved as the issue's `softer` says.",
    "hardened": "It moved the other way.",
    "unchanged": "Both observations show the same stance.",
    "first_observed": "There is no earlier observation of the series.",
    "indeterminate": "An end has no stance, or different sources conflict over overlapping dates.",
}

AGREEMENT = {
    "agrees": "The text claims what the two observations show.",
    "differs": "The text claims one thing, the two observations show another.",
    "asserted_only": "The text claims a change or its absence; the observations cannot show it.",
    "computed_only": "The observations show it; the text claims nothing.",
    "neither": "Neither is there.",
}
