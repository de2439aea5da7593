"""JSON Schemas as pydantic makes them of the models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]


def resolved(schema: Schema, defs: Mapping[str, Schema]) -> Schema:
    """In place of a reference, what it refers to. An optional field is absent, never empty."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(part for part in schema["anyOf"] if part.get("type") != "null")
    return schema
