-- Removes what is too old or too much, never the newest entry; a bounded number of entries a call.
--
-- ARGV[2]  most entries
-- ARGV[3]  most bytes
-- ARGV[4]  most milliseconds an entry may be old
-- answer   {1, number removed, 1 if there is more to do, else 0}

local refusal = open()
if refusal then
  return refusal
end

local maxEvents, maxBytes = tonumber(ARGV[2]), tonumber(ARGV[3])

account(5 * MOST_LOOKED_AT)
local removed = bound(maxEvents, maxBytes)

local time = redis.call('TIME')
local oldest = integer(math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[4]))) .. '-0'
local aged = removeOldest(MOST_LOOKED_AT,
  function() return 32 end,
  function(id) return idBefore(id, oldest) end)
saveAccount()
save()
local more = not complete or not within(maxEvents, maxBytes) or aged == MOST_LOOKED_AT
return {1, removed + aged, more and 1 or 0}
