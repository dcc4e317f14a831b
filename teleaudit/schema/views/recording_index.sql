-- Recordings with the customer's recording agreements: was one in force on the day, and have all of them ended since?
-- An agreement is in force from its first day, or from its signature where that is later. One without a readable period
-- proves nothing: where only such a one would cover the recording, it cannot be judged. Who never had one is recorded without,
-- whatever the day.
-- order: 30
-- kind: view
-- agreement_state requires recording_index.customer_id, recording_index.started_at, agreement.customer_id, agreement.type, agreement.valid_from, agreement.ended_at
-- recording_agreement_end requires recording_index.customer_id, agreement.customer_id, agreement.type, agreement.valid_from, agreement.ended_at
-- never_agreed requires recording_index.customer_id, agreement.customer_id, agreement.type
-- agreement_state doubts agreement.ended_at where agreement_state = 'undated'
-- recording_agreement_end doubts agreement.ended_at where end_unknown
WITH recording_agreement AS (
    SELECT
        customer_id,
        greatest(valid_from, signed_at) AS first_day,
        ended_at AS last_day,
        coalesce(valid_from, signed_at) IS NULL OR coalesce(regexp_matches(_issues, '(^|;)ended_at=(unreadable|zero)'), false) OR $agreement_without_end AS undated,
        $agreement_without_end AS without_end
    FROM export_agreement
    WHERE customer_id IS NOT NULL AND regexp_matches(lower(type), '^(optagelse|recording)')
),
recorded_day AS (
    SELECT DISTINCT customer_id, CAST(started_at AS DATE) AS day
    FROM export_recording_index
    WHERE customer_id IS NOT NULL AND started_at IS NOT NULL
),
covered AS (
    SELECT d.customer_id, d.day, count(*) FILTER (WHERE NOT a.undated) AS agreements
    FROM recorded_day AS d
    INNER JOIN recording_agreement AS a
        ON d.customer_id = a.customer_id AND (a.undated OR (a.first_day <= d.day AND (a.last_day IS NULL OR a.last_day >= d.day)))
    GROUP BY d.customer_id, d.day
),
ended AS (
    SELECT customer_id, CASE WHEN count(*) = count(last_day) THEN max(last_day) END AS last_day, bool_or(without_end) AS without_end
    FROM recording_agreement
    GROUP BY customer_id
)
SELECT
    t.*,
    coalesce(lower(t.purpose) IN ('egen_linje', 'egen linje'), false) AS own_line,
    CASE
        WHEN t.started_at IS NULL OR t.customer_id IS NULL THEN NULL
        WHEN c.agreements > 0 THEN 'in_force'
        WHEN c.agreements = 0 THEN 'undated'
        ELSE 'none'
    END AS agreement_state,
    t.customer_id IS NOT NULL AND e.customer_id IS NULL AS never_agreed,
    e.last_day AS recording_agreement_end,
    coalesce(e.without_end, false) AS end_unknown,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_recording_index AS t
LEFT JOIN covered AS c ON t.customer_id = c.customer_id AND CAST(t.started_at AS DATE) = c.day
LEFT JOIN ended AS e ON t.customer_id = e.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
