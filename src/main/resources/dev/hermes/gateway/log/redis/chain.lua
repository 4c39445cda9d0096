-- Runs calls of the marker chain, in order.
--
-- ARGV[2]   most entries
-- ARGV[3]   most bytes
-- ARGV[4]   the caller and up to where it has handed on the log, as `follow` takes it
-- ARGV[5]   up to when the caller has heard what these calls are about, ISO 8601 in UTC with milliseconds
-- ARGV[6]   the newest entry that the caller was told of, or empty
-- ARGV[7]   how many subscriptions the caller has
-- ARGV[8..] their names; calls name them by their place, from 1
-- then the calls, each a letter and its arguments:
--   a marker subscription n channel type data timestamp   append
--   x marker subscription n                               n is no event
--   r from to n...                                        roll: all n of each subscription were heard between the two
--   s marker from to                                      start: nobody can tell what was missed before this marker
--   q marker                                              is the log at this marker or further, for every subscription?
-- answer    {1, newest marker in force, id of the newest entry before these calls or empty if that is not sure, how many
--            entries the calls appended, id of the newest entry after them, one result for each call}
--   the id of an appended entry (a; s: of the gap), or
--   duplicate  somebody did it before
--   stale      the chain went on from a later marker
--   ahead      the chain has not come to this marker, or goes on from none of before (see state.lua)
--   first, rolled, started, settled, waiting
--
-- The state has, for each subscription, the marker in force and the last n under it, in one field: "marker n"; of what
-- was dropped, also since when (see state.lua).

local refusal = open()
if refusal then
  return refusal
end

local maxEvents, maxBytes, heard = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[5]
local FIRST = 8
local told, subscriptions = ARGV[6], tonumber(ARGV[7])
local at = FIRST + subscriptions
local current = tonumber(state.current or 0)
local dropped = tonumber(state.dropped or 0)
local positions = {}
local acted = false
local failure = nil

follow(ARGV[4])
account(MOST_LOOKED_AT)
-- What was told of and is gone comes before any call: the next message of one subscription may be here although those of
-- another are not.
failure = crowded(maxEvents, maxBytes) or declareTakenBack() or (told ~= '' and setBack(told) and declare(told)) or nil
if failure then
  return failure
end
local before = complete and accounted or ''

local function position(index)
  local known = positions[index]
  if not known then
    local marker, last, since = string.match(state['n:' .. ARGV[FIRST - 1 + index]] or '', '^(%d+) (%d+) ?(.*)$')
    known = {marker = tonumber(marker), last = tonumber(last) or 0, since = since}
    positions[index] = known
  end
  return known
end

local function adopt(known, marker)
  known.marker, known.last, known.since, known.changed = marker, 0, '', true
  current = math.max(current, marker)
  acted = true
end

-- ISO 8601 of one width compares as text.
local function later(left, right)
  return left > right and left or right
end

-- A gap of the time since this caller, or another, heard the messages last. Returns the entry's id or nil.
local function gap(from, to)
  -- A time to come is of a clock that has gone back since; a minute's difference is none.
  if string.sub(state.heard or '', 1, 16) <= string.sub(to, 1, 16) then
    from = later(state.heard or '', from)
  end
  local id
  id, failure = appendGap(from, later(from, to))
  return id
end

-- A gap where messages were dropped. Returns the entry's id or nil.
local function gapSinceDropped(since, to)
  -- Where the clocks of gateways differ by that much, nobody knows from when on.
  local from = since <= to and since or iso(beginning())
  local id
  id, failure = appendGap(from, later(from, later(since, to)))
  return id
end

-- A gap where messages turn out to be missing that the log had: a failover took them back. Nobody knows more of when they
-- were heard than that it was after what is left, and before now.
local function gapUntilNow()
  if lastAppended and lastAppended == state.declared then
    return lastAppended
  end
  local from = state.heard
  if not from or later(from, heard) == from then
    from = heard
  end
  local id
  id, failure = appendGap(from, later(heard, iso(now())))
  return id
end

-- Whether the newest entry is a gap that was declared after this marker was drawn: then it also stands for what was missed
-- before the marker. By the order of markers, since the clock of a gateway is not that of the server.
local function declaredSince(marker)
  return state.declared and state.declared == newestId() and marker <= (tonumber(state.declaredAt) or 0)
end

