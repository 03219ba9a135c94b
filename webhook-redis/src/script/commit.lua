-- Keys: the record. Arguments: owner, epoch, and the answer if there is one.
-- Answers: 1 committed, 2 committed before by this lease, 0 the lease is lost.
local r = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 'r')
if r[2] ~= ARGV[1] or r[3] ~= ARGV[2] then
  return 0
elseif r[1] == '1' then
  return 2
elseif r[1] ~= '0' then
  return 0
elseif not tonumber(r[4]) then
  return redis.error_reply('CORRUPT a record has no retention')
end
if ARGV[3] then
  redis.call('HSET', KEYS[1], 's', '1', 'a', ARGV[3])
else
  redis.call('HSET', KEYS[1], 's', '1')
end
redis.call('PEXPIRE', KEYS[1], r[4])
return 1
