/** A test is a name and a function; whoever runs them asks for the list. */
export const tests = [];

export const test = (name, body) => tests.push({ name, body });

export function equal(actual, expected, what = 'value') {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value, (_, one) => (one === undefined ? null : one)));
  if (found !== wanted) {
    throw new Error(`${what}: expected ${wanted} but found ${found}`);
  }
}

export function ok(condition, what) {
  if (!condition) {
    throw new Error(what);
  }
}
