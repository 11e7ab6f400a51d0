// A page of the document is enlarged by a tap, so that a phone shows its small print; a second tap shrinks it.

document.addEventListener("click", (event) => {
  const leaf = event.target.closest(".leaf");
  if (!leaf) return;
  const large = leaf.getAttribute("aria-pressed") !== "true";
  const { left, top, width, height } = leaf.getBoundingClientRect();
  const [across, down] = [(event.clientX - left) / width, (event.clientY - top) / height];
  leaf.setAttribute("aria-pressed", String(large));
  if (!large) return;
  leaf.scrollTo(across * leaf.scrollWidth - leaf.clientWidth / 2, 0);
  const moved = (down * leaf.scrollHeight) - (down * height);
  window.scrollBy(0, moved);
});
