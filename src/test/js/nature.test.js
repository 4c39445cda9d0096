/** Clocks, backgrounds and what a browser forbids: what a page shows in each. */
import { createClient } from '../../main/js/client.js';
import { createBrowser } from './world.js';
import { equal, ok, test } from './check.js';

/** A page that listens to the queue. */
function listen(browser, options = {}, tab = browser.openTab()) {
  const page = { tab, numbers: [], states: [] };
  page.client = createClient(tab, {
    getToken: (scopes) => ({ token: browser.gateway.mint(scopes, options.ttl), ttl: options.ttl }),
    onError: () => {},
    ...options,
  }, 'http://app.example/hermes-events.js');
  page.client.onState(({ status, reason }) => page.states.push(`${status} ${reason}`.trim()));
  page.client.subscribe({ channels: ['queue:updates'] }, ({ data }) => page.numbers.push(data.n));
  return page;
}

/** Publishes so many events, one every so often. */
async function publish(browser, count, every = 1000, from = 0) {
  for (let n = from; n < from + count; n++) {
    browser.gateway.publish('queue:updates', { n });
    await browser.advance(every);
  }
}

const upTo = (count) => Array.from({ length: count }, (_, n) => n);

for (const hours of [1, -1]) {
  test(`a clock that jumps by ${hours} h ends nothing`, async () => {
    const browser = createBrowser();
    const page = listen(browser);
    await browser.advance(1000);
    await publish(browser, 10);
    page.tab.owner.skew = hours * 3_600_000;
    await publish(browser, 60, 1000, 10);
    equal(page.numbers, upTo(70));
    equal(page.client.state.status, 'connected');
  });
}

for (const hours of [1, -1]) {
  test(`on a clock that is ${hours} h off from the start tokens are renewed in time`, async () => {
    const browser = createBrowser();
    const tab = browser.openTab();
    tab.owner.skew = hours * 3_600_000;
    const page = listen(browser, { ttl: 20 }, tab);
    await browser.advance(1000);
    await publish(browser, 60);
    equal(page.numbers, upTo(60));
    equal(page.states, ['connecting', 'connected']);
  });
}

for (const dead of ['', 'nope']) {
  const where = dead && ', also where a subscription is dead';
  test(`a leader that hangs is followed by another after 2.5 heartbeats and 10 s${where}`, async () => {
    const browser = createBrowser();
    const pages = [listen(browser, { shareKey: 'ada' }), listen(browser, { shareKey: 'ada' })];
    if (dead) {
      pages[1].client.subscribe({ channels: [dead] }, () => {});
    }
    await browser.advance(1000);
    pages[0].tab.freeze(true);
    await publish(browser, 45);
    equal(pages[1].numbers, upTo(45));
    pages[0].tab.freeze(false);
    await publish(browser, 20, 1000, 45);
    equal(pages.map(({ numbers }) => numbers), [upTo(65), upTo(65)]);
    equal(browser.gateway.streams.size, 1);
  });
}

test('a leader that hangs is followed as soon where one line never connects', async () => {
  const browser = createBrowser();
  const pages = [0, 1].map(() => listen(browser, {
    shareKey: 'ada',
    getToken(scopes) {
      if (scopes.includes('system')) {
        throw new Error('400');
      }
      return browser.gateway.mint(scopes);
    },
  }));
  pages[1].client.subscribe({ channels: ['system:notifications'] }, () => {});
  await browser.advance(20_000);
  pages[0].tab.freeze(true);
  await publish(browser, 45);
  equal(pages[1].numbers, upTo(45));
});

test('a token function that hangs leaves a stream that is well', async () => {
  const browser = createBrowser();
  const errors = [];
  let hangs = false;
  const page = listen(browser, {
    getToken: (scopes) => (hangs ? new Promise(() => {}) : { token: browser.gateway.mint(scopes, 60), ttl: 60 }),
    onError: ({ code }) => errors.push(code),
  });
  await browser.advance(1000);
  hangs = true;
  // Until shortly before the token's end; it is asked for anew at 90 % of its life or when the gateway says that it will end.
  await publish(browser, 50);
  equal(page.states, ['connecting', 'connected']);
  ok(errors.includes('token'), `errors: ${errors}`);
  hangs = false;
  await publish(browser, 60, 1000, 50);
  equal(page.numbers, upTo(110));
});

