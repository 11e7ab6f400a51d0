"""What is said of copies made for a purpose, and of who presents a certificate, in both languages."""

from collections.abc import Mapping
from typing import Final

from verify.words import Words

SHOWN_CODES: Final[Mapping[str, Words]] = {
    # a copy
    "copy-bound": Words(
        "这是加注件，仅供{recipient}用于{purpose}，有效期至{until}。",
        "This is a copy for {recipient} alone, for this purpose: {purpose}; good until {until}.",
    ),
    "copy-over": Words(
        "这份加注件仅供{recipient}用于{purpose}，有效期至{until}，现已失效。证照本身另行核验：请持证人出示原件，或另"
        "制加注件。",
        "This copy for {recipient}, for this purpose: {purpose}, was good until {until} and is no longer "
        "valid. The certificate itself is another matter: ask its holder for it or for another copy.",
    ),
    "copy-early": Words(
        "这份加注件仅供{recipient}用于{purpose}，{at}才制作，晚于所问的时刻。若问的是现在，请校准本机时钟后再核验。",
        "This copy for {recipient}, for this purpose: {purpose}, was made at {at}, after the moment asked "
        "about. If you ask about now, set the clock of this device and verify again.",
    ),
    "copy-unasked": Words(
        "持证人是否已收回它，只有联网才能查到。", "Whether its holder withdrew it is known online only."
    ),
    "copy-stands": Words(
        "{at}联网查询：持证人没有收回它。", "Looked up online at {at}: its holder lets it stand."
    ),
    "copy-withdrawn-later": Words(
        "持证人后来于{at}收回了它；在所问的时刻它还有效。",
        "Its holder withdrew it later, at {at}; at the moment asked about it stood.",
    ),
    "copy-withdrawn": Words(
        "持证人已于{at}收回这份加注件，它不再有效。证照本身另行核验：请持证人出示原件，或另制加注件。",
        "The holder withdrew this copy at {at}, so it is no longer valid. The certificate itself is another "
        "matter: ask its holder for it or for another copy.",
    ),
    "state-copy-early": Words("当时还没有本加注件", "this copy was not made yet"),
    "state-copy-over": Words("本加注件已过期限", "this copy is no longer valid"),
    "state-copy-withdrawn": Words("本加注件已被收回", "this copy was withdrawn"),
    "headline-copy": Words(
        "真实的加注件，证照截至{at}有效。", "A genuine copy; the certificate is in force as of {at}."
    ),
    # a presentation
    "presentation-holds": Words(
        "出示人是{bearer}，{at}已用设备密钥证明。", "The bearer is {bearer}, proved by device key at {at}."
    ),
    "presentation-over": Words(
        "出示码是{at}生成的，已超过60秒，可能是照片或截图，不能证明出示人的身份；请出示人当面重新生成。",
        "The code was made at {at}, more than 60 seconds ago, and may be a photograph: it proves nothing of "
        "who shows it. Let them make a new one in front of you.",
    ),
    "presentation-early": Words(
        "出示码的时间{at}晚于本机时钟，不能据以判断；请校准本机时钟后，请出示人重新生成。",
        "The code is dated {at}, ahead of the clock of this device, and cannot be judged; set the clock, "
        "then let a new one be made.",
    ),
    "bearer-holder": Words("持证人本人", "the holder in person"),
    "bearer-legal-representative": Words("持证单位的法定代表人", "the legal representative of the holder"),
    "bearer-member": Words("持证单位的在职人员", "a person in office at the holder"),
    "bearer-proved": Words("{bearer}，{at}证明", "{bearer}, proved at {at}"),
    "headline-presentation": Words(
        "真实，截至{at}有效；出示人已于{presented}证明身份。",
        "Genuine, in force as of {at}; the bearer proved to be its holder at {presented}.",
    ),
    "headline-presentation-refused": Words("不能证明出示人的身份。", "Proves nothing of who shows it."),
}
