// Where marks may lie on a page, in points from its lower left corner as it is shown; nothing here touches the page.

const MARGIN = 36; // points, as the server keeps free
const STEP = 6; // points between the spots that are tried

const within = (value, most) => Math.round(Math.min(Math.max(value, 0), Math.max(Math.floor(most), 0)));

/** Give the place nearest to `place` at which a mark of `size` lies on the page. */
export const kept = (place, size, page) => ({
  page: place.page,
  left: within(place.left, page.width - size.width),
  bottom: within(place.bottom, page.height - size.height),
});

/** Whether two boxes {page, left, bottom, width, height} cover a common part; those that touch do not. */
export const overlap = (one, other) =>
  one.page === other.page &&
  one.left < other.left + other.width &&
  other.left < one.left + one.width &&
  one.bottom < other.bottom + other.height &&
  other.bottom < one.bottom + one.height;

/** Give the lowest free spot for a mark of `size` on page `number`, or the lowest one where none is free. */
export const freeSpot = (number, size, page, others) => {
  const top = page.height - MARGIN - size.height;
  const right = page.width - MARGIN - size.width;
  for (let bottom = MARGIN; bottom <= top; bottom += STEP) {
    for (let left = MARGIN; left <= right; left += STEP) {
      const box = { page: number, left, bottom, ...size };
      if (!others.some((other) => overlap(box, other))) return { page: number, left, bottom };
    }
  }
  return kept({ page: number, left: MARGIN, bottom: MARGIN }, size, page);
};
