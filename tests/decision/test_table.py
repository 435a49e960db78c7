"""The ten rules, clause by clause: the ticket, and the action, channel and code that were written by hand.

A table is read by rows, so a row is a line here.
"""

# ruff: noqa: E501

from __future__ import annotations

from datetime import date, timedelta

import pytest
from decision_builders import (
    SUNDAY,
    TUESDAY,
    advise,
    article,
    evidence,
    failure,
    on_file,
    refuses,
    signal,
    wants,
)

from advisor.types import Account, Channel, Evidence, Moment, Prediction, Quote, Readability, Topic

CHAT, PHONE, PORTAL, SOCIAL = Channel.CHAT, Channel.PHONE, Channel.PORTAL, Channel.SOCIAL
BILLING = Prediction(Moment.BILLING, 0.9)
LAST_YEAR, LAST_WEEK = TUESDAY - timedelta(days=365), TUESDAY - timedelta(days=7)
INTEGRATIONS = Topic("Integrations", 0.9, True)
Row = tuple[str, Evidence, str, str | None, str]

REFUSES_EVERYTHING = (refuses("self_service"), refuses("email", 20), refuses("person", 40))
REFUSES_PEOPLE = (refuses("person", 10), refuses("email", 30))

UNREAD: list[Row] = [
    ("an empty ticket", evidence(readability=Readability.EMPTY), "live_human", "email", "empty"),
    ("noise by chat", evidence(readability=Readability.UNREADABLE, came_by=CHAT), "live_human", "chat", "unreadable"),
    ("German", evidence(readability=Readability.UNKNOWN_LANGUAGE), "live_human", "email", "unknown_language"),
    (
        "an unread ticket of one who wants articles on file",
        evidence(on_file(wants("self_service")), readability=Readability.EMPTY),
        "live_human",
        "email",
        "empty",
    ),
    (
        "an unread ticket of one who wants calls on file",
        evidence(on_file(wants("phone")), readability=Readability.UNKNOWN_LANGUAGE),
        "live_human",
        "phone",
        "unknown_language",
    ),
]

GRAVE: list[Row] = [
    ("fraud", evidence(signals=(signal("fraud_or_security"),)), "live_human", "email", "safety"),
    ("a threat by the portal", evidence(signals=(signal("legal_threat"),), came_by=PORTAL), "live_human", "portal", "safety"),
    (
        "a data request that asks for an article",
        evidence(wants("self_service"), signals=(signal("data_request"),)),
        "live_human",
        "email",
        "safety",
    ),
    ("danger that asks for a call", evidence(wants("phone"), signals=(signal("danger_to_person"),)), "live_human", "phone", "safety"),
    ("a faint sign of danger", evidence(signals=(signal("danger_to_person", probability=0.1),)), "live_human", "email", "safety"),
    ("lost data, where only an article is left", evidence(*REFUSES_PEOPLE, signals=(signal("data_loss"),)), "live_human", None, "safety"),
    ("a minor who refuses everything", evidence(*REFUSES_EVERYTHING, signals=(signal("minor"),)), "live_human", None, "safety"),
    ("fraud in an empty ticket", evidence(signals=(signal("fraud_or_security"),), readability=Readability.EMPTY), "live_human", "email", "empty"),
]  # fmt: skip

FAILED: list[Row] = [
    ("an article that failed", evidence(failures=(failure(),)), "live_human", "email", "already_failed"),
    ("another article fits", evidence(failures=(failure("other"),)), "live_human", "email", "already_failed"),
    ("tried something, wants another article", evidence(wants("self_service"), failures=(failure(None),)), "live_human", "email", "already_failed"),
    (
        "article first, otherwise a call, and it failed",
        evidence(wants("self_service"), wants("phone", 30, order=2), failures=(failure(),)),
        "live_human",
        "phone",
        "already_failed",
    ),
    ("failed, only an article left", evidence(*REFUSES_PEOPLE, failures=(failure(),)), "live_human", None, "already_failed"),
    ("failed and fraud: safety goes first", evidence(failures=(failure(),), signals=(signal("minor"),)), "live_human", "email", "safety"),
    ("failed, and two matters: what failed goes first", evidence(failures=(failure(),), two_matters=Quote(5, 9, "also")), "live_human", "email", "already_failed"),
    ("two matters", evidence(two_matters=Quote(5, 9, "also")), "live_human", "email", "two_matters"),
    (
        "two matters, an article for one and a call for the other",
        evidence(wants("self_service"), wants("phone", 40), two_matters=Quote(35, 39, "also")),
        "live_human",
        "phone",
        "two_matters",
    ),
]  # fmt: skip

