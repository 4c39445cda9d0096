-- What every script of the log begins with; put before each of them when they are loaded.
--
-- KEYS[1]  {hermes:events}:ingest, a hash: the state of the log
-- KEYS[2]  hermes:events, the stream: the log itself, in the same slot
-- ARGV[1]  the identity of the log that the caller means
--
-- Answers: {0} if this is not that log, {1, ...} otherwise.
--
-- A script is not rolled back. So each computes in tables of its own, appends, and writes its state last; an append that
-- is refused ends it with the state of exactly what was appended. What may be refused for reasons of the server (memory,
-- a replica, disk) is refused at the first write or not at all, and a crash loses or keeps a script as a whole.

local HASH, STREAM = KEYS[1], KEYS[2]
local VERSION = '1'
local OWN_CHANNEL = 'hermes:gateway:log'
local NUMBERS = {'current', 'marker', 'bytes', 'entries'}

local state = {}
local changed = {}

local function integer(number)
  return string.format('%.0f', number)
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
  return nil
end

local function put(field, value)
  if state[field] ~= value then
    state[field] = value
    changed[field] = value
  end
end

-- Writes what was put, in portions that Lua's stack can hold.
local function save()
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

-- How much the stream holds ------------------------------------------------------------------------------------------
--
-- `bytes` and `entries` are those of the entries up to `accounted`. Producers append too; theirs are added when a script
-- next comes by. `complete` says that nothing follows `accounted`: only then are own entries added as they are appended.

local bytes, entries, accounted, complete

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
    local found = redis.call('XRANGE', STREAM, '(' .. accounted, '+', 'COUNT', wanted)
    for index = 1, #found do
      bytes = bytes + size(found[index][2])
      entries = entries + 1
      accounted = found[index][1]
    end
    most = most - wanted
    complete = #found < wanted
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
    return nil, id
  end
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
    more = #oldest > 1 and unwanted(oldest[1][1])
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
      more = length > 1 and unwanted(oldest[kept][1])
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

-- Brings the stream within its bounds: exactly by count; by bytes as far as `MOST_LOOKED_AT` entries go.
local function bound(maxEvents, maxBytes)
  if length > maxEvents + MOST_LOOKED_AT then
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
  for channel, count in pairs(appended) do
    put('c:' .. channel, integer((tonumber(state['c:' .. channel]) or 0) + count))
  end
end

local function newestId()
  local newest = redis.call('XREVRANGE', STREAM, '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

-- Says in the log that something may be missing here. Returns the entry's id, or nil and the error.
local function appendGap(from, to)
  local requested, failure = newestId(), nil
  if not requested then
    requested, failure = append({'channel', OWN_CHANNEL, 'type', 'log', 'data', '{}', 'timestamp', to})
  end
  if failure then
    return nil, failure
  end
  return append({'channel', OWN_CHANNEL, 'type', 'gap', 'data', '{"reason":"source_hole","requested":"'
    .. requested .. '","from":"' .. from .. '","to":"' .. to .. '"}', 'timestamp', to})
end
