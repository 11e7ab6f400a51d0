"""Why a picture or a clip of a face is refused: what is wrong, which part of it, what to do now.

No sentence carries a score or a threshold: whoever attacks would climb it like a stair.
"""

from evidence.errors import Refused, Unavailable
from identity.steps import Step


class NoFace(Refused):
    """No face was found where one is needed."""

    code = "no-face"
    zh = "画面中没有找到人脸。请让整张脸正对镜头、光线均匀，然后重新开始。"
    en = "No face was found in the picture; face the camera in even light and start again."


class FaceLost(Refused):
    """The face left the picture, or jumped as in a cut, in the middle of the clip."""

    code = "face-lost"
    zh = "刷脸中途人脸离开了画面或突然跳动。请让脸一直留在画面内、动作放慢一些，然后重新开始。"
    en = "The face left the picture or jumped during the scan; keep it in view, move gently and start again."


class TwoFaces(Refused):
    """More than one face is in the picture."""

    code = "two-faces"
    zh = "画面中有不止一张人脸。请只留您本人在镜头前，然后重新开始。"
    en = "There is more than one face in the picture; be alone before the camera and start again."


class FaceTooSmall(Refused):
    """The face has too few pixels to be compared."""

    code = "face-too-small"
    zh = "人脸在画面中太小。请靠近镜头，让脸占画面宽度的三分之一以上，然后重新开始。"
    en = "The face is too small in the picture; come closer until it fills a third of the width."


class ImageBlurred(Refused):
    """The face is out of focus or smeared."""

    code = "image-blurred"
    zh = "画面中的人脸模糊。请擦净镜头、拿稳手机并补足光线，然后重新开始。"
    en = "The face is blurred; clean the lens, hold still in good light and start again."


class FaceTurnedAway(Refused):
    """A portrait, or a whole clip, shows no face that looks straight ahead."""

    code = "face-turned-away"
    zh = "没有看到正面的人脸。请正视镜头，然后重新开始。"
    en = "The face does not look straight at the camera; look straight ahead and start again."


class EyesShut(Refused):
    """The eyes of a portrait are shut."""

    code = "eyes-shut"
    zh = "照片中的眼睛是闭着的。请换一张睁眼正视镜头的照片。"
    en = "The eyes in the portrait are shut; use a portrait with open eyes."


class AnotherFace(Refused):
    """The face in the clip is not the enrolled person's."""

    code = "another-face"
    zh = "画面中的人脸与所登记的人不一致。请由本人重新刷脸；若您就是本人，可改用不刷脸的办理方式。"
    en = (
        "The face is not the enrolled person's; let that person start again, "
        "or use the way without a face scan if you are that person."
    )


class StillImage(Refused):
    """Nothing of the face moves: a photograph, printed or on a display."""

    code = "still-image"
    zh = "画面中的人脸没有任何动作，像是一张照片。请由本人在镜头前重新刷脸，并按提示做动作。"
    en = "Nothing in the face moves, as in a photograph; start again in person and follow the prompts."


class MotionMissing(Refused):
    """A step the server asked for was not seen, or not in time."""

    code = "motion-missing"
    zh = "在时限内没有看到所要求的动作：{step.zh}。请看到提示后就做，做完回正，然后重新开始。"
    en = "The step “{step.en}” was not seen in time; do each one when it is asked, and start again."

    def __init__(self, *, step: Step) -> None:
        super().__init__(step=step)


class MotionTooEarly(Refused):
    """A step was done before it was asked: by chance, or by a recording of another scan."""

    code = "motion-too-early"
    zh = "动作做在了提示之前：{step.zh}。请正对镜头，等提示出现后再做，然后重新开始。"
    en = "The step “{step.en}” was done before it was asked; wait for each prompt and start again."

    def __init__(self, *, step: Step) -> None:
        super().__init__(step=step)


class MotionNotAsked(Refused):
    """A deliberate movement the server did not ask for."""

    code = "motion-not-asked"
    zh = "看到了没有要求的动作：{step.zh}。请只按屏幕提示的动作和顺序做，然后重新开始。"
    en = "An unasked step was seen: {step.en}; do only what the prompts ask and start again."

    def __init__(self, *, step: Step) -> None:
        super().__init__(step=step)