-- Whether nobody goes on from this marker, for this subscription, since the state was away. If it knows nothing of the
-- subscription it may be an older copy of one that did.
local function beforeDrop(marker, known)
  return marker < dropped and (not known.marker or known.marker == dropped)
end

-- What keeps this call from being done, or nil when it is the next one of its subscription.
local function hindrance(marker, known, n)
  if beforeDrop(marker, known) then
    if not known.marker then
      known.marker, known.since, known.changed = dropped, droppedSince(), true
    end
    return 'ahead'
  end
  if not known.marker then
    adopt(known, marker)
  end
  if marker ~= known.marker then
    return marker < known.marker and 'stale' or 'ahead'
  end
  if n <= known.last then
    return 'duplicate'
  end
  if n > known.last + 1 and gapUntilNow() then
    known.last = n - 1
    known.changed = true
  end
  return nil
end

local function done(known, n)
  known.last = n
  known.changed = true
  acted = true
end

local calls = {}

calls.a = function()
  local known, n = position(tonumber(ARGV[at + 2])), tonumber(ARGV[at + 3])
  local result = hindrance(tonumber(ARGV[at + 1]), known, n)
  if not result and not failure then
    result, failure = append({'channel', ARGV[at + 4], 'type', ARGV[at + 5], 'data', ARGV[at + 6],
      'timestamp', ARGV[at + 7]})
    if result then
      done(known, n)
    end
  end
  at = at + 8
  return result
end

calls.x = function()
  local known, n = position(tonumber(ARGV[at + 2])), tonumber(ARGV[at + 3])
  local result = hindrance(tonumber(ARGV[at + 1]), known, n)
  if not result and not failure then
    result = 'first'
    done(known, n)
  end
  at = at + 4
  return result
end

calls.r = function()
  local from, to = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local moving, complete = {}, true
  for index = 1, subscriptions do
    local known = position(index)
    if known.marker == from or not known.marker and to >= dropped then
      moving[#moving + 1] = known
      complete = complete and known.last >= tonumber(ARGV[at + 2 + index])
    end
  end
  if not complete then
    gapUntilNow()
  end
  at = at + 3 + subscriptions
  if failure then
    return nil
  end
  for index = 1, #moving do
    adopt(moving[index], to)
  end
  return #moving > 0 and 'rolled' or 'stale'
end

calls.s = function()
  local marker = tonumber(ARGV[at + 1])
  local moving, unused, since, ahead = {}, true, nil, false
  for index = 1, subscriptions do
    local known = position(index)
    if beforeDrop(marker, known) then
      ahead = true
    elseif not known.marker or known.marker < marker then
      moving[#moving + 1] = known
      unused = unused and not known.marker
      if known.marker == dropped then
        since = since and since < known.since and since or known.since
      end
    end
  end
  local result = #moving > 0 and 'started' or ahead and 'ahead' or 'stale'
  if since then
    result = gapSinceDropped(since, ARGV[at + 3])
  elseif not unused and not declaredSince(marker) then
    result = gap(ARGV[at + 2], ARGV[at + 3])
  end
  at = at + 4
  if failure then
    return nil
  end
  for index = 1, #moving do
    adopt(moving[index], marker)
  end
  return result
end

calls.q = function()
  local marker = tonumber(ARGV[at + 1])
  at = at + 2
  for index = 1, subscriptions do
    local known = position(index)
    if beforeDrop(marker, known) then
      return 'ahead'
    end
    if known.marker and known.marker < marker then
      return 'waiting'
    end
  end
  return 'settled'
end

local results = {}
while not failure and at <= #ARGV do
  local result = calls[ARGV[at]]()
  if failure then
    break
  end
  results[#results + 1] = result
end

for index, known in pairs(positions) do
  if known.changed then
    put('n:' .. ARGV[FIRST - 1 + index], integer(known.marker) .. ' ' .. integer(known.last)
      .. (known.since == '' and '' or ' ' .. known.since))
  end
end
if acted then
  put('heard', later(state.heard or '', heard))
  put('current', integer(current))
  put('marker', integer(math.max(current, tonumber(state.marker or 0))))
end
if not failure then
  bound(maxEvents, maxBytes)
end
saveAccount()
save()
if failure then
  return failure
end
local count = 0
for _, of in pairs(appended) do
  count = count + of
end
local answer = {1, integer(current), before, count, complete and accounted or newestId() or '0-0'}
for index = 1, #results do
  answer[#answer + 1] = results[index]
end
return answer
