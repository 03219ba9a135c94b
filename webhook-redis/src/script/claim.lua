-- Keys: the record, the mark of its bucket, and the count of its group if the claim is bounded.
-- Arguments: owner, lease, retention, fingerprint, and for a bounded claim: how many keys the group
-- may have, and this key. "?" in place of the number: the count is in another slot, so this script
-- makes no new record.
-- Answers: {0, epoch, attempt} acquired, {1, rest of the lease} in flight, {2, fingerprint, answer}
-- done, {3, attempts} dead, {4} over the bound, {5} absent.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local r = redis.call('HMGET', KEYS[1], 's', 'o', 'e', 'l', 'n', 'f', 'a')
local state, epoch, attempts = r[1], r[3], 0

if state then
  local function digits(value)
    return value and string.find(value, '^%d+$')
  end
  if not (r[2] and digits(epoch) and digits(r[4]) and digits(r[5]) and digits(r[6])) then
    return redis.error_reply('CORRUPT a field of a record cannot be read')
  end
  attempts = r[5]
  if state == '1' then
    return {2, r[6], r[7]}
  elseif state == '3' then
    return {3, attempts}
  elseif state == '0' and tonumber(r[4]) > now then
    if r[2] == ARGV[1] then
      return {0, epoch, attempts}
    end
    return {1, r[4] - now}
  elseif state ~= '0' and state ~= '2' then
    return redis.error_reply('CORRUPT a record has an unknown state')
  end
elseif r[2] or epoch or r[4] or r[5] then
  return redis.error_reply('CORRUPT a record has no state')
elseif ARGV[5] == '?' then
  return {5}
end

-- The epoch is the time in microseconds, or one more than the last of the record and its bucket. It
-- stays a string: a Lua number is exact for 15 digits only.
local last = redis.call('GET', KEYS[2]) or '0'
if epoch and (#epoch > #last or #epoch == #last and epoch > last) then
  last = epoch
end
-- The program reads 63 bits.
if not string.find(last, '^%d+$') or #last > 19 or #last == 19 and last > '9223372036854775806' then
  return redis.error_reply('CORRUPT the last epoch of a bucket cannot be followed')
end
local next = time[1] .. string.format('%06d', time[2])
if #last > #next or #last == #next and last >= next then
  local head, digit, nines = string.match(last, '^(%d-)([0-8]?)(9*)$')
  next = head .. (digit == '' and 1 or digit + 1) .. string.rep('0', #nines)
end

if KEYS[3] and not state and redis.call('HEXISTS', KEYS[3], ARGV[6]) == 0 then
  local count = redis.call('HLEN', KEYS[3])
  if count >= tonumber(ARGV[5]) then
    return {4}
  end
  redis.call('HSET', KEYS[3], ARGV[6], '')
  if count == 0 then
    redis.call('PEXPIRE', KEYS[3], ARGV[3])
  end
end

attempts = attempts + 1
redis.call('HSET', KEYS[1], 's', '0', 'o', ARGV[1], 'e', next, 'l', now + ARGV[2], 'n', attempts,
  'r', ARGV[3], 'f', ARGV[4])
redis.call('PEXPIRE', KEYS[1], math.max(ARGV[2], ARGV[3]))
redis.call('SET', KEYS[2], next)
return {0, next, attempts}