ASKED: list[Row] = [
    ("a call", evidence(wants("phone")), "live_human", "phone", "asks_for_person"),
    ("a chat", evidence(wants("chat")), "live_human", "chat", "asks_for_person"),
    ("a human, by e-mail", evidence(wants("person")), "live_human", "email", "asks_for_person"),
    ("a human, in the chat", evidence(wants("person"), came_by=CHAT), "live_human", "chat", "asks_for_person"),
    ("a human, on the phone", evidence(wants("person"), came_by=PHONE), "live_human", "phone", "asks_for_person"),
    ("a human, in public", evidence(wants("person"), came_by=SOCIAL), "live_human", "email", "asks_for_person"),
    ("a human, at a moment of chats", evidence(wants("person"), moment=Prediction("onboarding", 0.9)), "live_human", "email", "asks_for_person"),
    ("a human, of a kind with its own way", evidence(wants("person"), persona="busy_owner"), "live_human", "email", "asks_for_person"),
    ("a human, in public, at a moment of chats", evidence(wants("person"), came_by=SOCIAL, moment=Prediction("onboarding", 0.9)), "live_human", "email", "asks_for_person"),
    ("a human, by e-mail please, from the portal", evidence(wants("person"), wants("email", 20), came_by=PORTAL), "live_human", "email", "asks_for_person"),
    ("a human, but no calls, on the phone", evidence(wants("person"), refuses("phone", 20), came_by=PHONE), "live_human", "email", "asks_for_person"),
    ("a human in general, a call in particular", evidence(wants("phone"), wants("person", 30)), "live_human", "phone", "asks_for_person"),
    ("a human; calls are wanted on file", evidence(wants("person"), on_file(wants("phone"))), "live_human", "phone", "asks_for_person"),
    ("chat first, else a call", evidence(wants("chat", order=1), wants("phone", 20, order=2)), "live_human", "chat", "asks_for_person"),
    ("a call first, else an article", evidence(wants("phone"), wants("self_service", 20, order=2)), "live_human", "phone", "asks_for_person"),
    ("an article, no: a call", evidence(wants("self_service"), wants("phone", 50)), "live_human", "phone", "asks_for_person"),
    ("a call, no: an article", evidence(wants("phone"), wants("self_service", 50)), "self_service", "email", "wants_self_service"),
    ("a call, no: no calls", evidence(wants("phone"), refuses("phone", 50), p=0.1), "live_human", "email", "cost"),
    ("no call, no: a call", evidence(refuses("phone"), wants("phone", 50)), "live_human", "phone", "asks_for_person"),
    ("nobody, no: a call", evidence(refuses("person"), wants("phone", 50)), "live_human", "phone", "asks_for_person"),
    ("a call, no: nobody", evidence(wants("phone"), refuses("person", 50), p=0.1), "live_human", "email", "cost"),
    ("a call, though nobody on file", evidence(wants("phone"), on_file(refuses("person"))), "live_human", "phone", "asks_for_person"),
    ("a human, though nobody on file", evidence(wants("person"), on_file(refuses("person")), came_by=CHAT), "live_human", "chat", "asks_for_person"),
    ("a human, though no calls on file, on the phone", evidence(wants("person"), on_file(refuses("phone")), came_by=PHONE), "live_human", "email", "asks_for_person"),
    ("neither e-mail nor chats, wants a human", evidence(wants("person"), refuses("email", 20), refuses("chat", 40), came_by=PORTAL), "live_human", "portal", "asks_for_person"),
    ("a call that the plan lacks", evidence(wants("phone"), account=Account(plan="free")), "live_human", "email", "asks_for_person"),
    ("a call on Sunday", evidence(wants("phone"), at=SUNDAY), "live_human", "phone", "asks_for_person"),
    ("a call without a number", evidence(wants("phone"), has_phone=False), "live_human", "phone", "asks_for_person"),
    ("a human where no way is left", evidence(wants("person", 40), on_file(refuses("email")), on_file(refuses("chat")), on_file(refuses("phone"))), "live_human", None, "no_channel_left"),
    ("the same wish of another author", evidence(wants("phone", author="colleague")), "self_service", "email", "cost"),
]  # fmt: skip

