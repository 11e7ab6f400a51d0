"""The officer's page as the server gives it: one page, all of its files, and a worker that may keep them."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from api.pages.modules import STATIC
from api.pages.officer import READER, SCRIPT, shell
from api.site import Site

GRAPH = Path(__file__).with_name("module_graph.mjs")


def test_the_officers_address_leads_to_the_verifying_page(site: Site) -> None:
    answer = httpx.get(f"{site.url}/officer")
    assert (answer.status_code, answer.headers["location"]) == (307, "/c")


def test_the_worker_is_served_from_the_root_as_a_script(site: Site) -> None:
    answer = httpx.get(f"{site.url}/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "part", ["js/officer/page.js", "js/verifier/verify.js", "zxing_reader.wasm", "pdf.worker.min.mjs"]
)
def test_the_page_keeps_every_part_that_it_needs_without_a_network(part: str) -> None:
    assert any(file.endswith(part) for file in shell())


def test_every_file_that_the_page_keeps_is_served(site: Site) -> None:
    with httpx.Client(base_url=site.url, timeout=60) as visitor:
        assert {visitor.head(file).status_code for file in shell()} == {200}


def test_the_page_names_every_module_that_its_script_loads(site: Site) -> None:
    named = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)"', httpx.get(f"{site.url}/c").text)
    loaded = [*linked(SCRIPT), READER, *linked(READER)]
    assert sorted(named) == sorted(loaded)


def linked(script: str) -> list[str]:
    """What ``script`` imports, and that in turn, as Node.js finds it."""
    command = ["node", "--experimental-vm-modules", str(GRAPH), str(STATIC / script)]
    files = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [Path(file).relative_to(STATIC).as_posix() for file in files]


def test_the_program_of_the_reader_is_served_as_webassembly(site: Site) -> None:
    program = next(file for file in shell() if file.endswith(".wasm"))
    assert httpx.head(f"{site.url}{program}").headers["content-type"] == "application/wasm"
