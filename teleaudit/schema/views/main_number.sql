-- Number assignments, asked whether the number stands with directory enquiry. Holders opt out with a number that is secret or left out, or by
-- withdrawing a consent with the purpose 118 without giving another. One with a telephone number as its address is about that number alone.
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
    SELECT a.customer_id, a.phone
    FROM (SELECT DISTINCT customer_id, phone FROM told WHERE customer_id IS NOT NULL) AS a
    INNER JOIN directory_wish AS c ON a.customer_id = c.customer_id AND coalesce(c.about = a.phone, true)
    WHERE c.purpose = '118'
    GROUP BY a.customer_id, a.phone
    HAVING count(*) = count(CASE WHEN CAST(c.withdrawn_at AS DATE) <= $as_of THEN 1 END)
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
LEFT JOIN decided AS d ON t.customer_id = d.customer_id AND t.phone = d.phone
LEFT JOIN unclear AS u ON t.customer_id = u.customer_id
