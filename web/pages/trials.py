"""What another experience file would have advised: begun from the page on which it is typed, and looked at there."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from advisor.decision.whatif import Group, Tally, share, total
from advisor.decision.wording import WISH
from advisor.desk.whatif_text import way_words
from web.drafts import checked
from web.keeper import Keeper
from web.pages.drafting import Draft, draft_shown
from web.trials import BusyError, State, Trial, Trials
from web.visits import signed_in

SHOWN_MOVES = 12
SHOWN_TELLING = 10


def add_to(pages: Blueprint, keeper: Keeper, trials: Trials) -> None:
    """`/experience/whatif`."""

    @pages.post("/experience/whatif")
    def try_out() -> Answer | tuple[str, HTTPStatus]:
        draft = Draft.posted()
        found = checked(draft.text)
        if found.experience is None:
            return edited(draft, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            begun = trials.begin(
                draft.text, found.experience, by=signed_in().name, begun=draft.begun, began_as=draft.began_as
            )
        except BusyError:
            return edited(draft, busy=True), HTTPStatus.TOO_MANY_REQUESTS
        part = request.args.get("part")
        return redirect(url_for("experience.trial", id=begun.id, part=part), HTTPStatus.SEE_OTHER)

    @pages.get("/experience/whatif/<id>")
    def trial(id: str) -> Response:
        found = trials.of(id, by=signed_in().name)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        if request.args.get("part"):
            return make_response(render_template("experience_trial.html", **shown(found)))
        if found.state is State.RUNNING:
            response = make_response(render_template("experience_trying.html", trial=found))
            response.headers["Refresh"] = "1"
            return response
        draft = Draft(found.text, found.begun, found.began_as)
        return make_response(edited(draft, **shown(found)))

    def edited(draft: Draft, **more: object) -> str:
        known = draft_shown(draft, checked(draft.text), keeper.current())
        if request.args.get("part"):
            return render_template("experience_trial.html", trial=None, **known, **more)
        return render_template("experience_edit.html", asked=True, **known, **more)


def shown(trial: Trial) -> dict[str, object]:
    """What a page shows of a trial."""
    tally = trial.tally
    known: dict[str, object] = {"trial": trial, "State": State, "way": way_words, "wishes": WISH}
    if tally is None:
        return known
    tickets = tally.all.tickets
    return known | {
        "tally": tally,
        "changed": share(tally.all.changed, tickets),
        "hours": total(tally.hours.after - tally.hours.before, tally.hours.squares_change, tickets),
        "cost": total(tally.cost.after - tally.cost.before, tally.cost.squares_change, tickets),
        "moves": moves(tally)[:SHOWN_MOVES],
        "moments": by_size(tally.moments),
        "telling": tally.telling[:SHOWN_TELLING],
    }


def moves(tally: Tally) -> list[tuple[str, str, int]]:
    """From what to what, the commonest first."""
    found = ((way_words(before), way_words(after), count) for (before, after), count in tally.moves.items())
    return sorted(found, key=lambda move: (-move[2], move[0], move[1]))


def by_size(groups: dict[str, Group]) -> list[tuple[str, Group]]:
    """The groups with a change, the largest first."""
    changed = ((name, group) for name, group in groups.items() if group.changed)
    return sorted(changed, key=lambda one: (-one[1].changed, one[0]))