WANTED: list[Row] = [
    ("an article, just at the floor", evidence(wants("self_service"), p=0.4), "self_service", "email", "wants_self_service"),
    ("an article, below the floor", evidence(wants("self_service"), p=0.39), "live_human", "email", "nothing_answers"),
    ("an article, below the floor, in a chat", evidence(wants("self_service"), p=0.1, came_by=CHAT), "live_human", "chat", "nothing_answers"),
    ("an article, below the floor, on the phone", evidence(wants("self_service"), p=0.1, came_by=PHONE), "live_human", "email", "nothing_answers"),
    ("an article, below the floor, moment phone", evidence(wants("self_service"), p=0.1, moment=BILLING), "live_human", "email", "nothing_answers"),
    ("an article, and there is none", evidence(wants("self_service"), candidates=()), "live_human", "email", "nothing_answers"),
    ("an article first, otherwise a call: it fits", evidence(wants("self_service"), wants("phone", 30, order=2)), "self_service", "email", "wants_self_service"),
    ("an article first, otherwise a call: it does not", evidence(wants("self_service"), wants("phone", 30, order=2), p=0.1), "live_human", "phone", "asks_for_person"),
    ("an article first, otherwise e-mail, from the portal", evidence(wants("self_service"), wants("email", 30, order=2), p=0.1, came_by=PORTAL), "live_human", "email", "nothing_answers"),
    ("an article that does not fit; calls wanted on file", evidence(wants("self_service"), on_file(wants("phone")), p=0.1), "live_human", "phone", "asks_for_person_on_file"),
    ("an article, though calls are wanted on file", evidence(wants("self_service"), on_file(wants("phone"))), "self_service", "email", "wants_self_service"),
    ("an article, though refused on file", evidence(wants("self_service"), on_file(refuses("self_service"))), "self_service", "email", "wants_self_service"),
    ("an article by e-mail, from the portal", evidence(wants("self_service"), wants("email", 20), came_by=PORTAL), "self_service", "email", "wants_self_service"),
    ("an article, by chat", evidence(wants("self_service"), came_by=CHAT), "self_service", "chat", "wants_self_service"),
    ("an article, by phone", evidence(wants("self_service"), came_by=PHONE), "self_service", "email", "wants_self_service"),
    ("an article, in public", evidence(wants("self_service"), came_by=SOCIAL), "self_service", "email", "wants_self_service"),
    ("an article, in public, no e-mail", evidence(wants("self_service"), refuses("email", 30), came_by=SOCIAL), "self_service", "portal", "wants_self_service"),
    ("an article while an incident is open", evidence(wants("self_service"), incident_match=("slow",)), "self_service", "email", "wants_self_service"),
    ("an article, furious", evidence(wants("self_service"), tones=(Prediction("angry", 0.9),)), "self_service", "email", "wants_self_service"),
    ("an article, about renewal", evidence(wants("self_service"), moment=Prediction("renewal", 0.9)), "self_service", "email", "wants_self_service"),
    ("an article and nobody", evidence(wants("self_service"), refuses("person", 30), came_by=CHAT), "self_service", "chat", "wants_self_service"),
    ("an article, yes: no articles", evidence(wants("self_service"), refuses("self_service", 30)), "live_human", "email", "refuses"),
]  # fmt: skip

