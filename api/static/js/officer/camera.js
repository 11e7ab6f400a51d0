// The camera of the officer's phone: opened towards what lies in front, with its lamp and its zoom where it has them.
//
//   const camera = await open(video);     // throws ReadingProblem
//   camera.lamp                            // null, or whether it is on
//   camera.zoom                            // null, or {min, max, step, value}
//   await camera.light(true); await camera.enlarge(2); camera.close();

/** Something that the officer can mend; `key` names its sentence. */
export class ReadingProblem extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

class Camera {
  constructor(video, stream) {
    this.video = video;
    this.stream = stream;
    [this.track] = stream.getVideoTracks();
    const can = this.track.getCapabilities?.() ?? {};
    this.lamp = can.torch ? false : null;
    this.zoom = zoomOf(can.zoom, this.track.getSettings?.().zoom);
  }

  /** Turn the lamp on or off. */
  async light(on) {
    await this.track.applyConstraints({ advanced: [{ torch: on }] });
    this.lamp = on;
  }

  /** Set the zoom. */
  async enlarge(value) {
    await this.track.applyConstraints({ advanced: [{ zoom: value }] });
    this.zoom.value = value;
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
    this.video.srcObject = null;
  }
}

function zoomOf(range, value) {
  if (!range || !(range.max > range.min)) return null;
  return { min: range.min, max: range.max, step: range.step || 0.1, value: value ?? range.min };
}

/** Open the camera in `video`. Throws ReadingProblem. */
export async function open(video) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch (error) {
    const refused = error.name === "NotAllowedError";
    throw new ReadingProblem(refused ? "officer.problem.camera_refused" : "officer.problem.camera_missing");
  }
  const camera = new Camera(video, stream);
  video.srcObject = stream;
  await video.play();
  return camera;
}
