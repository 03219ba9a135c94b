-- Keys: the record. Arguments: owner, epoch, how long the lease lasts from now on.
-- Answers: 1 held, 0 lost.
local r = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 'r')
if r[1] ~= '0' or r[2] ~= ARGV[1] or r[3] ~= ARGV[2] then
  return 0
elseif not tonumber(r[4]) then
  return redis.error_reply('CORRUPT a record has no retention')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'l', now + ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.max(r[4], ARGV[3]))
return 1
