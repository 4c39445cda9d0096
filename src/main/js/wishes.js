import { report } from './inbox.js';
import { readConfig } from './requests.js';
import { partsOf } from './selection.js';
import { listensOf } from './shown.js';

/** What the subscriptions of a tab mean by the catalogue. */

/** @import { Tab, Wanted } from './internal' */

/** How often the settings are read again for a channel that they do not have. */
const CATALOGUE_MS = 60_000;

/** Finds what those mean that do not know it yet. @param {Tab} tab */
export function arrange(tab) {
  for (const subscription of tab.subscriptions) {
    if (!subscription.listens[0]) {
      try {
        subscription.listens = partsOf(subscription.selection, tab.config.channels, tab.options.types);
        subscription.unknown = '';
      } catch (/** @type {any} */ { code, detail }) {
        if (!subscription.unknown) {
          report(tab, code, detail);
        }
        subscription.unknown = code;
        readAnew(tab);
      }
    }
  }
}

/** A channel may have been added since this page was opened. @param {Tab} tab */
async function readAnew(tab) {
  const { page, options, moduleUrl, config } = tab;
  if (Math.abs(page.Date.now() - tab.readAt) > CATALOGUE_MS) {
    tab.readAt = page.Date.now();
    config.channels = (await readConfig(page, options, moduleUrl, true))?.channels ?? config.channels;
    tab.schedule(0);
  }
}

/** @param {Tab} tab @returns {Wanted[]} */
export function wantedBy(tab) {
  arrange(tab);
  return listensOf(tab).map(({ wants, servedBy, lacks, ...part }) => part);
}
