"""What the docs show is so: the example for keepers is valid, the commands and files are there."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import TypeAdapter

from bot.catalogue.models import Offering
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.cli import _parser

ROOT = Path(__file__).parent.parent


def test_the_example_for_keepers_is_a_valid_offering() -> None:
    readme = (ROOT / "catalogue" / "README.md").read_text()
    example = re.search(r"```yaml\n(.*?)```", readme, re.S)
    assert example
    document = read_yaml(example[1].encode(), "README.md")
    offerings, problems = shape(document, TypeAdapter(tuple[Offering, ...]))
    assert problems == ()
    assert set(Offering.model_fields) - set(offerings[0].model_fields_set) <= {
        *("cost", "replaces", "staff", "source_year", "use"),
    }


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = next(a for a in _parser()._actions if a.choices and "chat" in a.choices)
    assert commands.choices
    for command in commands.choices:
        assert f"`wegwijs {command}" in readme, command


def test_files_that_the_docs_name_exist() -> None:
    for page in (
        *("README.md", "CONTRIBUTING.md", "docs/understanding.md", "docs/safety.md"),
        *("docs/libraries.md", "docs/telegram.md", "docs/dpia.md"),
    ):
        text = (ROOT / page).read_text()
        for named in re.findall(r"`((?:bot|tests|catalogue|docs|locales|tools)/[\w./-]+)`", text):
            assert (ROOT / named).exists(), f"{page}: {named}"
