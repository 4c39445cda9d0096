import { createBridge } from '../../main/js/bridge.js';
import { createBrowser } from './world.js';
import { equal, test } from './check.js';

/** As much of TanStack Query as the bridge touches: one query, whose fetch is answered when the test says so. */
function createQueries(queryKey = ['queue']) {
  const listeners = new Set();
  const query = { queryKey, state: { data: undefined, fetchStatus: 'idle' } };
  let under = null;
  const queries = { fetches: 0 };
  const notify = (action) => listeners.forEach((listener) => listener({ type: 'updated', query, action }));
  const fetch = () => {
    queries.fetches++;
    under = {};
    query.state.fetchStatus = 'fetching';
    notify({ type: 'fetch' });
  };
  const settle = (work) => {
    under = null;
    query.state.fetchStatus = 'idle';
    work();
  };
  return Object.assign(queries, {
    query,
    fetch,
    data: () => query.state.data,
    /** The answer of the fetch under way arrives. */
    answer: (data) => settle(() => {
      query.state.data = data;
      notify({ type: 'success' });
    }),
    fail: () => settle(() => notify({ type: 'error' })),
    client: {
      setQueryData(_, updater) {
        query.state.data = updater(query.state.data);
        notify({ type: 'success', manual: true });
      },
      invalidateQueries() {
        // As TanStack does: one that has data is fetched anew, one that has none waits for the fetch under way.
        if (!under || query.state.data !== undefined) {
          fetch();
        }
      },
      getQueryCache: () => ({
        subscribe(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        find: () => query,
        findAll: () => [query],
      }),
    },
  });
}

const CONNECTED = { status: 'connected', backend: 'up', transport: 'sse' };

function start() {
  const browser = createBrowser();
  const queries = createQueries();
  const bridge = createBridge(queries.client, () => ({ queryKey: ['queue'] }), browser.openTab());
  return { browser, queries, bridge };
}

test('what was published between the first fetch and the stream is fetched', async () => {
  const { queries, bridge, browser } = start();
  queries.fetch();
  queries.answer(1);
  bridge.became(CONNECTED);
  queries.answer(2);
  await browser.advance(60_000);
  equal(queries.data(), 2);
  equal(queries.fetches, 2);
});

test('a first fetch that was asked before the stream began is repeated after it', async () => {
  const { queries, bridge, browser } = start();
  queries.fetch();
  bridge.became(CONNECTED);
  queries.answer(1);
  await browser.advance(10);
  queries.answer(2);
  await browser.advance(60_000);
  equal(queries.data(), 2);
  equal(queries.fetches, 2);
});

test('an answer that is older than an event never wins', async () => {
  const { queries, bridge, browser } = start();
  bridge.became(CONNECTED);
  queries.answer(1);
  queries.fetch();
  bridge.heard({ data: 2 });
  queries.answer(1);
  equal(queries.data(), 2);
  await browser.advance(10);
  queries.answer(2);
  equal(queries.data(), 2);
});

test('a busy stream does not become a poll without pause', async () => {
  const { queries, bridge, browser } = start();
  bridge.became(CONNECTED);
  queries.answer(0);
  queries.fetch();
  const before = queries.fetches;
  for (let n = 1; n <= 600; n++) {
    bridge.heard({ data: n });
    if (queries.query.state.fetchStatus === 'fetching') {
      queries.answer(n - 1);
    }
    equal(queries.data(), n);
    await browser.advance(100);
  }
  equal(queries.fetches - before, 6);
});

test('a fetch that must succeed is repeated until it does', async () => {
  const { queries, bridge, browser } = start();
  bridge.became(CONNECTED);
  for (let time = 0; time < 5; time++) {
    queries.fail();
    await browser.advance(31_000);
  }
  queries.answer(2);
  const { fetches } = queries;
  await browser.advance(60_000);
  equal([queries.data(), queries.fetches - fetches], [2, 0]);
});

for (const [name, states] of Object.entries({
  'a switch to polling': [{ ...CONNECTED, status: 'polling', transport: 'poll' }],
  'a switch from polling': [{ ...CONNECTED, status: 'polling', transport: 'poll' }, CONNECTED],
  'an interruption': [{ ...CONNECTED, status: 'reconnecting', transport: null }, CONNECTED],
  'an outage of the backend': [{ ...CONNECTED, backend: 'down' }, CONNECTED],
})) {
  test(`after ${name} it is fetched once more`, () => {
    const { queries, bridge } = start();
    bridge.became(CONNECTED);
    queries.answer(1);
    states.slice(0, -1).forEach((state) => {
      bridge.became(state);
      if (queries.query.state.fetchStatus === 'fetching') {
        queries.answer(1);
      }
    });
    const { fetches } = queries;
    bridge.became(states[states.length - 1]);
    bridge.became(states[states.length - 1]);
    equal(queries.fetches - fetches, 1);
  });
}

test('what the application writes itself stays, and an event comes on top of it', async () => {
  const { queries, bridge, browser } = start();
  bridge.became(CONNECTED);
  queries.answer(1);
  queries.client.setQueryData(['queue'], () => 'mine');
  await browser.advance(60_000);
  equal(queries.data(), 'mine');
  bridge.heard({ data: 2 });
  equal(queries.data(), 2);
});

test('it ends with its component', async () => {
  const { queries, bridge, browser } = start();
  bridge.became(CONNECTED);
  queries.fail();
  bridge.end();
  const { fetches } = queries;
  await browser.advance(60_000);
  equal(queries.fetches, fetches);
});