LEFT: list[Row] = [
    ("neither people nor e-mail: the article is left", evidence(*REFUSES_PEOPLE, p=0.5), "self_service", "portal", "only_self_service_left"),
    ("the same in a chat", evidence(*REFUSES_PEOPLE, p=0.5, came_by=CHAT), "self_service", "chat", "only_self_service_left"),
    ("the same, just at the floor", evidence(*REFUSES_PEOPLE, p=0.4), "self_service", "portal", "only_self_service_left"),
    ("the same, below the floor", evidence(*REFUSES_PEOPLE, p=0.3), "live_human", None, "no_channel_left"),
    ("the same, without an article", evidence(*REFUSES_PEOPLE, candidates=()), "live_human", None, "no_channel_left"),
    ("the same, about renewal", evidence(*REFUSES_PEOPLE, moment=Prediction("renewal", 0.9)), "self_service", "portal", "only_self_service_left"),
    ("the same, an open incident", evidence(*REFUSES_PEOPLE, incident_match=("slow",)), "live_human", None, "no_channel_left"),
    ("the same, an incident that is over", evidence(*REFUSES_PEOPLE, incident_match=("slow",), at=SUNDAY), "self_service", "portal", "only_self_service_left"),
    ("the same, an open incident, articles on file", evidence(*REFUSES_PEOPLE, on_file(wants("self_service")), incident_match=("slow",)), "live_human", None, "no_channel_left"),
    ("the same, an open incident, the article is wanted", evidence(*REFUSES_PEOPLE, wants("self_service", 60), incident_match=("slow",)), "self_service", "portal", "wants_self_service"),
    ("the same, and the article is wanted", evidence(*REFUSES_PEOPLE, wants("self_service", 60)), "self_service", "portal", "wants_self_service"),
    ("the same, wanted, below the floor", evidence(*REFUSES_PEOPLE, wants("self_service", 60), p=0.3), "live_human", None, "no_channel_left"),
    ("everything is refused", evidence(*REFUSES_EVERYTHING), "live_human", None, "no_channel_left"),
    ("every way is refused one by one", evidence(*(refuses(c, 9 * n) for n, c in enumerate(("self_service", "email", "chat", "phone")))), "live_human", None, "no_channel_left"),
    ("every way to a person is refused, a human on file", evidence(on_file(wants("person")), *(refuses(c, 9 * n) for n, c in enumerate(("email", "chat", "phone")))), "live_human", None, "no_channel_left"),
    ("nobody: a written answer stays", evidence(refuses("person"), p=0.1), "live_human", "email", "cost"),
    ("nobody, in a chat", evidence(refuses("person"), p=0.1, came_by=CHAT), "live_human", "email", "cost"),
    ("no e-mail, by e-mail", evidence(refuses("email"), p=0.1), "live_human", "portal", "cost"),
    ("no e-mail, by e-mail, it fits", evidence(refuses("email")), "self_service", "portal", "cost"),
    ("no chats, in a chat, it fits", evidence(refuses("chat"), came_by=CHAT), "self_service", "email", "cost"),
    ("no articles", evidence(refuses("self_service")), "live_human", "email", "refuses"),
    ("no articles on file, by portal", evidence(on_file(refuses("self_service")), came_by=PORTAL), "live_human", "portal", "refuses"),
    ("no articles for the account", evidence(on_file(refuses("self_service"), account=True)), "live_human", "email", "refuses"),
    ("no articles, furious", evidence(refuses("self_service"), tones=(Prediction("angry", 0.9),)), "live_human", "email", "never_deflect"),
    ("no articles, of the kind that likes them", evidence(refuses("self_service"), persona="hands_on"), "live_human", "email", "refuses"),
]  # fmt: skip

