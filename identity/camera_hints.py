"""Whether a camera calls itself by the name of a program. Pure.

A browser tells the page what a camera is called. Programs that play a film as if it were a camera mostly keep
their own name; whoever means harm changes it. So the answer is a hint: it is counted for the operators, and
neither refuses a scan nor is told to anybody. The name itself is not kept: people name their devices after
themselves.
"""

PROGRAMS = (
    "avatarify",
    "camtwist",
    "dummy video",
    "e2esoft",
    "fake_device",
    "manycam",
    "mmhmm",
    "obs virtual",
    "obs-camera",
    "snap camera",
    "splitcam",
    "v4l2loopback",
    "virtual",
    "vcam",
    "xsplit",
    "youcam",
    "虚拟",
)
"""Parts of the names of programs, in lower case; phones lent to a computer are not among them."""


def names_program(label: str) -> bool:
    """Whether ``label`` is what a program calls its camera."""
    return any(part in label.lower() for part in PROGRAMS)
