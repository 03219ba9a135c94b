-- Keys: the dead records of a bucket by key, by their ends, and some of these records.
-- Arguments: the keys of these records.
-- Answers: {key, attempts, time of death, note} of each record that is still dead. The others leave
-- the lists.
local dead = {}
for i, key in ipairs(ARGV) do
  local r = redis.call('HMGET', KEYS[i + 2], 's', 'n', 't', 'x')
  if r[1] == '3' then
    dead[#dead + 1] = {key, r[2], r[3], r[4]}
  else
    redis.call('ZREM', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
  end
end
return dead
