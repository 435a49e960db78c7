"""What holds for every request and every response, errors included.

There is no sign-in yet, so whatever a browser can be made to do from another site is refused here: a request under a
foreign host name (DNS rebinding), and a form posted from a foreign page.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

LOOPBACK = ("127.0.0.1", "localhost", "::1")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not "no-referrer": browsers would then post our own form with the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})  # none: the person did it, not a page


def protect(app: Flask, hosts: Collection[str]) -> None:
    """Put the checks before, and the headers after, every view of an app."""
    names = frozenset(name.casefold() for name in hosts)

    @app.before_request
    def refuse_foreign_requests() -> None:
        if host_name(request.headers.get("Host", "")) not in names:
            abort(400, "host")
        if request.method not in _SAFE and not is_same_origin():
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def host_name(host: str) -> str | None:
    """The name in a Host header, without the port; None where there is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def is_same_origin() -> bool:
    """Whether a page of ours sent this request, by what the browser says; a program that is no browser says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in _OWN_SITES:
        return False
    return origin is None or origin == f"{request.scheme}://{request.headers.get('Host')}"
