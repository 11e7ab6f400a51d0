// Reads the prompts aloud in the page's language, where the browser can, and as long as the switch is on.

const KEY = "scan-speech";
const able = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

const remembered = () => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
};

const remember = (on) => {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // then it is asked again
  }
};

let on = able && remembered();

/** Put the switch, a checkbox in a label, to work; where nothing can be read aloud it stays hidden. */
export const connectSwitch = (box) => {
  if (!able) return;
  box.closest("label").hidden = false;
  box.checked = on;
  box.addEventListener("change", () => {
    on = box.checked;
    remember(on);
    if (!on) speechSynthesis.cancel();
  });
};

/** Read `text` aloud now, in place of what is being read; an empty text only asks the browser for its voice. */
export const speak = (text) => {
  if (!on) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
};

/** Be silent. */
export const hush = () => {
  if (able) speechSynthesis.cancel();
};
