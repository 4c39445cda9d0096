import { PATIENCE_MS } from './basics.js';

/** @import { HermesOptions } from './hermes-events' */
/** @import { Answer, Config, Page } from './internal' */

/**
 * What a server answers, whatever it is; rejects only when nothing readable comes. A stream is cut off after its head.
 * @param {Page} page
 * @param {string} url
 * @param {{ accept?: string, ms?: number, control?: AbortController }} [how]
 * @returns {Promise<Answer>}
 */
export async function ask(page, url, { accept = 'application/json', ms = PATIENCE_MS, control = new AbortController() } = {}) {
  const timer = page.setTimeout(() => control.abort(), ms);
  try {
    const answer = await page.fetch(url, { cache: 'no-store', headers: { accept }, signal: control.signal });
    const { status, headers } = answer;
    const body = /json/.test(headers.get('content-type')) ? await answer.json() : null;
    const code = String(body?.code ?? `http_${status}`).toLowerCase();
    return { status, code, body, wait: 1000 * headers.get('retry-after') || undefined };
  } catch {
    throw { code: 'unreachable' };
  } finally {
    page.clearTimeout(timer);
    control.abort();
  }
}

/**
 * What the gateway says of itself: on this page, beside this module, or where the API is. Undefined if nowhere.
 * @param {Page} page
 * @param {HermesOptions} options
 * @param {string} moduleUrl
 * @param {boolean} [anew] whether what the page was given with is too old
 * @returns {Promise<Config | undefined>}
 */
export async function readConfig(page, { baseUrl, configUrl }, moduleUrl, anew) {
  if (page.__HERMES__ && !anew) {
    return page.__HERMES__;
  }
  const file = 'hermes-events-config.js';
  const beside = configUrl ?? moduleUrl.replace(/[^/]*$/, file);
  for (const url of [beside, new URL(`/${file}`, new URL(baseUrl ?? '/', page.location))]) {
    try {
      const text = await (await page.fetch(url, { cache: 'no-store' })).text();
      // Read, not run: that needs no permission to run scripts, and can be done again.
      return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    } catch {
      // The next place.
    }
  }
}
