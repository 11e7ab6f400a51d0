"""PostgreSQL away from an open site: one sentence in the visitor's language, and afterwards all as before."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.settings import Mode, Settings
from api.site import Site, listen, open_site
from api.wiring import open_house
from ledger import postgres, roles
from ledger.database import DatabaseAway
from ledger.postgres import EmbeddedPostgres
from tests.open_site import free_port

pytestmark = pytest.mark.slow

ROUTES = ("/api/ledger", "/api/accounts")
PAGE = {"accept": "text/html"}
SENTENCES = {"zh": DatabaseAway.zh, "en": DatabaseAway.en}


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="yinxin-postgres-"))
    started = postgres.start(folder / "data")
    roles.prepare(started.url)
    yield started
    started.stop()
    shutil.rmtree(folder)


@pytest.fixture
def site(server: EmbeddedPostgres, tmp_path: Path) -> Iterator[Site]:
    """The planted city on ``server`` by its address, so that no request starts the server again."""
    listener = listen(host="127.0.0.1", port=0)
    settings = Settings(
        mode=Mode.DEMONSTRATION,
        folder=tmp_path / "city",
        public_url=f"http://localhost:{listener.getsockname()[1]}",
        database_url=roles.acting(server.url, roles.WORKING),
        database_owner_url=roles.acting(server.url, roles.OWNER),
        chain_url=f"http://127.0.0.1:{free_port()}",
    )
    with open_house(settings, OPERATOR) as house:
        plant(house)
        opened = open_site(create_app(house), listener)
        yield opened
        opened.close()


def stop(server: EmbeddedPostgres) -> None:
    pid = int((server.folder / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(pid)
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait()


def test_a_stopped_database_is_one_sentence_until_it_is_back(server: EmbeddedPostgres, site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as http:

        def page(language: str) -> httpx.Response:
            return http.get("/ledger", params={"lang": language}, headers=PAGE)

        def changed() -> httpx.Response:
            return http.post("/api/sessions", json={"account": account})

        account = http.get("/api/accounts").json()[0]["id"]
        assert page("zh").status_code == 200
        stop(server)
        for language, words in SENTENCES.items():
            answer = page(language)
            assert (answer.status_code, words in answer.text) == (503, True)
        for answer in (*map(http.get, ROUTES), changed()):
            assert answer.headers["content-type"] == "application/problem+json"
            told = answer.json()
            assert (answer.status_code, told["title"]) == (503, DatabaseAway.code)
            assert {each: told[each] for each in SENTENCES} == SENTENCES
        server.revive()
        assert page("zh").status_code == 200
        assert [http.get(each).status_code for each in ROUTES] == [200, 200]
        assert changed().status_code == 201
