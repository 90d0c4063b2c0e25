/** Least squares through (x, y): the slope, and its standard error. */
export function slope(points: readonly (readonly [x: number, y: number])[]): { slope: number; error: number } {
  const n = points.length, mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / n;
  const mx = mean(0), my = mean(1);
  let sxx = 0, sxy = 0;
  for (const [x, y] of points) {
    sxx += (x - mx) ** 2;
    sxy += (x - mx) * (y - my);
  }
  const b = sxy / sxx;
  const residual = points.reduce((sum, [x, y]) => sum + (y - my - b * (x - mx)) ** 2, 0);
  return { slope: b, error: Math.sqrt(residual / Math.max(1, n - 2) / sxx) };
}
