-- What every script of the log begins with; put before each of them when they are loaded.
--
-- KEYS[1]  {hermes:events}:ingest, a hash: the state of the log
-- KEYS[2]  hermes:events, the stream: the log itself, in the same slot
-- KEYS[3]  {hermes:events}:saved, a hash, likewise: `at` is when a state was saved last
-- ARGV[1]  the identity of the log that the caller means
--
-- Answers: {0} if this is not that log, {1, ...} otherwise.
--
-- A script is not rolled back. So each computes in tables of its own, appends, and writes its state last; an append that
-- is refused ends it with the state of exactly what was appended. What may be refused for reasons of the server (memory,
-- a replica, disk) is refused at the first write or not at all, and a crash loses or keeps a script as a whole.

local HASH, STREAM, SAVED = KEYS[1], KEYS[2], KEYS[3]
local VERSION = '1'
local OWN_CHANNEL = 'hermes:gateway:log'
local HIGHEST = '18446744073709551615'
local NUMBERS = {'current', 'marker', 'bytes', 'entries', 'dropped'}

local state = {}
local changed = {}

local function integer(number)
  return string.format('%.0f', number)
end

local function microseconds()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function put(field, value)
  if state[field] ~= value then
    state[field] = value
    changed[field] = value
  end
end

-- Writes what was put, in portions that Lua's stack can hold.
local function save()
  if next(changed) then
    put('saved', integer(microseconds()))
    redis.call('HSET', SAVED, 'at', state.saved)
  end
  local portion = {}
  for field, value in pairs(changed) do
    portion[#portion + 1] = field
    portion[#portion + 1] = value
    if #portion >= 1000 then
      redis.call('HSET', HASH, unpack(portion))
      portion = {}
    end
  end
  if #portion > 0 then
    redis.call('HSET', HASH, unpack(portion))
  end
end

-- Ids have two unsigned 64-bit numbers; Lua's have 53 bits, so they are compared as text.
local function numberBefore(left, right)
  if #left ~= #right then
    return #left < #right
  end
  return left < right
end

local function idBefore(left, right)
  local leftMillis, leftSequence = string.match(left, '^(%d+)-(%d+)$')
  local rightMillis, rightSequence = string.match(right, '^(%d+)-(%d+)$')
  if leftMillis ~= rightMillis then
    return numberBefore(leftMillis, rightMillis)
  end
  return numberBefore(leftSequence, rightSequence)
end

local function newestId()
  local newest = redis.call('XREVRANGE', STREAM, '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

local function oldestId()
  local oldest = redis.call('XRANGE', STREAM, '-', '+', 'COUNT', 1)
  return oldest[1] and oldest[1][1]
end

local function millisOf(id)
  return tonumber(string.match(id, '^(%d+)'))
end

local function plusOne(digits)
  local head, digit, nines = string.match(digits, '^(%d*)([0-8])(9*)$')
  if not digit then
    return '1' .. string.rep('0', #digits)
  end
  return head .. (tonumber(digit) + 1) .. string.rep('0', #nines)
end

-- The id that follows; not to be asked of the highest there is.
local function above(id)
  local millis, sequence = string.match(id, '^(%d+)-(%d+)$')
  if sequence == HIGHEST then
    return plusOne(millis) .. '-0'
  end
  return millis .. '-' .. plusOne(sequence)
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- ISO 8601 in UTC; the days of a year that begins in March, so that a leap day is its last.
local function iso(millis)
  local seconds = math.floor(millis / 1000)
  local days = math.floor(seconds / 86400) + 719468
  local era = math.floor(days / 146097)
  local ofEra = days - era * 146097
  local year = math.floor((ofEra - math.floor(ofEra / 1460) + math.floor(ofEra / 36524)
    - math.floor(ofEra / 146096)) / 365)
  local ofYear = ofEra - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * ofYear + 2) / 153)
  local day = ofYear - math.floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  year = year + era * 400 + (month <= 2 and 1 or 0)
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month, day, math.floor(seconds / 3600) % 24,
    math.floor(seconds / 60) % 60, seconds % 60, millis % 1000)
end

-- When the oldest entry was appended; the log's ids may be ahead of the clock.
local function beginning()
  return math.min(millisOf(oldestId() or HIGHEST), now())
end

-- The state says when it was saved last, and so does `SAVED`. Where they differ, this one was away: another, or a newer
-- form of it, was in its place. What gateways have numbered by the markers of before may be in the log by that, so none of
-- them is in force any more. Each subscription is at a new number, `dropped`, from which nobody numbers, and after it the
-- field says from when on messages may be missing that were numbered and are in no log.

local function isDropped(value)
  return state.dropped and string.sub(value, 1, #state.dropped + 1) == state.dropped .. ' '
end

local function droppedSince()
  return state.heard or iso(beginning())
end

local function dropIfAway()
  local saved = redis.call('HGET', SAVED, 'at')
  if not saved or saved == state.saved then
    return
  end
  put('saved', saved)
  if not state.accounted then
    -- One that has just begun.
    return
  end
  local number = integer(math.max(tonumber(state.marker or 0) + 1, tonumber(state.current or 0) + 1, microseconds()))
  for field, value in pairs(state) do
    if string.sub(field, 1, 2) == 'n:' then
      local since = isDropped(value) and string.match(value, '^%d+ %d+ (.+)$')
      put(field, number .. ' 0 ' .. (since or droppedSince()))
    end
  end
  put('current', number)
  put('marker', number)
  put('dropped', number)
end

-- Whether this state was away and no start has followed.
local function noneInForce()
  for field, value in pairs(state) do
    if string.sub(field, 1, 2) == 'n:' and not isDropped(value) then
      return false
    end
  end
  return state.dropped
end

-- Reads the state; returns what to answer instead if it is not the caller's, nil if it is.
local function open()
  local flat = redis.call('HGETALL', HASH)
  for index = 1, #flat, 2 do
    state[flat[index]] = flat[index + 1]
  end
  if state.identity ~= ARGV[1] then
    return {0}
  end
  if (state.version or VERSION) ~= VERSION then
    return redis.error_reply('HERMESVERSION the log is kept by gateways of another version: its state has version '
      .. state.version .. ', this gateway knows ' .. VERSION)
  end
  -- Found when it is too late, after an append, it would be the same append again and again.
  for index = 1, #NUMBERS do
    local value = state[NUMBERS[index]]
    if value and not string.match(value, '^%-?%d+$') then
      return redis.error_reply('HERMESSTATE the field ' .. NUMBERS[index] .. ' of ' .. HASH
        .. ' must be a number; DEL of that key begins another log')
    end
  end
  dropIfAway()
  return nil
end

-- Who follows the log ------------------------------------------------------------------------------------------------
--
-- `readers` says of each gateway up to where it has handed on the log, and when it said so: "name id millis;". Nothing
-- from the slowest one's place on is removed. Who has said nothing for `SILENT_MILLIS` has ended, or says of itself that it
-- is down; but where nobody has said anything, each has that long once more, and `!` before its name.

local SILENT_MILLIS = 5000

-- Whoever says so with every call need not have it written down each time.
local SAID_MILLIS = 200

-- Entries from here on are to stay; nil if nobody is known to follow.
local handed

-- Takes note of the caller, "name id" or empty, and of the others.
local function follow(who)
  local moment = now()
  local name, at = string.match(who, '^(%S+) (%d+%-%d+)$')
  local readers, anybody = {}, false
  for again, reader, position, said in string.gmatch(state.readers or '', '(!?)([^%s!]+) (%d+%-%d+) (%d+);') do
    local fresh = math.abs(moment - tonumber(said)) < SILENT_MILLIS
    readers[#readers + 1] = {name = reader, position = position, said = said, fresh = fresh, again = again}
    anybody = anybody or fresh
  end
  local others, mine = '', nil
  handed = at
  for index = 1, #readers do
    local reader = readers[index]
    if reader.name == name then
      mine = moment - tonumber(reader.said)
    elseif reader.fresh or (name and not anybody and reader.again == '') then
      if not reader.fresh then
        -- The server's clock may have been set. One who follows writes down that all have as long again, once; somebody
        -- else could not, and would have to wait for ever.
        reader.said, reader.again = integer(moment), '!'
      end
      others = others .. reader.again .. reader.name .. ' ' .. reader.position .. ' ' .. reader.said .. ';'
      if not handed or idBefore(reader.position, handed) then
        handed = reader.position
      end
    end
  end
  if name and (not mine or mine < 0 or mine >= SAID_MILLIS) then
    put('readers', others .. name .. ' ' .. at .. ' ' .. integer(moment) .. ';')
  end
end

local function removable(id)
  return not handed or idBefore(id, handed)
end

-- How much the stream holds ------------------------------------------------------------------------------------------
--
-- `bytes` and `entries` are those of the entries up to `accounted`. Producers append too; theirs are added when a script
-- next comes by. `complete` says that nothing follows `accounted`: only then are own entries added as they are appended.

local bytes, entries, accounted, complete

-- The id that this call appended last.
local lastAppended

-- How many entries the stream has.
local length

-- How many this call appended, by channel. `c:` and a channel is how many gateways ever did, so that those of producers
-- can be told by what is left.
local appended = {}

local function size(fields)
  local total = 0
  for index = 1, #fields do
    total = total + #fields[index]
  end
  return total
end

local function countAnew()
  bytes, entries, accounted, complete = 0, 0, '0-0', false
  -- Unknown: who is to know what others removed last.
  put('removed', '')
end

-- Adds what was appended by others, at most so many entries of it.
local function account(most)
  bytes = tonumber(state.bytes or 0)
  entries = tonumber(state.entries or 0)
  accounted = state.accounted or '0-0'
  complete = false
  while most > 0 and not complete do
    local wanted = math.min(most, 32)
    -- With the one before, which shows that nobody has taken it out; and no id follows the highest.
    local found = redis.call('XRANGE', STREAM, accounted, '+', 'COUNT', wanted + 1)
    local held = found[1] and found[1][1] == accounted
    if not held and accounted ~= '0-0' and accounted ~= state.removed then
      length = redis.call('XLEN', STREAM)
      countAnew()
      return
    end
    for index = held and 2 or 1, #found do
      bytes = bytes + size(found[index][2])
      entries = entries + 1
      accounted = found[index][1]
    end
    most = most - wanted
    complete = #found < wanted + 1
  end
  length = redis.call('XLEN', STREAM)
  if complete and entries ~= length then
    -- Somebody else removed entries, or the whole stream, and nobody knows how large they were.
    countAnew()
  end
end

-- Appends an entry, under the id that Redis gives unless one is given; returns its id, or nil and the error.
local function append(fields, wantedId)
  local id = redis.pcall('XADD', STREAM, wantedId or '*', unpack(fields))
  if type(id) == 'table' then
    if string.find(id.err or '', 'exhausted', 1, true) then
      id = redis.error_reply('HERMESIDS ' .. STREAM .. ' has, or had, an entry with the highest id there is, so that'
        .. ' nothing can follow: DEL ' .. STREAM .. ' begins the log anew')
    end
    return nil, id
  end
  lastAppended = id
  length = length + 1
  appended[fields[2]] = (appended[fields[2]] or 0) + 1
  if complete then
    bytes = bytes + size(fields)
    entries = entries + 1
    accounted = id
  end
  return id
end

-- Removes the oldest entries for as long as `unwanted(id)` says so, at most so many, never the newest; looks at as many
-- at a time as `portion()` says. Each is read first, so that `bytes` stays right. Returns how many it removed.
local function removeOldest(most, portion, unwanted)
  local removed, more = 0, length > 1
  while more and removed < most do
    local oldest = redis.call('XRANGE', STREAM, '-', '+', 'COUNT', math.min(portion(), most - removed) + 1)
    local kept = 1
    more = #oldest > 1 and removable(oldest[1][1]) and unwanted(oldest[1][1])
    while more and kept < #oldest do
      local id = oldest[kept][1]
      if idBefore(accounted, id) then
        accounted = id
      else
        bytes = bytes - size(oldest[kept][2])
        entries = entries - 1
      end
      kept = kept + 1
      length = length - 1
      more = length > 1 and removable(oldest[kept][1]) and unwanted(oldest[kept][1])
    end
    if kept > 1 then
      redis.call('XTRIM', STREAM, 'MINID', '=', oldest[kept][1])
      put('removed', oldest[kept - 1][1])
      removed = removed + kept - 1
    end
  end
  return removed
end

local MOST_LOOKED_AT = 1000

-- What more than twice of each bound an append may find before it has to wait for those who follow.
local CROWD_ENTRIES, CROWD_BYTES = 1000, 16 * 1024 * 1024

-- What to answer instead of appending, where more would be more than Redis is to bear; else nil.
local function crowded(maxEvents, maxBytes)
  if length <= 2 * maxEvents + CROWD_ENTRIES and bytes <= 2 * maxBytes + CROWD_BYTES then
    return nil
  end
  local oldest = oldestId()
  if not oldest or removable(oldest) then
    return nil
  end
  return redis.error_reply('HERMESFULL ' .. STREAM .. ' holds more than twice what it may, and a gateway has not been'
    .. ' handed it yet: it stands at ' .. handed)
end

-- Brings the stream within its bounds, as far as those who follow it let go: exactly by count where `MOST_LOOKED_AT`
-- entries go so far, by bytes likewise.
local function bound(maxEvents, maxBytes)
  if not handed and length > maxEvents + MOST_LOOKED_AT then
    length = length - redis.call('XTRIM', STREAM, 'MAXLEN', '=', maxEvents)
    countAnew()
  end
  if length <= maxEvents and bytes <= maxBytes then
    return 0
  end
  return removeOldest(MOST_LOOKED_AT,
    function() return math.max(length - maxEvents, bytes > maxBytes and 8 or 1) end,
    function() return length > maxEvents or bytes > maxBytes end)
end

local function within(maxEvents, maxBytes)
  return bytes <= maxBytes and length <= maxEvents
end

local function saveAccount()
  put('bytes', integer(bytes))
  put('entries', integer(entries))
  put('accounted', accounted)
  if complete and accounted ~= '0-0' then
    put('tip', accounted)
  elseif lastAppended then
    put('tip', lastAppended)
  end
  for channel, count in pairs(appended) do
    put('c:' .. channel, integer((tonumber(state['c:' .. channel]) or 0) + count))
  end
end

-- Says in the log that something may be missing here, under that id if one is given. Returns the entry's id, or nil and
-- the error.
local function appendGap(from, to, wantedId)
  local requested, failure = newestId(), nil
  if not requested then
    requested, failure = append({'channel', OWN_CHANNEL, 'type', 'log', 'data', '{}', 'timestamp', to})
  end
  if failure then
    return nil, failure
  end
  return append({'channel', OWN_CHANNEL, 'type', 'gap', 'data', '{"reason":"source_hole","requested":"'
    .. requested .. '","from":"' .. from .. '","to":"' .. to .. '"}', 'timestamp', to}, wantedId)
end

-- `tip` is the newest entry that there ever was, as far as scripts have come by; `declared`, the last hole that was declared
-- because of one that was gone, and `declaredAt` the newest marker drawn before that.

-- Whether that entry was taken out from behind others, as where an older copy of the log has taken its place. Where it was
-- trimmed nothing older is left, and every cursor of before is refused.
local function takenBack(id)
  if state.declared and idBefore(id, state.declared) then
    return false
  end
  local oldest = oldestId()
  return oldest and idBefore(oldest, id) and #redis.call('XRANGE', STREAM, id, id, 'COUNT', 1) == 0
end

-- The same where a gateway was told of that entry as the newest: it is gone also if nothing at all is left.
local function setBack(id)
  return not (complete and accounted == id) and (takenBack(id) or not oldestId())
end

-- Declares in the log that entries up to that one were taken out of it. Returns the error that kept it from doing so.
local function declare(lost)
  local moment = now()
  local time = integer(moment) .. '-0'
  -- The server's clock may be behind the one that the lost entries are from.
  local wantedId = lost ~= HIGHEST .. '-' .. HIGHEST and idBefore(time, lost) and above(lost) or nil
  local left = millisOf(newestId() or '0')
  local id, failure = appendGap(iso(math.min(left, moment)), iso(moment), wantedId)
  if id then
    put('declared', id)
    put('declaredAt', state.marker or '0')
    put('rejected', '0-0')
  end
  return failure
end

-- The same for the newest entry there was, if it is gone. To be called after account().
local function declareTakenBack()
  if (complete and accounted == state.tip) or not state.tip or not takenBack(state.tip) then
    return nil
  end
  return declare(state.tip)
end
