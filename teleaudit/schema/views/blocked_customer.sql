-- Customers whose records may not be erased before a person has looked: what stands in the way, as codes parted by semicolons.
-- A legal hold, a restriction, each also where it is in doubt, a hold that nobody justified or approved, and a request that is not closed. A request for erasure
-- stands in the way of nothing: erasure is what it asks for.
-- order: 20
-- kind: view
WITH asked AS (
    SELECT
        customer_id,
        bool_or(coalesce(type = 'indsigt', false)) AS access_open,
        bool_or(type IS NULL OR type <> 'indsigt') AS request_open
    FROM export_dsar
    WHERE customer_id IS NOT NULL AND closed_at IS NULL AND coalesce(type <> 'sletning', true)
    GROUP BY customer_id
),
blocked AS (
    SELECT customer_id, held, hold_in_doubt, hold_unapproved, restricted, restriction_in_doubt, false AS access_open, false AS request_open
    FROM suspended_customer
    UNION ALL
    SELECT customer_id, false AS held, false AS hold_in_doubt, false AS hold_unapproved, false AS restricted, false AS restriction_in_doubt, access_open, request_open
    FROM asked
)
SELECT
    customer_id,
    concat_ws(
        ';',
        CASE WHEN bool_or(held) THEN 'legal_hold' END,
        CASE WHEN bool_or(hold_in_doubt) THEN 'hold_in_doubt' END,
        CASE WHEN bool_or(hold_unapproved) THEN 'hold_unapproved' END,
        CASE WHEN bool_or(restricted) THEN 'restricted' END,
        CASE WHEN bool_or(restriction_in_doubt) THEN 'restriction_in_doubt' END,
        CASE WHEN bool_or(access_open) THEN 'access_request' END,
        CASE WHEN bool_or(request_open) THEN 'open_request' END
    ) AS blocked_by
FROM blocked
GROUP BY customer_id
