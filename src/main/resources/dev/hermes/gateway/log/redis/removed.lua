-- Says which entry was removed last.
--
-- answer  {1, its id, or empty if none was, or if others than these scripts may have removed entries}

local refusal = open()
if refusal then
  return refusal
end

account(MOST_LOOKED_AT)
saveAccount()
save()
return {1, complete and state.removed or ''}