class ClipTooLong(Refused):
    """More frames or more time than a scan takes. Facts ``frames`` and ``milliseconds``."""

    code = "clip-too-long"
    zh = "刷脸录像太长（{frames} 帧，{milliseconds} 毫秒）。请重新开始，并按提示连续完成动作。"
    en = "The clip is too long ({frames} frames, {milliseconds} ms); do the steps without a pause."


class ScanNotOpen(Refused):
    """The frames belong to a scan that this server does not hold, or are not the next ones."""

    code = "scan-not-open"
    zh = "这次刷脸已中断（页面重新打开过，或服务器重新启动过）。请重新开始刷脸。"
    en = "This scan was interrupted: the page was opened again, or the server was restarted; start again."


class FramesOutOfTime(Refused):
    """The frames came sooner than they can have been taken: they were recorded before."""

    code = "frames-out-of-time"
    zh = (
        "画面到达的时间早于能够拍摄的时间：可能是事先录好的，也可能是网络时快时慢。请由本人在镜头前重新刷脸。"
    )
    en = "Frames came too early: a recording, or a network now slow, now quick. Scan again before the camera."


class FramesTooLate(Refused):
    """The frames came long after they were taken: a slow network, or time to make them."""

    code = "frames-too-late"
    zh = "网络太慢，画面到得太晚，这次刷脸已中断（不计入未通过次数）。请在网络较好处重新刷脸。"
    en = "The network was too slow, which counts as no failure; start again where it is better."


class ClipBroken(Refused):
    """Frames and times do not belong together, or time does not run forward evenly."""

    code = "clip-broken"
    zh = "刷脸录像的画面与时间不相符或有中断。请重新开始。"
    en = "The clip's frames and times do not fit together, or it has a gap; start again."


class NotBeforeTheCamera(Refused):
    """The frames look like a face that is shown to the camera by a display, and not like one before it."""

    code = "not-before-the-camera"
    zh = (
        "画面不像是镜头直接拍到的人脸。请由本人擦净镜头、在光线均匀处重新刷脸；"
        "若就是您本人而仍不成功，可改用不刷脸的办理方式。"
    )
    en = (
        "The picture does not look like a face taken by the camera itself; start again in person with a "
        "clean lens and in even light, or use the way without a face scan."
    )


class TemplateOfAnotherModel(Refused):
    """The stored template was made by another model than the one in use."""

    code = "template-of-another-model"
    zh = (
        "您登记人脸之后，比对模型已经更换，原登记不能再用。请在“人脸登记”页撤回同意（原登记随之删除），"
        "再重新同意并登记；或改用不刷脸的办理方式。"
    )
    en = (
        "The comparison model was replaced after your face was enrolled; on the enrolment page withdraw "
        "your consent, which erases the old template, then consent and enroll again, or use another way."
    )


class PolicyOfAnotherModel(Unavailable):
    """The thresholds of the scan policy are those of another model than the one in use. Fact ``policy``."""

    code = "policy-of-another-model"
    zh = "刷脸规则 {policy} 与现用的比对模型不符，暂不能刷脸。请通知系统管理员，或改用不刷脸的办理方式。"
    en = "Scan policy {policy} does not fit the models in use; tell the operator, or use another way."


class FaceModelsMissing(Unavailable):
    """The weights of a face model were not brought in. Fact ``name``."""

    code = "face-models-missing"
    zh = "本机缺少人脸模型 {name}。请运行 make assets，然后重新启动。"
    en = "The face model {name} is missing here; run make assets and start again."


class FacePackagesMissing(Unavailable):
    """The packages that compare faces are not installed."""

    code = "face-packages-missing"
    zh = "本机没有安装人脸比对软件包。请运行 pip install --no-deps face-recognition-ng==1.4.2 后重新启动。"
    en = (
        "The packages that compare faces are not installed here; "
        "run pip install --no-deps face-recognition-ng==1.4.2 and start again."
    )
