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
    "political_party": "A party, movement or parliamentary group as an organization.",
    "collective": "A group named only in the plural or by a category: officials, allies, reporters.",
    "unnamed_source": "Somebody who says, reads or expects something and is not named: experts, reports, a leak.",
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
    "resources": "Minerals, water, fish, energy and other goods: who owns, uses, sells or shares them.",
    "nuclear_weapons": "Having, giving, threatening with or using nuclear weapons.",
    "prisoners": "Prisoners, hostages, deported and missing people: exchanging, releasing, returning them.",
    "sanctions": "Penalties and restrictions on trade, money or travel: imposing, easing, lifting them.",
    "implementation": "Ratifying, verifying, monitoring and carrying out what was agreed.",
    "world_order": "How power is or should be distributed among states.",
    "other": "None of these: say in the note what it is.",
}

SOFTER = {
    "toward_zero": (
        "A contested proposition: softening is a move from one's own side of it, whichever that is, toward the middle"
        " or across it."
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
    "none_named": "The texts name no mediator, which does not mean that there is none.",
}

FORMAT_ROLE = {
    "party": "Sits at the table and would be bound by the outcome.",
    "mediator": "Helps the parties to agree, and is none of them.",
    "host": "Gives the place, no more.",
    "guarantor": "Would vouch for the outcome.",
    "observer": "Is present without a say.",
    "excluded": "Is said to be left out, or to be refused a seat.",
}

ISSUE_RELATION = {
    "incompatible_with": "Not both propositions can come true.",
    "narrower_than": "It is a part or a special case of the other: who is for it is for some of the other.",
    "alternative_to": "They are two answers to one question, of which one is to be chosen.",
}

# ── Every passage ─────────────────────────────────────────────────────────────────────────────────

CONFIDENCE = {
    "high": "The passage says so.",
    "medium": "One step of inference from the passage.",
    "low": "Contested, or pieced together from several passages.",
}

DATE_BASIS = {
    "stated": "The passage or its surroundings give the date in words, which are in date_text.",
    "inferred": "The coder infers it from the surrounding text.",
    "standing": "A position that is held when the text is published, since a day that nobody names.",
}

# ── Statements ────────────────────────────────────────────────────────────────────────────────────

STANCE = {
    "strongly_opposes": "Rules the proposition out: never, not under any condition, unacceptable.",
    "opposes": "Is against it, without ruling it out for good; denies it, of a proposition of fact.",
    "ambivalent": "Speaks for and against it, or puts it off until a condition is met.",
    "supports": "Is for it, open to it or ready for it; affirms it, of a proposition of fact.",
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

# Strongest evidence first: `stance_observations` takes the stance of the strongest source, by this order.
SOURCE = {
    "on_record": "Said by the speaker under their own name, as reported.",
    "spokesperson": "Said for somebody else by a person or an office that speaks for them.",
    "official_unnamed": "Said by an official who is not named.",
    "leak": "Became known without authorization.",
    "media_report": "Reports, without a named origin.",
    "unattributed": "Somebody says, reads or expects it, and the text does not say who: is anticipated.",
    "expert": "Analysts and observers, named or not.",
    "author": "The author in the by-line, in their own voice.",
}

ACT = {
    "assert": "States that something is or was so, or what one's position is.",
    "demand": "Says that something must be done or accepted.",
    "offer": "Says what one is ready to do or to give.",
    "accept": "Agrees to what another asked or offered.",
    "reject": "Says that one will not do, accept or give something, asked or not.",
    "threaten": "Announces harm if something is done or left undone.",
    "promise": "Commits to a future act of one's own.",
    "criticise": "Criticises a person, an act or a state of affairs.",
    "praise": "Welcomes, thanks or commends.",
    "warn": "Says that harm may follow, without announcing to cause it.",
    "deny": "Says that something claimed or supposed is or was not so.",
    "speculate": "Says what may be true or meant, without claiming to know.",
    "decline_to_comment": "Is asked, and says that one will not say anything.",
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
    "postponed": "It was planned or expected, and is put off to a later time, named or not.",
    "cancelled": "It was planned or expected, and was called off before it began.",
    "hypothetical": "It is imagined: proposed, wished for, feared, could or would be.",
}

CERTAINTY = {
    "certain": "The text states it flatly.",
    "probable": "The text says is due, is expected, reportedly, likely.",
    "possible": "The text says may, might, could.",
    "disputed": "Somebody in the text contradicts it.",
}

EVENT_RELATION = {
    "after": "It takes place after the other, by the words of the text, and no more is said.",
    "because_of": "The text gives the other as its cause.",
    "in_response_to": "It answers the other: somebody acts upon what another did.",
    "instead_of": "It takes the place of the other, which then does not happen.",
    "condition_for": "The other depends on it.",
}

EVENT_ROLE = {
    "initiator": "Does it, calls it or causes it.",
    "target": "Has it done to them, is visited, or is what it is about.",
    "party": "Negotiates or fights on a side of its own.",
    "mediator": "Helps the parties to agree, and is none of them.",
    "host": "Gives the place.",
    "attendee": "Is present, in none of these roles.",
}

# Codes of PLOVER (Political Language Ontology for Verifiable Event Records, manual of February 2024), spelled as there,
# so that rows can be compared with POLECAT and other datasets that use them.
PLOVER_TYPE = {
    "AGREE": "Agree, offer or promise to cooperate; a party to a conflict that calls for its end.",
    "CONSULT": "Meet, visit, host, call, negotiate.",
    "SUPPORT": "Give diplomatic or verbal support; ratify or sign.",
    "CONCEDE": "Give in, in words: withdraw a demand, declare a ceasefire.",
    "COOPERATE": "Exchange goods, intelligence or military activity to mutual benefit.",
    "AID": "Give material help that mainly serves the recipient.",
    "RETREAT": "Give in, in deed: withdraw, release, disarm, observe a ceasefire.",
    "REQUEST": "Ask for, appeal for or demand something.",
    "ACCUSE": "Disapprove, investigate, allege.",
    "REJECT": "Refuse a request, an offer or a demand.",
    "THREATEN": "Announce harm, on a condition or not.",
    "PROTEST": "Dissent collectively and in public.",
    "SANCTION": "Reduce or end cooperation or aid.",
    "MOBILIZE": "Raise or move forces short of using them.",
    "COERCE": "Restrict, seize, ban, arrest, short of armed attack.",
    "ASSAULT": "Use force.",
}

PLOVER_QUAD = {
    "verbal_cooperation": "AGREE, CONSULT, SUPPORT, CONCEDE.",
    "material_cooperation": "COOPERATE, AID, RETREAT.",
    "verbal_conflict": "REQUEST, ACCUSE, REJECT, THREATEN.",
    "material_conflict": "PROTEST, SANCTION, MOBILIZE, COERCE, ASSAULT.",
}

PLOVER_MODE = {
    "visit": "CONSULT by travelling to the other's place.",
    "third-party": "CONSULT at the place of a third party.",
    "multilateral": "CONSULT in an alliance or an intergovernmental organization.",
    "phone": "CONSULT by telephone or another remote medium.",
    "withdraw": "RETREAT by pulling forces out; SANCTION by pulling out of an activity.",
    "release": "RETREAT by setting people or property free.",
    "disarm": "RETREAT by giving up weapons.",
    "ceasefire": "RETREAT by ending or pausing the fighting in fact.",
    "access": "RETREAT by letting observers, aid or others in.",
    "resign": "RETREAT by giving up an office.",
    "assist": "REQUEST or REJECT help.",
    "change": "REQUEST or REJECT a change of policy or leadership.",
    "yield": "REQUEST or REJECT a concession.",
    "meet": "REQUEST or REJECT a meeting or talks.",
    "disapprove": "ACCUSE by criticising.",
    "investigate": "ACCUSE by an inquiry.",
    "allege": "ACCUSE of a crime or a wrong.",
    "restrict": "THREATEN with restrictions; COERCE by imposing them, bans among them.",
    "arrest": "THREATEN with arrest; COERCE by it.",
    "relations": "THREATEN to suspend relations or talks.",
    "expel": "THREATEN to expel; SANCTION by expelling.",
    "territory": "THREATEN to take territory.",
    "violence": "THREATEN with force.",
    "demo": "PROTEST by a demonstration.",
    "riot": "PROTEST by a riot.",
    "strike": "PROTEST by a strike.",
    "hunger": "PROTEST by a hunger strike.",
    "boycott": "PROTEST by a boycott.",
    "obstruct": "PROTEST by blocking.",
    "vandalize": "PROTEST by damaging property.",
    "convict": "SANCTION by a conviction.",
    "discontinue": "SANCTION by stopping aid, trade or cooperation.",
    "troops": "MOBILIZE soldiers.",
    "weapons": "MOBILIZE weapons.",
    "police": "MOBILIZE police.",
    "militia": "MOBILIZE armed groups.",
    "seize": "COERCE by taking or searching property; by occupying territory.",
    "censor": "COERCE by censorship.",
    "curfew": "COERCE by a curfew.",
    "martial-law": "COERCE by emergency rule.",
    "deport": "COERCE by deporting people.",
    "withhold": "COERCE by holding back what is owed.",
    "misinformation": "COERCE by spreading falsehoods.",
    "cyber": "COERCE by an attack on computers.",
    "abduct": "ASSAULT by abduction.",
    "beat": "ASSAULT by beating.",
    "torture": "ASSAULT by torture.",
    "sexual": "ASSAULT by sexual violence.",
    "targeted": "ASSAULT by a targeted killing.",
    "primitive": "ASSAULT with primitive weapons.",
    "firearms": "ASSAULT with small arms.",
    "explosives": "ASSAULT with explosives.",
    "suicide-attack": "ASSAULT by a suicide attack.",
    "aerial": "ASSAULT from aircraft.",
    "drone": "ASSAULT with drones.",
    "heavy-weapons": "ASSAULT with artillery, tanks, missiles and the like.",
    "crowd-control": "ASSAULT with means of crowd control.",
    "unconventional": "ASSAULT with chemical, biological, radiological or nuclear weapons.",
}

# ── Demands ───────────────────────────────────────────────────────────────────────────────────────

MOVE = {
    "demand": "Wants the other to do, accept or rule out something.",
    "offer": "Says what one would do or give.",
    "refusal": "Says what one will not do, accept or give.",
    "deferral": "Puts a matter off: too early, not now, only after something else; neither grants nor refuses it.",
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

# ── Observations of stances, and changes between them ─────────────────────────────────────────────

OBSERVATION_LEVEL = {
    "actor": "What one holder holds.",
    "principal": "What all holders with one principal hold: a state with its offices, bodies and persons.",
}

DIRECTION = {
    "softened": "From the first to the second observation the stance moved as the issue's `softer` says.",
    "hardened": "It moved the other way.",
    "unchanged": "Both observations show the same stance.",
    "first_observed": "There is no earlier observation of the series.",
    "indeterminate": "One of the two has no stance, or is mixed.",
}

AGREEMENT = {
    "agrees": "The text claims what the two observations show.",
    "differs": "The text claims one thing, the two observations show another.",
    "conflicting": "The text claims different things.",
    "asserted_only": "The text claims a change or its absence; there are no two stances that could show it.",
    "computed_only": "The observations show it; the text claims nothing.",
    "neither": "Neither is there.",
}
