-- Deletions with what became of them: a later one of the same object that succeeded, and the object in today's exports.
-- order: 30
-- kind: view
-- done_later requires deletion_log.object_type, deletion_log.object_key, deletion_log.executed_at, deletion_log.status
-- type_exported requires deletion_log.object_type
-- still_there requires deletion_log.object_type, deletion_log.object_key, deletion_log.executed_at
-- key_comparable requires deletion_log.object_type, deletion_log.object_key
SELECT
    t.*,
    coalesce(s.succeeded_at >= t.executed_at, false) AS done_later,
    e.object_type IS NOT NULL AS type_exported,
    coalesce(k.is_comparable, true) AS key_comparable, -- of an entry without a key there is nothing to compare
    coalesce(p.first_day <= CAST(t.executed_at AS DATE), false) AS still_there
FROM export_deletion_log AS t
LEFT JOIN (
    SELECT object_type, object_key, max(executed_at) AS succeeded_at
    FROM export_deletion_log
    WHERE lower(status) = 'ok' AND object_type IS NOT NULL AND object_key IS NOT NULL
    GROUP BY object_type, object_key
) AS s ON t.object_type = s.object_type AND t.object_key = s.object_key
LEFT JOIN (SELECT DISTINCT object_type FROM present_object) AS e ON t.object_type = e.object_type
LEFT JOIN logged_key AS k ON t.object_type = k.object_type AND t.object_key = k.object_key
LEFT JOIN present_object AS p ON k.object_type = p.object_type AND k.found_key = p.object_key
