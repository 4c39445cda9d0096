-- Says who is the first to find that an entry is no event.
--
-- ARGV[2]  the entry's id
-- answer   {1, 1 if it is this caller, else 0}

local refusal = open()
if refusal then
  return refusal
end

if state.rejected and not idBefore(state.rejected, ARGV[2]) then
  return {1, 0}
end
put('rejected', ARGV[2])
save()
return {1, 1}
