import { serve } from './places.js';
import { earlier } from './positions.js';

/** How a line is, and what it tells. */

/** @import { Condition, Line, Part, Told } from './internal' */

/** @param {Line} line @param {Condition['status']} status @param {string} [reason] @param {Condition['backend']} [backend] */
export function become(line, status, reason = '', backend = line.backend) {
  line.status = status === 'reconnecting' && !line.once ? 'connecting' : status;
  line.reason = reason;
  line.backend = backend;
  line.host.changed();
}

/**
 * Events come, for these parts, after that position.
 * @param {Line} line
 * @param {'connected' | 'polling'} status
 * @param {Part[]} of
 * @param {string} at
 */
export function flow(line, status, of, at) {
  line.attempt = 0;
  line.once = true;
  line.refusedOnce = false;
  line.floor = earlier(line.floor, at);
  serve(line, of, at);
  become(line, status, line.doubt, 'up');
}

/** @param {Line} line @param {Told['is']} is @param {object} [what] */
export const tell = (line, is, what) => line.host.tell({ is, line: line.name, ...what });
