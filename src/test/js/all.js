import './client.test.js';
import './bridge.test.js';
import './nature.test.js';
import './positions.test.js';
import './model.test.js';

export { tests } from './check.js';
