-- One row per type and key that the deletion log names: which of the keys that are known it is, and whether it can be compared at all.
-- Spaces around it and the size of letters do not matter. A hash value is held against the md5, sha1 and sha256, in hexadecimal, of every
-- known key as it stands and in small and in capital letters. Where none of a log's hash values of that length is of a known key, nobody
-- knows how they were made (with a secret, perhaps). A key in the clear can be compared where it has the shape of those that are there:
-- one that holds a name beside the number, or another system's number, is never found, whatever is there.
-- order: 25
-- kind: table
WITH logged AS (
    SELECT DISTINCT
        object_type,
        object_key,
        lower(trim(object_key)) AS folded,
        regexp_extract(lower(trim(object_key)), '^((md5|sha-?1|sha-?256)[:=])?([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})$', 3) AS "hash"
    FROM export_deletion_log
    WHERE object_type IS NOT NULL AND object_key IS NOT NULL
),
known AS (
    SELECT object_type, object_key FROM present_object
    UNION
    SELECT 'crm_customer' AS object_type, customer_id AS object_key FROM export_tombstone WHERE customer_id IS NOT NULL
    UNION
    SELECT 'crm_customer' AS object_type, customer_id AS object_key FROM export_invoice WHERE customer_id IS NOT NULL
),
shape AS (
    SELECT DISTINCT
        object_type,
        CASE
            WHEN regexp_matches(lower(trim(object_key)), '^[0-9a-f-]{20,}$') THEN 'x' || CAST(length(trim(object_key)) AS VARCHAR)
            ELSE regexp_replace(regexp_replace(lower(trim(object_key)), '[a-zæøåäöüé]+', 'a', 'g'), '[0-9]+', '9', 'g')
        END AS shape
    FROM present_object
),
written AS (
    SELECT object_type, object_key, trim(object_key) AS written FROM known WHERE EXISTS (SELECT 1 FROM logged WHERE "hash" <> '')
    UNION
    SELECT object_type, object_key, lower(trim(object_key)) AS written FROM known WHERE EXISTS (SELECT 1 FROM logged WHERE "hash" <> '')
    UNION
    SELECT object_type, object_key, upper(trim(object_key)) AS written FROM known WHERE EXISTS (SELECT 1 FROM logged WHERE "hash" <> '')
),
undone AS (
    SELECT l.object_type, l."hash", w.object_key FROM written AS w INNER JOIN logged AS l ON w.object_type = l.object_type AND md5(w.written) = l."hash"
    UNION
    SELECT l.object_type, l."hash", w.object_key FROM written AS w INNER JOIN logged AS l ON w.object_type = l.object_type AND sha1(w.written) = l."hash"
    UNION
    SELECT l.object_type, l."hash", w.object_key FROM written AS w INNER JOIN logged AS l ON w.object_type = l.object_type AND sha256(w.written) = l."hash"
),
way AS (
    SELECT DISTINCT object_type, length("hash") AS digits FROM undone
),
found AS (
    SELECT object_type, folded, min(found_key) AS found_key
    FROM (
        SELECT l.object_type, l.folded, k.object_key AS found_key FROM logged AS l INNER JOIN known AS k ON l.object_type = k.object_type AND l.folded = lower(trim(k.object_key))
        UNION ALL
        SELECT l.object_type, l.folded, u.object_key AS found_key FROM logged AS l INNER JOIN undone AS u ON l.object_type = u.object_type AND l."hash" = u."hash"
    ) AS matched
    GROUP BY object_type, folded
)
SELECT
    l.object_type,
    l.object_key,
    f.found_key,
    f.found_key IS NOT NULL OR s.shape IS NOT NULL OR w.digits IS NOT NULL AS is_comparable
FROM logged AS l
LEFT JOIN found AS f ON l.object_type = f.object_type AND l.folded = f.folded
LEFT JOIN shape AS s
    ON
        l.object_type = s.object_type
        AND s.shape = CASE
            WHEN regexp_matches(l.folded, '^[0-9a-f-]{20,}$') THEN 'x' || CAST(length(l.folded) AS VARCHAR)
            ELSE regexp_replace(regexp_replace(l.folded, '[a-zæøåäöüé]+', 'a', 'g'), '[0-9]+', '9', 'g')
        END
LEFT JOIN way AS w ON l.object_type = w.object_type AND length(l."hash") = w.digits
