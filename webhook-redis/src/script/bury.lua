-- Keys: the record, the dead records of its bucket by key, and by their ends.
-- Arguments: owner, epoch, key, note.
-- Answers: 1 buried, 2 buried before by this lease, 0 the lease is lost.
local r = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 'r')
if r[2] ~= ARGV[1] or r[3] ~= ARGV[2] then
  return 0
elseif r[1] == '3' then
  return 2
elseif r[1] ~= '0' then
  return 0
elseif not tonumber(r[4]) then
  return redis.error_reply('CORRUPT a record has no retention')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 's', '3', 't', now, 'x', ARGV[4])
redis.call('PEXPIRE', KEYS[1], r[4])
redis.call('ZADD', KEYS[2], 0, ARGV[3])
redis.call('ZADD', KEYS[3], now + r[4], ARGV[3])
-- A burial removes more than it adds, so the lists do not grow if nobody sweeps.
local ended = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. now, 'LIMIT', 0, 4)
for _, key in ipairs(ended) do
  redis.call('ZREM', KEYS[2], key)
  redis.call('ZREM', KEYS[3], key)
end
return 1
