// Sections that are drawn when they come near the window, or all at once before printing.

const drawers = new Map();
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
}, { rootMargin: "300px" });

function draw(element) {
  const drawer = drawers.get(element);
  if (!drawer) return;
  drawers.delete(element);
  observer.unobserve(element);
  drawer();
}

/** Calls `drawer` once, when `element` is about to be seen. */
export function whenSeen(element, drawer) {
  drawers.set(element, drawer);
  observer.observe(element);
}

export function drawEverything() {
  // What is drawn may bring more of them.
  while (drawers.size > 0) for (const element of [...drawers.keys()]) draw(element);
}
addEventListener("beforeprint", drawEverything);
