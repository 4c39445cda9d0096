import { isBefore } from './positions.js';

/** @import { Page, Stream, Wanted } from './internal' */

/**
 * An EventSource. Tells what comes, decides nothing, and is silent once closed.
 * @param {Page} page
 * @param {{ url: string, of: Wanted[], at?: string, held: unknown }} address with the token in it
 * @param {string[]} control the frames that are no events; no event type is ever named so
 * @param {(from: Stream, type: string, id: string, data: any, backwards: boolean) => void} heard
 * @param {(from: Stream, gaveUp: boolean) => void} lost
 * @returns {Stream}
 */
export function createStream(page, { url, of, at, held }, control, heard, lost) {
  const source = new page.EventSource(url);
  const stream = {
    seen: page.Date.now(),
    frames: 0,
    proven: false,
    away: 0,
    why: '',
    purpose: of,
    begins: at,
    held,
    end() {
      source.close();
      heard = lost = () => {};
    },
  };
  let last = '';
  source.onopen = () => (stream.seen = page.Date.now());
  source.onerror = () => lost(stream, source.readyState === 2);
  for (const type of new Set([...control, ...of.flatMap(({ types }) => types)])) {
    const isControl = control.includes(type);
    source.addEventListener(type, (/** @type {MessageEvent} */ { lastEventId, data: text }) => {
      // The browser repeats the last id for a frame that has none.
      const id = isControl || lastEventId !== last ? lastEventId : '';
      const backwards = !isControl && isBefore(id, last);
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
      heard(stream, readable || isControl ? type : '', id, readable ? data : { type }, backwards);
    });
  }
  return stream;
}
