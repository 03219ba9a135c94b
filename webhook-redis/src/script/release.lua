-- Keys: the record. Arguments: owner, epoch.
-- Answers: 1 released, 2 released before by this lease, 0 the lease is lost.
local r = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 'r')
if r[2] ~= ARGV[1] or r[3] ~= ARGV[2] then
  return 0
elseif r[1] == '2' then
  return 2
elseif r[1] ~= '0' then
  return 0
elseif not tonumber(r[4]) then
  return redis.error_reply('CORRUPT a record has no retention')
end
redis.call('HSET', KEYS[1], 's', '2')
redis.call('PEXPIRE', KEYS[1], r[4])
return 1
