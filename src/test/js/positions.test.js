import { earlier, isBefore, isKnown, later } from '../../main/js/positions.js';
import { equal, test } from './check.js';

const BIG = '18446744073709551615';
const NEXT = '18446744073709551614';

test('positions are compared exactly, up to 64 bits in each part', () => {
  equal(isBefore(`1-${NEXT}`, `1-${BIG}`), true);
  equal(isBefore(`1-${BIG}`, `1-${NEXT}`), false);
  equal(isBefore(`${NEXT}-${BIG}`, `${BIG}-0`), true);
  equal(isBefore('9-1', '10-0'), true);
  equal(isBefore('10-9', '10-10'), true);
  equal(isKnown(`m1-${BIG}`, `m1-${NEXT}`), false);
  equal(isKnown(`m1-${BIG}`, `m1-${BIG}`), true);
});

test('positions of different logs, and none at all, are not before each other', () => {
  for (const [a, b] of [['1-1', 'm1-2'], ['nonsense', '1-1'], [undefined, '1-1'], ['1-1', undefined]]) {
    equal([isBefore(a, b), isBefore(b, a)], [false, false]);
  }
});

test('of two positions the earlier and the later one, or the one there is', () => {
  equal([earlier('1-1', '1-2'), later('1-1', '1-2')], ['1-1', '1-2']);
  equal([earlier('1-2', '1-1'), later('1-2', '1-1')], ['1-1', '1-2']);
  equal([earlier(undefined, '1-1'), earlier('1-1', undefined), later(undefined, '1-1'), later('1-1', undefined)],
    ['1-1', '1-1', '1-1', '1-1']);
});
