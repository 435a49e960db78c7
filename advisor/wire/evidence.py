"""Evidence to and from its stored form: whole, nothing rounded, every old schema readable."""

from __future__ import annotations

from typing import Any

import msgspec

from advisor.errors import RecordsError
from advisor.types import EVIDENCE_SCHEMA, Evidence

_DECODER = msgspec.json.Decoder(Evidence)
_HEAD = '{"schema":'  # so begins all evidence that this program has stored


def evidence_to_json(evidence: Evidence) -> bytes:
    """Encode evidence, lossless."""
    return msgspec.json.encode(evidence)


def evidence_from_json(text: bytes | str) -> Evidence:
    """Decode stored evidence; raises RecordsError for a schema that this program does not know, or broken text."""
    if text[: len(_HEAD)] not in (_HEAD, _HEAD.encode()):
        return _in_two_steps(text)
    try:
        evidence = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _in_two_steps(text)
    return evidence if evidence.schema == EVIDENCE_SCHEMA else _in_two_steps(text)


def _in_two_steps(text: bytes | str) -> Evidence:
    """The same for evidence of an old schema or none, and for broken text, of which the fault is named."""
    try:
        stored: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RecordsError(f"stored evidence must be JSON, was: {error}: advise the ticket again") from error
    schema = stored.get("schema") if isinstance(stored, dict) else None
    if type(schema) is not int or not 1 <= schema <= EVIDENCE_SCHEMA:
        rule = f"must have a schema from 1 to {EVIDENCE_SCHEMA}"
        raise RecordsError(f"stored evidence {rule}, was: {schema!r}: update the program")
    try:
        return msgspec.convert(stored, Evidence)
    except msgspec.ValidationError as error:
        came = f"stored evidence must fit schema {schema}, was: {error}"
        raise RecordsError(f"{came}: advise the ticket again") from error
