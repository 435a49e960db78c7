"""Breakages of the decision, as text in its source and the text that stands there instead; a mutant is a line.

Two neighbours of the order stand in no mutant, for swapping them changes nothing: where articles are refused, none is
wanted on file, and who asks for a person on file is left out by `only_self_service_left` itself.
"""

# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One breakage."""

    name: str
    file: str
    found: str  # must stand in the file exactly once
    instead: str


def _drop(rule: str) -> Mutant:
    return Mutant(f"without the rule {rule}", "rules.py", f"    {rule},\n", "")


def _swap(first: str, second: str) -> Mutant:
    return Mutant(
        f"{second} before {first}", "rules.py", f"    {first},\n    {second},\n", f"    {second},\n    {first},\n"
    )


RULES = (
    "not_to_be_read",
    "safety",
    "already_failed",
    "two_matters",
    "asks_for_person",
    "wants_self_service",
    "only_self_service_left",
    "asks_for_person_on_file",
    "never_deflect",
    "refuses_self_service",
    "wants_self_service_on_file",
    "persona_default",
)
COMPANY = ("_incident", "_signal", "_moment", "_topic", "_tone", "_severity", "_renewal_soon", "_revenue")

MUTANTS = (
    *map(_drop, RULES),
    _swap("not_to_be_read", "safety"),
    _swap("safety", "already_failed"),
    _swap("already_failed", "two_matters"),
    _swap("two_matters", "asks_for_person"),
    _swap("wants_self_service", "only_self_service_left"),
    _swap("asks_for_person_on_file", "never_deflect"),
    _swap("never_deflect", "refuses_self_service"),
    _swap("wants_self_service_on_file", "persona_default"),
    *(Mutant(f"without the company's rule {rule}", "company.py", f"    {rule},\n", "") for rule in COMPANY),
    # rules
    Mutant("only one kind of safety signal", "rules.py", "signal.kind in SAFETY]", "signal.kind is SignalKind.MINOR]"),
    Mutant("the faintest danger decides", "rules.py", "signal = min(grave", "signal = max(grave"),
    Mutant("the floor is out of reach", "rules.py", "case.p_resolve >= floor", "case.p_resolve > floor + 0.2"),
    Mutant("at the floor is not enough", "rules.py", "case.p_resolve >= floor", "case.p_resolve > floor"),
    Mutant("the floor is no bar where only it is left", "rules.py", "if case.p_resolve < floor:", "if False:"),
    Mutant("cost wants more than is needed", "rules.py", "case.p_resolve >= needed else", "case.p_resolve > needed else"),
    Mutant("cost the wrong way round", "rules.py", "case.p_resolve >= needed else", "case.p_resolve < needed else"),
    Mutant("refused articles are possible", "rules.py", "if case.article_possible and", "if case.articles and"),
    Mutant("cost never looks at refusals", "rules.py", "if not case.article_possible:\n        return _p", "if False:\n        return _p"),
    Mutant("the promise is never asked", "rules.py", "if not cost_may_decide(case):", "if False:"),
    Mutant("a person is asked for, an article left", "rules.py", "if asks and asks[0]", "if False and asks[0]"),
    Mutant("incidents give articles", "rules.py", " or open_incident(case) is not None:", ":"),
    Mutant("a second choice that is none", "rules.py", "if ask is not wish), None)", "if ask is wish), None)"),
    Mutant("after an article a call", "rules.py", "floor, in_writing=True)", "floor)"),
    Mutant("the ticket's wishes count as on file", "rules.py", "is WishSource.TICKET) is from_ticket", "is WishSource.CUSTOMER) is from_ticket"),
    Mutant("busy owners get articles", "rules.py", "if persona.prefers is WishChannel.PERSON:", "if False:"),
    # willingness
    Mutant("expiry is ignored", "willingness.py", "if wish.expires is not None and _seconds", "if False and _seconds"),
    Mutant("expired one instant later", "willingness.py", "<= _seconds(evidence.at, zone)", "< _seconds(evidence.at, zone)"),
    Mutant("other authors count", "willingness.py", "if wish.author is not None:", "if False:"),
    Mutant("colleagues count", "willingness.py", "if wish.whose is Whose.COLLEAGUE:", "if False:"),
    Mutant("every moment is meant", "willingness.py", "if wish.moment is not None and wish.moment", "if False and wish.moment"),
    Mutant("every topic is meant", "willingness.py", "return None if wish.topic is None or", "return None if True or"),
    Mutant("the want wins at equal rank", "willingness.py", "wish.stance is Stance.WANTS)", "wish.stance is Stance.REFUSES)"),
    Mutant("older beats newer", "willingness.py", "return -said, -since", "return said, since"),
    Mutant("general beats narrower", "willingness.py", "-((wish.moment", "((wish.moment"),
    Mutant("the weakest wish rules", "willingness.py", "return min(wishes", "return max(wishes"),
    Mutant("the account beats the customer", "willingness.py", "CUSTOMER: 1, WishSource.ACCOUNT: 2", "CUSTOMER: 2, WishSource.ACCOUNT: 1"),
    Mutant("the file beats the ticket", "willingness.py", "{WishSource.TICKET: 0,", "{WishSource.TICKET: 3,"),
    Mutant("no person, yet calls", "willingness.py", "said.append(person)", "pass"),
    Mutant("the stated order is ignored", "willingness.py", "wish.order, *_age(wish, zone))))", "*_age(wish, zone))))"),
    Mutant("the place of listing decides", "willingness.py", "return (*_precedence(wish, zone), *rest, not wish.lasting)", "return _precedence(wish, zone)"),
    # case, channels
    Mutant("refused ways stay open", "case.py", "if WISHED.get(way) not in self.will.refused}", "}"),
    Mutant("the portal survives every refusal", "case.py", 'ways.discard(Channel.PORTAL)', "pass"),
    Mutant("calls unasked", "case.py", "return frozenset(ways - {Channel.PHONE})", "return frozenset(ways)"),
    Mutant("articles by refused ways", "case.py", "if way in self.offered and WISHED.get(way) not in refused)", "if way in self.offered)"),
    Mutant("failed articles come again", "case.py", "if candidate.id not in failed)", ")"),
    Mutant("a chance without an article", "case.py", "self.evidence.p_resolve if self.articles else 0.0", "self.evidence.p_resolve"),
    Mutant("refused articles possible", "case.py", "and WishChannel.SELF_SERVICE not in self.will.refused", ""),
    Mutant("the wished way is not preferred", "channels.py", "yield from (Channel(wish.channel) for wish in case.will.ways)", "yield from ()"),
    Mutant("a person by any way", "channels.py", "if WishChannel.PERSON in case.will.wanted:", "if False:"),
    Mutant("no persona's channel", "channels.py", "if case.persona is not None and case.persona.channel", "if False and case.persona.channel"),
    Mutant("no moment's ideal", "channels.py", "if case.ideal.channel is not None:", "if False:"),
    Mutant("answered in public", "channels.py", "return _WRITTEN if came is Channel.SOCIAL else (came,)", "return (came,)"),
    Mutant("nothing is unmet", "channels.py", "if channel is None:\n        return tuple(dict", "if False:\n        return tuple(dict"),
    # costs
    Mutant("the laxer of the two bars", "costs.py", "max(0.0, 1.0 - human_cost(case) / wrong_cost(case), promised_threshold(case)))", "max(0.0, min(1.0 - human_cost(case) / wrong_cost(case), promised_threshold(case))))"),
    Mutant("no bar by cost", "costs.py", "max(0.0, 1.0 - human_cost(case) / wrong_cost(case), promised", "max(0.0, promised"),
    Mutant("the dearest person", "costs.py", "return min(costs, default=0.0)", "return max(costs, default=0.0)"),
    Mutant("the wished way counts", "costs.py", " if WISHED.get(way) not in case.will.wanted]", "]"),
    Mutant("tones cost nothing", "costs.py", "cost += sum(amount for _, amount in _tone_costs(case))", "pass"),
    Mutant("tones make it cheaper", "costs.py", "cost += sum(amount for", "cost -= sum(amount for"),
    Mutant("severity costs nothing", "costs.py", "_moment_cost(case) + _severity_cost(case)", "_moment_cost(case)"),
    Mutant("a moment that is not sure costs all", "costs.py", "(case.ideal.wrong_cost - base) * sure", "(case.ideal.wrong_cost - base)"),
    Mutant("not yet is as good as kept", "costs.py", "if case.promise.state is PromiseState.NOT_YET:", "if False:"),
    # outline
    Mutant("no channel, and nobody says so", "outline.py", "verdict = _without_channel(verdict)", "pass"),
    Mutant("safety gives way to no channel", "outline.py", "        ReasonCode.SAFETY,\n", ""),
    # company
    Mutant("nearly furious is enough", "company.py", "heard >= level", "heard > level - 0.1"),
    Mutant("severe only above the level", "company.py", "if severity < level:", "if severity <= level:"),
    Mutant("renewed long ago", "company.py", "return 0 <= (renews_on", "return (renews_on"),
    Mutant("revenue at the limit", "company.py", "revenue <= limit", "revenue < limit"),
    Mutant("unsure moments count", "company.py", "moment.probability < case.experience.never_deflect.moment_from:", "False:"),
    Mutant("closed incidents count", "company.py", " and i.is_open(case.evidence.at)", ""),
)  # fmt: skip
