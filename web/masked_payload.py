"""What a helpdesk sent, as it may be shown: laid out, and without personal data, as far as that can be known."""

from __future__ import annotations

import json

from advisor.reading.masking import mask

LONGEST = 20_000  # characters that are shown
DEEPEST = 40
PERSONAL = frozenset(
    {
        "name", "first_name", "last_name", "firstname", "lastname", "full_name", "fullname", "display_name",
        "displayname", "login", "username", "email", "email_address", "emailaddress", "mail", "phone", "mobile",
        "address", "street", "city", "zip", "ip", "ip_address", "avatar", "avatar_url", "twitter", "facebook",
    }
)  # fmt: skip
"""Fields that hold what names a person, in any writing of small and capital letters."""

TOKENS = ("token", "secret", "password", "authorization", "api_key", "apikey")


def masked_payload(payload: bytes) -> str:
    """JSON with a line a field, any other text as it is; names, addresses and numbers become placeholders."""
    text = payload.decode("utf-8", "replace")
    try:
        laid_out = json.dumps(_masked(json.loads(text), "", depth=0), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        laid_out = mask(text[:LONGEST]).text
    if len(laid_out) > LONGEST:
        return f"{laid_out[:LONGEST]}\n… and {len(laid_out) - LONGEST:,} characters more"
    return laid_out


def _masked(came: object, name: str, *, depth: int) -> object:
    plain = name.casefold()
    if depth > DEEPEST:
        return "…"
    if isinstance(came, dict):
        return {str(key): _masked(value, str(key), depth=depth + 1) for key, value in came.items()}
    if isinstance(came, list):
        return [_masked(value, name, depth=depth + 1) for value in came]
    if came in (None, "") or isinstance(came, bool):
        return came
    if plain in PERSONAL:
        return f"[{plain.upper()}]"
    if any(word in plain for word in TOKENS):
        return "[SECRET]"
    return mask(came[:LONGEST]).text if isinstance(came, str) else came