ON_FILE: list[Row] = [
    ("calls on file", evidence(on_file(wants("phone"))), "live_human", "phone", "asks_for_person_on_file"),
    ("calls for the account", evidence(on_file(wants("phone"), account=True)), "live_human", "phone", "asks_for_person_on_file"),
    ("a human on file, by portal", evidence(on_file(wants("person")), came_by=PORTAL), "live_human", "portal", "asks_for_person_on_file"),
    ("articles on file", evidence(on_file(wants("self_service")), p=0.4), "self_service", "email", "wants_self_service_on_file"),
    ("articles on file, of the kind that wants people", evidence(on_file(wants("self_service")), persona="busy_owner"), "self_service", "email", "wants_self_service_on_file"),
    ("articles on file, none fits", evidence(on_file(wants("self_service")), p=0.3), "live_human", "email", "nothing_answers"),
    ("articles on file, then calls, none fits", evidence(on_file(wants("self_service")), on_file(wants("phone", order=2)), p=0.3), "live_human", "phone", "asks_for_person_on_file"),
    ("articles on file, then calls, it fits", evidence(on_file(wants("self_service")), on_file(wants("phone", order=2))), "self_service", "email", "wants_self_service_on_file"),
    ("articles on file, furious", evidence(on_file(wants("self_service")), tones=(Prediction("angry", 0.9),)), "live_human", "email", "never_deflect"),
    ("calls on file, furious", evidence(on_file(wants("phone")), tones=(Prediction("angry", 0.9),)), "live_human", "phone", "asks_for_person_on_file"),
    ("the customer's articles, the account's calls", evidence(on_file(wants("self_service")), on_file(wants("phone"), account=True)), "self_service", "email", "wants_self_service_on_file"),
    ("the customer's calls, the account's refusal", evidence(on_file(wants("phone")), on_file(refuses("phone"), account=True)), "live_human", "phone", "asks_for_person_on_file"),
    ("calls for billing only, elsewhere", evidence(on_file(wants("phone"), moment=Moment.BILLING)), "self_service", "email", "cost"),
    ("calls for billing only, there", evidence(on_file(wants("phone"), moment=Moment.BILLING), moment=BILLING), "live_human", "phone", "asks_for_person_on_file"),
    ("articles in general, calls for billing", evidence(on_file(wants("self_service")), on_file(wants("phone"), moment=Moment.BILLING), moment=BILLING), "live_human", "phone", "asks_for_person_on_file"),
    ("no calls in general, calls for billing", evidence(on_file(refuses("phone"), since=LAST_WEEK), on_file(wants("phone"), moment=Moment.BILLING, since=LAST_YEAR), moment=BILLING), "live_human", "phone", "asks_for_person_on_file"),
    ("calls for a topic, there", evidence(on_file(wants("phone"), topic="integrations"), topic=INTEGRATIONS), "live_human", "phone", "asks_for_person_on_file"),
    ("calls for a topic, elsewhere", evidence(on_file(wants("phone"), topic="invoices"), topic=INTEGRATIONS), "self_service", "email", "cost"),
    ("calls for a topic that is not known", evidence(on_file(wants("phone"), topic="integrations"), topic=Topic("Integrations", 0.2, False)), "self_service", "email", "cost"),
    ("calls last year, none since last week", evidence(on_file(wants("phone"), since=LAST_YEAR), on_file(refuses("phone"), since=LAST_WEEK)), "self_service", "email", "cost"),
    ("no calls last year, calls since last week", evidence(on_file(refuses("phone"), since=LAST_YEAR), on_file(wants("phone"), since=LAST_WEEK)), "live_human", "phone", "asks_for_person_on_file"),
    ("calls and no calls, of the same day", evidence(on_file(wants("phone"), since=LAST_WEEK), on_file(refuses("phone"), since=LAST_WEEK)), "self_service", "email", "cost"),
    ("calls and no calls, nobody knows since when", evidence(on_file(wants("phone")), on_file(refuses("phone"))), "self_service", "email", "cost"),
    ("calls last year, articles since last week", evidence(on_file(wants("phone"), since=LAST_YEAR), on_file(wants("self_service"), since=LAST_WEEK)), "self_service", "email", "wants_self_service_on_file"),
    ("a wish that has just expired", evidence(on_file(wants("phone"), expires=TUESDAY)), "self_service", "email", "cost"),
    ("a wish that expires soon", evidence(on_file(wants("phone"), expires=TUESDAY + timedelta(seconds=1))), "live_human", "phone", "asks_for_person_on_file"),
    ("an expired refusal", evidence(on_file(refuses("self_service"), expires=LAST_WEEK)), "self_service", "email", "cost"),
    ("e-mail on file, by portal", evidence(on_file(wants("email")), came_by=PORTAL), "self_service", "email", "cost"),
]  # fmt: skip

