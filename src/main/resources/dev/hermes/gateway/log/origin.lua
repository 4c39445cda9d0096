-- Sees to it that there is an entry, and that ids to come stand above those that were given out.
--
-- ARGV[2]  the floor: the highest id that was given out, or empty
-- ARGV[3]  the timestamp of an entry that is needed for that
-- answer   {1, id of the newest entry}

local refusal = open()
if refusal then
  return refusal
end

local MOST = '18446744073709551615'

local function plusOne(digits)
  local head, digit, nines = string.match(digits, '^(%d*)([0-8])(9*)$')
  if not digit then
    return '1' .. string.rep('0', #digits)
  end
  return head .. (tonumber(digit) + 1) .. string.rep('0', #nines)
end

local function above(id)
  local millis, sequence = string.match(id, '^(%d+)-(%d+)$')
  if sequence == MOST then
    return plusOne(millis) .. '-0'
  end
  return millis .. '-' .. plusOne(sequence)
end

-- Above the highest id that there is stands none; it was taken along with the log that had it.
local floor = ARGV[2] == MOST .. '-' .. MOST and '' or ARGV[2]
local newest = newestId()
local id, failure

if newest and not state.accounted then
  -- The state was lost and the entries were not: what was on its way into the log meanwhile, nobody can tell.
  account(MOST_LOOKED_AT)
  newest, failure = appendGap(ARGV[3], ARGV[3])
  if failure then
    return failure
  end
  saveAccount()
  save()
end
if newest and (floor == '' or idBefore(floor, newest)) then
  return {1, newest}
end

account(MOST_LOOKED_AT)
local fields = {'channel', OWN_CHANNEL, 'type', 'log', 'data', '{}', 'timestamp', ARGV[3]}
id, failure = append(fields)
if id and floor ~= '' and not idBefore(floor, id) then
  -- The clock of this server is behind the one that the floor is from.
  id, failure = append(fields, above(floor))
end
saveAccount()
save()
return failure or {1, id}
