/**
 * Tabs that come and go, sleep and share, on a network that breaks, with tokens that end and a flag that is switched, held
 * against the plain list of what was published. -Dhermes.seed runs one of them again.
 */
import { createClient } from '../../main/js/client.js';
import { createBrowser, isLater, randomFrom } from './world.js';
import { ok, test } from './check.js';

const ROUNDS = globalThis.HERMES_ROUNDS ?? 3;
const SELECTIONS = [
  { channels: ['queue:updates'] },
  { channels: ['stats:updates'] },
  { channels: ['queue:updates', 'stats:updates'] },
  { channels: ['download:updates'] },
  { downloadId: 'd0' },
  { downloadId: 'd1' },
  { channels: ['download:updates'], filters: { download_id: ['d0', 'd2'] } },
  { channels: ['queue:updates'], filters: { status: 'done' } },
];

const isOf = ({ channels = ['download:updates'], downloadId, filters }, { channel, data }) => channels.includes(channel)
  && (!downloadId || data.download_id === downloadId)
  && (!filters?.download_id || filters.download_id.includes(data.download_id))
  && (!filters?.status || data.status === filters.status);

async function play(seed) {
  const random = randomFrom(seed);
  const pick = (values) => values[Math.floor(random() * values.length)];
  const chance = (share) => random() < share;
  const browser = createBrowser({ seed, posting: pick([0, 1, 30]) });
  const { gateway } = browser;
  gateway.latency = pick([1, 20, 200]);
  // Hermes' own give one scope each, ours give all.
  const grant = pick([(scopes) => scopes, (scopes) => scopes, (scopes) => scopes.slice(0, 1), (scopes) => scopes.slice(0, 2)]);
  const ttl = pick([15, 60, 600]);
  const told = pick([true, false]);
  const tabs = [];
  let n = 0;

  function openTab() {
    const tab = browser.openTab();
    const page = { tab, subscriptions: [] };
    page.client = createClient(tab, {
      getToken(scopes) {
        if (chance(0.05)) {
          throw new Error('no token today');
        }
        return { token: gateway.mint(grant(scopes), ttl), ...(told && { ttl }) };
      },
      shareKey: pick(['ada', 'ada', 'bob', '']),
      onError: () => {},
    }, 'http://app.example/hermes-events.js');
    tabs.push(page);
    subscribe(page);
  }

  function subscribe(page) {
    const subscription = { selection: pick(SELECTIONS), heard: [], gaps: 0, status: '' };
    subscription.end = page.client.subscribe(subscription.selection, (event) => subscription.heard.push(event), {
      onGap: () => subscription.gaps++,
      onState: ({ status }) => (subscription.status = status),
    });
    page.subscriptions.push(subscription);
  }

  function act() {
    const page = pick(tabs);
    const moves = [
      [30, () => publish()],
      [3, openTab],
      [3, () => page && subscribe(page)],
      [2, () => page?.subscriptions.splice(0, 1).forEach(({ end }) => end())],
      [2, () => gateway.cut()],
      [1, () => (gateway.up = !gateway.up)],
      [1, () => (gateway.enabled = !gateway.enabled, gateway.cut())],
      [1, () => (gateway.buffering = !gateway.buffering, gateway.cut())],
      [1, () => (gateway.status.stream = pick([0, 502, 503]))],
      [1, () => (gateway.status.poll = pick([0, 0, 502]))],
      [1, () => page && (page.tab.kill(), tabs.splice(tabs.indexOf(page), 1))],
      [1, () => page && (page.client.close(), tabs.splice(tabs.indexOf(page), 1))],
      [1, () => page?.tab.freeze(!page.tab.owner.frozen)],
      [1, () => page && (page.tab.owner.skew = pick([0, 3_600_000, -3_600_000]))],
      [1, () => page?.tab.happen(pick(['online', 'visibilitychange']))],
      [1, () => (gateway.tokens.forEach((token) => browser.clock.now() - token.from > 15_000 && (token.ends = Math.min(token.ends, browser.clock.now() + 1000))))],
    ];
    let share = random() * moves.reduce((sum, [weight]) => sum + weight, 0);
    const [, move] = moves.find(([weight]) => (share -= weight) < 0) ?? moves[0];
    move();
  }

  function publish() {
    const channel = pick(['queue:updates', 'stats:updates', 'download:updates']);
    gateway.publish(channel, { n: ++n, download_id: pick(['d0', 'd1', 'd2']), status: pick(['done', 'waiting']) });
  }

  openTab();
  for (let step = 0; step < 150; step++) {
    act();
    await browser.advance(pick([0, 10, 100, 1000, 5000]));
  }
  Object.assign(gateway, { up: true, enabled: true, buffering: false, status: { stream: 0, poll: 0, config: 0 } });
  tabs.forEach(({ tab }) => {
    tab.freeze(false);
    tab.happen('visibilitychange');
  });
  // As long as a page may take that found streams held back, and tries them each fourth heartbeat.
  await browser.advance(200_000);
  const quiet = gateway.tip();
  for (let last = 0; last < 10; last++) {
    publish();
    await browser.advance(20_000);
  }
  judge(`seed ${seed}`, gateway, tabs.flatMap(({ subscriptions }) => subscriptions), quiet);
}

/** What one token is for: between two of these there is no order where each has a stream of its own. */
const scopeOf = ({ channel, data }) => (channel === 'download:updates' ? data.download_id : channel);

function judge(seed, gateway, subscriptions, quiet) {
  for (const { selection, heard, gaps, status } of subscriptions) {
    const what = `${seed}, ${JSON.stringify(selection)}`;
    ok(status === 'connected', `${what}: it is ${status}`);
    ok(gaps === 0, `${what}: a gap although the log holds everything`);
    const wanted = gateway.log.filter((event) => isOf(selection, event));
    for (const scope of new Set(wanted.map(scopeOf))) {
      const all = wanted.filter((event) => scopeOf(event) === scope);
      const mine = heard.filter((event) => scopeOf(event) === scope);
      const ids = mine.filter(({ id }) => id).map(({ id }) => id);
      // From the first one on, or from where there is nothing new any more.
      const from = ids.length ? all.findIndex(({ id }) => id === ids[0]) : all.findIndex(({ id }) => isLater(id, quiet));
      const expected = (from < 0 ? [] : all.slice(from)).map(({ id }) => id);
      ok(ids.join() === expected.join(), `${what}, ${scope}: heard ${ids.length} of ${expected.length}, otherwise from `
        + `${ids.findIndex((id, index) => id !== expected[index])} on`);
      if (scope !== 'system:notifications' && mine.length && !mine[0].id) {
        const before = all.filter(({ id }) => !ids.length || isLater(ids[0], id));
        ok(before.some(({ data }) => data.n === mine[0].data.n), `${what}, ${scope}: greeted with ${mine[0].data.n}`);
      }
      if (mine.length && ids.length === 0) {
        ok(mine[mine.length - 1].data.n === all[all.length - 1].data.n, `${what}, ${scope}: stale`);
      }
    }
  }
}

const given = globalThis.HERMES_SEED;
const first = given ?? Date.now() % 1_000_000;
for (let round = 0; round < (given === undefined ? ROUNDS : 1); round++) {
  test(`a random browser, -Dhermes.seed=${first + round}`, () => play(first + round));
}
