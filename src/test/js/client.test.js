import { createClient } from '../../main/js/client.js';
import { createBrowser } from './world.js';
import { equal, ok, test } from './check.js';

/** A page with a client that mints what it is asked for, and what it has heard. */
function openPage(browser, { options = {}, tab = browser.openTab(), mint = (scopes) => scopes } = {}) {
  const page = { tab, heard: [], gaps: [], states: [], errors: [], minted: [] };
  page.client = createClient(tab, {
    getToken(scopes) {
      page.minted.push(scopes.join(' '));
      const granted = mint(scopes);
      return granted && browser.gateway.mint(granted);
    },
    onError: ({ code }) => page.errors.push(code),
    ...options,
  }, 'http://app.example/hermes-events.js');
  page.client.onState(({ status, reason }) => page.states.push(`${status} ${reason}`.trim()));
  page.listen = (selection) => {
    const one = { heard: [], states: [], gaps: [] };
    one.end = page.client.subscribe(selection, (event) => {
      one.heard.push(event);
      page.heard.push(event);
    }, {
      onGap: (gap) => one.gaps.push(gap),
      onState: ({ status, reason }) => one.states.push(`${status} ${reason}`.trim()),
    });
    return one;
  };
  return page;
}

const numbers = ({ heard }) => heard.map(({ data }) => data.n);
const status = ({ client }) => client.state.status;

test('one stream, asked for once, after where things stand', async () => {
  const browser = createBrowser();
  browser.gateway.publish('queue:updates', { n: 1 });
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'] });
  const download = page.listen({ downloadId: 'd0' });
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 2 });
  browser.gateway.publish('download:updates', { n: 3, download_id: 'd0' });
  browser.gateway.publish('download:updates', { n: 4, download_id: 'd1' });
  await browser.advance(100);

  equal(status(page), 'connected');
  equal(numbers(queue), [1, 2]);
  equal(queue.heard.map(({ id }) => !!id), [false, true]);
  equal(numbers(download), [3]);
  equal(browser.gateway.asked.map(({ path }) => path), ['poll', 'stream']);
  equal(page.minted, ['download:d0 queue']);
  equal(page.states, ['connecting', 'connected']);
});

test('tokens for the first scope only: nothing is left out, by id', async () => {
  const browser = createBrowser();
  const page = openPage(browser, { mint: (scopes) => scopes.slice(0, 1) });
  const ids = ['d0', 'd1', 'd2'].map((downloadId) => page.listen({ downloadId }));
  await browser.advance(5000);
  ['d0', 'd1', 'd2'].forEach((id, n) => browser.gateway.publish('download:updates', { n, download_id: id }));
  await browser.advance(100);

  equal(ids.map(numbers), [[0], [1], [2]]);
  equal(status(page), 'connected');
  equal(page.errors, []);
});

for (const [name, mint] of [
  ['two of the scopes', (scopes) => scopes.slice(0, 2)],
  ['one id where all are wanted', (scopes) => scopes.map((scope) => scope.replace('*', 'd0'))],
]) {
  test(`a token for ${name}: what is not served says so`, async () => {
    const browser = createBrowser();
    const page = openPage(browser, { mint });
    const all = page.listen({ channels: ['download:updates'] });
    const others = [page.listen({ channels: ['queue:updates'] }), page.listen({ channels: ['stats:updates'] })];
    await browser.advance(20_000);
    browser.gateway.publish('download:updates', { n: 1, download_id: 'd1' });
    browser.gateway.publish('queue:updates', { n: 2 });
    browser.gateway.publish('stats:updates', { n: 3 });
    await browser.advance(100);

    equal(others.map(numbers), [[2], [3]]);
    const heard = numbers(all).length === 1;
    equal(all.states[all.states.length - 1], heard ? 'connected' : 'disconnected forbidden');
    equal(heard, name !== 'one id where all are wanted');
  });
}

