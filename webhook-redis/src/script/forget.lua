-- Keys: the record, the dead records of its bucket by key, and by their ends. Arguments: key.
-- Answers: 1 removed, 0 there was no record. The mark of the bucket stays, so epochs go on.
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('DEL', KEYS[1])