BY_RULE: list[Row] = [
    ("furious, just at the level", evidence(tones=(Prediction("angry", 0.6),)), "live_human", "email", "never_deflect"),
    ("nearly furious", evidence(tones=(Prediction("angry", 0.59),)), "self_service", "email", "cost"),
    ("confused at a moment that minds it", evidence(tones=(Prediction("confused", 0.7),), moment=Prediction("provisioning", 0.9)), "live_human", "email", "never_deflect"),
    ("confused elsewhere", evidence(tones=(Prediction("confused", 0.7),)), "self_service", "email", "cost"),
    ("severe", evidence(severity=3.0), "live_human", "email", "never_deflect"),
    ("nearly severe", evidence(severity=2.9, p=0.99), "self_service", "email", "cost"),
    ("renewal", evidence(moment=Prediction("renewal", 0.5), p=0.99), "live_human", "email", "never_deflect"),
    ("perhaps renewal", evidence(moment=Prediction("renewal", 0.49), p=0.99), "self_service", "email", "cost"),
    ("a topic of the list", evidence(topic=Topic("refunds", 0.9, True)), "live_human", "email", "never_deflect"),
    ("an account that renews in 14 days", evidence(account=Account(renews_on=date(2026, 3, 17))), "live_human", "email", "never_deflect"),
    ("an account that renews in 15 days", evidence(account=Account(renews_on=date(2026, 3, 18))), "self_service", "email", "cost"),
    ("an account that renewed yesterday", evidence(account=Account(renews_on=date(2026, 3, 2))), "self_service", "email", "cost"),
    ("a large account", evidence(account=Account(monthly_revenue=5000.01), p=0.999), "live_human", "email", "never_deflect"),
    ("an account at the limit", evidence(account=Account(monthly_revenue=5000.0), p=0.999), "self_service", "email", "cost"),
    ("an open incident", evidence(incident_match=("slow",)), "live_human", "email", "never_deflect"),
    ("an open incident, articles on file", evidence(on_file(wants("self_service")), incident_match=("slow",)), "live_human", "email", "never_deflect"),
    ("an open incident, the kind that likes articles", evidence(persona="hands_on", incident_match=("slow",)), "live_human", "email", "never_deflect"),
    ("an open incident, the article is wanted", evidence(wants("self_service"), incident_match=("slow",)), "self_service", "email", "wants_self_service"),
    ("an open incident, the article is wanted, none fits", evidence(wants("self_service"), incident_match=("slow",), p=0.1), "live_human", "email", "nothing_answers"),
    ("an incident that is over", evidence(incident_match=("slow",), at=SUNDAY), "self_service", "email", "cost"),
    ("an incident that nobody knows", evidence(incident_match=("other",)), "self_service", "email", "cost"),
    ("an outage", evidence(signals=(signal("outage"),)), "live_human", "email", "never_deflect"),
    ("a cancellation", evidence(signals=(signal("cancellation"),)), "live_human", "email", "never_deflect"),
    ("a signal that the file lets pass", evidence(signals=(signal("vulnerable"),)), "self_service", "email", "cost"),
]  # fmt: skip

UNSAID: list[Row] = [
    ("nothing said, it fits", evidence(p=0.75), "self_service", "email", "cost"),
    ("nothing said, it nearly fits", evidence(p=0.7499), "live_human", "email", "cost"),
    ("nothing said, nothing fits", evidence(candidates=(), p=0.99), "live_human", "email", "cost"),
    ("nothing said, on the phone, it fits", evidence(came_by=PHONE), "self_service", "email", "cost"),
    ("nothing said, on the phone, nothing fits", evidence(came_by=PHONE, p=0.1), "live_human", "phone", "cost"),
    ("nothing said, in public", evidence(came_by=SOCIAL, p=0.1), "live_human", "email", "cost"),
    ("a moment of chats", evidence(moment=Prediction("onboarding", 0.9), p=0.1), "live_human", "chat", "cost"),
    ("a moment of calls: never unasked", evidence(moment=BILLING, p=0.1), "live_human", "email", "cost"),
    ("a moment of calls, no e-mail", evidence(refuses("email"), moment=BILLING, p=0.1), "live_human", "portal", "cost"),
    ("e-mail alone asks for nobody", evidence(wants("email"), came_by=PORTAL), "self_service", "email", "cost"),
    ("e-mail alone restricts the way", evidence(wants("email"), came_by=CHAT, p=0.1), "live_human", "email", "cost"),
    ("the kind that wants people", evidence(persona="busy_owner"), "live_human", "portal", "persona"),
    ("the kind that wants people, no e-mail wanted", evidence(wants("email"), persona="busy_owner"), "live_human", "email", "persona"),
    ("the kind that likes articles, cheaper mistakes", evidence(persona="hands_on", p=0.5), "self_service", "email", "persona"),
    ("the kind that likes articles, none fits", evidence(persona="hands_on", p=0.49), "live_human", "email", "persona"),
    ("the kind that likes articles asks for a call", evidence(wants("phone"), persona="hands_on"), "live_human", "phone", "asks_for_person"),
    ("a kind that the file does not know", evidence(persona="pirate", p=0.75), "self_service", "email", "cost"),
    ("the only article has failed", evidence(candidates=(article("reset"),), failures=(failure("reset"),)), "live_human", "email", "already_failed"),
]  # fmt: skip

TABLE = [*UNREAD, *GRAVE, *FAILED, *ASKED, *WANTED, *LEFT, *ON_FILE, *BY_RULE, *UNSAID]


@pytest.mark.parametrize(("told", "action", "channel", "code"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_the_advice_is_what_section_four_says(told: Evidence, action: str, channel: str | None, code: str) -> None:
    advice = advise(told)
    assert (advice.action, advice.channel, advice.reasons[0].code) == (action, channel, code)