test('a clock that is set back does not keep a dead leader', async () => {
  const browser = createBrowser();
  const pages = [listen(browser, { shareKey: 'ada' }), listen(browser, { shareKey: 'ada' })];
  await browser.advance(1000);
  pages[1].tab.owner.skew = -3_600_000;
  pages[0].tab.freeze(true);
  await publish(browser, 120);
  equal(pages[1].numbers, upTo(120));
});

test('a tab that slept for ten minutes hears all it missed', async () => {
  const browser = createBrowser();
  const page = listen(browser);
  await browser.advance(1000);
  page.tab.freeze(true);
  await publish(browser, 600);
  page.tab.freeze(false);
  page.tab.happen('visibilitychange');
  await browser.advance(10_000);
  equal(page.numbers, upTo(600));
  equal(page.client.state.status, 'connected');
});

test('offline says so, and online tries at once', async () => {
  const browser = createBrowser();
  const page = listen(browser);
  await browser.advance(1000);
  page.tab.navigator.onLine = browser.gateway.up = false;
  browser.gateway.cut();
  await publish(browser, 20);
  ok(page.states.some((state) => /^reconnecting/.test(state)), `states: ${page.states}`);
  page.tab.navigator.onLine = browser.gateway.up = true;
  page.tab.happen('online');
  await browser.advance(600);
  equal(page.client.state.status, 'connected');
  equal(page.numbers, upTo(20));
});

for (const seconds of [5, 20, 60, 300]) {
  test(`after ${seconds} s without a gateway no page is stale for longer than a heartbeat`, async () => {
    for (const seed of upTo(8)) {
      const browser = createBrowser({ seed });
      const page = listen(browser, { ttl: 3600 });
      await browser.advance(1000);
      browser.gateway.up = false;
      browser.gateway.cut();
      await browser.advance(1000 * seconds);
      browser.gateway.up = true;
      await publish(browser, 11);
      equal(page.numbers, upTo(11), `seed ${seed}, ${page.states}`);
    }
  });
}

for (const shareKey of ['', 'ada']) {
  test(`a page that the browser kept hears what happened meanwhile${shareKey && ', shared'}`, async () => {
    const browser = createBrowser();
    const page = listen(browser, { shareKey });
    const other = listen(browser, { shareKey });
    await browser.advance(1000);
    await publish(browser, 5);
    page.tab.happen('pagehide');
    page.tab.freeze(true);
    await publish(browser, 5, 1000, 5);
    page.tab.freeze(false);
    page.tab.happen('pageshow', { persisted: true });
    await publish(browser, 5, 1000, 10);
    equal(page.numbers, upTo(15));
    equal(other.numbers, upTo(15));
  });
}

test('a page that the browser kept hears what happened meanwhile, also while a new leader connects', async () => {
  const browser = createBrowser();
  const [leader, next, page] = [0, 1, 2].map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(1000);
  page.tab.happen('pagehide');
  page.tab.freeze(true);
  await publish(browser, 5);
  browser.gateway.latency = 2000;
  const asked = browser.gateway.asked.length;
  leader.tab.kill();
  while (browser.gateway.asked.length === asked) {
    await browser.advance(10);
  }
  equal(browser.gateway.asked[asked].path, 'stream');
  page.tab.freeze(false);
  page.tab.happen('pageshow', { persisted: true });
  await publish(browser, 20, 1000, 5);
  await browser.advance(5000);
  equal([next, page].map(({ numbers }) => numbers), [upTo(25), upTo(25)]);
});

test('a page that the browser kept hears what happened meanwhile, also where more comes before it can say so', async () => {
  const browser = createBrowser({ posting: 50 });
  const [leader, page] = [0, 1].map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(1000);
  page.tab.happen('pagehide');
  page.tab.freeze(true);
  await publish(browser, 5);
  page.tab.freeze(false);
  page.tab.happen('pageshow', { persisted: true });
  await publish(browser, 20, 10, 5);
  await browser.advance(1000);
  equal([leader, page].map(({ numbers }) => numbers), [upTo(25), upTo(25)]);
});

test('a page that slept hears what happened meanwhile, also where another one has begun to lead further on', async () => {
  const browser = createBrowser();
  const [leader, page] = [0, 1].map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(1000);
  page.tab.freeze(true);
  leader.tab.kill();
  await publish(browser, 5);
  const next = listen(browser, { shareKey: 'ada' });
  await publish(browser, 5, 1000, 5);
  page.tab.freeze(false);
  await publish(browser, 10, 1000, 10);
  equal([next, page].map(({ numbers }) => numbers.slice(-15)), [upTo(20).slice(5), upTo(20).slice(5)]);
  equal(page.numbers, upTo(20));
});

