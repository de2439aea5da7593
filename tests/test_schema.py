"""The schemas for editors: current, explained in both languages, and as strict as the reader."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker
from pydantic import TypeAdapter

from bot.app import App
from bot.catalogue import Catalogue, CatalogueError, Offering, read_catalogue
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.settings import read_settings
from bot.staff.json_schema import Schema
from bot.staff.schema import as_json, schemas, write
from bot.text import Language

FOLDER = read_settings({}).catalogue
README = (FOLDER / "README.md").read_text(encoding="utf-8")
FILES = sorted(
    path.relative_to(FOLDER).as_posix()
    for path in FOLDER.rglob("*.yaml")
    if path.name != "safety.yaml"
)
# How to mend it: the schemas follow the models, the needs and the elements.
STALE = "not current: run `wegwijs schema`"

ENTRY = """
- id: leiden-walk
  title: {nl: Wandelen, en: Walking}
  summary: {nl: Samen een uur lopen., en: Walk together for an hour.}
  needs: [meeting-people]
  elements: [social-activities]
  form: group
  mode: [campus]
  first_step: {nl: Kom naar de hal., en: Come to the hall.}
  access: {by: walk-in}
  source: https://example.nl/walk
"""
# As in the README, on the lines that its mistakes are about.
CIRCLE = """
- id: hanze-studiekring
  title:
    nl: Studiekring
    en: Study circle
  summary:
    nl: Met vijf anderen studeer je elke week samen.
    en: Every week you study together with five others.
  needs: [procrastination, study-skills]
  elements: [peer-guidance]
  form: group
  mode: [campus]
  first_step: {nl: Kom naar de hal., en: Come to the hall.}
  access: {by: walk-in}
  source: https://example.nl/circle
"""


class AsEditor(yaml.SafeLoader):
    """Reads as an editor does, by YAML 1.2: `no` and 2026-11-02 are text, 112 is a number."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (so pyyaml has it)


for kind, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    AsEditor.add_implicit_resolver(
        f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), first
    )


# Its own reading of numbers is that of YAML 1.1, where 08 is a broken octal number.
AsEditor.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def as_editor(source: str) -> Any:
    return yaml.load(source, Loader=AsEditor)


def schema_of(file: str, made: dict[str, Schema]) -> Schema:
    folder, _, name = file.rpartition("/")
    kind = {"needs": "need", "small_talk": "small_talk"}.get(folder, Path(name).stem)
    return made[f"{kind}.schema.json"]


def complaints(schema: Schema, value: Any) -> list[str]:
    validator = Draft7Validator(schema, format_checker=FormatChecker())
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(value)]


def reader_refuses(source: str) -> bool:
    document = read_yaml(source.encode(), "offerings.yaml")
    return bool(shape(document, TypeAdapter(tuple[Offering, ...]))[1])


@pytest.fixture(scope="module")
def made(catalogue: Catalogue) -> dict[str, Schema]:
    return schemas(catalogue)


def test_the_files_are_current(
    made: dict[str, Schema], catalogue: Catalogue, tmp_path: Path
) -> None:
    write(tmp_path / "new", catalogue)
    shipped = {
        path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "schema").iterdir()
    }
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()}
    assert written == {name: as_json(schema) for name, schema in made.items()}
    assert shipped == written, STALE


def test_each_is_a_valid_schema_without_references(made: dict[str, Schema]) -> None:
    for schema in made.values():
        Draft7Validator.check_schema(schema)
        assert "$ref" not in json.dumps(schema)


@pytest.mark.parametrize("file", FILES)
def test_every_shipped_file_fits(file: str, made: dict[str, Schema]) -> None:
    source = (FOLDER / file).read_text(encoding="utf-8")
    schema = schema_of(file, made)
    assert complaints(schema, as_editor(source)) == []
    assert complaints(schema, read_yaml(source.encode(), file).value) == []  # all of it as text


def fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for name, part in schema.get("properties", {}).items():
        yield name, part
        yield from fields(part)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from fields(schema[key])


def test_every_field_is_explained_in_both_languages(made: dict[str, Schema]) -> None:
    for file, schema in made.items():
        for name, field in fields(schema):
            said = re.fullmatch(r"Nederlands: (.{6,}) / English: (.{6,})", field["description"])
            assert said, f"{file}: {name}: {field['description']}"
            assert said[1] != said[2], f"{file}: {name}"


def test_needs_and_elements_are_offered_by_name(
    made: dict[str, Schema], catalogue: Catalogue
) -> None:
    offering = made["offerings.schema.json"]["items"]["properties"]
    needs = offering["needs"]["items"]
    assert set(needs["enum"]) == set(catalogue.needs)
    assert dict(zip(needs["enum"], needs["enumDescriptions"], strict=True))["loneliness"] == (
        "Eenzaamheid / Loneliness"
    )
    assert set(offering["elements"]["items"]["enum"]) == set(catalogue.elements)
    member = made["staff.schema.json"]["items"]["properties"]
    assert member["needs"]["items"]["enum"] == needs["enum"]