test('a token that is refused to a page and to a stream at the same time ends nothing', async () => {
  // Some of these moments lie where polling goes on and a stream is tried while one answer is awaited.
  for (let leaves = 118_000; leaves < 121_000; leaves += 200) {
    const browser = createBrowser();
    browser.gateway.latency = 200;
    Object.assign(browser.gateway.status, { stream: 502, poll: 502 });
    const page = openPage(browser, { mint: (scopes) => scopes.slice(0, 1) });
    const [queue, stats] = [['queue:updates'], ['stats:updates']].map((channels) => page.listen({ channels }));
    await browser.advance(leaves);
    queue.end();
    Object.assign(browser.gateway.status, { stream: 0, poll: 0 });
    await browser.advance(60_000);

    equal(stats.states[stats.states.length - 1], 'connected');
  }
});

test('one scope that nobody gives a token for blocks none of the others', async () => {
  const browser = createBrowser();
  const page = openPage(browser, {
    mint(scopes) {
      if (scopes.includes('system')) {
        throw new Error('400');
      }
      return scopes;
    },
  });
  const queue = page.listen({ channels: ['queue:updates'] });
  const stats = page.listen({ channels: ['stats:updates'] });
  const system = page.listen({ channels: ['system:notifications'] });
  await browser.advance(20_000);
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.publish('stats:updates', { n: 2 });
  await browser.advance(100);

  equal([numbers(queue), numbers(stats)], [[1], [2]]);
  equal(queue.states[queue.states.length - 1], 'connected');
  ok(/token_failed$/.test(system.states[system.states.length - 1]), `the state of system: ${system.states}`);
  ok(status(page) !== 'connected', 'the page is not well');
});

test('what moves to a line of its own while polling is still heard', async () => {
  const browser = createBrowser();
  browser.gateway.enabled = false;
  const page = openPage(browser, { mint: (scopes) => scopes.filter((scope) => scope !== 'system') });
  const all = [{ channels: ['queue:updates'] }, { channels: ['stats:updates'] }, { downloadId: 'd0' }].map(page.listen);
  await browser.advance(3000);
  equal(status(page), 'polling');
  page.listen({ channels: ['system:notifications'] });
  await browser.advance(20_000);
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.publish('stats:updates', { n: 2 });
  browser.gateway.publish('download:updates', { n: 3, download_id: 'd0' });
  await browser.advance(30_000);
  equal(all.map(numbers), [[1], [2], [3]]);
});

test('what moves to a line of its own because a later token lacks a scope is still heard', async () => {
  const browser = createBrowser();
  let granted = true;
  const page = openPage(browser, {
    options: {
      getToken(scopes) {
        if (!granted && scopes.join() === 'download:d0') {
          throw new Error('400');
        }
        return { token: browser.gateway.mint(scopes.filter((scope) => granted || scope !== 'download:d0'), 60), ttl: 60 };
      },
    },
  });
  page.listen({ downloadId: 'd0' });
  const others = [{ channels: ['queue:updates'] }, { channels: ['stats:updates'] }].map(page.listen);
  await browser.advance(1000);
  granted = false;
  await browser.advance(90_000);
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.publish('stats:updates', { n: 2 });
  await browser.advance(5000);
  equal(others.map(numbers), [[1], [2]]);
});

test('ids that a double does not tell apart', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  for (let n = 0; n < 8; n++) {
    browser.gateway.publish('queue:updates', { n }, 'queue_update', `9007199254740993000-${18446744073709551600n + BigInt(n)}`);
  }
  await browser.advance(100);
  equal(numbers(queue), [0, 1, 2, 3, 4, 5, 6, 7]);
});

const SHARED = { options: { shareKey: 'ada' } };

test('a leader that does not know a channel serves it to a tab that does', async () => {
  const browser = createBrowser();
  const { catalogue } = browser.gateway;
  const old = openPage(browser, SHARED);
  old.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.catalogue = { ...catalogue, news: { type: 'news', scope: 'news', filters: [], on_connect: 'nothing' } };
  const young = openPage(browser, SHARED);
  const news = young.listen({ channels: ['news'] });
  await browser.advance(5000);
  browser.gateway.publish('news', { n: 1 });
  await browser.advance(100);

  equal(numbers(news), [1]);
  equal([status(old), status(young)], ['connected', 'connected']);
  equal(browser.gateway.streams.size, 1);
  ok(old.minted.includes('news queue'), `scopes by name: ${old.minted}`);
});

