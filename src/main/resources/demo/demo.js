/** Puts the parts of the page together. All that comes from the stream is shown as text, never as markup. */

import { Downloads } from './downloads.js';
import { bytes, clock, perSecond, plural, seconds } from './format.js';
import { Journal } from './journal.js';
import { ResumeCheck } from './resume.js';
import { fetchJson, LiveStream } from './stream.js';

const NOTICES = 5;
const RATE_POINTS = 60;
const STATES = { connecting: 'Connecting', connected: 'Connected', reconnecting: 'Reconnecting', closed: 'Closed' };

const at = (id) => document.getElementById(id);
const show = (id, value) => {
  at(id).textContent = value;
};

let state = 'connecting';
let redisDown = false;
let sseEnabled = true;
let lastFrameAt = 0;
let framesThisSecond = 0;
const rates = new Array(RATE_POINTS).fill(0);

const journal = new Journal(at('journal'));
const downloads = new Downloads(at('downloads'), (counts) => {
  for (const name of ['queued', 'active', 'completed', 'failed', 'cancelled']) {
    show(name, counts[name]);
  }
  show('saved', counts.saved ? bytes(counts.saved) : '0 MB');
  show('total-speed', counts.speed ? `${perSecond(counts.speed)} in all` : '');
  at('no-downloads').hidden = counts.rows > 0;
});
const stream = new LiveStream(onState, onFrame);
const check = new ResumeCheck(showInterruption, (after) => stream.eventsAfter(after));

const handlers = {
  connected(frame) {
    show('connection', frame.data.connection_id ?? '–');
    at('connection').title = frame.data.connection_id ?? '';
    banner('');
    redisDown = false;
    downloads.heardAgain();
    check.resumed(stream.cursor);
    offerActions();
  },
  download_progress: (frame) => downloads.progress(frame.data),
  queue_update: (frame) => downloads.queue(frame.data),
  stats_update(frame) {
    // One without an id only repeats the last there was before this page.
    if (frame.id) {
      downloads.stats(frame.data);
    }
  },
  system_notification: (frame) => notice(frame.data.notification_type, frame.data.message),
  gap(frame) {
    downloads.doubt();
    check.gap(frame.data.reason ?? 'unknown');
    notice('warning', `Gap: ${frame.data.reason}. Events may be missing here.`);
  },
  closing: (frame) => banner(`The server ends this stream (${frame.data.reason}); back in ${seconds(frame.data.reconnect_after_ms ?? 0)}.`),
  backend(frame) {
    redisDown = frame.data.state === 'down';
    banner(redisDown ? 'Redis is away. The stream stays open and goes on when it is back.' : '');
    if (!redisDown) {
      downloads.heardAgain();
      notice('info', 'Redis is back.');
    }
  },
  unavailable: (frame) => banner(`The server has no stream to give at the moment (${frame.data.code}); the browser tries again.`),
};

function onState(next, detail) {
  if (state === 'connected' && next !== 'connected') {
    check.interrupted(stream.cursor);
  }
  state = next;
  at('state').dataset.state = next;
  show('state-text', STATES[next]);
  if (detail) {
    banner(sseEnabled ? `${detail}.` : 'SSE is switched off. Existing clients would fall back to polling now.');
  }
  if (stream.access) {
    show('curl', stream.access.curl ?? `curl -N '${location.origin}${stream.access.streamUrl}?token=${stream.access.token}'`);
  }
}

function onFrame(frame) {
  lastFrameAt = Date.now();
  framesThisSecond += 1;
  show('cursor', stream.cursor || '–');
  if (frame.id && !frame.position) {
    check.received(frame.id);
  }
  journal.add(frame);
  handlers[frame.name]?.(frame);
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
  const words = document.createElement('span');
  const time = document.createElement('time');
  item.dataset.kind = kind;
  words.textContent = String(message ?? '');
  time.textContent = clock(new Date());
  item.append(words, time);
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

function offerActions() {
  const actions = stream.access?.actions ?? [];
  at('flag').hidden = !actions.includes('flag');
  at('redis').hidden = !actions.includes('redis');
}

async function press(button, action) {
  button.disabled = true;
  try {
    return await fetchJson(`/demo/${action}`, { method: 'POST' });
  } catch (failure) {
    notice('error', `“${button.textContent}” did not work: ${failure.message}`);
    return {};
  } finally {
    button.disabled = false;
  }
}

async function toggleFlag() {
  const answer = await press(at('flag'), 'flag');
  const health = 'enabled' in answer ? answer : await fetchJson('/api/v1/events/health').catch(() => ({}));
  sseEnabled = health.enabled ?? sseEnabled;
  show('flag', sseEnabled ? 'Switch SSE off' : 'Switch SSE on');
  if (sseEnabled && state !== 'connected') {
    stream.open();
  }
}

function everySecond() {
  rates.push(framesThisSecond);
  rates.shift();
  framesThisSecond = 0;
  const recent = rates.slice(-3);
  show('rate', Math.round(recent.reduce((sum, rate) => sum + rate, 0) / recent.length));
  const top = Math.max(10, ...rates);
  const points = rates.map((rate, second) => `${(second * 60) / (RATE_POINTS - 1)},${19 - (18 * rate) / top}`);
  at('spark').firstElementChild.setAttribute('points', points.join(' '));
  if (state === 'connected' && !redisDown) {
    downloads.forgetSilent();
  }
}

at('cut').addEventListener('click', () => press(at('cut'), 'cut'));
at('redis').addEventListener('click', () => press(at('redis'), 'redis'));
at('flag').addEventListener('click', toggleFlag);
at('clear').addEventListener('click', () => journal.clear());
at('without-progress').addEventListener('change', (change) => {
  journal.withoutProgress = change.target.checked;
});
at('pause').addEventListener('click', () => {
  const paused = at('pause').getAttribute('aria-pressed') !== 'true';
  at('pause').setAttribute('aria-pressed', String(paused));
  show('pause', paused ? 'Go on' : 'Pause');
  journal.pause(paused);
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
setInterval(() => {
  show('since', lastFrameAt ? `${seconds(Date.now() - lastFrameAt)} ago` : '–');
}, 200);
stream.open();
