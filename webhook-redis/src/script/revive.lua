-- Keys: the record, the dead records of its bucket by key, and by their ends. Arguments: key.
-- Answers: 1 revived, 0 the record is not dead.
local r = redis.call('HMGET', KEYS[1], 's', 'r')
if r[1] ~= '3' then
  return 0
elseif not tonumber(r[2]) then
  return redis.error_reply('CORRUPT a record has no retention')
end
redis.call('HSET', KEYS[1], 's', '2', 'n', 0)
redis.call('HDEL', KEYS[1], 't', 'x')
redis.call('PEXPIRE', KEYS[1], r[2])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
