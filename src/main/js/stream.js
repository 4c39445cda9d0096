import { now } from './basics.js';
import { compare } from './positions.js';

/** Frames that are no events. No event type is ever named so. */
const CONTROL = ['connected', 'heartbeat', 'gap', 'closing', 'backend', 'token_expiring', 'unavailable'];

/** An EventSource. Tells what comes, decides nothing, and is silent once closed. */
export function createStream(url, types, heard, lost) {
  const source = new EventSource(url);
  const stream = {
    seen: now(),
    frames: 0,
    /** Whether a heartbeat came, so that the way is known to be open. */
    proven: false,
    /** How long the browser may be silent while it reconnects; 0 while connected. */
    away: 0,
    reason: '',
    held: null,
    close() {
      source.close();
      heard = lost = () => {};
    },
  };
  let last = '';
  source.onopen = () => (stream.seen = now());
  source.onerror = () => lost(stream, source.readyState === 2);
  for (const type of new Set([...CONTROL, ...types])) {
    source.addEventListener(type, ({ lastEventId, data: text }) => {
      const control = CONTROL.includes(type);
      // The browser repeats the last id for a frame that has none.
      const id = control || lastEventId !== last ? lastEventId : '';
      const backwards = !control && compare(id, last) < 0;
      last = lastEventId;
      stream.seen = now();
      stream.frames++;
      stream.away = 0;
      let data;
      try {
        data = JSON.parse(text);
      } catch {
        // Then it is no object either.
      }
      const readable = data && typeof data === 'object';
      heard(stream, readable || control ? type : '', id, readable ? data : { type }, backwards);
    });
  }
  return stream;
}
