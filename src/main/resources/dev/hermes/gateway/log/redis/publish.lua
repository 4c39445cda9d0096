-- Appends events that nobody else can append too, all or none.
--
-- ARGV[2]   most entries
-- ARGV[3]   most bytes
-- ARGV[4]   the caller and up to where it has handed on the log, as `follow` takes it
-- ARGV[5..] channel, type, data, timestamp of each
-- answer    {1, id...}

local refusal = open()
if refusal then
  return refusal
end

local maxEvents, maxBytes = tonumber(ARGV[2]), tonumber(ARGV[3])

follow(ARGV[4])
account(MOST_LOOKED_AT)
local impossible = crowded(maxEvents, maxBytes) or declareTakenBack()
if impossible then
  return impossible
end
local answer = {1}
for index = 5, #ARGV, 4 do
  local id, failure = append({'channel', ARGV[index], 'type', ARGV[index + 1], 'data', ARGV[index + 2],
    'timestamp', ARGV[index + 3]})
  if failure then
    -- Only ids that come to their end can refuse a later one.
    for appended = 2, #answer do
      redis.call('XDEL', STREAM, answer[appended])
    end
    return failure
  end
  answer[#answer + 1] = id
end
bound(maxEvents, maxBytes)
saveAccount()
save()
return answer
