"""What holds for every request and every response, errors included.

Whatever a browser can be made to do from another site is refused here, before anything else is looked at: a request
under a foreign host name (DNS rebinding), and a form posted from a foreign page.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

LOOPBACK = ("127.0.0.1", "localhost", "::1")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not "no-referrer": browsers would then post our own form with the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()"
    ),
}
EMBEDDED = {
    "question.part": "no-store",
    "question.part_answer": "no-store",
    "question.script": "public, max-age=300",
    "question.style": "public, max-age=300",
}
"""What a company's own page holds of ours, and how long it may be kept: read by the origins of the settings alone."""

SCRIPT = "question.script"
"""The one thing that any page may load: like every script it can be run by that page, not read."""

TRANSPORT = "max-age=31536000; includeSubDomains"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})  # none: the person did it, not a page


class ForeignHost(BadRequest):
    """Asked for under a name that is not served here."""


class ForeignPage(Forbidden):
    """Sent by a page of another site."""


def protect(app: Flask, hosts: Collection[str], *, https: bool = False, origins: Collection[str] = ()) -> None:
    """Put the checks before, and the headers after, every view of an app.

    `origins`: whose pages may read, and send, what stands in EMBEDDED.
    """
    names = frozenset(name.casefold() for name in hosts)
    headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if https else {})

    @app.before_request
    def refuse_foreign_requests() -> None:
        if host_name(request.headers.get("Host", "")) not in names:
            raise ForeignHost
        if request.method not in _SAFE and not is_same_origin() and not comes_from(origins):
            raise ForeignPage

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        if request.endpoint in EMBEDDED:
            _let_read(response, origins)
        elif request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def comes_from(origins: Collection[str]) -> bool:
    """Whether this is a request for what pages of these origins may hold, from one of them: to the letter."""
    return request.endpoint in EMBEDDED and request.headers.get("Origin") in origins


def _let_read(response: Response, origins: Collection[str]) -> None:
    """Let the page that asked read the answer; never with credentials."""
    response.headers["Cache-Control"] = EMBEDDED[request.endpoint or ""] if response.status_code == 200 else "no-store"
    response.vary.add("Origin")
    if comes_from(origins):
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    if request.endpoint == SCRIPT:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def believe_proxies(app: Flask, number: int) -> None:
    """Take the visitor's address and scheme from the headers of so many reverse proxies, which pass Host on as is."""
    if number:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=number, x_host=0, x_port=0, x_prefix=0
        )


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


def is_surely_same_origin() -> bool:
    """Whether the browser itself says that a page of ours sent this request."""
    said = request.headers.get("Sec-Fetch-Site") or request.headers.get("Origin")
    return said is not None and said != "none" and is_same_origin()