@pytest.mark.parametrize(
    "more",
    [
        "  access: {by: phone, phone: [112]}",
        "  access: {by: phone, phone: ['112', 085 000 01 01, 0850000101]}",
        "  title: {nl: 2026, en: 1.5}",
        "  checked: {on: 2026-11-02, by: studentenzaken}",
        "  checked: {on: '2026-11-02', by: 24}",
        "  months: [9, '10']",
        "  audience: {international: true, years: [1], ages: {from: 16}}",
        "  audience: {international: 'false'}",
        "  source_year: 2024",
        "  summary:\n    nl: >-\n      Samen\n      lopen.\n    en: Walk",
        "  id: 112",
    ],
)
def test_what_the_reader_takes_an_editor_takes(more: str, made: dict[str, Schema]) -> None:
    source = with_field(more)
    assert not reader_refuses(source)
    assert complaints(made["offerings.schema.json"], as_editor(source)) == []


@pytest.mark.parametrize(
    "more",
    [
        "  colour: blue",
        "  needs: []",
        "  needs: meeting-people",
        "  form: walk",
        "  mode: []",
        "  mode: [campus, fax]",
        "  id: Leiden Walk",
        "  title: Wandelen",
        "  title: {nl: Wandelen}",
        "  title: {nl: '', en: Walking}",
        "  source: example.nl",
        "  access: {url: 'https://example.nl'}",
        "  access: {by: email, email: nobody}",
        "  access: {by: phone, phone: 112}",
        "  access: {by: phone, phone: [999]}",
        "  checked: {on: tomorrow, by: studentenzaken}",
        "  checked: {on: 2026-13-02, by: studentenzaken}",
        "  months: [13]",
        "  months: [nine]",
        "  audience: {international: maybe}",
        "  cost: cheap",
    ],
)
def test_what_the_reader_refuses_an_editor_marks(more: str, made: dict[str, Schema]) -> None:
    source = with_field(more)
    assert reader_refuses(source)
    found = complaints(made["offerings.schema.json"], as_editor(source))
    assert found or "999" in more  # an unquoted number is not looked into any further


@pytest.mark.parametrize("field", ["needs", "elements"])
def test_an_unknown_id_is_marked(field: str, made: dict[str, Schema]) -> None:
    source = with_field(f"  {field}: [lonelyness]")
    assert complaints(made["offerings.schema.json"], as_editor(source))


def test_an_empty_line_is_marked_also_where_the_field_may_be_absent(
    made: dict[str, Schema],
) -> None:
    assert complaints(made["offerings.schema.json"], as_editor(with_field("  cost:")))


def test_a_missing_field_is_marked(made: dict[str, Schema]) -> None:
    whole = as_editor(ENTRY)
    for field in whole[0]:
        entry = copy.deepcopy(whole)
        del entry[0][field]
        assert complaints(made["offerings.schema.json"], entry), field


def test_the_examples_for_keepers_fit(made: dict[str, Schema]) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", README, re.S)
    assert len(examples) == 8  # an offering, a person, a calendar and a tip, in either language
    of = {
        "name: Anna": "staff.schema.json",
        "kind: deadline": "calendar.schema.json",
        "theme: studying": "tips.schema.json",
    }
    for example in examples:
        file = next((file for words, file in of.items() if words in example), None)
        assert complaints(made[file or "offerings.schema.json"], as_editor(example)) == []


def test_the_readme_names_a_schema_that_is_there() -> None:
    for named in re.findall(r"schema/[\w.]+\.json", README):
        assert (FOLDER / named).is_file(), named


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("hanze-studiekring\n", "hanze-tutor\n"),
        ("nl: Met vijf", "nl: Let op: met vijf"),
        ("  form", " form"),
        ("procrastination", "procastination"),
        ("    en: Study circle\n", ""),
    ],
)
def test_the_readme_shows_what_check_says_of_common_mistakes(
    right: str, wrong: str, language: Language, app: App, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "catalogue"))
    with (folder / "hanze" / "offerings.yaml").open("a", encoding="utf-8") as file:
        file.write(CIRCLE.replace(right, wrong))
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(folder)
    (problem,) = raised.value.problems
    said = app.translators[language].say(problem.text)
    # Line numbers are those of the day on which the README was written.
    line_number = re.compile(r"(?<=yaml:)\d+(?=[:.])")
    line = line_number.sub("", f"{problem.place}: {said}")
    assert line in line_number.sub("", README)


def with_field(more: str) -> str:
    """The entry with this field, in place of the one that it has."""
    name = more.strip().partition(":")[0]
    if name == "id":
        return ENTRY.replace("id: leiden-walk", more.strip())
    kept = [line for line in ENTRY.strip().split("\n") if not line.startswith(f"  {name}:")]
    return "\n".join([*kept, more]) + "\n"
