// Offers to install the page where the browser offers it to us; the button is there only then.

const button = document.getElementById("install");
let offer = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // our button asks, when the officer wants it
  offer = event;
  button.hidden = false;
});
addEventListener("appinstalled", () => (button.hidden = true));
button.addEventListener("click", async () => {
  button.hidden = true;
  await offer.prompt();
});
