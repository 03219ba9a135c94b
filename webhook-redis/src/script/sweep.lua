-- Keys: the dead records of a bucket by key, and by their ends. Arguments: how many may be removed.
-- Answers: {how many were removed, whether there are more}.
local time = redis.call('TIME')
local before = '(' .. time[1] * 1000 + math.floor(time[2] / 1000)
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', before, 'LIMIT', 0, ARGV[1] + 1)
local removed = math.min(#ended, ARGV[1])
for i = 1, removed do
  redis.call('ZREM', KEYS[1], ended[i])
  redis.call('ZREM', KEYS[2], ended[i])
end
return {removed, #ended - removed}
