-- What stands with each receiver of directory data: by number and receiver, when it was last given and last taken back, and when
-- that receiver was last given anything at all, which is when what has ended should have gone. Deliveries after the audit's day do not count.
-- order: 10
-- kind: table
WITH written AS (
    SELECT *, regexp_replace(number, '[^0-9]', '', 'g') AS digits
    FROM export_directory_118
    WHERE CAST(delivered_at AS DATE) <= $as_of
),
told AS (
    SELECT
        coalesce(lower(trim(recipient)), '') AS receiver,
        CASE WHEN regexp_matches(digits, '^(00)?45[0-9]{8}$') THEN right(digits, 8) ELSE digits END AS phone,
        lower(trim(action)) = 'slet' AS taken_back,
        delivered_at
    FROM written
),
receivers AS (
    SELECT receiver, max(CAST(delivered_at AS DATE)) AS last_delivery_on
    FROM told
    GROUP BY receiver
),
entries AS (
    SELECT
        phone,
        receiver,
        max(CASE WHEN NOT taken_back THEN delivered_at END) AS given_at,
        max(CASE WHEN taken_back THEN delivered_at END) AS taken_back_at
    FROM told
    WHERE phone IS NOT NULL AND taken_back IS NOT NULL
    GROUP BY phone, receiver
)
SELECT
    e.phone,
    e.receiver,
    e.given_at,
    e.given_at IS NOT NULL AND (e.taken_back_at IS NULL OR e.taken_back_at < e.given_at) AS stands,
    r.last_delivery_on
FROM entries AS e
INNER JOIN receivers AS r ON e.receiver = r.receiver
