/** Runs all tests in Node, which takes seconds where the engine of a JVM takes minutes; prints one line of JSON for each. */
if (process.env.HERMES_SEED) {
  globalThis.HERMES_SEED = Number(process.env.HERMES_SEED);
}
// Cheap here, and a failure of one in a hundred was hidden behind three for weeks.
globalThis.HERMES_ROUNDS = 20;
const { tests } = await import('./all.js');

for (const { name, body } of tests) {
  let failure = null;
  try {
    await body();
  } catch (thrown) {
    failure = String(thrown.stack ?? thrown);
  }
  console.log(JSON.stringify({ name, failure }));
}
