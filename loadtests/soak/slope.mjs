// Straight lines through points, and the edges of a curve that swings.

/** Least squares: every point counts, and so does where in its swing the curve begins and ends. @param points [x, y]. @returns by how much y grows for each x. */
export function slopeOf(points) {
  const { length } = points;
  if (length < 2) return 0;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

/** Theil and Sen: the median of the slopes between all pairs. Up to 29 % of the points may lie anywhere. @param points [x, y]. @returns as `slopeOf`. */
export function medianSlopeOf(points) {
  const slopes = [];
  for (const [i, [x, y]] of points.entries()) {
    for (const [laterX, laterY] of points.slice(i + 1)) if (laterX !== x) slopes.push((laterY - y) / (laterX - x));
  }
  return medianOf(slopes);
}

/** @returns the middle value; 0 of none. */
export function medianOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length === 0 ? 0 : (sorted[Math.ceil(half - 1)] + sorted[Math.floor(half)]) / 2;
}

/**
 * The lower and the upper edge of a curve that swings: of each part of the x axis its lowest and its highest point.
 * @param points [x, y] in order of x. @param width of a part. @returns {{low, high}} points.
 */
export function edgesOf(points, width) {
  const parts = new Map();
  for (const point of points) {
    const part = Math.floor(point[0] / width);
    const { low = point, high = point } = parts.get(part) ?? {};
    parts.set(part, { low: point[1] < low[1] ? point : low, high: point[1] > high[1] ? point : high });
  }
  const all = [...parts.values()];
  return { low: all.map(({ low }) => low), high: all.map(({ high }) => high) };
}
