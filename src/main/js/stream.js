import { isBefore } from './positions.js';

/** Frames that are no events. No event type is ever named so. */
const CONTROL = ['connected', 'heartbeat', 'gap', 'closing', 'backend', 'token_expiring', 'unavailable'];

/**
 * An EventSource. Tells what comes, decides nothing, and is silent once closed.
 * @param {import('./internal').Page} page
 * @param {string} url
 * @param {import('./internal').Wanted[]} parts
 * @param {unknown} held the token in it
 * @param {(from: import('./internal').Stream, type: string, id: string, data: any, backwards: boolean) => void} heard
 * @param {(from: import('./internal').Stream, gaveUp: boolean) => void} lost
 * @returns {import('./internal').Stream}
 */
export function createStream(page, url, parts, held, heard, lost) {
  const source = new page.EventSource(url);
  const stream = {
    seen: page.Date.now(),
    frames: 0,
    proven: false,
    away: 0,
    reason: '',
    parts,
    held,
    close() {
      source.close();
      heard = lost = () => {};
    },
  };
  let last = '';
  source.onopen = () => (stream.seen = page.Date.now());
  source.onerror = () => lost(stream, source.readyState === 2);
  for (const type of new Set([...CONTROL, ...parts.flatMap(({ types }) => types)])) {
    source.addEventListener(type, (/** @type {MessageEvent} */ { lastEventId, data: text }) => {
      const control = CONTROL.includes(type);
      // The browser repeats the last id for a frame that has none.
      const id = control || lastEventId !== last ? lastEventId : '';
      const backwards = !control && isBefore(id, last);
      last = lastEventId;
      stream.seen = page.Date.now();
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
