"""What a monitor saw, as Prometheus reads it: the text exposition format, version 0.0.4.

The file is written whole or not at all, for the textfile collector of node_exporter or any web server.
"""

from ledger.monitoring import Kind, Report

PREFIX = "yinxin_monitor"


def kind_name(kind: Kind) -> str:
    """Name a kind as labels and documents do: ``split-view``."""
    return kind.name.lower().replace("_", "-")


def metrics(report: Report) -> str:
    """Write the metrics of one round."""
    waiting = 0.0 if report.waiting_since is None else (report.at - report.waiting_since).total_seconds()
    found = {each.kind for each in report.findings}
    gauges = [
        ("log_entries", "entries that the log's checkpoint covers", report.log_size),
        ("anchored_entries", "entries that the chain holds for good", report.anchored_size),
        ("growths", "growths of the log on the chain", report.growths),
        ("block_number", "newest block seen", report.block_number or 0),
        ("backlog_seconds", "how long the oldest entry has waited for the chain", waiting),
        ("round_timestamp_seconds", "when this round ended", report.at.timestamp()),
    ]
    lines: list[str] = []
    for name, meaning, value in gauges:
        lines += [*_head(name, meaning), f"{PREFIX}_{name} {value}"]
    lines += _head("problem", "whether this is wrong, 1 or 0")
    lines += [f'{PREFIX}_problem{{kind="{kind_name(kind)}"}} {int(kind in found)}' for kind in Kind]
    return "\n".join(lines) + "\n"


def _head(name: str, meaning: str) -> list[str]:
    return [f"# HELP {PREFIX}_{name} {meaning}", f"# TYPE {PREFIX}_{name} gauge"]
