"""The image, as far as it can be looked at without an engine.

`python -m tests.test_docker FOLDER` does more: below an empty folder it runs the Dockerfile's own
RUN and COPY lines, with pip and the network, and then asks the installed program something.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import _parser
from bot.settings import read_settings

ROOT = Path(__file__).parent.parent
# What only root can do, or what needs an engine: left out below a folder.
_NEEDS_ROOT = ("groupadd", "useradd")


@dataclass(frozen=True)
class Line:
    """One instruction: `COPY`, and what stands behind it."""

    name: str
    rest: str

    def words(self) -> list[str]:
        return shlex.split(self.rest)

    def exec_form(self) -> list[str]:
        """The words of `["a", "b"]`; fails for the form that starts a shell."""
        found: list[str] = yaml.safe_load(self.rest)
        assert isinstance(found, list), f"{self.name} {self.rest} starts a shell"
        return found


def _stages(dockerfile: str) -> list[list[Line]]:
    """The instructions of each stage, which begins with FROM."""
    bare = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    stages: list[list[Line]] = []
    for line in bare.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            stages.append([])
        if name:
            stages[-1].append(Line(name, " ".join(rest.split())))
    return stages


def _sent(ignore: str, path: str) -> bool:
    """Whether the engine gets to see a file: the last line of .dockerignore that fits decides."""
    sent = True
    for line in ignore.splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        whole = [path, *map(str, Path(path).parents)]
        names = Path(path).parts if "**/" in line else whole
        if any(fnmatch.fnmatch(name, pattern) for name in names):
            sent = line.startswith("!")
    return sent


STAGES = _stages((ROOT / "Dockerfile").read_text())
BUILD, FINAL = STAGES
IGNORE = (ROOT / ".dockerignore").read_text()


def _only(stage: list[Line], name: str) -> Line:
    (line,) = [line for line in stage if line.name == name]
    return line


def _sources(stage: list[Line]) -> list[str]:
    """What is copied from the checkout."""
    copies = [line.words() for line in stage if line.name == "COPY" and "--from" not in line.rest]
    return [source for *sources, _ in copies for source in sources]


def test_what_is_copied_is_there_and_sent() -> None:
    assert not _sources(FINAL)
    for source in _sources(BUILD):
        path = ROOT / source
        assert path.exists(), source
        within = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        told = {str(p.relative_to(ROOT)) for p in within if "__pycache__" not in p.parts}
        assert all(_sent(IGNORE, name) for name in told), source


@pytest.mark.parametrize(
    "name",
    [
        *(".git/config", ".venv/bin/python", ".env", "tests/a.py", "docs/dpia.md"),
        *("secrets/telegram-token", "key", "wegwijs.db"),
        *("bot/__pycache__/app.pyc", "bot/safety/__pycache__/rules.pyc"),
    ],
)
def test_nothing_else_is_sent(name: str) -> None:
    assert not _sent(IGNORE, name)


def test_the_package_can_be_built_from_what_is_copied(tmp_path: Path) -> None:
    _copy(BUILD, ROOT, tmp_path)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [
        *wheel["packages"],
        *wheel["force-include"],
        project["tool"]["hatch"]["version"]["path"],
    ]
    needed += [project["project"]["readme"], *project["project"]["license-files"]]
    for name in needed:
        assert (tmp_path / name).exists(), name
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_lock_has_every_library_of_the_image() -> None:
    """If not: renew requirements.lock as CONTRIBUTING.md says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["webhook"]]
    locked = re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.M)
    plain = (re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in wanted)
    names = {re.sub(r"[._-]+", "-", name) for name in plain}
    assert names <= {*locked, "tzdata"}


def test_both_stages_are_the_same_python_by_tag() -> None:
    images = {_only(stage, "FROM").words()[0] for stage in STAGES}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", images.pop())


def test_it_does_not_run_as_root() -> None:
    assert _only(FINAL, "USER").rest == "10001:10001"
    after = FINAL[FINAL.index(_only(FINAL, "USER")) :]
    assert not [line for line in after if line.name in ("RUN", "COPY", "ADD", "USER")][1:]