test('a page that is older than a channel reads the settings again', async () => {
  const browser = createBrowser();
  const { catalogue } = browser.gateway;
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(120_000);
  const news = page.listen({ channels: ['news'] });
  await browser.advance(1000);
  equal(news.states[news.states.length - 1], 'disconnected unknown_channel');
  equal(page.errors, ['unknown_channel']);

  browser.gateway.catalogue = { ...catalogue, news: { type: 'news', scope: 'news', filters: [], on_connect: 'nothing' } };
  await browser.advance(120_000);
  browser.gateway.publish('news', { n: 1 });
  await browser.advance(100);
  equal(numbers(news), [1]);
  equal(news.states[news.states.length - 1], 'connected');
});

test("a follower's own types are heard and do not end when it is alone", async () => {
  const browser = createBrowser();
  const first = openPage(browser, SHARED);
  first.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  const second = openPage(browser, { options: { shareKey: 'ada', types: { 'queue:updates': ['queue_paused'] } } });
  const queue = second.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 1 }, 'queue_paused');
  await browser.advance(100);
  equal(numbers(queue), [1]);
  equal(numbers(first), []);
});

test('tabs share only under a key that is the same', async () => {
  const browser = createBrowser();
  const pages = [{}, {}, { shareKey: 'ada' }, { shareKey: 'ada' }, { shareKey: 'bob' }, { share: false }, { share: 'ada' }]
    .map((options) => openPage(browser, { options }));
  pages.forEach((page) => page.listen({ channels: ['queue:updates'] }));
  await browser.advance(3000);
  equal(browser.gateway.streams.size, 5);
});

test('a tab without a token hears nothing of another user', async () => {
  const browser = createBrowser();
  const ada = openPage(browser);
  const nobody = openPage(browser, { mint: () => null });
  [ada, nobody].forEach((page) => page.listen({ channels: ['queue:updates'] }));
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 1 });
  await browser.advance(100);
  equal([numbers(ada), numbers(nobody)], [[1], []]);
  equal(nobody.client.state.reason, 'no_token');
});

test('who logs out ends what was shared', async () => {
  const browser = createBrowser();
  const pages = [openPage(browser, SHARED), openPage(browser, SHARED)];
  pages.forEach((page) => page.listen({ channels: ['queue:updates'] }));
  await browser.advance(1000);
  pages[1].client.close({ everywhere: true });
  await browser.advance(1000);
  equal(pages.map(({ client }) => client.state.reason), ['closed', 'closed']);
  equal(browser.gateway.streams.size, 0);
});

test('a client that StrictMode closes and goes on to use is open', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  page.client.close();
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 1 });
  await browser.advance(100);
  equal(numbers(queue), [1]);
});

test('a closed client says so to who subscribes', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  page.client.close();
  await browser.advance(1000);
  const queue = page.listen({ channels: ['queue:updates'] });
  equal(queue.states, ['disconnected closed']);
  equal(page.errors, ['closed']);
  equal(browser.gateway.streams.size, 0);
});

test('a client that is closed while it reads the settings again stays closed', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(120_000);
  browser.gateway.latency = 1000;
  page.listen({ channels: ['news'] });
  await browser.advance(1);
  page.client.close();
  await browser.advance(60_000);
  equal(page.client.state.reason, 'closed');
  equal(browser.gateway.streams.size, 0);
});

test('a client that nobody uses asks for nothing', async () => {
  const browser = createBrowser();
  const page = openPage(browser, SHARED);
  await browser.advance(60_000);
  equal(browser.gateway.asked, []);
  equal(status(page), 'disconnected');
});

for (const [name, getToken] of Object.entries({
  'never answers': () => new Promise(() => {}),
  'rejects with nothing': () => Promise.reject(),
  throws: () => {
    throw new Error('mine');
  },
})) {
  test(`a token function that ${name} is asked again`, async () => {
    const browser = createBrowser();
    let answer = getToken;
    const page = openPage(browser, { options: { getToken: (scopes) => answer(scopes) } });
    page.listen({ channels: ['queue:updates'] });
    await browser.advance(16_000);
    equal(page.client.state.reason, 'token_failed');
    ok(page.errors.includes('token'), `errors: ${page.errors}`);
    answer = (scopes) => browser.gateway.mint(scopes);
    await browser.advance(60_000);
    equal(status(page), 'connected');
  });
}

