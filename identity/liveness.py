"""Did the person do what was asked? Pure: measurements over time in, a decision out."""

from identity.scan_refusals import Step as Step

__all__ = ["Step"]
