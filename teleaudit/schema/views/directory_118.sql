-- Deliveries to directory enquiry, with whose number it was on that day and what its holder wished. ``stands``: it is what the receiver
-- has of the number now. The holder is the latest to have been given the number by then, also where the number had been given up again.
-- A wish is a consent with the purpose 118, given before the delivery and not withdrawn before the receiver's latest delivery. One with a
-- telephone number as its address is about that number alone.
-- order: 20
-- kind: view
-- stands requires directory_118.number, directory_118.action, directory_118.delivered_at
-- last_delivery_on requires directory_118.delivered_at
-- assigned requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from
-- holder requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from, number_assignment.customer_id
-- held_to requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from, number_assignment.valid_to
-- end_unreadable requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from, number_assignment.valid_to
-- type_held requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from, number_assignment.number_type
-- secrecy_held requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.valid_from, number_assignment.secrecy
-- secrecy_given requires directory_118.secrecy
-- wished requires directory_118.number, directory_118.delivered_at, number_assignment.number, number_assignment.customer_id, consent.customer_id, consent.purpose, consent.given_at, consent.withdrawn_at
-- type_held doubts number_assignment.number_type where held_type_unknown
-- type_held doubts directory_118.number_type
-- secrecy_held doubts number_assignment.secrecy where held_secrecy_unknown
-- wished doubts consent.purpose where wish_unknown
WITH written AS (
    SELECT *, regexp_replace(number, '[^0-9]', '', 'g') AS digits
    FROM export_directory_118
),
told AS (
    SELECT
        *,
        CASE WHEN regexp_matches(digits, '^(00)?45[0-9]{8}$') THEN right(digits, 8) ELSE digits END AS phone,
        coalesce(lower(trim(recipient)), '') AS receiver,
        CAST(delivered_at AS DATE) AS delivered_on
    FROM written
),
latest AS (
    SELECT d.phone, d.delivered_on, max(h.held_from) AS held_from
    FROM (SELECT DISTINCT phone, delivered_on FROM told) AS d
    INNER JOIN number_holder AS h ON h.phone = d.phone AND h.held_from <= d.delivered_on
    GROUP BY d.phone, d.delivered_on
),
held AS (
    SELECT l.phone, l.delivered_on, h.held_to, h.end_unreadable, h.holder, h.held_type, h.held_secrecy, h.type_unknown, h.secrecy_unknown
    FROM latest AS l
    INNER JOIN number_holder AS h ON h.phone = l.phone AND h.held_from = l.held_from
),
wish AS (
    SELECT DISTINCT h.phone, e.receiver, e.given_at
    FROM held AS h
    INNER JOIN directory_entry AS e ON e.phone = h.phone AND CAST(e.given_at AS DATE) = h.delivered_on
    INNER JOIN directory_wish AS c ON c.customer_id = h.holder
    WHERE
        c.purpose = '118'
        AND coalesce(c.about = h.phone, true)
        AND c.given_at <= e.given_at
        AND (c.withdrawn_at IS NULL OR CAST(c.withdrawn_at AS DATE) >= e.last_delivery_on)
        AND NOT coalesce(regexp_matches(c._issues, '(^|;)withdrawn_at=(unreadable|zero)'), false)
),
unclear AS (
    SELECT DISTINCT customer_id
    FROM export_consent
    WHERE customer_id IS NOT NULL AND coalesce(regexp_matches(_issues, '(^|;)purpose=unknown_word'), false)
)
SELECT
    t.*,
    coalesce(e.stands AND t.delivered_at = e.given_at AND lower(trim(t.action)) <> 'slet', false) AS stands,
    e.last_delivery_on,
    h.phone IS NOT NULL AS assigned,
    h.holder,
    h.held_to,
    coalesce(h.end_unreadable, false) AS end_unreadable,
    coalesce(h.held_type, lower(trim(t.number_type))) AS type_held,
    h.held_secrecy AS secrecy_held,
    CASE lower(trim(t.secrecy)) WHEN 'hemmelig' THEN 2 WHEN 'udeladt' THEN 1 ELSE 0 END AS secrecy_given,
    w.phone IS NOT NULL AS wished,
    u.customer_id IS NOT NULL AND w.phone IS NULL AS wish_unknown,
    coalesce(h.type_unknown, false) AS held_type_unknown,
    coalesce(h.secrecy_unknown, false) AS held_secrecy_unknown
FROM told AS t
LEFT JOIN directory_entry AS e ON t.phone = e.phone AND t.receiver = e.receiver
LEFT JOIN held AS h ON t.phone = h.phone AND t.delivered_on = h.delivered_on
LEFT JOIN wish AS w ON t.phone = w.phone AND t.receiver = w.receiver AND t.delivered_at = w.given_at
LEFT JOIN unclear AS u ON h.holder = u.customer_id
