-- Number assignments, asked whether the number stands with directory enquiry. Holders opt out with a number that is secret or left out, or by
-- withdrawing a consent with the purpose 118 without giving another.
-- order: 20
-- kind: view
-- key: number, valid_from
-- of: number_assignment
-- phone requires number_assignment.number
-- in_directory requires number_assignment.number, directory_118.number, directory_118.action, directory_118.delivered_at
-- last_delivery_on requires directory_118.delivered_at
-- opted_out requires number_assignment.customer_id, number_assignment.secrecy, consent.customer_id, consent.purpose, consent.withdrawn_at
-- opted_out doubts consent.purpose where decision_unknown
WITH written AS (
    SELECT *, regexp_replace(number, '[^0-9]', '', 'g') AS digits
    FROM export_number_assignment
),
told AS (
    SELECT *, CASE WHEN regexp_matches(digits, '^(00)?45[0-9]{8}$') THEN right(digits, 8) ELSE digits END AS phone
    FROM written
),
listed AS (
    SELECT phone, max(given_at) AS given_at
    FROM directory_entry
    WHERE stands
    GROUP BY phone
),
decided AS (
    SELECT customer_id
    FROM export_consent
    WHERE purpose = '118' AND customer_id IS NOT NULL
    GROUP BY customer_id
    HAVING count(*) = count(CASE WHEN CAST(withdrawn_at AS DATE) <= $as_of THEN 1 END)
),
unclear AS (
    SELECT DISTINCT customer_id
    FROM export_consent
    WHERE customer_id IS NOT NULL AND coalesce(regexp_matches(_issues, '(^|;)purpose=unknown_word'), false)
)
SELECT
    t.*,
    coalesce(CAST(l.given_at AS DATE) >= t.valid_from, false) AS in_directory,
    (SELECT max(last_delivery_on) FROM directory_entry) AS last_delivery_on,
    coalesce(lower(trim(t.secrecy)) IN ('hemmelig', 'udeladt'), false) OR d.customer_id IS NOT NULL AS opted_out,
    u.customer_id IS NOT NULL AS decision_unknown
FROM told AS t
LEFT JOIN listed AS l ON t.phone = l.phone
LEFT JOIN decided AS d ON t.customer_id = d.customer_id
LEFT JOIN unclear AS u ON t.customer_id = u.customer_id
