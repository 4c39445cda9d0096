/** Numbers and times as people read them; every function answers a short string, whatever it is given. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(count) {
  if (!Number.isFinite(count)) {
    return '';
  }
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit > 1 && value < 100 ? 1 : 0)} ${UNITS[unit]}`;
}

export function perSecond(count) {
  return Number.isFinite(count) ? `${bytes(count)}/s` : '';
}

export function left(seconds) {
  if (!Number.isFinite(seconds)) {
    return '';
  }
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s left` : `${Math.floor(whole / 60)} min ${whole % 60} s left`;
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

export function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

export function clock(date, fraction = false) {
  const two = (number) => String(number).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return fraction ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time;
}
