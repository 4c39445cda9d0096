/** Puts the parts of the page together. All that comes from the stream is shown as text, never as markup. */

import { createHermesEvents } from '/hermes-events.js';
import { Access } from './access.js';
import { Downloads } from './downloads.js';
import { bytes, clock, perSecond, plural, seconds } from './format.js';
import { Inspector } from './inspector.js';
import { Latency } from './latency.js';
import { Queue } from './queue.js';
import { ResumeCheck } from './resume.js';
import { Stats } from './stats.js';
import { Tap } from './tap.js';
import { Trials } from './trials.js';

const NOTICES = 5;
const RATE_POINTS = 60;
const STATES = {
  connecting: 'Connecting', connected: 'Live', reconnecting: 'Reconnecting', polling: 'Live, by polling',
  disconnected: 'Not connected', disabled: 'Off',
};
const REASONS = {
  connection_lost: 'the connection broke off', unreachable: 'the gateway does not answer', offline: 'this computer is offline',
  silent: 'nothing came for too long', token_revoked: 'the token was revoked', token_expired: 'the token has expired',
  token_failed: 'no token can be had', server_shutdown: 'the gateway is going down', disabled: 'the flag is off',
  buffered: 'something on the way holds streams back', unauthorized: 'the token is no longer good', no_config: 'no settings yet',
};

const at = (id) => document.getElementById(id);
const show = (id, value) => {
  if (at(id).textContent !== value) {
    at(id).textContent = value;
  }
};

let state = { status: 'connecting', transport: null, reason: '', backend: 'up', attempt: 0, since: Date.now() };
let events = null;
let closing = '';
let stalledAt = '';
let lastFrameAt = 0;
let framesThisSecond = 0;
let speed = 0;
const rates = new Array(RATE_POINTS).fill(0);

const tap = new Tap(onFrame);
tap.install();
const access = new Access(tap.fetch);
const latency = new Latency();
const inspector = new Inspector(at('frames'), { count: at('frame-count'), detail: at('detail') });
const queue = new Queue(at('queue'), at('queue-more'));
const stats = new Stats(at('chart'), ({ highest, text, counts }) => {
  show('chart-top', `at most ${highest}`);
  at('chart').setAttribute('aria-label', text);
  for (const [outcome, count] of Object.entries(counts)) {
    show(`ended-${outcome}`, String(count));
  }
});
const downloads = new Downloads(at('downloads'), showCounts, (status) => stats.outcome(status));
const check = new ResumeCheck(showInterruption, (after) => access.eventsAfter(after));
const trials = new Trials(access, {
  cut: at('cut'), stall: at('stall'), token: at('token'), flag: at('flag'), redis: at('redis'),
}, (text) => notice('error', text), onStall, (text) => notice('info', text));

const handlers = {
  download_progress: ({ data }) => {
    if (data.status === 'queued') {
      queue.add(String(data.download_id), String(data.title ?? data.download_id));
    } else {
      queue.remove(String(data.download_id));
      downloads.progress(data);
    }
  },
  queue_update: ({ data }) => {
    queue.hear(data);
    downloads.queue(data);
  },
  // One without an id only repeats the last there was before this page.
  stats_update: ({ id, data }) => id && downloads.stats(data),
  system_notification: ({ data }) => notice(data.notification_type, data.message),
};

// -------------------------------------------------------------------------------------------------------- what is heard

function onFrame(frame) {
  lastFrameAt = Date.now();
  framesThisSecond += 1;
  closing = frame.name === 'closing' ? ` Asked to come back in ${seconds(frame.data.reconnect_after_ms ?? 0)}.` : closing;
  inspector.add(frame);
}

function onEvent(event) {
  if (event.id) {
    check.received(event.id);
    latency.add(event.id, state.since);
  }
  handlers[event.type]?.(event);
  show('queued', String(queue.size));
}

function onGap({ reason, requested, resumed_at: at }) {
  downloads.doubt();
  check.gap(reason, requested, at);
  notice('warning', `Gap: ${reason}. Events may be missing here.`);
}

function onState(next) {
  const previous = state;
  state = next;
  if (previous.transport !== next.transport) {
    if (previous.transport) {
      check.interrupted(next.transport ? tap.before : tap.cursor);
    }
    if (next.transport) {
      closing = '';
      check.resumed(tap.from);
      trials.flows();
      downloads.heardAgain();
    }
  }
  if (previous.backend !== next.backend) {
    downloads.heardAgain();
    if (next.backend === 'up') {
      notice('info', 'Redis is back.');
    }
  }
  if (next.status === 'connected') {
    trials.flag(true);
  } else if (next.reason === 'disabled') {
    trials.flag(false);
  }
  showState();
  if (next.status === 'disconnected' && !access.demo && events) {
    leave(`Ended: ${REASONS[next.reason] ?? next.reason}.`);
  }
}

function onStall(held) {
  if (held) {
    stalledAt = tap.cursor;
    check.interrupted(stalledAt);
  } else if (state.transport) {
    check.resumed(stalledAt);
  }
  showState();
}

// -------------------------------------------------------------------------------------------------------- what is shown

function showState() {
  at('state').dataset.state = state.status;
  show('state-text', STATES[state.status]);
  show('transport', { sse: 'EventSource', poll: 'long polling' }[state.transport] ?? 'none');
  show('backend', state.backend === 'up' ? 'up' : 'away');
  show('token-in-use', access.token ? `${access.token.slice(0, 10)}…, number ${access.tokens}` : '–');
  show('curl', access.curl);
  banner(words());
}

