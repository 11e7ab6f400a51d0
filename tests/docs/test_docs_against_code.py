"""The pages of docs/ say what the code does."""

import re
import subprocess
from pathlib import Path

import pytest

from api.language import FOLDER, sentences
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "api" / "templates").rglob("*.html"))
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    named = set(re.findall(r"^\| `(YINXIN_\w+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert named == {f"YINXIN_{name.upper()}" for name in Settings.model_fields}


def test_every_command_of_the_readme_is_a_make_target_or_a_yinxin_command() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = {path.stem for path in (ROOT / "api/commands").glob("[a-z]*.py")}
    used = re.findall(r"make ([a-z-]+)", readme)
    assert used
    assert set(used) <= targets
    assert set(re.findall(r"yinxin ([a-z]+)(?= )", readme)) <= commands


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    records = {path.name for path in (ROOT / "docs/adr").glob("0*.md")}
    assert set(re.findall(r"\((0[\w-]+\.md)\)", index)) == records


@pytest.mark.parametrize("page", [path for path in TRACKED if path.endswith(".md")])
def test_every_relative_link_leads_somewhere(page: str) -> None:
    file = ROOT / page
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []


def test_every_sentence_has_both_languages() -> None:
    assert all(both["zh"].strip() and both["en"].strip() for both in sentences().values())


def test_no_sentence_key_stands_twice() -> None:
    keys = [
        key
        for file in FOLDER.glob("*.toml")
        for key in re.findall(r"^\[(.+)\]", file.read_text(), re.MULTILINE)
    ]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_key_a_template_names_exists(template: Path) -> None:
    named = re.findall(r"""\bt\(\s*["']([\w.-]+)["'](\s*~)?""", template.read_text(encoding="utf-8"))
    begun = tuple(key for key, goes_on in named if goes_on)
    assert {key for key, goes_on in named if not goes_on} <= set(sentences())
    assert [key for key in begun if not any(each.startswith(key) for each in sentences())] == []


def test_no_committed_file_names_a_registry_host() -> None:
    hosts = (
        "registry.npm" + "js.org",
        "files.python" + "hosted.org",
        "pypi" + ".org/simple",
        "repo1.maven" + ".org",
    )
    text = [
        path for path in TRACKED if (ROOT / path).is_file() and not path.endswith((".jpg", ".png", ".pdf"))
    ]
    assert [
        path for path in text if any(host in (ROOT / path).read_text("utf-8", "ignore") for host in hosts)
    ] == []


def test_no_file_is_longer_than_a_room() -> None:
    code = [
        path for path in TRACKED if path.endswith((".py", ".sol", ".js", ".css")) and (ROOT / path).exists()
    ]
    assert [path for path in code if len((ROOT / path).read_text(encoding="utf-8").splitlines()) > 350] == []
