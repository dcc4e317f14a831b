-- Who held a number from when to when, by its digits alone: spaces, +45 and 0045 are left out. The end is the last day before the number
-- was given up or ported out, whichever came first; none while the number is held.
-- order: 10
-- kind: table
WITH written AS (
    SELECT *, regexp_replace(number, '[^0-9]', '', 'g') AS digits
    FROM export_number_assignment
    WHERE number IS NOT NULL AND valid_from IS NOT NULL
),
told AS (
    SELECT
        *,
        CASE WHEN regexp_matches(digits, '^(00)?45[0-9]{8}$') THEN right(digits, 8) ELSE digits END AS phone,
        least(valid_to, ported_out_at) AS held_to,
        coalesce(regexp_matches(_issues, '(^|;)(valid_to|ported_out_at)=(unreadable|zero)'), false) AS end_unreadable
    FROM written
)
SELECT
    phone,
    valid_from AS held_from,
    CASE WHEN count(held_to) = count(*) THEN max(held_to) END AS held_to,
    bool_or(end_unreadable) AS end_unreadable,
    min(customer_id) AS holder,
    bool_or(coalesce(regexp_matches(_issues, '(^|;)number_type=unknown_word'), false)) AS type_unknown,
    bool_or(coalesce(regexp_matches(_issues, '(^|;)secrecy=unknown_word'), false)) AS secrecy_unknown,
    min(lower(trim(number_type))) AS held_type,
    max(CASE lower(trim(secrecy)) WHEN 'hemmelig' THEN 2 WHEN 'udeladt' THEN 1 WHEN 'ingen' THEN 0 END) AS held_secrecy
FROM told
GROUP BY phone, valid_from
