/*
 * Shows people what the paths of this port answer to programs. Users, addresses and channels come from outside: every
 * text enters the page as textContent, never as markup, which the page's policy forbids too.
 */

const EVERY_MILLIS = 2_000;
/** Redis and the settings are asked less often: for each answer about Redis the gateway sends it some thirty commands. */
const SELDOM_MILLIS = 30_000;
const PATIENCE_MILLIS = 5_000;
const MOST_STREAMS = 100;
const KEPT_MILLIS = 300_000;

const byId = (id) => document.getElementById(id);

/**
 * The key stays in this variable. In sessionStorage it would survive a reload, but also be there for whatever else is
 * served from the same address later, as behind a forwarded port; a password manager fills it in as fast.
 */
let key = null;
/** The last answers, and when they came. */
let seen = null;
/** Since when refreshing fails, and why. */
let stale = null;
let seldom = { askedAt: -Infinity };
let history = [];
let restartedAt = null;
let timer = 0;
/** Counts the refreshes begun, so that an answer to an earlier one is left out. */
let turn = 0;
const ending = new Set();

// Asking ----------------------------------------------------------------------------------------------------------

class Refused extends Error {}

/** The answer of a path: its status, and its text read as JSON where it is that. */
async function ask(path, method = 'GET') {
  const answer = await fetch(path, {
    method,
    headers: { Authorization: `Bearer ${key}` },
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(PATIENCE_MILLIS),
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('Content-Type') ?? '').startsWith('application/json');
  const body = isJson ? JSON.parse(text) : text;
  if (answer.status === 401) {
    throw new Refused(body.detail ?? 'The key was not accepted');
  }
  return { ok: answer.ok, status: answer.status, body, detail: isJson ? body.detail : undefined };
}

/** Why there is no answer, in words: what browsers say of it differs and tells nobody much. */
function reason(failure) {
  if (failure.name === 'TimeoutError') {
    return `no answer within ${PATIENCE_MILLIS / 1_000} s`;
  }
  return failure instanceof TypeError ? 'the management port cannot be reached' : failure.message;
}

function wantedStreams() {
  const query = new URLSearchParams({ limit: MOST_STREAMS });
  for (const [name, value] of new FormData(byId('filter'))) {
    if (value.trim() !== '') {
      query.set(name, value.trim());
    }
  }
  return `/streams?${query}`;
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++turn;
  try {
    const [ready, metrics, streams, log, warnings] = await Promise.all([
      ask('/health/ready'), ask('/metrics'), ask(wantedStreams()), ask('/log'), ask('/warnings'),
    ]);
    if (mine !== turn) {
      return;
    }
    const readiness = JSON.stringify(ready.body.problems?.map((problem) => problem.what));
    const again = seldom.readiness !== readiness || !seldom.redis?.ok;
    if (Date.now() - seldom.askedAt > (again && ready.ok ? EVERY_MILLIS : SELDOM_MILLIS)) {
      const asked = askSeldom(readiness);
      if (!seldom.redis) {
        await asked;
      }
    }
    if (mine !== turn) {
      return;
    }
    stale = null;
    const numbers = metrics.ok ? read(metrics.body) : null;
    const { redis, settings } = seldom;
    seen = { at: Date.now(), ready: ready.body, numbers, metrics, streams, log, warnings, redis, settings };
    remember(numbers);
    show();
  } catch (failure) {
    if (mine !== turn) {
      return;
    }
    if (failure instanceof Refused) {
      lock(`${failure.message}.`);
      return;
    }
    stale ??= { since: Date.now() };
    stale.reason = reason(failure);
    if (seen) {
      show();
    } else {
      byId('gate-trouble').textContent = `Nothing could be read: ${stale.reason}.`;
    }
  }
  if (!document.hidden && key !== null) {
    timer = setTimeout(refresh, EVERY_MILLIS);
  }
}

/** Asks for what is shown of Redis and the settings. Nobody waits for it but the first time: Redis may be slow to answer. */
async function askSeldom(readiness) {
  const asked = key;
  seldom = { ...seldom, askedAt: Date.now(), readiness };
  const [redis, settings] = await Promise.all(['/redis', '/settings'].map((path) => ask(path)
    .catch((failure) => ({ ok: false, status: 0, detail: reason(failure) }))));
  if (key === asked) {
    seldom = { ...seldom, redis, settings };
    if (seen) {
      Object.assign(seen, { redis, settings });
      show();
    }
  }
}

/** Prometheus' text: each series with its labels as written, and its number. */
function read(text) {
  const series = new Map();
  for (const line of text.split('\n')) {
    const end = line.lastIndexOf(' ');
    if (end > 0 && !line.startsWith('#')) {
      series.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }
  return series;
}

function sum(numbers, name) {
  let total = 0;
  for (const [series, number] of numbers) {
    if (series === name || series.startsWith(`${name}{`)) {
      total += number;
    }
  }
  return total;
}

/** The numbers of a metric by the values of one label, the greatest first, without those that are zero. */
function labelled(numbers, name, label) {
  const found = [];
  for (const [series, number] of numbers) {
    const value = series.startsWith(`${name}{`) && series.match(new RegExp(`[{,]${label}="([^"]*)"`));
    if (value && number > 0) {
      found.push([value[1], number]);
    }
  }
  return found.sort((left, right) => right[1] - left[1]);
}

function remember(numbers) {
  if (!numbers) {
    return;
  }
  const started = numbers.get('process_start_time_seconds');
  const last = history.at(-1);
  if (last && last.started !== started) {
    history = [];
    restartedAt = started * 1_000;
  }
  const buckets = [...numbers].filter(([series]) => series.startsWith('hermes_delivery_latency_seconds_bucket{'))
    .map(([series, number]) => [Number(series.match(/le="([^"]*)"/)[1].replace('+Inf', 'Infinity')), number]);
  const now = Date.now();
  history.push({
    at: now,
    started,
    received: sum(numbers, 'hermes_events_received_total'),
    delivered: sum(numbers, 'hermes_events_delivered_total'),
    opened: sum(numbers, 'hermes_streams_opened_total'),
    closed: sum(numbers, 'hermes_streams_closed_total'),
    gaps: sum(numbers, 'hermes_gaps_total'),
    buckets,
  });
  history = history.filter((one) => now - one.at <= KEPT_MILLIS);
}

/** The last measurement, and the newest one that is at least so old; null while there is none. */
function span(millis) {
  const last = history.at(-1);
  const first = history.findLast((one) => last.at - one.at >= millis) ?? history[0];
  return last && first !== last ? { first, last, seconds: (last.at - first.at) / 1_000 } : null;
}

// Words -----------------------------------------------------------------------------------------------------------

const count = (number) => Number(number).toLocaleString('en');

function duration(seconds) {
  if (seconds < 1) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 120) {
    return `${Math.round(seconds)} s`;
  }
  if (seconds < 7_200) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (number >= 1_024 && unit < units.length - 1) {
    number /= 1_024;
    unit++;
  }
  return `${number >= 100 || unit === 0 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`;
}

/** The time of day, with the day where it is not today. */
function time(millis) {
  const moment = new Date(millis);
  const clock = moment.toLocaleTimeString('en-GB');
  return moment.toDateString() === new Date().toDateString()
    ? clock
    : `${moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}

const words = (label) => label.replaceAll('_', ' ');
const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

function channelNames(stream) {
  return Object.entries(stream.channels).map(([name, { keys, filters }]) => {
    const chosen = Object.entries(filters).map(([field, values]) => `${field}=${values.join('|')}`);
    return [name, ...(keys ? [keys.join(', ')] : []), ...(chosen.length ? [`(${chosen.join(', ')})`] : [])].join(' ');
  });
}

// What is wrong ---------------------------------------------------------------------------------------------------

/** Everything that is wrong, in words, the worst first: {level, text, since in milliseconds or null, action}. */
function problems() {
  const found = [];
  const say = (level, text, since = null, action = null) => found.push({ level, text, since, action });
  if (stale) {
    say('bad', `This page is stale: ${stale.reason}. All below is from ${time(seen.at)}.`, stale.since);
  }
  const { ready, numbers, redis, log, streams, warnings, settings, at } = seen;
  const titles = {
    redis: 'Events do not flow from Redis',
    draining: 'The gateway is shutting down',
    starting: 'The gateway is starting',
  };
  for (const problem of ready.problems ?? []) {
    say('bad', `${titles[problem.what] ?? problem.what}: ${problem.detail}`, problem.since && Date.parse(problem.since));
  }
  for (const [what, answer] of [['The metrics', seen.metrics], ['The streams', streams], ['The log', log], ['Redis', redis]]) {
    const said = what === 'Redis' && ready.problems?.some((problem) => problem.what === 'redis');
    if (!answer.ok && !said) {
      say('bad', `${what} could not be read: ${answer.detail ?? `status ${answer.status}`}`);
    }
  }
  if (settings.ok && numbers?.get('hermes_sse_enabled') === 0) {
    say('bad', 'Streams are switched off: HERMES_ENABLE_SSE is false. Pages with the gateway’s own client poll.');
  }
  if (numbers) {
    ofNumbers(numbers, say, at);
  }
  if (redis.ok) {
    ofRedis(redis.body, say);
  }
  if (log.ok) {
    ofLog(log.body, say);
  }
  if (warnings.ok) {
    const recent = warnings.body.warnings.filter((line) => at - Date.parse(line.at) < KEPT_MILLIS);
    if (recent.length > 0) {
      const errors = recent.filter((line) => line.level === 'ERROR').length;
      say(errors ? 'bad' : 'watch', `Logged in the last 5 minutes: ${plural(errors, 'error')} and `
        + `${plural(recent.length - errors, 'warning')}, the last: ${recent[0].message}`, Date.parse(recent.at(-1).at));
    }
  }
  return found.sort((left, right) => (left.level === 'bad' ? 0 : 1) - (right.level === 'bad' ? 0 : 1));
}

function ofNumbers(numbers, say, at) {
  const of = (name) => numbers.get(name) ?? 0;
  const stalled = of('hermes_streams_stalled');
  const longest = of('hermes_streams_lag_seconds');
  if (stalled > 0) {
    say('watch', `${plural(stalled, 'stream is stalled: its client takes', 'streams are stalled: their clients take')} nothing`,
      at - longest * 1_000, ['Show them', () => filterBy('stalled')]);
  }
  if (of('hermes_streams_catching_up') > stalled && longest >= 5) {
    say('watch', `${plural(of('hermes_streams_catching_up') - stalled, 'stream is', 'streams are')} catching up`,
      at - longest * 1_000, ['Show them', () => filterBy('catching_up')]);
  }
  if (of('hermes_streams_open') >= of('hermes_streams_limit') * 0.9) {
    say(of('hermes_streams_open') >= of('hermes_streams_limit') ? 'bad' : 'watch',
      `${count(of('hermes_streams_open'))} of ${count(of('hermes_streams_limit'))} streams are open `
        + '(HERMES_SSE_MAX_CONNECTIONS); beyond that clients are refused');
  }
  if (of('hermes_event_loop_lag_seconds') >= 1) {
    say('watch', `An event loop was held up for ${duration(of('hermes_event_loop_lag_seconds'))} within the last minute`);
  }
  const certificate = of('hermes_tls_certificate_end_timestamp_seconds') * 1_000;
  if (certificate > 0 && certificate - at < 14 * 86_400_000) {
    say(certificate < at ? 'bad' : 'watch', `The certificate ${certificate < at ? 'has ended' : 'ends'}: ${time(certificate)}`);
  }
  if (of('hermes_identity_circuit_open') === 1) {
    say('bad', 'Hermes does not answer whether it accepts credentials (HERMES_IDENTITY_URL)');
  }
  if (of('hermes_settings_reloads_failed_total') > 0) {
    say('watch', 'Settings were read again and could not be used; the old ones apply');
  }
  const minute = span(60_000);
  if (minute && minute.last.gaps > minute.first.gaps) {
    say('watch', `${plural(minute.last.gaps - minute.first.gaps, 'client was', 'clients were')} told of a gap within the last minute: `
      + 'something may be missing, and their pages fetch anew');
  }
  if (restartedAt !== null && at - restartedAt < KEPT_MILLIS) {
    say('watch', 'The gateway has started anew', restartedAt);
  }
}

function ofRedis(redis, say) {
  if (redis.supported === false) {
    say('bad', `${redis.product} ${redis.version} is too old: the gateway needs Redis 6.2 or Valkey 7.2`);
  }
  for (const right of redis.missing_rights ?? []) {
    say('bad', `The gateway’s account in Redis lacks the right ${right}`);
  }
  if (redis.maxmemory > 0 && redis.maxmemory_policy !== 'noeviction') {
    say('watch', `Redis evicts when memory is short (maxmemory-policy ${redis.maxmemory_policy}): `
      + 'then tokens, snapshots or the log go; write noeviction');
  }
  if (redis.maxmemory > 0 && redis.used_memory > redis.maxmemory * 0.9) {
    say('bad', `Redis uses ${bytes(redis.used_memory)} of ${bytes(redis.maxmemory)}`);
  }
  if (Math.abs(redis.clock_ahead_ms ?? 0) > 2_000) {
    say('watch', `The clock of Redis is ${duration(Math.abs(redis.clock_ahead_ms) / 1_000)} `
      + `${redis.clock_ahead_ms > 0 ? 'ahead of' : 'behind'} the gateway’s`);
  }
}

function ofLog(log, say) {
  if (log.chain && log.reachable && !log.chain.settled) {
    say('watch', 'The log has not reached this gateway’s marker yet: what it hears waits');
  }
  if (log.reachable && (log.entries >= log.entries_limit * 0.98 || log.bytes >= log.bytes_limit * 0.98)
    && log.oldest_seconds < log.oldest_seconds_limit * 0.5) {
    say('watch', `The log is full: a client that was away for more than ${duration(log.oldest_seconds)} gets a gap instead of `
      + `what it missed, though HERMES_HISTORY_MAX_AGE is ${duration(log.oldest_seconds_limit)}`);
  }
}

function filterBy(state) {
  byId('filter').reset();
  byId('filter').elements.state.value = state;
  byId('streams-title').focus();
  refresh();
}

// Showing ---------------------------------------------------------------------------------------------------------

/** An element with properties, data attributes and children; a text becomes a text node, nothing is parsed. */
function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property === 'data') {
      Object.assign(element.dataset, value);
    } else {
      element[property] = value;
    }
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Outside text in a direction of its own, so that it does not turn what stands around it. */
const outside = (text) => el('bdi', { textContent: text });

/** Exchanges what is in a place only if it differs, so that a selection and the focus stay. */
function put(place, made) {
  const nodes = [...el('div', {}, ...made).childNodes];
  const same = nodes.length === place.childNodes.length
    && nodes.every((node, index) => node.isEqualNode(place.childNodes[index]));
  if (!same) {
    place.replaceChildren(...nodes);
  }
}

function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

function facts(...pairs) {
  return el('dl', { className: 'facts' }, ...pairs.filter((pair) => pair !== null)
    .map(([name, ...value]) => el('div', {}, el('dt', { textContent: name }), el('dd', {}, ...value))));
}

function bar(part, level = part >= 0.9 ? 'watch' : 'good') {
  const filled = el('span');
  filled.style.width = `${Math.min(100, Math.max(0, part * 100)).toFixed(1)}%`;
  return el('div', { className: 'bar', data: { level } }, filled);
}

function show() {
  const { numbers, settings } = seen;
  byId('gate').hidden = true;
  byId('main').hidden = false;
  byId('session').hidden = false;
  showVerdict();
  const version = numbers && [...numbers.keys()].find((series) => series.startsWith('hermes_build_info{'))?.match(/[{,]version="([^"]*)"/)?.[1];
  const started = (numbers?.get('process_start_time_seconds') ?? NaN) * 1_000;
  text(byId('about'), [
    location.host,
    version && `version ${version}`,
    started && `up for ${duration((seen.at - started) / 1_000)}, since ${time(started)}`,
    settings.ok && `streams are ${settings.body.sse_enabled_now ? 'on' : 'off'}`,
  ].filter(Boolean).join(' · '));
  text(byId('freshness'), stale ? `not refreshed since ${time(seen.at)}` : `as of ${time(seen.at)}`);
  if (numbers) {
    showTiles(numbers);
    showChannels(numbers);
    showGaps(numbers);
  }
  if (seen.streams.ok) {
    showStreams(seen.streams.body);
  }
  showRedis();
  showLog();
  showWarnings();
  showSettings();
}

/** The worst thing in a few words, which end at its first colon, and since when. */
function headline({ text, since }, bad) {
  const head = text.split(': ')[0];
  return head + (since ? `, since ${time(since)}` : '') + (bad > 1 ? `, and ${bad - 1} more` : '');
}

function showVerdict() {
  const found = problems();
  const bad = found.filter((problem) => problem.level === 'bad').length;
  const level = bad ? 'bad' : found.length ? 'watch' : 'good';
  byId('verdict').dataset.level = level;
  const open = seen.numbers?.get('hermes_streams_open') ?? 0;
  const flow = seen.numbers?.get('hermes_redis_up') === 1 ? ', and events flow' : '';
  const title = bad ? headline(found[0], bad)
    : found.length ? `It works; ${plural(found.length, 'thing is', 'things are')} worth a look`
      : `All is well: ${plural(open, 'stream is', 'streams are')} open${flow}`;
  text(byId('verdict-title'), title);
  document.title = `${bad ? '✗ ' : found.length ? '! ' : ''}${title} – Hermes Gateway`;
  const list = byId('problems');
  const told = found.map((problem) => `${problem.level} ${problem.since ? 'since' : ''} ${problem.text}`).join('\n');
  // Rebuilt only when something else is wrong: the focus may be on a button in it.
  if (list.dataset.told !== told) {
    list.dataset.told = told;
    list.replaceChildren(...found.map(({ level, text, action }) => el('li', { data: { level } },
      el('span', { className: 'level', textContent: level === 'bad' ? 'wrong' : 'check' }),
      el('span', { className: 'text' }, outside(text), ...(action ? [' ', el('button', {
        type: 'button', className: 'link', textContent: action[0], onclick: action[1],
      })] : [])),
      el('span', { className: 'since' }))));
  }
  found.forEach(({ since }, index) => text(list.children[index].lastChild,
    since ? `since ${time(since)} (${duration(Math.max(0, (Date.now() - since) / 1_000))})` : ''));
}

function line(of) {
  const points = history.slice(1).map((one, index) => {
    const before = history[index];
    return [one.at, Math.max(0, of(one) - of(before)) / ((one.at - before.at) / 1_000)];
  });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 100 20');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  const most = Math.max(1, ...points.map(([, rate]) => rate));
  const end = history.at(-1)?.at ?? 0;
  const shown = Math.max(60_000, end - (history[0]?.at ?? end));
  drawn.setAttribute('points', points
    .map(([at, rate]) => `${(100 - (end - at) / (shown / 100)).toFixed(1)},${(19 - rate / most * 18).toFixed(1)}`)
    .join(' '));
  svg.append(drawn);
  return svg;
}

function showTiles(numbers) {
  const of = (name) => numbers.get(name) ?? 0;
  const tile = (name, value, unit, more, ...further) => el('div', { className: 'tile' },
    el('p', { className: 'name', textContent: name }),
    el('p', { className: 'value' }, value, unit ? el('small', { textContent: ` ${unit}` }) : ''),
    el('p', { className: 'more', textContent: more }), ...further);
  const rate = (field, millis, per) => {
    const over = span(millis);
    if (!over) {
      return '–';
    }
    const value = Math.max(0, over.last[field] - over.first[field]) / over.seconds * per;
    return value >= 100 || Number.isInteger(value) ? count(Math.round(value)) : value.toFixed(1);
  };
  const open = of('hermes_streams_open');
  const behind = of('hermes_streams_lag_seconds');
  put(byId('tiles'), [
    tile('Open streams', count(open), `of ${count(of('hermes_streams_limit'))}`,
      `${plural(of('hermes_polls_waiting'), 'poll')} waiting`, bar(open / Math.max(1, of('hermes_streams_limit')))),
    tile('Events in', rate('received', 10_000, 1), 'a second', '', line((one) => one.received)),
    tile('Events out', rate('delivered', 10_000, 1), 'a second', '', line((one) => one.delivered)),
    tile('Opened', rate('opened', 60_000, 60), 'a minute', `${count(of('hermes_streams_opened_total'))} since the start`,
      line((one) => one.opened)),
    tile('Ended', rate('closed', 60_000, 60), 'a minute', `${count(history.at(-1)?.closed ?? 0)} since the start`,
      line((one) => one.closed)),
    tile('Furthest behind', behind > 0 ? duration(behind) : 'nobody', '',
      `${count(of('hermes_streams_catching_up'))} behind, ${count(of('hermes_streams_stalled'))} stalled`),
    tile('Delivery', within() ?? '–', '', 'for 99 of 100 events, last minute'),
  ]);
}

/** The bound below which 99 of 100 events of the last minute were delivered. */
function within() {
  const over = span(60_000);
  if (!over) {
    return null;
  }
  const grown = over.last.buckets.map(([bound, number], index) => [bound, number - (over.first.buckets[index]?.[1] ?? 0)]);
  const all = grown.at(-1)?.[1] ?? 0;
  const found = all > 0 && grown.find(([, number]) => number >= all * 0.99);
  if (!found) {
    return null;
  }
  return found[0] === Infinity ? '> 5 s' : found[0] < 1 ? `≤ ${found[0] * 1_000} ms` : `≤ ${found[0]} s`;
}

function showChannels(numbers) {
  const select = byId('filter').elements.channel;
  const known = new Set([...select.options].map((option) => option.value));
  for (const series of numbers.keys()) {
    const name = series.match(/^hermes_events_delivered_total\{channel="([^"]*)"/)?.[1];
    if (name && !known.has(name)) {
      select.append(el('option', { value: name, textContent: name }));
    }
  }
}

// Streams ---------------------------------------------------------------------------------------------------------

const rows = new Map();
const WORST_FIRST = ['stalled', 'catching_up', 'live'];

function row(id) {
  const cell = (label, className = '') => el('td', { className, data: { label } });
  const cells = {
    state: cell('State'),
    user: cell('User', 'user'),
    address: cell('Address', 'address mono'),
    channels: cell('Channels', 'channels'),
    age: cell('Open for', 'number'),
    lag: cell('Behind', 'number'),
    events: cell('Events', 'number'),
    bytes: cell('Bytes', 'number'),
    id: cell('Id', 'id mono'),
    end: cell(''),
  };
  cells.state.append(el('span', { className: 'state' }));
  cells.user.append(el('bdi'), el('small'));
  cells.lag.append(el('span'), el('small'));
  cells.id.append(el('button', {
    type: 'button',
    className: 'link',
    textContent: id.slice(0, 13),
    title: `${id}\nPut it into the form “Explain a delivery”`,
    onclick: () => {
      byId('explain').elements.stream.value = id;
      byId('explain').elements.event.focus();
    },
  }));
  cells.end.append(el('button', { type: 'button', className: 'end', textContent: 'End…', onclick: () => confirmEnd(id) }));
  return { cells, element: el('tr', { id: `stream-${id}` }, ...Object.values(cells)), stream: null };
}

function fill(one, stream) {
  const { cells } = one;
  one.stream = stream;
  const state = ending.has(stream.id) ? 'ending' : stream.state;
  one.element.dataset.state = state;
  text(cells.state.firstChild, words(state));
  const [user, credential] = cells.user.children;
  text(user, stream.user ?? 'nobody in particular');
  user.className = stream.user === null ? 'muted' : '';
  text(credential, words(stream.credential));
  text(cells.address, stream.address);
  const channels = channelNames(stream);
  put(cells.channels, [outside([...channels.slice(0, 3), ...(channels.length > 3 ? [`and ${channels.length - 3} more`] : [])].join(' · '))]);
  cells.channels.title = channels.join('\n');
  text(cells.age, duration(stream.age_seconds));
  const [time, entries] = cells.lag.children;
  text(time, stream.lag.seconds > 0 ? duration(stream.lag.seconds) : '–');
  text(entries, stream.state === 'live' ? '' : stream.lag.entries === null ? '> 4,096 entries'
    : plural(stream.lag.entries, 'entry', 'entries'));
  text(cells.events, count(stream.events));
  text(cells.bytes, bytes(stream.bytes));
  cells.end.firstChild.disabled = ending.has(stream.id);
  cells.end.firstChild.ariaLabel = `End the stream of ${stream.user ?? stream.address}…`;
}

function showStreams({ streams, matching }) {
  const body = byId('streams').tBodies[0];
  const shown = new Set(streams.map((stream) => stream.id));
  for (const [id, one] of rows) {
    if (!shown.has(id)) {
      one.element.remove();
      rows.delete(id);
      ending.delete(id);
    }
  }
  const sorted = [...streams].sort((left, right) => WORST_FIRST.indexOf(left.state) - WORST_FIRST.indexOf(right.state)
    || right.lag.seconds - left.lag.seconds || right.age_seconds - left.age_seconds);
  for (const stream of sorted) {
    if (!rows.has(stream.id)) {
      rows.set(stream.id, row(stream.id));
      body.append(rows.get(stream.id).element);
    }
    fill(rows.get(stream.id), stream);
  }
  // A row that is moved loses the focus.
  if (!body.contains(document.activeElement)) {
    sorted.forEach((stream, index) => {
      const { element } = rows.get(stream.id);
      if (body.children[index] !== element) {
        body.insertBefore(element, body.children[index]);
      }
    });
  }
  const filtered = [...new FormData(byId('filter')).values()].some((value) => value.trim() !== '');
  const open = seen.numbers?.get('hermes_streams_open');
  text(byId('streams-count'), filtered
    ? `${count(matching)} match${matching === 1 ? 'es' : ''}${open === undefined ? '' : `, of ${count(open)} open`}`
    : plural(matching, 'stream'));
  const note = byId('streams-note');
  note.hidden = matching <= streams.length;
  text(note, `${count(matching)} streams match; ${count(streams.length)} of them are shown. The filter finds the others.`);
  byId('streams').hidden = streams.length === 0;
  byId('no-streams').hidden = streams.length > 0;
  text(byId('no-streams'), filtered ? 'No open stream matches.' : 'No stream is open.');
}

let toEnd = null;

function confirmEnd(id) {
  const one = rows.get(id);
  if (!one) {
    return;
  }
  const { stream } = one;
  toEnd = id;
  byId('confirm-trouble').textContent = '';
  put(byId('confirm-facts'), [...facts(
    ['User', outside(stream.user ?? 'nobody in particular')],
    ['Address', stream.address],
    ['Channels', outside(channelNames(stream).join(' · '))],
    ['Open for', duration(stream.age_seconds)],
    ['Id', el('code', { textContent: id })],
  ).children]);
  byId('confirm-yes').disabled = false;
  byId('confirm').showModal();
}

async function end() {
  const id = toEnd;
  byId('confirm-yes').disabled = true;
  try {
    const answer = await ask(`/streams/${encodeURIComponent(id)}`, 'DELETE');
    if (answer.ok || answer.status === 404) {
      ending.add(id);
      byId('confirm').close();
      refresh();
      return;
    }
    byId('confirm-trouble').textContent = `It was not ended: ${answer.detail ?? `status ${answer.status}`}.`;
  } catch (failure) {
    if (failure instanceof Refused) {
      byId('confirm').close();
      lock(`${failure.message}.`);
      return;
    }
    byId('confirm-trouble').textContent = `It is not known whether it was ended: ${reason(failure)}.`;
  }
  byId('confirm-yes').disabled = false;
}

// Redis, the log and the rest -------------------------------------------------------------------------------------

const say = (level, ...children) => el('p', { className: 'say', dir: 'auto', data: { level } }, ...children);

function showRedis() {
  const { redis, numbers, ready } = seen;
  const problem = ready.problems?.find((one) => one.what === 'redis');
  const report = redis.ok ? redis.body : {};
  const made = [];
  if (report.configured === false) {
    made.push(say('good', 'This gateway runs without Redis.'));
  } else if (problem) {
    const since = problem.since ? `, since ${time(Date.parse(problem.since))}` : '';
    made.push(say('bad', `Events do not flow${since}: ${problem.detail}`));
  } else {
    const canary = numbers?.get('hermes_redis_canary_seconds');
    made.push(say('good', `It answers${canary > 0 ? `: a message through it came back in ${(canary * 1_000).toFixed(1)} ms` : '.'}`));
  }
  if (!redis.ok) {
    made.push(say('bad', redis.detail ?? `status ${redis.status}`));
  }
  made.push(facts(
    report.version ? ['Version', `${report.product} ${report.version}`] : null,
    report.used_memory === undefined ? null : ['Memory', `${bytes(report.used_memory)} used, `
      + (report.maxmemory > 0 ? `of ${bytes(report.maxmemory)}, ${report.maxmemory_policy}` : 'without a bound'),
    report.maxmemory > 0 ? bar(report.used_memory / report.maxmemory) : null],
    report.clock_ahead_ms === undefined ? null : ['Clock', Math.abs(report.clock_ahead_ms) < 100 ? 'as the gateway’s'
      : `${Math.abs(report.clock_ahead_ms)} ms ${report.clock_ahead_ms > 0 ? 'ahead' : 'behind'}`],
    report.missing_rights ? ['Rights', report.missing_rights.length ? `lacking: ${report.missing_rights.join(', ')}` : 'all that are needed'] : null,
    report.configured ? ['Reached again', plural(numbers?.get('hermes_redis_reconnects_total') ?? 0, 'time')] : null,
  ));
  put(byId('redis'), made);
}

function showLog() {
  if (!seen.log.ok) {
    put(byId('log'), [say('bad', seen.log.detail ?? `status ${seen.log.status}`)]);
    return;
  }
  const log = seen.log.body;
  const made = [log.reachable
    ? say('good', `In ${log.store === 'redis' ? 'Redis' : 'the memory of this process'}: a client can resume from up to ${duration(log.oldest_seconds)} ago`)
    : say('bad', 'It cannot be reached, so that no client can resume.')];
  const windows = log.in_memory.windows;
  made.push(facts(
    log.reachable ? ['Entries', `${count(log.entries)} of ${count(log.entries_limit)}`, bar(log.entries / log.entries_limit, 'good')] : null,
    log.reachable ? ['Bytes', `${bytes(log.bytes)} of ${bytes(log.bytes_limit)}`, bar(log.bytes / log.bytes_limit, 'good')] : null,
    log.reachable ? ['Oldest', `${duration(log.oldest_seconds)} of ${duration(log.oldest_seconds_limit)}`, bar(log.oldest_seconds / log.oldest_seconds_limit, 'good')] : null,
    log.reachable ? ['Newest', el('code', { textContent: log.newest })] : null,
    log.appends.calls ? ['Appends', `${count(log.appends.calls)}, ${(log.appends.seconds / log.appends.calls * 1_000).toFixed(1)} ms each`] : null,
    ['In Redis', log.in_redis.length ? el('code', { textContent: log.in_redis.join(' ') }) : 'nothing of it'],
    ['In memory', `${count(Math.max(0, ...windows.map((one) => one.entries)))} newest entries on each of `
      + `${plural(windows.length, 'event loop')}, ${bytes(windows.reduce((total, one) => total + one.bytes, 0))}`],
    log.chain ? ['Chain', log.chain.settled ? 'settled' : 'not settled', log.in_memory.unanswered_calls
      ? `, ${plural(log.in_memory.unanswered_calls, 'message')} (${bytes(log.in_memory.unanswered_bytes)}) wait for the log` : ''] : null,
    log.chain?.marker ? ['Marker', el('code', { textContent: String(log.chain.marker) }),
      log.chain.marker === log.chain.log_marker ? ', which the log has reached' : `; the log is at ${log.chain.log_marker ?? 'none'}`] : null,
  ));
  if (log.gateways.length > 0) {
    made.push(el('h3', { textContent: `${plural(log.gateways.length, 'gateway')} heard within 5 s` }));
    made.push(facts(...log.gateways.map((gateway) => [gateway.this_one ? 'this one' : 'another',
      el('code', { textContent: gateway.name.slice(0, 8) }), ` at `, el('code', { textContent: gateway.position })])));
  }
  put(byId('log'), made);
}

function showGaps(numbers) {
  const list = (name, label, none) => {
    const found = labelled(numbers, name, label);
    return found.length
      ? facts(...found.map(([value, number]) => [words(value), count(number)]))
      : el('p', { className: 'empty', textContent: none });
  };
  put(byId('gaps'), [
    el('h3', { textContent: 'Clients told of a gap, by reason' }), list('hermes_gaps_total', 'reason', 'None since the start.'),
    el('h3', { textContent: 'Streams ended, by reason' }), list('hermes_streams_closed_total', 'reason', 'None since the start.'),
    el('h3', { textContent: 'Streams refused, by code' }), list('hermes_streams_refused_total', 'code', 'None since the start.'),
  ]);
}

function showWarnings() {
  const { warnings } = seen;
  if (!warnings.ok) {
    text(byId('warnings-count'), '');
    put(byId('warnings'), [el('li', { className: 'empty', textContent: warnings.detail ?? `status ${warnings.status}` })]);
    return;
  }
  const { logged, warnings: lines } = warnings.body;
  text(byId('warnings-count'), logged > lines.length ? `the last ${lines.length} of ${count(logged)} since the start` : '');
  put(byId('warnings'), lines.length
    ? lines.map((one) => el('li', { data: { level: one.level === 'ERROR' ? 'bad' : 'watch' } },
      el('span', { className: 'muted', textContent: time(Date.parse(one.at)) }),
      el('span', { className: 'level', textContent: one.level.toLowerCase() }),
      el('span', { className: 'what', dir: 'auto', textContent: `${one.logger}: ${one.message}` })))
    : [el('li', { className: 'empty', textContent: 'None since the start.' })]);
}

function showSettings() {
  const { settings } = seen;
  if (!settings.ok) {
    return;
  }
  const all = settings.body.settings;
  const own = all.filter((one) => one.from !== 'default');
  text(byId('settings-count'), `${own.length} of ${all.length} are not left at their defaults`);
  put(byId('settings').querySelector('tbody'), [...own, ...all.filter((one) => one.from === 'default')]
    .map((one) => el('tr', { data: one.from === 'default' ? { default: '' } : {} },
      el('td', { textContent: one.name }), el('td', { textContent: String(one.value ?? '–') }), el('td', { textContent: one.from }))));
}

async function explain(form) {
  const place = byId('explanation');
  place.dataset.level = 'good';
  place.textContent = 'Looking…';
  try {
    const answer = await ask(`/explain?${new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]))}`);
    place.dataset.level = answer.ok ? 'good' : 'bad';
    place.textContent = answer.detail ?? `No answer: status ${answer.status}`;
  } catch (failure) {
    place.dataset.level = 'bad';
    place.textContent = failure instanceof Refused ? `${failure.message}.` : `No answer: ${reason(failure)}.`;
  }
}

// The key, and when to refresh ------------------------------------------------------------------------------------

function lock(trouble) {
  key = null;
  turn++;
  clearTimeout(timer);
  seen = null;
  stale = null;
  seldom = { askedAt: -Infinity };
  history = [];
  restartedAt = null;
  rows.clear();
  ending.clear();
  byId('confirm').close();
  delete byId('problems').dataset.told;
  for (const id of ['problems', 'tiles', 'redis', 'log', 'gaps', 'warnings']) {
    byId(id).replaceChildren();
  }
  byId('streams').tBodies[0].replaceChildren();
  byId('settings').querySelector('tbody').replaceChildren();
  byId('explanation').textContent = '';
  byId('about').textContent = '';
  document.title = 'Hermes Gateway';
  byId('main').hidden = true;
  byId('session').hidden = true;
  byId('gate').hidden = false;
  byId('gate-trouble').textContent = trouble;
  byId('key').focus();
}

byId('gate').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = byId('key').value.trim();
  byId('key').value = '';
  byId('gate-trouble').textContent = '';
  if (/^[\x21-\x7e]+$/.test(typed)) {
    key = typed;
    refresh();
  } else {
    byId('gate-trouble').textContent = 'An API key has letters, digits and signs only, and no blank.';
  }
});
byId('forget').addEventListener('click', () => lock(''));
byId('filter').addEventListener('submit', (event) => event.preventDefault());
let typing = 0;
byId('filter').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => key !== null && refresh(), 200);
});
byId('filter').addEventListener('reset', () => setTimeout(() => key !== null && refresh()));
byId('explain').addEventListener('submit', (event) => {
  event.preventDefault();
  explain(event.target);
});
byId('confirm-no').addEventListener('click', () => byId('confirm').close());
byId('confirm-yes').addEventListener('click', end);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
  } else if (key !== null) {
    refresh();
  }
});
byId('key').focus();
