"""The main job, on real input through the site's own doors, one line a step.

Enrolment, a face-verified authorization with its refusals, one PDF signed by three parties at once, a
construction permit, its anchor on the chain, three verifications, and a suspension.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.demonstration import camera
from api.demonstration.client import StepFailed, Visitor, captures_of, frames_of
from api.demonstration.narrator import Narrator
from api.demonstration.paper import application, printed_code
from api.demonstration.people import (
    CONTRACTOR,
    DESIGNER,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
    PEOPLE,
    REGISTRATION_NUMBER,
    DemonstrationPerson,
)
from api.demonstration.ready_application import FACTS, PROJECT, TITLE
from api.pages import CITY_TIME
from api.settings import ROOT
from ledger.durable import write_over

WAIT_SECONDS = 180.0  # for what takes one or two on an idle machine
USED_AGAIN = 99  # any number of a request
POLL_SECONDS = 0.2
STEPS_FILE = "steps.txt"
CLERK, AGENCY_DESK, OFFICER = "设计院经办人", "发证机关 · 示范市行政审批服务局", "执法人员"


def done_before(outputs: Path) -> bool:
    """Say whether the job was done to its end with these outputs."""
    return (outputs / STEPS_FILE).is_file()


@dataclass
class Journey:
    """One run of the main job against the site at ``url``."""

    url: str
    outputs: Path
    tell: Narrator
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def run(self) -> None:
        """Do the whole job.

        Raises:
            StepFailed: naming the first step that did not succeed.
        """
        self.outputs.mkdir(parents=True, exist_ok=True)
        with self.tell.doing("办理主流程", "doing the main job"):
            for person in PEOPLE:
                self.enrol(person)
            authorization = self.authorize()
            agreement = self.sign_together()
            certificate = self.issue(agreement, authorization)
            self.wait_for_the_chain()
            self.keep_the_evidence(certificate)
            self.verify_three_ways()
            self.suspend(certificate)
        write_over(self.outputs / STEPS_FILE, "\n".join([*self.tell.steps, ""]).encode())

    def visitor(self, title: str) -> Visitor:
        """Give the session of an account, entering it the first time."""
        if title not in self._visitors:
            self._visitors[title] = Visitor(self.url, title)
        return self._visitors[title]

    def enrol(self, person: DemonstrationPerson) -> None:
        """Step 1: consent, then enrolment: the population register's portrait against captures."""
        visitor = self.visitor(person.title_zh)
        mine = visitor.call("GET", "/api/people/me")
        if mine["enrolled"]:
            self.tell.done(f"{person.name} 此前已登记人脸", f"{person.name_en} was enrolled before")
            return
        if mine["outdated"]:
            visitor.call("DELETE", "/api/people/me/consents/face")
        if mine["outdated"] or not mine["consented"]:
            visitor.call("POST", "/api/people/me/consents", json={"purpose": "face"})
        with self.tell.doing("登记人脸", "enrolling"):
            enrolled = visitor.call("POST", "/api/people/me/enrollment", files=captures_of(person))
        self.tell.done(
            f"{person.name} 同意后与人口登记照片比对一致，已登记（第 {enrolled['version']} 版），不留照片",
            f"{person.name_en} consented, is the one on the register's portrait, and was enrolled "
            f"(version {enrolled['version']}); no picture kept",
        )

    def authorize(self) -> str:
        """Step 2: the firm asks, three wrong answers are refused, the right one authorizes."""
        now = datetime.now(UTC)
        asked = self.visitor(CLERK).call(
            "POST",
            "/api/authorizations",
            json={
                "registration_number": REGISTRATION_NUMBER,
                "name": ENGINEER.name,
                "citizen_number": ENGINEER.citizen_number.text,
                "purpose": "作为结构专业负责人申请建筑工程施工许可",
                "project": PROJECT,
                "position": "结构专业负责人",
                "scope": "施工许可申请、施工图设计、图纸会审和结构验收",
                "valid_from": now.isoformat(),
                "valid_until": (now + timedelta(days=90)).isoformat(),
            },
        )["id"]
        path = f"/api/authorizations/{asked}"
        text = self.visitor(ENGINEER.title_zh).call("GET", path)
        self.tell.done(
            f"设计院请 {ENGINEER.name} 授权使用资格，全文摘要 …{text['digest'][-16:]}",
            f"the design institute asks {ENGINEER.name_en} to authorize a text, …{text['digest'][-16:]}",
        )
        self._refuse_impostors(path)
        with self.tell.doing("比对", "comparing"):
            granted = self._scan(ENGINEER, path)
        self.tell.done(
            f"{ENGINEER.name} 按口令完成动作，已授权",
            f"{ENGINEER.name_en} did the movements asked for; the authorization is granted",
        )
        again = self.visitor(ENGINEER.title_zh).refused(
            "POST",
            f"/api/challenges/{granted['challenge']}/frames",
            **frames_of(camera.Performer(ENGINEER), USED_AGAIN, [0]),
        )
        self.tell.done(
            f"同一口令再用一次，被拒：{again['zh']}", f"the same challenge again is refused: {again['en']}"
        )
        return str(asked)

    def _refuse_impostors(self, path: str) -> None:
        engineer = self.visitor(ENGINEER.title_zh)
        for zh, en, before in (
            ("另一人的脸", "another face", camera.Performer(LEGAL_REPRESENTATIVE)),
            ("一张静止照片", "a still photograph", camera.Photograph(ENGINEER)),
        ):
            asked = engineer.call("POST", f"{path}/challenges")
            with self.tell.doing("逐帧比对", "comparing frame by frame"):
                problem = engineer.refused_scan(asked, before)
            self.tell.done(f"{zh}，被拒：{problem['zh']}", f"{en} is refused: {problem['en']}")

    def _scan(self, person: DemonstrationPerson, path: str) -> dict[str, Any]:
        """Ask for a challenge at ``path`` and answer it by the person's clips."""
        asked, passed = self.visitor(person.title_zh).scan(f"{path}/challenges", person)
        return {**passed, "challenge": asked["challenge"]}

    def sign_together(self) -> str:
        """Step 3: three parties sign one PDF at the same time; the PDF is assembled."""
        paper = application()
        original = paper.content
        (self.outputs / "application.pdf").write_bytes(original)
        owner = self.visitor(OWNERS_REPRESENTATIVE.title_zh)
        agreement = owner.call(
            "POST",
            "/api/agreements",
            files={"document": ("application.pdf", original, "application/pdf")},
            data={"title": TITLE, "slots": json.dumps(paper.slots, ensure_ascii=False)},
        )["id"]
        path = f"/api/agreements/{agreement}"
        opened = owner.call("GET", path)
        signers = (OWNERS_REPRESENTATIVE, LEGAL_REPRESENTATIVE, ENGINEER)
        with self.tell.doing("三方同时刷脸签署", "signing"), ThreadPoolExecutor(len(signers)) as together:
            begun = [
                together.submit(self._scan, signer, f"{path}/slots/{slot['id']}")
                for signer, slot in zip(signers, opened["slots"], strict=True)
            ]
            for each in begun:
                each.result()
        self.tell.done(
            f"三方同时签署一份 PDF（两人签名、一枚公章），清单摘要 …{opened['manifest_digest'][-16:]}",
            f"three parties signed one PDF at once, manifest …{opened['manifest_digest'][-16:]}",
        )
        self._wait(
            "合成签署文件", "assembling", lambda: owner.call("GET", path)["assembly"]["state"] == "done"
        )
        signed = owner.download(f"/agreements/{agreement}/signed.pdf")
        if not signed.startswith(original):
            raise StepFailed(request="signed.pdf", status=200, detail="the original is no prefix of it")
        file, sizes = self.outputs / "signed.pdf", f"{len(original)} → {len(signed)}"
        file.write_bytes(signed)
        self.tell.done(
            f"签署文件已合成，原文逐字节保留（{sizes} 字节）→ {file}",
            f"assembled; the original is kept byte for byte ({sizes} bytes) → {file}",
        )
        return str(agreement)

    def issue(self, agreement: str, authorization: str) -> str:
        """Step 4: the agency issues a construction permit for it."""
        today = datetime.now(CITY_TIME).date()
        with self.tell.doing("制证", "issuing"):
            issued = self.visitor(AGENCY_DESK).call(
                "POST",
                "/api/certificates",
                json={
                    "type": "construction-permit",
                    "holder": OWNER.uscc.text,
                    "agreement": agreement,
                    "authorizations": [authorization],
                    "fields": {
                        **FACTS,
                        "owner": OWNER.name,
                        "contractor": CONTRACTOR.name,
                        "design_institute": DESIGNER.name,
                        "design_leader": ENGINEER.name,
                    },
                    "valid_from": today.isoformat(),
                    "valid_until": (today + timedelta(days=730)).isoformat(),
                },
            )["id"]
        certificate = self.visitor(AGENCY_DESK).call("GET", f"/api/certificates/{issued}")
        self.tell.done(
            f"发证机关签发施工许可证 {certificate['number']}，标识 {certificate['licence_id']}",
            f"the agency issued construction permit {certificate['number']}",
        )
        return str(issued)

    def wait_for_the_chain(self) -> None:
        """Step 5: every fact so far is anchored by EvidenceLog."""
        agency = self.visitor(AGENCY_DESK)
        size = agency.call("GET", "/api/ledger")["size"]
        self._wait("上链", "anchoring", lambda: agency.call("GET", "/api/ledger")["anchored_size"] >= size)
        ledger = agency.call("GET", "/api/ledger")
        anchored, contract, block = (
            ledger[name] for name in ("anchored_size", "log_contract", "block_number")
        )
        self.tell.done(
            f"账本 {anchored} 条事实已由合约 {contract} 锚定，区块 {block}",
            f"{anchored} entries are anchored by EvidenceLog {contract}, block {block}",
        )

    def keep_the_evidence(self, certificate: str) -> None:
        """Save the certificate, its bundle and the trust file."""
        agency = self.visitor(AGENCY_DESK)
        for path, name in (
            (f"/certificates/{certificate}/certificate.pdf", "certificate.pdf"),
            (f"/certificates/{certificate}/evidence.bundle", "certificate.bundle"),
            ("/trust.json", "trust.json"),
        ):
            (self.outputs / name).write_bytes(agency.download(path))
        status_list = agency.download(f"/api/issuers/{self._issuer()}/status-list")
        (self.outputs / "status-list.cose").write_bytes(status_list)

    def _issuer(self) -> str:
        issuer: str = json.loads((self.outputs / "trust.json").read_text())["issuers"][0]["issuer"]
        return issuer

    def verify_three_ways(self) -> None:
        """Step 6: online as the page asks, by the code alone, by the bundle without a socket."""
        code = printed_code((self.outputs / "certificate.pdf").read_bytes())
        (self.outputs / "certificate-qr.txt").write_text(code + "\n")
        online = self.visitor(OFFICER).call("POST", "/api/verifications", json={"qr": code})
        self._expect(online["answer"] == "IN_FORCE", "POST /api/verifications", online["answer"])
        self.tell.done(
            f"扫码在线核验：{online['headline']['zh']}", f"scanned, online: {online['headline']['en']}"
        )
        kept = self.outputs.resolve()
        trust, listed = str(kept / "trust.json"), str(kept / "status-list.cose")
        by_code = self._offline(code, "--trust", trust, "--status-list", listed)
        self.tell.done(f"断网只凭二维码核验：{by_code['zh']}", f"the code alone, no network: {by_code['en']}")
        bundle = self.outputs / "certificate.bundle"
        by_bundle = self._offline(str(kept / bundle.name), "--trust", trust)
        self.tell.done(
            f"另一进程断网核验证据包：{by_bundle['zh']} → {bundle}",
            f"the bundle, in a process without sockets: {by_bundle['en']} → {bundle}",
        )

    def _offline(self, *arguments: str) -> dict[str, str]:
        """Run the verifier in a process that may not open a socket; it must find the subject genuine."""
        command = [sys.executable, "-m", "api.demonstration.offline", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own
        self._expect(done.returncode == 0, "yinxin verify", done.stderr or done.stdout)
        report = json.loads(done.stdout)
        headline: dict[str, str] = report["headline"]
        return headline

    def suspend(self, certificate: str) -> None:
        """The agency suspends; the online answer changes within one checkpoint."""
        code = (self.outputs / "certificate-qr.txt").read_text().strip()
        agency, officer = self.visitor(AGENCY_DESK), self.visitor(OFFICER)
        before = agency.call("GET", "/api/ledger")["checkpoints"]
        agency.call(
            "POST", f"/api/certificates/{certificate}/changes", json={"action": "suspend", "reason": 1}
        )

        def answer() -> dict[str, Any]:
            found: dict[str, Any] = officer.call("POST", "/api/verifications", json={"qr": code})
            return found

        self._wait("暂扣", "suspending", lambda: answer()["answer"] == "NOT_IN_FORCE")
        taken = agency.call("GET", "/api/ledger")["checkpoints"] - before
        self._expect(taken <= 1, "suspension", f"{taken} checkpoints")
        headline = answer()["headline"]
        zh, en = ("不必等下一个检查点", "before the next checkpoint")
        if taken:
            zh, en = ("一个检查点之内", "within one checkpoint")
        self.tell.done(
            f"发证机关暂扣后，{zh}，在线核验已变为：{headline['zh']}",
            f"suspended by the agency, the online answer {en} is: {headline['en']}",
        )

    def _expect(self, holds: bool, request: str, detail: str) -> None:  # noqa: FBT001  one private condition
        if not holds:
            raise StepFailed(request=request, status=200, detail=detail)

    def _wait(self, zh: str, en: str, condition: Any) -> None:
        with self.tell.doing(zh, en):
            deadline = time.monotonic() + WAIT_SECONDS
            while not condition():
                self._expect(time.monotonic() < deadline, en, f"not within {WAIT_SECONDS:.0f} s")
                time.sleep(POLL_SECONDS)
