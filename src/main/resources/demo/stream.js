/**
 * One native EventSource, kept alive. As long as it reconnects by itself it is left alone: it sends Last-Event-ID and
 * obeys the server's `retry`. Only when the browser has given up on it (any answer but a stream, 401 and 503 above all),
 * or its token is about to end, a new one is made, with a fresh token and the cursor in the query.
 */

const FRAMES = [
  'connected', 'heartbeat', 'download_progress', 'queue_update', 'stats_update', 'system_notification',
  'gap', 'closing', 'backend', 'token_expiring', 'unavailable',
];
const USUAL_RETRY_MS = 3000;

export class LiveStream {
  /**
   * @param {(state: string, detail: string) => void} onState `connecting`, `connected`, `reconnecting` or `closed`
   * @param {(frame: {name: string, id: string, text: string, data: object, position: boolean}) => void} onFrame
   * `id` is empty where the frame carried none; `position` tells ids that mark a place from those of events
   */
  constructor(onState, onFrame) {
    this.onState = onState;
    this.onFrame = onFrame;
    this.cursor = '';
    this.access = null;
    this.source = null;
    this.timer = 0;
    this.retryMs = USUAL_RETRY_MS;
  }

  async open() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.onState(this.cursor ? 'reconnecting' : 'connecting', '');
    try {
      this.access = await fetchJson('/demo/token');
    } catch (failure) {
      this.again(`The gateway does not answer (${failure.message})`);
      return;
    }
    const query = new URLSearchParams({ token: this.access.token });
    if (this.cursor) {
      query.set('last_event_id', this.cursor);
    }
    this.listen(new EventSource(`${this.access.streamUrl}?${query}`));
  }

  /** What happened after the event `after`, as /poll tells it: the same log, read over another route. */
  async eventsAfter(after) {
    const query = new URLSearchParams({ token: this.access.token, after, limit: '1000' });
    return fetchJson(`${this.access.streamUrl.replace(/\/stream$/, '/poll')}?${query}`);
  }

  listen(source) {
    this.source?.close();
    this.source = source;
    source.onerror = () => {
      if (source === this.source) {
        this.failed(source);
      }
    };
    for (const name of FRAMES) {
      source.addEventListener(name, (message) => {
        if (source === this.source) {
          this.receive(name, message);
        }
      });
    }
  }

  failed(source) {
    if (source.readyState === EventSource.CLOSED) {
      this.again('The server refused the stream');
    } else {
      this.onState('reconnecting', '');
    }
  }

  again(why) {
    const wait = this.retryMs * (0.8 + 0.4 * Math.random());
    this.onState('closed', `${why}; trying again in ${Math.ceil(wait / 1000)} s`);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), wait);
  }

  receive(name, message) {
    // The browser repeats the last id on a frame that has none.
    const id = message.lastEventId === this.cursor ? '' : message.lastEventId;
    this.cursor = message.lastEventId || this.cursor;
    const data = parse(message.data);
    if (name === 'connected') {
      this.retryMs = USUAL_RETRY_MS;
      this.onState('connected', '');
    } else if (name === 'closing') {
      this.retryMs = data.reconnect_after_ms || USUAL_RETRY_MS;
    }
    const position = name === 'connected' || name === 'heartbeat' || name === 'closing' || name === 'gap';
    this.onFrame({ name, id, text: message.data, data, position });
    if (name === 'token_expiring') {
      this.open();
    }
  }
}

export async function fetchJson(url, options) {
  const answer = await fetch(url, { cache: 'no-store', ...options });
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return parse(await answer.text());
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
