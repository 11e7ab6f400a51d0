// The device's camera: a live preview, and square JPEG frames of 480 pixels that are never mirrored.
//
// Only the preview is mirrored, by CSS: people know themselves from the mirror, but a mirrored frame would
// turn their left into their right.

const SIDE = 480;
const QUALITY = 0.8;

/** Why there is no camera: `reason` is the end of a word's key, as in scan.camera_denied. */
export class CameraRefused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  DevicesNotFoundError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Draw the middle square of `source` (width × height) and give it as JPEG. */
export const squareJpeg = (source, width, height, { canvas, quality = QUALITY } = {}) => {
  const side = Math.min(width, height);
  canvas ??= document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas
    .getContext("2d")
    .drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
};

const playing = (video) =>
  new Promise((resolve, reject) => {
    video.addEventListener("error", () => reject(new CameraRefused("busy")), { once: true });
    const seen = () => (video.videoWidth ? resolve() : requestAnimationFrame(seen));
    video.play().then(seen, () => reject(new CameraRefused("busy")));
  });

/** Open the camera into `video`. Gives {label, frame, perform, ended, close}; throws CameraRefused. */
export const openCamera = async (video) => {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraRefused("insecure");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
      audio: false,
    });
  } catch (error) {
    throw new CameraRefused(REASONS[error.name] ?? "busy");
  }
  const close = () => {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  video.hidden = false;
  try {
    await playing(video);
  } catch (error) {
    close();
    throw error;
  }
  const canvas = document.createElement("canvas");
  return {
    label: stream.getVideoTracks()[0]?.label,
    frame: ({ quality } = {}) => squareJpeg(video, video.videoWidth, video.videoHeight, { canvas, quality }),
    perform: () => {},
    ended: () => stream.getVideoTracks().some((track) => track.readyState === "ended"),
    close,
  };
};
