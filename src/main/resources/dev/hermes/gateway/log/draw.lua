-- Draws a marker and publishes it among the messages.
--
-- ARGV[2]   the gateway's name
-- ARGV[3]   by how much the number goes up, random: a number that a failover rolled back is not drawn again
-- ARGV[4..] the gateway's subscriptions
-- answer    {1, number}

local refusal = open()
if refusal then
  return refusal
end

-- Numbers of before a failover may be in force although the counter that gave them was rolled back.
local least = math.max(tonumber(state.marker or 0), tonumber(state.current or 0))
local number = integer(least + tonumber(ARGV[3]))
put('marker', number)
for index = 4, #ARGV do
  -- A subscription that is new to the log begins here, where the marker stands among its messages: nothing before
  -- it was promised to anybody.
  if not state['n:' .. ARGV[index]] then
    put('n:' .. ARGV[index], number .. ' 0')
  end
end
save()
redis.call('PUBLISH', 'hermes:gateway:sync', ARGV[1] .. ' ' .. number .. ' ' .. ARGV[2])
return {1, number}