def test_no_shell_stands_between_the_engine_and_the_program() -> None:
    assert _only(FINAL, "ENTRYPOINT").exec_form() == ["wegwijs"]
    assert _only(FINAL, "CMD").exec_form() == ["run"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"wegwijs": "bot.cli:main"}


def test_the_commands_of_the_image_exist() -> None:
    options, _, command = _only(FINAL, "HEALTHCHECK").rest.partition("CMD ")
    assert "--interval" in options
    program, *arguments = Line("CMD", command).exec_form()
    assert program == "wegwijs"
    assert _parser().parse_args(arguments).command.__name__ == "_health"
    assert _parser().parse_args(_only(FINAL, "CMD").exec_form()).command.__name__ == "_run"


def test_everything_that_is_kept_is_in_the_volume() -> None:
    told = dict(word.split("=", 1) for word in _only(FINAL, "ENV").words())
    assert told["PYTHONUNBUFFERED"] == "1"
    volume = Path(_only(FINAL, "VOLUME").rest)
    assert read_settings(told).data == volume
    assert Path(told["XDG_CACHE_HOME"]).is_relative_to(volume)


def test_nothing_that_builds_comes_along() -> None:
    assert not re.search(r"\bpip\b|apt|gcc|curl", " ".join(line.rest for line in FINAL))
    (made,) = [line.rest for line in BUILD if "venv" in line.rest]
    assert "--without-pip" in made
    assert _only(FINAL, "COPY").words() == ["--from=build", "/opt/wegwijs", "/opt/wegwijs"]


def test_compose_gives_it_no_more_than_it_needs() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    service = compose["services"]["wegwijs"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["stop_grace_period"] == "30s"
    assert service["restart"] == "unless-stopped"
    assert service["volumes"] == [f"data:{_only(FINAL, 'VOLUME').rest}"]
    assert "ports" not in service
    (secret,) = service["secrets"]
    named = service["environment"]["WEGWIJS_TELEGRAM_TOKEN_FILE"]
    assert named == f"/run/secrets/{secret}"
    assert not _sent(IGNORE, str(Path(compose["secrets"][secret]["file"])))
    assert "WEGWIJS_TELEGRAM_TOKEN" not in service["environment"]


# ---- the same steps below a folder


def _copy(stage: list[Line], context: Path, target: Path) -> None:
    """Its COPY lines from the checkout, with what .dockerignore leaves out."""
    for line in stage:
        if line.name == "COPY" and "--from" not in line.rest:
            _copy_line(line, context, target)


def _copy_line(line: Line, context: Path, target: Path) -> None:
    *sources, to = line.words()
    for source in sources:
        files = [context / source]
        if files[0].is_dir():
            files = [path for path in files[0].rglob("*") if path.is_file()]
        for path in files:
            name = path.relative_to(context)
            if not _sent(IGNORE, str(name)):
                continue
            place = target / to / name if to.endswith("/") else target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _build(root: Path) -> None:
    """Every step below `root`, which must be empty; paths from / are below it too."""
    below = re.compile(r"(?<![\w./-])/(?=(?:opt|src|wheels|data)\b)")
    environment = dict(os.environ)
    for stage in STAGES:
        place = root
        for line in stage:
            rest = below.sub(f"{root}/", line.rest)
            print(f"+ {line.name} {rest}", flush=True)  # noqa: T201 - its output
            if line.name == "WORKDIR":
                place = Path(rest)
                place.mkdir(parents=True)
            elif line.name == "ENV":
                told = dict(word.split("=", 1) for word in shlex.split(rest))
                if "PATH" in told:
                    told["PATH"] = told["PATH"].replace("$PATH", environment["PATH"])
                environment |= told
            elif line.name == "COPY" and "--from" not in rest:
                _copy_line(line, ROOT, place)
            elif line.name == "RUN":
                steps = [one for one in rest.split(" && ") if not one.startswith(_NEEDS_ROOT)]
                subprocess.run(
                    ["sh", "-ec", " && ".join(steps)], cwd=place, env=environment, check=True
                )
    for command in (["wegwijs", "check"], ["wegwijs", "ask", "--json", "ik voel me eenzaam"]):
        subprocess.run(command, cwd=root / "data", env=environment, check=True)


if __name__ == "__main__":
    _build(Path(sys.argv[1]).resolve())
