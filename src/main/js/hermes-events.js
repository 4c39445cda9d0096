/**
 * Events of a Hermes gateway in the browser: one connection, resumed without loss, with polling where streams do not get
 * through. Types are in hermes-events.d.ts; use, states and options in src/site/markdown/browser.md.
 */
import { createClient } from './client.js';

/** @type {typeof import('./hermes-events').createHermesEvents} */
export const createHermesEvents = (options) => createClient(globalThis, options, import.meta.url);
