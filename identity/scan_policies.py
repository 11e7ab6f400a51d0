"""The scan policies that an operator may choose between, by how many strangers may pass at most.

scan_policy(FalseAccepts.ONE_IN_1000)
"""

from dataclasses import replace

from identity.scans import DEFAULT_POLICY, ScanPolicy
from identity.thresholds import BOTH_STRICT, FalseAccepts


def scan_policy(bound: FalseAccepts, *, flash: bool = False) -> ScanPolicy:
    """Give the policy that keeps ``bound``; its name goes into every approval, ``flash`` decides nothing."""
    usual = replace(DEFAULT_POLICY, flash=flash)
    if bound is FalseAccepts.ONE_IN_1000:
        return usual
    return replace(usual, version=f"{usual.version}+strict", threshold=BOTH_STRICT)
