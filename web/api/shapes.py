"""How the shapes of the API name each other in its description."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw

REF = "#/components/schemas/{name}"
RECOMMENDATION = "Recommendation"
Given = Annotated[Raw, Meta(extra_json_schema={"$ref": REF.format(name=RECOMMENDATION)})]
"""A recommendation that is JSON already."""
