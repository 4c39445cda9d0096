-- Sees to it that there is an entry, and that ids to come stand above those that were given out.
--
-- ARGV[2]  the floor: the highest id that was given out, or empty
-- ARGV[3]  the timestamp of an entry that is needed for that
-- answer   {1, id of the newest entry}

local refusal = open()
if refusal then
  return refusal
end

-- Above the highest id that there is stands none; it was taken along with the log that had it.
local floor = ARGV[2] == HIGHEST .. '-' .. HIGHEST and '' or ARGV[2]
local newest = newestId()
local id, failure

account(MOST_LOOKED_AT)
if newest then
  if not state.accounted then
    -- The state was lost and the entries were not. What was on its way into the log meanwhile, nobody can tell, nor since
    -- when there was nobody: the newest entries may all be those of producers.
    id, failure = appendGap(iso(beginning()), iso(now()))
  elseif floor ~= '' and takenBack(floor) then
    failure = declare(floor)
  else
    failure = declareTakenBack()
  end
  if failure then
    return failure
  end
  newest = newestId()
  if floor == '' or idBefore(floor, newest) then
    saveAccount()
    save()
    return {1, newest}
  end
else
  put('rejected', '0-0')
end

local fields = {'channel', OWN_CHANNEL, 'type', 'log', 'data', '{}', 'timestamp', ARGV[3]}
id, failure = append(fields)
if id and floor ~= '' and not idBefore(floor, id) then
  -- The clock of this server is behind the one that the floor is from.
  id, failure = append(fields, above(floor))
end
saveAccount()
save()
return failure or {1, id}