test('an old answer that there is no token does not stop what has been tried since', async () => {
  const browser = createBrowser();
  const { gateway } = browser;
  const asked = [];
  let answer = (scopes) => (scopes[1] ? null : new Promise((resolve) => asked.push(resolve)));
  const page = openPage(browser, { options: { getToken: (scopes) => answer(scopes) } });
  [{ channels: ['queue:updates'] }, { downloadId: 'd0' }].forEach(page.listen);
  await browser.advance(1000);
  equal(asked.length, 2, 'the scopes that are asked for alone');
  answer = (scopes) => gateway.mint(scopes);
  gateway.latency = 500;
  page.client.reconnect();
  await browser.advance(100);
  asked.forEach((resolve) => resolve(null));
  await browser.advance(5000);
  equal(page.states, ['connecting', 'connected']);
});

test('an old answer about tokens says nothing of a stream that has taken the place of polling', async () => {
  const browser = createBrowser();
  const { gateway } = browser;
  gateway.enabled = false;
  const asked = [];
  let answer = (scopes) => gateway.mint(scopes);
  const page = openPage(browser, { options: { getToken: (scopes) => answer(scopes) } });
  [{ channels: ['queue:updates'] }, { downloadId: 'd0' }].forEach(page.listen);
  await browser.advance(1000);
  equal(status(page), 'polling');
  answer = (scopes) => (scopes[1] ? Promise.reject(new Error('400')) : new Promise((resolve) => asked.push(resolve)));
  gateway.tokens.forEach((token) => (token.ends = 0));
  while (!asked.length) {
    await browser.advance(100);
  }
  answer = (scopes) => gateway.mint(scopes);
  gateway.enabled = true;
  while (!gateway.streams.size) {
    await browser.advance(100);
  }
  await browser.advance(100);
  equal(status(page), 'connected');
  asked.forEach((resolve) => resolve(null));
  await browser.advance(100);
  equal(status(page), 'connected');
});

test('what is subscribed to later begins with where it stands and loses nothing of a busy stream', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  const stats = page.listen({ channels: ['stats:updates'] });
  const from = [];
  for (let n = 0; n < 400; n++) {
    browser.gateway.publish('queue:updates', { n });
    browser.gateway.publish('stats:updates', { n });
    await browser.advance(3);
  }
  await browser.advance(100);
  const heard = numbers(stats);
  equal(heard, Array.from({ length: 400 - heard[0] }, (_, n) => n + heard[0]));
  ok(stats.heard[0].id === null, 'the first says where things stood');
});

/** Lets the next one who asks where things stand learn that from a gateway that is so many events behind. */
function greetBehind(gateway, count) {
  const { answer } = gateway;
  gateway.answer = (path, query) => {
    if (query.greet !== 'true') {
      return answer(path, query);
    }
    gateway.answer = answer;
    const missing = gateway.log.splice(-count);
    const answered = answer(path, query);
    gateway.log.push(...missing);
    return answered;
  };
}

test('who is told where things stand by a gateway that is behind hears what came since', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const first = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  [1, 2, 3].forEach((n) => browser.gateway.publish('queue:updates', { n }));
  await browser.advance(1000);
  greetBehind(browser.gateway, 2);
  const second = page.listen({ channels: ['queue:updates'] });
  await browser.advance(2000);
  equal([numbers(first), numbers(second)], [[1, 2, 3], [1, 2, 3]]);
});

test('an answer of a gateway that is behind opens no stream for what nobody wants any more', async () => {
  const browser = createBrowser();
  const { gateway } = browser;
  const page = openPage(browser);
  const first = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  [1, 2, 3].forEach((n) => gateway.publish('queue:updates', { n }));
  await browser.advance(1000);
  gateway.latency = 2000;
  greetBehind(gateway, 2);
  const second = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1);
  [first, second].forEach(({ end }) => end());
  await browser.advance(20_000);
  equal(gateway.streams.size, 0);
});

test('each of several channels in one subscription begins with its last event', async () => {
  const browser = createBrowser();
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.publish('stats:updates', { n: 2 });
  const page = openPage(browser);
  const both = page.listen({ channels: ['queue:updates', 'stats:updates'] });
  await browser.advance(1000);
  equal(numbers(both), [1, 2]);
});