test('twenty tabs that open at once have one stream', async () => {
  const browser = createBrowser();
  const pages = upTo(20).map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(3000);
  await publish(browser, 10, 100);
  equal(pages.map(({ numbers }) => numbers.length), upTo(20).map(() => 10));
  equal(browser.gateway.streams.size, 1);
});

test('a leader that is killed while it renews its token is followed by another', async () => {
  const browser = createBrowser();
  const pages = [0, 1].map(() => listen(browser, { shareKey: 'ada', ttl: 20 }));
  await browser.advance(1000);
  const minted = browser.gateway.tokens.size;
  let n = 0;
  while (browser.gateway.tokens.size === minted) {
    browser.gateway.publish('queue:updates', { n: n++ });
    await browser.advance(1);
  }
  pages[0].tab.kill();
  await publish(browser, 30, 1000, n);
  equal(pages[1].numbers, upTo(n + 30));
  equal(browser.gateway.streams.size, 1);
});

test('a channel between tabs that is slow loses nothing', async () => {
  const browser = createBrowser({ posting: 2000 });
  const pages = [0, 1, 2].map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(10_000);
  await publish(browser, 20, 500);
  pages[0].client.close();
  await publish(browser, 20, 500, 20);
  await browser.advance(10_000);
  pages.slice(1).forEach(({ numbers }) => equal(numbers, upTo(40)));
});

const denied = () => {
  throw new Error('denied');
};

for (const [what, overrides] of Object.entries({
  'locks are': { navigator: { get locks() { return denied(); } } },
  'each lock is': { navigator: { locks: { request: () => Promise.reject(new Error('denied')) } } },
  'channels are': { BroadcastChannel: function BroadcastChannel() { denied(); } },
  'storage is': { get localStorage() { return denied(); }, get sessionStorage() { return denied(); }, get indexedDB() { return denied(); } },
})) {
  test(`where ${what} denied a tab hears what others hear`, async () => {
    const browser = createBrowser();
    const tab = browser.openTab();
    Object.defineProperties(tab, Object.getOwnPropertyDescriptors(overrides));
    const page = listen(browser, { shareKey: 'ada' }, tab);
    await browser.advance(1000);
    await publish(browser, 3);
    equal(page.numbers, upTo(3));
    equal(page.client.state.status, 'connected');
  });
}

test('a stream on which nothing comes any more is replaced within three heartbeats', async () => {
  const browser = createBrowser();
  const page = listen(browser);
  await browser.advance(30_000);
  const [stream] = browser.gateway.streams;
  // Half open: the gateway believes that it sends.
  page.tab.owner.sources.forEach((source) => source.listeners.clear());
  await publish(browser, 40);
  equal(page.numbers, upTo(40));
  ok(!browser.gateway.streams.has(stream), 'the dead stream is let go');
});

test('through a proxy that holds streams back events come by polling', async () => {
  const browser = createBrowser();
  const tab = browser.openTab();
  const { EventSource } = tab;
  let buffering = true;
  tab.EventSource = class extends EventSource {
    addEventListener(type, listener) {
      super.addEventListener(type, (message) => buffering || listener(message));
    }
  };
  const page = listen(browser, {}, tab);
  await browser.advance(40_000);
  equal(page.client.state.status, 'polling');
  equal(page.client.state.reason, 'buffered');
  await publish(browser, 10);
  buffering = false;
  // So many that some are on their way by polling when the stream that is tried says how far the log is.
  await publish(browser, 800, 97, 10);
  equal(page.numbers, upTo(810));
  equal(page.client.state.status, 'connected');
});

test('a page that the browser kept does not end the polling that it shares', async () => {
  const browser = createBrowser();
  browser.gateway.buffering = true;
  const pages = [0, 1].map(() => listen(browser, { shareKey: 'ada' }));
  await browser.advance(40_000);
  equal(pages.map(({ client }) => client.state.status), ['polling', 'polling']);
  pages[1].tab.happen('pagehide');
  pages[1].tab.freeze(true);
  await publish(browser, 5);
  pages[1].tab.freeze(false);
  pages[1].tab.happen('pageshow', { persisted: true });
  await publish(browser, 5, 1000, 5);
  equal(pages.map(({ numbers }) => numbers), [upTo(10), upTo(10)]);
  equal(pages.map(({ client }) => client.state.status), ['polling', 'polling']);
});
