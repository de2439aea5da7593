"""`wegwijs evaluate` and `explain`: what they count and print."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bot.staff.evaluate import Labelled, as_table, evaluate, read_labelled
from bot.understanding import Found, Meaning

_MEANINGS = {
    "sure and right": Meaning("en", "suggest", (Found("sleep", 0.9, ""),)),
    "sure and wrong": Meaning("en", "suggest", (Found("money", 0.9, ""), Found("sleep", 0.1, ""))),
    "asks": Meaning("en", "clarify", (Found("money", 0.4, ""), Found("sleep", 0.3, ""))),
    "gives up": Meaning("en", "unknown", (Found("sleep", 0.05, ""),)),
    "football": Meaning("en", "unknown"),
}


def test_what_is_counted() -> None:
    rows = [Labelled(text, "en", ("sleep", "stress")) for text in list(_MEANINGS)[:4]]
    rows.append(Labelled("football", "en", ()))
    report = evaluate(rows, lambda text: _MEANINGS[text])
    assert report.shares["all"] == {
        "messages": 4,
        "top1": 50.0,
        "top3": 100.0,
        "within_one_turn": 50.0,
        "wrong_and_sure": 25.0,
    }
    assert report.small_talk == {"messages": 1, "unknown": 100.0}
    assert report.confusions == (("sleep", "money", ("sure and wrong", "asks")),)
    assert json.loads(report.as_json())["needs"]["en"]["top1"] == 50.0
    assert "2 x sleep taken for money" in as_table(report)


def test_bad_lines_are_named() -> None:
    rows, bad = read_labelled(['{"text": "a", "needs": null}', "x", "", '{"text": "b"}'])
    assert (len(rows), bad) == (1, [2, 4])


def test_the_commands(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"text": "ik wil dood", "lang": "nl", "crisis": true, "kind": "suicidal"}\n'
        '{"text": "waar is de kantine", "lang": "nl", "needs": [], "kind": null}\nx\n'
        '{"text": "ik wil dood", "lang": "nl", "kind": "suicidal"}\n'
    )
    command = [sys.executable, "-m", "bot", "evaluate", "--lang", "en"]
    done = subprocess.run([*command, "--safety", file], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "1 of    1  100.0 %" in done.stdout
    assert "0 of    1    0.0 %" in done.stdout, "a message of a need is one without danger"
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("line 3–4:")
    assert '"crisis"' in complaint
    file.write_text("x\n" + '{"text": "ik slaap slecht", "needs": ["sleep"]}\n' + "x\n\nx\nx\n")
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert "messages" in done.stdout
    assert done.stderr.startswith("line 1, 3, 5–6:")
    file.write_text("x\n" * 400)
    for options in ((), ("--safety",)):
        done = subprocess.run([*command, *options, file], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (1, ""), "no table of nothing"
        assert done.stderr.startswith("line 1–400:")
    done = subprocess.run([*command, "nowhere"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