function words() {
  const why = REASONS[state.reason] ?? state.reason.replaceAll('_', ' ');
  if (state.status === 'polling') {
    return `Events come by polling, from the same cursor: ${why}. Streams are tried again now and then.`;
  }
  if (state.status === 'reconnecting' || state.status === 'disconnected') {
    return `${STATES[state.status]}: ${why}.${closing}`;
  }
  if (state.backend === 'down') {
    return 'Redis is away. The stream stays open and goes on when it is back.';
  }
  return trials.held
    ? 'Stalled: the gateway holds this stream back, as if the browser did not read. Let it flow, or wait until the page notices.'
    : '';
}

function showCounts(counts) {
  for (const name of ['active', 'completed', 'failed', 'cancelled']) {
    show(name, String(counts[name]));
  }
  speed = counts.speed;
  show('saved', counts.saved ? bytes(counts.saved) : '0 MB');
  show('total-speed', counts.speed ? `${perSecond(counts.speed)} in all` : '');
  at('no-downloads').hidden = counts.rows > 0;
}

function showInterruption(report) {
  at('resume-none').hidden = true;
  at('resume').hidden = false;
  at('verdict').dataset.verdict = report.verdict;
  show('verdict', report.text);
  show('cursor-before', report.before);
  show('cursor-after', report.after || '…');
  show('away', report.away ? '…' : seconds(report.awayMs));
  show('caught-up', report.expected ? `${report.arrived ?? 0} of ${plural(report.expected.length, 'event', 'events')}` : '…');
}

function notice(kind, message) {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const time = document.createElement('time');
  item.dataset.kind = kind;
  text.textContent = String(message ?? '');
  time.textContent = clock(new Date());
  item.append(text, time);
  at('notices').prepend(item);
  while (at('notices').childElementCount > NOTICES) {
    at('notices').lastElementChild.remove();
  }
  at('no-notices').hidden = true;
}

function banner(text) {
  show('banner', text);
  at('banner').hidden = text === '';
}

function everySecond() {
  rates.push(framesThisSecond);
  rates.shift();
  framesThisSecond = 0;
  const recent = rates.slice(-3);
  show('rate', String(Math.round(recent.reduce((sum, rate) => sum + rate, 0) / recent.length)));
  const top = Math.max(10, ...rates);
  const points = rates.map((rate, second) => `${(second * 60) / (RATE_POINTS - 1)},${19 - (18 * rate) / top}`);
  at('spark').firstElementChild.setAttribute('points', points.join(' '));
  stats.tick(speed);
  show('latency', latency.words());
  if (state.transport && state.backend === 'up' && !trials.held) {
    downloads.forgetSilent();
  }
}

function often() {
  show('since', lastFrameAt ? `${seconds(Date.now() - lastFrameAt)} ago` : '–');
  show('cursor', tap.cursor || '–');
  show('connection', tap.connection || '–');
  at('connection').title = tap.connection;
}

// ---------------------------------------------------------------------------------------------------------- who may look

function enter() {
  at('gate').hidden = true;
  at('main').hidden = false;
  at('footer').hidden = false;
  at('state').hidden = false;
  at('leave').hidden = access.demo;
  at('trials').hidden = !access.demo;
  trials.offer();
  events = createHermesEvents({
    baseUrl: '/api/v1',
    enabled: true,
    // One stream for each tab, so that what it shows is its own.
    share: false,
    getToken: () => access.getToken(),
    onError: ({ code, detail }) => notice('error', `${code}: ${detail}`),
  });
  state = events.state;
  events.onState(onState);
  events.subscribe({ channels: access.channels }, onEvent, { onGap });
  showState();
}

/** Nothing of what was seen stays behind: the page is loaded anew, and says why. */
function leave(text) {
  history.replaceState({ trouble: text }, '');
  location.reload();
}

async function present(submitted) {
  submitted.preventDefault();
  const credential = at('credential').value.trim();
  if (!credential) {
    show('gate-trouble', 'A token is needed.');
    at('credential').focus();
    return;
  }
  try {
    await access.present(credential);
    at('credential').value = '';
    enter();
    at('state').focus();
  } catch (failure) {
    show('gate-trouble', `${failure.message}.`);
    at('credential').focus();
  }
}

async function begin() {
  try {
    await access.begin();
  } catch {
    banner('The gateway does not answer. Reload the page to try again.');
    return;
  }
  show('subtitle', access.demo
    ? 'Simulated downloads, published to Redis and pushed to this page over one SSE stream.'
    : 'What the gateway sends, as it comes.');
  if (access.demo) {
    enter();
  } else {
    at('gate').hidden = false;
    show('gate-trouble', history.state?.trouble ?? '');
    history.replaceState(null, '');
    at('credential').focus();
  }
}

at('gate-form').addEventListener('submit', present);
at('leave').addEventListener('click', () => leave(''));
at('clear').addEventListener('click', () => inspector.clear());
at('filter').addEventListener('input', () => inspector.filter(at('filter').value));
at('pause').addEventListener('click', () => {
  const paused = at('pause').getAttribute('aria-pressed') !== 'true';
  at('pause').setAttribute('aria-pressed', String(paused));
  inspector.pause(paused);
});
at('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(at('curl').textContent);
    show('copy', 'Copied');
  } catch {
    getSelection().selectAllChildren(at('curl'));
    show('copy', 'Selected');
  }
  setTimeout(() => show('copy', 'Copy'), 2000);
});

setInterval(everySecond, 1000);
setInterval(often, 200);
begin();
