/**
 * Overhears what the browser client is told, frame by frame, so that the page can show it as it came. The client makes its
 * streams with the page's `EventSource` and polls with its `fetch`; both are wrapped here and do what they did.
 */

const POSITIONS = new Set(['connected', 'heartbeat', 'closing', 'gap']);

export class Tap {
  /**
   * @param {(frame: {via: string, name: string, id: string, text: string, data: object}) => void} onFrame
   * `id` is empty where the frame carried none; `via` names the stream, or says `poll`
   */
  constructor(onFrame) {
    this.onFrame = onFrame;
    /** Open streams, the oldest first: that one is the page's, others are new or only look something up. */
    this.streams = [];
    this.opened = 0;
    /** The last id heard; what it was when the stream last began, and from where that began. */
    this.cursor = '';
    this.before = '';
    this.from = '';
    this.connection = '';
    this.fetch = globalThis.fetch.bind(globalThis);
  }

  install() {
    const tap = this;
    if (globalThis.EventSource) {
      globalThis.EventSource = class extends globalThis.EventSource {
        constructor(url, options) {
          super(url, options);
          tap.opened += 1;
          tap.streams.push({ source: this, via: `stream ${tap.opened}`, last: '', connection: '' });
        }

        addEventListener(name, listener, options) {
          super.addEventListener(name, (message) => {
            tap.heard(this, name, message);
            listener.call(this, message);
          }, options);
        }

        close() {
          super.close();
          tap.streams = tap.streams.filter((stream) => stream.source !== this);
          tap.connection = tap.streams[0]?.connection ?? '';
        }
      };
    }
    globalThis.fetch = async (url, options) => {
      const answer = await this.fetch(url, options);
      const asked = new URL(url, location);
      if (!asked.pathname.endsWith('/poll') || !answer.ok) {
        return answer;
      }
      const text = await answer.text();
      this.polled(asked.searchParams.get('after') ?? '', parse(text));
      return new Response(text, answer);
    };
  }

  heard(source, name, message) {
    const stream = this.streams.find((one) => one.source === source);
    if (!stream) {
      return;
    }
    // The browser repeats the last id on a frame that has none.
    const position = POSITIONS.has(name);
    const id = position || message.lastEventId !== stream.last ? message.lastEventId : '';
    stream.last = message.lastEventId;
    const data = parse(message.data);
    if (name === 'connected') {
      stream.connection = String(data.connection_id ?? '');
    }
    if (stream === this.streams[0]) {
      this.connection = stream.connection;
      if (name === 'connected') {
        this.begun(id);
      }
      this.cursor = id || this.cursor;
    }
    this.onFrame({ via: stream.via, name, id, text: message.data, data });
  }

  polled(after, { events = [], gap = false, last_id: position = '' }) {
    this.begun(after || position);
    this.cursor = position || this.cursor;
    for (const { id, event, channel, data } of events) {
      this.onFrame({ via: 'poll', name: event, id, text: JSON.stringify(data), data, channel });
    }
    if (gap) {
      this.onFrame({ via: 'poll', name: 'gap', id: gap.resumed_at, text: JSON.stringify(gap), data: gap });
    }
    if (events.length === 0 && !gap) {
      this.onFrame({ via: 'poll', name: 'heartbeat', id: position, text: '{"events":[]}', data: {} });
    }
  }

  begun(from) {
    this.before = this.cursor;
    this.from = from;
  }
}

export function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
