/** Negative, 0 or positive as position a is before, at or after b; NaN where they are not of one log. */
export function compare(a, b) {
  const [x, y] = [a, b].map((id) => /^(m?)(\d+)-(\d+)$/.exec(id));
  return x && y && x[1] === y[1] ? +x[2] - +y[2] || +x[3] - +y[3] : NaN;
}