test('ids in a filter are asked for by id', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const some = page.listen({ channels: ['download:updates'], filters: { download_id: ['d0', 'd1'] } });
  await browser.advance(1000);
  ['d0', 'd1', 'd2'].forEach((id, n) => browser.gateway.publish('download:updates', { n, download_id: id }));
  await browser.advance(100);
  equal(page.minted, ['download:d0 download:d1']);
  equal(numbers(some), [0, 1]);
});

test('a filter that no channel has is not passed over', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'], filters: { sttaus: 'done' } });
  await browser.advance(1000);
  equal(queue.states, ['disconnected bad_request']);
  equal(page.errors, ['bad_request']);
});

test('options of the wrong kind are refused at the call', async () => {
  const browser = createBrowser();
  const { client } = openPage(browser);
  const refused = (work) => {
    try {
      work();
      return '';
    } catch ({ name, message }) {
      return `${name} ${message}`;
    }
  };
  for (const [work, word] of [
    [() => createClient(browser.openTab(), {}, ''), 'getToken'],
    [() => createClient(browser.openTab(), undefined, ''), 'getToken'],
    ...Object.entries({
      onError: 'log', baseUrl: 8000, configUrl: {}, enabled: 'false', shareKey: 7, types: 'news', 'types of queue:updates': 0,
    }).map(([name, value]) => [
      () => openPage(browser, { options: value === 0 ? { types: { 'queue:updates': 'paused' } } : { [name]: value } }), name,
    ]),
    [() => client.subscribe({}, () => {}, { onGap: 'refetch' }), 'onGap'],
    [() => client.subscribe({}, () => {}, { onState: {} }), 'onState'],
    [() => client.subscribe({ filters: 'done' }, () => {}), 'filters'],
    [() => client.subscribe({ channels: 'queue:updates' }, () => {}), 'channels'],
    [() => client.subscribe({ channels: [] }, () => {}), 'channels'],
    [() => client.subscribe({ downloadId: 'a b' }, () => {}), 'downloadId'],
    [() => client.subscribe({}), 'onEvent'],
    [() => client.onState(), 'listener'],
  ]) {
    ok(refused(work).startsWith('TypeError') && refused(work).includes(word), `${word}: ${refused(work)}`);
  }
});

test('a frame that is no JSON object is named, and what follows it flows', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', 'no JSON');
  browser.gateway.publish('queue:updates', '7');
  browser.gateway.publish('queue:updates', { n: 1 });
  await browser.advance(100);
  equal(page.errors, ['bad_frame', 'bad_frame']);
  equal(numbers(queue), [1]);
  equal(status(page), 'connected');
});

test('a callback that throws is named, and the others are called', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const mine = () => {
    throw new Error('mine');
  };
  page.client.subscribe({ channels: ['queue:updates'] }, mine, { onGap: mine, onState: mine });
  const queue = page.listen({ channels: ['queue:updates'] });
  page.client.onState(mine);
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.loseLog();
  await browser.advance(100);
  equal(numbers(queue), [1]);
  equal(queue.gaps.length, 1);
  equal([...new Set(page.errors)], ['callback_threw']);
  ok(page.errors.length >= 4, `each of the four: ${page.errors}`);
  equal(status(page), 'connected');
});

test('a cut loses nothing and repeats nothing', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.publish('queue:updates', { n: 0 });
  browser.gateway.cut();
  browser.gateway.publish('queue:updates', { n: 1 });
  await browser.advance(2000);
  browser.gateway.publish('queue:updates', { n: 2 });
  await browser.advance(100);
  equal(numbers(queue), [0, 1, 2]);
});

test('a token that comes after the client was closed is not renewed', async () => {
  const browser = createBrowser();
  const asked = [];
  const getToken = (scopes) =>
    new Promise((resolve) => asked.push(() => resolve({ token: browser.gateway.mint(scopes, 20), ttl: 20 })));
  const page = openPage(browser, { options: { getToken } });
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  page.client.close();
  asked.forEach((answer) => answer());
  await browser.advance(60_000);
  equal(asked.length, 1, 'tokens asked for');
});

test('the token is renewed before the stream it is for ends', async () => {
  const browser = createBrowser();
  const page = openPage(browser, {
    options: { getToken: (scopes) => ({ token: browser.gateway.mint(scopes, 20), ttl: 20 }) },
  });
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  for (let n = 0; n < 60; n++) {
    browser.gateway.publish('queue:updates', { n });
    await browser.advance(1000);
  }
  equal(numbers(queue), Array.from({ length: 60 }, (_, n) => n));
  equal(page.states, ['connecting', 'connected']);
});

