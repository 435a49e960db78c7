"""What exports call ways, deeds and ratings, each word with what the wire has for it."""

from __future__ import annotations

from typing import TypeVar

from advisor.types import Action, Channel

Meant = TypeVar("Meant")


def _all(meant: Meant, named: str) -> dict[str, Meant]:
    return dict.fromkeys((word.strip() for word in named.split(",")), meant)


NO_WAY: Channel | None = None
CHANNELS: dict[str, Channel | None] = {
    **_all(Channel.EMAIL, "email, e mail, mail, outbound email, inbound email, gmail, outlook"),
    **_all(
        Channel.CHAT,
        "chat, live chat, web chat, webchat, web messaging, web messenger, messaging, native messaging, messenger, "
        "whatsapp, sms, text, text message, line, telegram, wechat, viber, sunshine conversations, slack, teams, "
        "chatbot, bot",
    ),
    **_all(
        Channel.PHONE,
        "phone, phone call, call, telephone, voice, voicemail, hotline, inbound call, incoming call, phone inbound, "
        "phone outbound, phone call inbound, phone call incoming, phone call outbound, phone call outgoing",
    ),
    **_all(
        Channel.PORTAL,
        "portal, customer portal, self service portal, self service, web, web form, webform, website, web site, form, "
        "contact form, feedback widget, web widget, widget, help center, help centre, helpcenter, online, mobile, "
        "mobile app, mobile sdk, app, in app, mobihelp, web service, forum",
    ),
    **_all(
        Channel.SOCIAL,
        "social, social media, twitter, x, tweet, twitter dm, twitter direct message, facebook, facebook page, "
        "facebook post, facebook private message, facebook messenger, instagram, instagram dm, linkedin, reddit, "
        "youtube, mastodon, google play, app store, trustpilot",
    ),
    **_all(
        NO_WAY,
        "api, other, unknown, n a, none, not known, fax, letter, postal mail, post, referral, walk in, in person, "
        "import, any channel, any, rule, system",
    ),
}
"""Ways, in words of lower case; None = nothing is said of a way that the wire knows."""

ACTIONS: dict[str, Action] = {
    **_all(
        Action.LIVE_HUMAN,
        "live human, human, person, a person, agent, live agent, staff, answered by agent, answered by a person, "
        "call, phone, chat, email",
    ),
    **_all(
        Action.SELF_SERVICE,
        "self service, self served, article, bot, answer bot, deflected, knowledge base, kb, help center, "
        "help centre, faq, link",
    ),
}
"""What was done."""

NO_RATING: int | None = None
RATINGS: dict[str, int | None] = {
    **_all(1, "good, good with comment"),
    **_all(0, "bad, bad with comment"),
    **_all(NO_RATING, "offered, unoffered, not offered, not rated, n a"),
}
"""Ratings of helpdesks that ask for good or bad."""
