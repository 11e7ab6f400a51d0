// Replaces a page's camera by a canvas that plays what stands before it: the clips of FACE, doing what #scan asks,
// or one still photograph; "refused" and "absent" stand for a browser that gives no camera.
(() => {
  if (!navigator.mediaDevices) return; // about:blank, before the first page
  const FACE = "__FACE__";
  const HOLDS = "__HOLDS__"; // person, photograph, halves, refused, absent
  const CLIPS = { turn_left: "left", turn_right: "right", blink: "blink", open_mouth: "mouth", nod: "nod" };
  const FRAME_MS = 66;
  const numbers = [...Array(15).keys()];
  const picture = async (clip, number) =>
    createImageBitmap(await (await fetch(`/demonstration/faces/${FACE}/${clip}/${number}.jpg`)).blob());
  const film = async (clip) => {
    const frames = await Promise.all(numbers.map((number) => picture(clip, number)));
    return ["left", "right"].includes(clip) ? [...frames, ...frames.slice().reverse()] : frames;
  };

  const person = async (pen) => {
    const rest = await film("neutral");
    const moves = {};
    for (const [step, clip] of Object.entries(CLIPS)) moves[step] = (await film(clip)).map((frame) => [frame, 480]);
    const still = [...rest, ...rest.slice().reverse()];
    const side = (place) => 480 / (1 + 0.4 * Math.sin((Math.PI * place) / (still.length - 1)) ** 2);
    moves.closer = still.map((frame, place) => [frame, side(place)]);
    let queue = [];
    let asked = null;
    let since = 0;
    let beat = 0;
    return () => {
      const step = document.getElementById("scan")?.dataset.step ?? null;
      // Who is still asked after three seconds does it again, as people do.
      if (step && (step !== asked || performance.now() - since > 3000)) {
        queue = [...moves[step]];
        asked = step;
        since = performance.now();
      }
      const [frame, part] = queue.shift() ?? [rest[beat++ % rest.length], 480];
      pen.drawImage(frame, (480 - part) * 0.48, (480 - part) * 0.45, part, part, 0, 0, 480, 480);
    };
  };
  const photograph = async (pen) => {
    const still = await picture("photograph", 0);
    return () => pen.drawImage(still, 0, 60, 480, 480, 0, 0, 480, 480);
  };
  const halves = async (pen) => () => {
    pen.fillStyle = "#f00";
    pen.fillRect(0, 0, 240, 480);
    pen.fillStyle = "#00f";
    pen.fillRect(240, 0, 240, 480);
  };

  navigator.mediaDevices.getUserMedia = async () => {
    if (HOLDS === "refused") throw new DOMException("refused", "NotAllowedError");
    if (HOLDS === "absent") throw new DOMException("absent", "NotFoundError");
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 480;
    const draw = await { person, photograph, halves }[HOLDS](canvas.getContext("2d"));
    draw();
    setInterval(draw, FRAME_MS);
    return canvas.captureStream(15);
  };
})();
