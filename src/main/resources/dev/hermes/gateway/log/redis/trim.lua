-- Removes what is too old or too much, never the newest entry nor what somebody was not handed yet; a bounded number of
-- entries a call.
--
-- ARGV[2]  most entries
-- ARGV[3]  most bytes
-- ARGV[4]  the caller and up to where it has handed on the log, as `follow` takes it
-- ARGV[5]  most milliseconds an entry may be old
-- answer   {1, number removed, 1 if there is more to do, else 0}
--
-- An id tells its entry's age, unless a producer has given one ahead of the clock: from then on Redis counts from that. So
-- where ids are ahead, `marks` says which entry was the newest and when: "millis id;".

local refusal = open()
if refusal then
  return refusal
end

local maxEvents, maxBytes, maxAge = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])

-- So many at most.
local MARKS = 32

follow(ARGV[4])
account(5 * MOST_LOOKED_AT)
-- If there is no room for it now, it is declared with the next append.
declareTakenBack()
local removed = bound(maxEvents, maxBytes)

local moment = now()
local newest = newestId()
local marks, aged = {}, nil
for at, id in string.gmatch(state.marks or '', '(%d+) (%d+%-%d+);') do
  -- One above the newest is of a log that is no more.
  if newest and not idBefore(newest, id) then
    -- Should the clock have gone back, its age begins anew.
    marks[#marks + 1] = {at = math.min(tonumber(at), moment), id = id}
  end
end
while marks[1] and moment - marks[1].at > maxAge do
  aged = table.remove(marks, 1)
end
local last = marks[#marks] or aged
if newest and idBefore(integer(moment) .. '-0', newest) and not (last and last.id == newest)
  and (not last or moment - last.at >= maxAge / MARKS) then
  marks[#marks + 1] = {at = moment, id = newest}
end
if aged then
  table.insert(marks, 1, aged)
end
local text = ''
for index = 1, #marks do
  text = text .. integer(marks[index].at) .. ' ' .. marks[index].id .. ';'
end
if text ~= (state.marks or '') then
  put('marks', text)
end

local oldest = integer(math.max(0, moment - maxAge)) .. '-0'
local old = removeOldest(MOST_LOOKED_AT,
  function() return 32 end,
  function(id) return idBefore(id, oldest) or (aged and not idBefore(aged.id, id)) end)
saveAccount()
save()
local more = not complete or removed >= MOST_LOOKED_AT or old >= MOST_LOOKED_AT
return {1, removed + old, more and 1 or 0}
