-- Keys: the count of a group. Arguments: retention, how many keys the group may have, a key.
-- Answers: 1 the key is one of the group, 0 the group is full.
if redis.call('HEXISTS', KEYS[1], ARGV[3]) == 1 then
  return 1
end
local count = redis.call('HLEN', KEYS[1])
if count >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[3], '')
if count == 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
