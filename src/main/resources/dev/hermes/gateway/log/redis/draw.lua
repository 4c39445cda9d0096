-- Draws a marker and publishes it among the messages.
--
-- ARGV[2]   the gateway's name
-- ARGV[3]   by how much the number goes up at least, random
-- ARGV[4]   now, as in chain.lua
-- ARGV[5..] the gateway's subscriptions
-- answer    {1, number}

local refusal = open()
if refusal then
  return refusal
end

-- A failover takes numbers back, but not the calls that gateways keep under them: a new number must neither be one of
-- those nor stand before them, or messages of before would follow those of after. So numbers go with the microseconds of
-- the server's clock; should that be far behind the one before, the random step still makes it another number.
local least = math.max(tonumber(state.marker or 0), tonumber(state.current or 0)) + tonumber(ARGV[3])
local number = integer(math.max(least, microseconds()))
put('marker', number)
local without = noneInForce()
for index = 5, #ARGV do
  -- A subscription that is new to the log begins here, where the marker stands among its messages: nothing before
  -- it was promised to anybody. An older copy of the state may only not know of it.
  if not state['n:' .. ARGV[index]] and without then
    put('n:' .. ARGV[index], state.dropped .. ' 0 ' .. droppedSince())
  elseif not state['n:' .. ARGV[index]] then
    put('n:' .. ARGV[index], number .. ' 0')
    put('heard', state.heard or ARGV[4])
    put('current', number)
  end
end
save()
redis.call('PUBLISH', 'hermes:gateway:sync', ARGV[1] .. ' ' .. number .. ' ' .. ARGV[2])
return {1, number}
