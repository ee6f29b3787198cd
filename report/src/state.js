// What several sections look at: the scenario point in focus, and the baseline's colours.

const listeners = new Set();
let focus = 0;

export const focused = () => focus;
export function setFocus(point) {
  focus = Number(point);
  for (const listener of listeners) listener(focus);
}
export const onFocus = (listener) => listeners.add(listener);

// Okabe and Ito's colours, told apart by most eyes; further stacks repeat them with other dashes.
const kColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f"];
const kDashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
export const colourOf = (place) => kColours[place % kColours.length];
export const dashOf = (place) => kDashes[Math.floor(place / kColours.length) % kDashes.length];
