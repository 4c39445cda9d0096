import { check, createLine, rewind, start, stateOfLine, want } from './line.js';
import { placeOf } from './places.js';
import { earlier } from './positions.js';
import { endAll } from './recovery.js';

/** What the leading tab does for all: brings the lines to what the tabs want. */

/** @import { Leader, Line, LineState, Tab, Wanted } from './internal' */

/** @returns {Leader} */
export const createLeader = () => ({ running: new Map(), demands: new Map(), homes: {}, single: false, serial: 0 });

/** What all tabs want, each part once. @param {Leader} leader */
function allOf({ demands }) {
  /** @type {Record<string, Wanted>} */
  const parts = {};
  for (const part of [...demands.values()].flat()) {
    const { at, fresh } = parts[part.key] ?? part;
    parts[part.key] = { ...part, at: earlier(at, part.at), fresh: fresh || part.fresh };
  }
  return Object.values(parts);
}

/** @param {Tab} tab */
function syncLines(tab) {
  const { leader } = tab;
  const { running } = leader;
  const wanted = allOf(leader);
  // A part stays where it is, also when it is found out that each scope needs a token of its own.
  leader.homes = Object.fromEntries(wanted.map(({ key, scope }) => [key, leader.homes[key] ?? (leader.single ? scope : '')]));
  const names = new Set(Object.values(leader.homes));
  /** @type {Record<string, string | undefined>} */
  const places = {};
  for (const [name, line] of running) {
    line.wanted.forEach(({ key }) => (places[key] = placeOf(line, key)));
    if (!names.has(name)) {
      endLine(line);
      running.delete(name);
    }
  }
  for (const name of names) {
    const parts = wanted.filter(({ key }) => leader.homes[key] === name);
    const line = running.get(name) ?? createLine(tab, name, Object.fromEntries(parts.map(({ key }) => [key, places[key]])));
    running.set(name, line);
    want(line, parts);
  }
  tab.changed();
}

/**
 * A tab says what it wants from now on, and how far it has come. Returns whether it has said nothing before.
 * @param {Tab} tab
 * @param {string} who
 * @param {Wanted[]} parts
 * @param {boolean} [missed] whether it has missed what came after that
 */
export function wantFor(tab, who, parts, missed) {
  const { running, demands } = tab.leader;
  const isNew = !demands.has(who);
  demands.set(who, parts);
  syncLines(tab);
  for (const line of running.values()) {
    const at = parts.filter(({ key }) => line.served.includes(key)).map((part) => part.at).reduce(earlier, undefined);
    if (at) {
      rewind(line, at, missed);
    }
  }
  return isNew;
}

/** All of them have been told where things stand. @param {Leader} leader @param {string[]} keys */
export function forgetFresh({ demands }, keys) {
  for (const part of [...demands.values()].flat()) {
    part.fresh = part.fresh && !keys.includes(part.key);
  }
}

/** @param {Tab} tab @param {string} name @param {Wanted[]} parts @param {boolean} [single] */
export function divide(tab, name, parts, single) {
  const { leader } = tab;
  leader.single ||= !!single;
  const other = `${name}/${++leader.serial}`;
  parts.forEach(({ key }) => (leader.homes[key] = other));
  syncLines(tab);
  const line = leader.running.get(name);
  if (line) {
    start(line);
  }
}

/** @param {Leader} leader @param {boolean} woken */
export const checkLines = ({ running }, woken) => running.forEach((line) => check(line, woken));

/** @param {Leader} leader */
export const startLines = ({ running }) => running.forEach(start);

/** @param {Leader} leader @returns {Record<string, LineState>} */
export const statesOfLines = ({ running }) => Object.fromEntries([...running].map(([name, line]) => [name, stateOfLine(line)]));

/** Serves nobody any more, so that no greeting under way brings it back. @param {Line} line */
function endLine(line) {
  endAll(line);
  line.served = [];
}

/** @param {Leader} leader */
export function endLines({ running, demands }) {
  running.forEach(endLine);
  running.clear();
  demands.clear();
}
