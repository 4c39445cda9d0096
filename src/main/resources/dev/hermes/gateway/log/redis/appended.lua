-- Says how much the log holds, and how many entries gateways have appended, by channel; what else there is, producers
-- did.
--
-- ARGV[2]  the caller and up to where it has handed on the log, as `follow` takes it
-- answer   {1, id of the newest entry, entries, bytes as last counted, age of the oldest in ms, who follows the log as
--          "name id ms;" with how long ago it said so, channel, count, ...}

local refusal = open()
if refusal then
  return refusal
end

follow(ARGV[2])
save()

local oldest = oldestId()
local moment = now()
local age = oldest and math.max(0, moment - millisOf(oldest)) or 0
local followers = string.gsub(state.readers or '', '(%d+);', function(said)
  return integer(math.max(0, moment - tonumber(said))) .. ';'
end)
local answer = {1, newestId() or '0-0', redis.call('XLEN', STREAM), tonumber(state.bytes or 0), age, followers}
for field, value in pairs(state) do
  local channel = string.match(field, '^c:(.*)$')
  if channel then
    answer[#answer + 1] = channel
    answer[#answer + 1] = tonumber(value)
  end
end
return answer
