"""The scan policies that an operator may choose between, by how many strangers may pass at most.

scan_policy(FalseAccepts.ONE_IN_1000)
"""

from dataclasses import replace

from identity.scans import DEFAULT_POLICY, ScanPolicy
from identity.thresholds import BOTH_STRICT, FalseAccepts


def scan_policy(bound: FalseAccepts) -> ScanPolicy:
    """Give the policy that keeps ``bound``; its name goes into every approval."""
    if bound is FalseAccepts.ONE_IN_1000:
        return DEFAULT_POLICY
    return replace(DEFAULT_POLICY, version=f"{DEFAULT_POLICY.version}+strict", threshold=BOTH_STRICT)