for (const [reason, wait] of [['token_revoked', 3000], ['server_shutdown', 1000], ['slow_consumer', 2000]]) {
  test(`a stream that the server ends for ${reason} is opened again when it said, and meanwhile the page says why`, async () => {
    const browser = createBrowser();
    const page = openPage(browser);
    const queue = page.listen({ channels: ['queue:updates'] });
    await browser.advance(1000);
    browser.gateway.close(reason, wait);
    browser.gateway.publish('queue:updates', { n: 1 });
    await browser.advance(10_000);
    equal(page.states, ['connecting', 'connected', `reconnecting ${reason}`, 'connected']);
    equal(numbers(queue), [1]);
    equal(page.minted.length, reason === 'token_revoked' ? 2 : 1);
  });
}

test('a gateway that is overloaded is asked again when it said, and meanwhile the page says why', async () => {
  const browser = createBrowser();
  const { gateway } = browser;
  const streams = () => gateway.asked.filter(({ path }) => path === 'stream').length;
  gateway.refusal = { code: 'OVERLOADED', wait: 40_000 };
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(39_000);
  equal(streams(), 1);
  gateway.refusal = null;
  await browser.advance(2000);
  equal(streams(), 2);
  equal(page.states, ['connecting', 'connecting overloaded', 'connected']);
});

test('a source that is away shows, and that it is back', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  for (const state of ['down', 'up']) {
    browser.gateway.streams.forEach((stream) => stream.send('backend', '', { state }));
    await browser.advance(100);
    equal(page.client.state.backend, state);
  }
});

test('while the flag is off events come by polling, and then by a stream again', async () => {
  const browser = createBrowser();
  const page = openPage(browser);
  const queue = page.listen({ channels: ['queue:updates'] });
  await browser.advance(1000);
  browser.gateway.enabled = false;
  browser.gateway.cut();
  for (let n = 0; n < 100; n++) {
    browser.gateway.publish('queue:updates', { n });
    await browser.advance(1000);
    if (n === 20) {
      equal(page.client.state.transport, 'poll');
      browser.gateway.enabled = true;
    }
  }
  equal(numbers(queue), Array.from({ length: 100 }, (_, n) => n));
  equal(page.client.state.transport, 'sse');
});

test('who begins to listen while polling is told where things stand', async () => {
  const browser = createBrowser();
  browser.gateway.enabled = false;
  browser.gateway.publish('stats:updates', { n: 1 });
  const page = openPage(browser);
  page.listen({ channels: ['queue:updates'] });
  await browser.advance(3000);
  const stats = page.listen({ channels: ['stats:updates'] });
  await browser.advance(1000);
  browser.gateway.publish('stats:updates', { n: 2 });
  await browser.advance(1000);
  equal(numbers(stats), [1, 2]);
  equal(status(page), 'polling');
});

test('another tab takes over, killed or closed, and nothing is lost', async () => {
  const browser = createBrowser();
  const pages = [openPage(browser, SHARED), openPage(browser, SHARED), openPage(browser, SHARED)];
  const queues = pages.map((page) => page.listen({ channels: ['queue:updates'] }));
  await browser.advance(2000);
  for (let n = 0; n < 30; n++) {
    if (n === 10) {
      pages[0].tab.kill();
    }
    if (n === 20) {
      pages[1].client.close();
    }
    browser.gateway.publish('queue:updates', { n });
    await browser.advance(200);
  }
  await browser.advance(3000);
  equal(numbers(queues[2]), Array.from({ length: 30 }, (_, n) => n));
  equal(browser.gateway.streams.size, 1);
});

test('a gap is told on each line it concerns', async () => {
  const browser = createBrowser();
  const page = openPage(browser, { mint: (scopes) => scopes.slice(0, 1) });
  const queue = page.listen({ channels: ['queue:updates'] });
  const stats = page.listen({ channels: ['stats:updates'] });
  await browser.advance(5000);
  browser.gateway.publish('queue:updates', { n: 1 });
  browser.gateway.loseLog();
  await browser.advance(100);
  equal([queue.gaps.length, stats.gaps.length], [1, 1]);
});
