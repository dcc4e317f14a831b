-- Deletions with what became of them: a later one of the same object that succeeded, and the object in today's exports.
-- order: 30
-- kind: view
-- done_later requires deletion_log.object_type, deletion_log.object_key, deletion_log.executed_at, deletion_log.status
-- type_exported requires deletion_log.object_type
-- still_there requires deletion_log.object_type, deletion_log.object_key, deletion_log.executed_at
-- invoice_year_end requires deletion_log.object_type, deletion_log.object_key, ledger.invoice_id, ledger.posting_date, financial_years.fy_start, financial_years.fy_end
-- key_comparable requires deletion_log.object_type, deletion_log.object_key
SELECT
    t.*,
    b.fy_end AS invoice_year_end, -- of the year in which the erased invoice was first posted: the ledger outlives it
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
LEFT JOIN (
    SELECT l.invoice_id, min(d.fy_end) AS fy_end
    FROM export_ledger AS l
    INNER JOIN financial_day AS d
        ON d.legal_entity = coalesce(l.legal_entity, (SELECT legal_entity FROM only_entity)) AND d.day = l.posting_date
    WHERE l.invoice_id IS NOT NULL
    GROUP BY l.invoice_id
) AS b ON t.object_type = 'invoice' AND t.object_key = b.invoice_id
